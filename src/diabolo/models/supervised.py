"""What all trained classifiers share: labels of every row, logits of a network, and the part that attacks differentiate."""

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.columns import Image
from diabolo.data.batch import Batch, in_one
from diabolo.data.kinds import choices
from diabolo.data.labels import Labels, label_cells
from diabolo.data.schema import Schema
from diabolo.errors import LabelError
from diabolo.files.parts import under
from diabolo.frames import Frame
from diabolo.models import defaults
from diabolo.models.base import ROWS, Estimator, Predicts, as_frame
from diabolo.models.codec import Architecture, take_weights
from diabolo.models.fitting import START_ROWS, architecture_of, identity
from diabolo.models.logits import FromRaw, Logits
from diabolo.models.training import Material
from diabolo.nn import Conv
from diabolo.randomness import seeded
from diabolo.shapes import PerRow
from diabolo.terms import Corruption
from diabolo.train import Objective

__all__ = ["Classification", "Supervised"]

CHANNELS, HIDDEN = (32, 64), 256  # of the convolutional net for images


class Classification(Objective):
    """−log p(label | row), the rows damaged in training where that is asked for.

    Parameters
    ----------
    net : Logits
    labels : Tensor of int64, shape (n,)
        Class of each row of the data, by its ``index``; -1 where it is not known.
    corruption : Corruption, optional
    """

    def __init__(self, net: Logits, labels: Tensor, corruption: Corruption | None = None) -> None:
        super().__init__()
        self.net, self.labels, self.corruption = net, labels, corruption

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``log_loss`` in nats; rows without a label have none."""
        return {"log_loss": self.log_loss(self.net(batch, self.corruption), batch)}

    def monitor(self, batch: Batch) -> PerRow:
        """The same of undamaged rows."""
        return self.log_loss(self.net(batch), batch)

    def measures(self, held_out: Batch) -> dict[str, list[float]]:
        """``accuracy`` on held-out rows."""
        return {"accuracy": [self.accuracy(self.net(held_out), held_out)]}

    def log_loss(self, logits: Tensor, batch: Batch) -> PerRow:
        """Cross-entropy of logits (B, C) with the labels of the rows."""
        return functional.cross_entropy(logits.float(), self.truth(batch), ignore_index=-1, reduction="none")

    def accuracy(self, logits: Tensor, batch: Batch) -> float:
        """Share of the labeled rows whose largest logit is that of their label."""
        truth = self.truth(batch)
        right = (logits.argmax(1) == truth) & (truth >= 0)
        return float(right.sum()) / max(int((truth >= 0).sum()), 1)

    def truth(self, batch: Batch) -> Tensor:
        """Class numbers (B,)."""
        return self.labels[batch.index]


class Supervised(Predicts, Estimator):
    """Classifiers whose logits are one network of the row; what they minimize is their own.

    Attributes
    ----------
    net_ : Logits
        The network.
    architecture_ : Architecture
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_", "labels_json_")

    architecture: Any
    architecture_: Architecture
    net_: Logits
    labels_json_: str

    @abstractmethod
    def objective(self, net: Logits, labels: Tensor, material: Material) -> Objective:
        """What is minimized over the network (for those who add a model)."""

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class.

        Parameters
        ----------
        X : table, array, tensor or images
            Of the columns the model was fitted with; gaps are allowed.

        Returns
        -------
        ndarray of float32, shape (n, C)
            In the order of ``classes_``.

        Raises
        ------
        MissingColumnError
            A column is absent.
        """
        _, batch = self._read(X)
        with torch.inference_mode():
            shares = (self.net_(part).softmax(1) for part in batch.split(ROWS))
            return in_one(shares, len(batch)).numpy()

    def to_module(self) -> nn.Module:
        """The differentiable part, for attacks and for tools that take a torch network.

        Returns
        -------
        torch.nn.Module
            A copy in evaluation mode, from rows as they come to ``fit`` (numbers in their own units, pixels, bytes from 0
            to 255) to logits (B, C) in the order of ``classes_``. ``.double()`` makes it one of double precision.

        Raises
        ------
        CapabilityError
            The rows are no array: they have levels, say, by which there is no derivative.
        """
        return FromRaw(self.net_)

    def tensors(self) -> dict[str, Tensor]:
        """Weights."""
        return {f"net.{name}": tensor for name, tensor in self.net_.state_dict().items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights and classes from a file."""
        stored = json.loads(self.labels_json_)
        self.classes_ = np.array(stored["classes"], dtype=stored["dtype"])
        self.net_ = Logits(self.schema_, self.architecture_, len(self.classes_))
        take_weights(self.net_, under("net.", tensors))

    def _labels(self, frame: Frame, y: Any) -> Labels:
        """The labels of the rows, -1 being a class like any other."""
        given = label_cells(y, frame) if isinstance(y, str) else y
        return Labels.of(given, frame.n_rows, minus_one=True)

    def _settled(self, material: Material) -> Material:
        """The material with what a model chooses for its trainer."""
        return material

    def _train(self, X: Any, y: Any, schema: Any, run_dir: str | Path | None) -> None:
        """Learn schema and network."""
        self._check_threshold()
        frame = as_frame(X)
        labels = self._labels(frame, y)
        if (labels.codes < 0).any():
            raise LabelError(
                f"{int((labels.codes < 0).sum())} of {frame.n_rows} rows have no label: leave them out, or use "
                "SemiSupervisedClassifier, which learns from them as well."
            )
        material = self._settled(Material.gather(self, frame, _without(schema, y), run_dir))
        device = material.rows.index.device
        self.n_components_, self.architecture_ = 0, _architecture(self)
        self.classes_ = labels.classes
        self.labels_json_ = json.dumps({"classes": self.classes_.tolist(), "dtype": self.classes_.dtype.str})
        with seeded(material.seed, "weights"):
            net = Logits(self.schema_, self.architecture_, len(self.classes_)).to(device)
        net.start(material.rows.spread(START_ROWS))
        objective = self.objective(net, torch.from_numpy(labels.codes).to(device), material)
        folder = None if run_dir is None else Path(run_dir)
        batches = (material.rows, material.held_out)
        same = folder and {
            **identity(self, material.seed, material.trainer, *batches),
            "labels": labels.codes.tolist(),
        }
        self.history_ = material.train(objective, material.plan(self), folder=folder, identity=same)
        self.net_ = net.cpu().eval()


def _without(schema: Any, y: Any) -> Any:
    """The schema that leaves the column of labels out of what is learned from."""
    if not isinstance(y, str):
        return schema
    if not isinstance(schema, Schema):
        return {**choices(schema), y: None}
    if y in schema.names:
        raise LabelError(
            f"the schema learns from {y!r}, the column of labels: leave it out with "
            f"schema.override(table, {{{y!r}: None}})."
        )
    return schema


def _architecture(model: Any) -> Architecture:
    """The architecture a person gave, or the one that the size and the data suggest: for images convolutions."""
    suggested = architecture_of(model)  # which also refuses what is none
    columns = model.schema_.columns
    if model.architecture != "auto" or not (len(columns) == 1 and isinstance(columns[0], Image)):
        return suggested
    factor = defaults.SIZES[model.size]
    return Conv(tuple(int(width * factor) for width in CHANNELS), hidden=int(HIDDEN * factor))
