"""How the joint networks are trained: two rounds, the second from a graph of what the first has learned."""

import copy
import dataclasses
import math
import time
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from diabolo.data.batch import Batch, in_one
from diabolo.data.labels import UNLABELED, Labels
from diabolo.errors import ModelFileError
from diabolo.models import defaults
from diabolo.models.comparison import Standing, judged
from diabolo.models.joint import Joint, Reader, Targets
from diabolo.models.labeling import Spread
from diabolo.randomness import derive, seeded
from diabolo.train import History, Trainer
from diabolo.train.closed_form.calibration import Calibration

__all__ = ["JointLabeler"]

ROUNDS = 2
ROWS = 2048  # rows read at a time
KEPT_BACK = 5  # one labeled row of so many is kept back to calibrate and judge
KEPT_BACK_FROM = 20  # labels of each class from which some are kept back
START_ROWS = 2048
WIDTH = 64  # of the code, where nothing is said


@dataclasses.dataclass(frozen=True)
class JointLabeler:
    """The teacher network, and how good it was on labels kept back.

    Parameters
    ----------
    reader : Reader
    calibration : Calibration
    history : History
    standing : Standing
    """

    reader: Reader
    calibration: Calibration
    history: History
    standing: Standing

    @classmethod
    def train(
        cls,
        model: Any,
        batch: Batch,
        labels: Labels,
        codes: Tensor,
        n_neighbors: int | None,
        seed: int,
        trainer: Trainer,
    ) -> Self:
        """Networks for the rows, from their codes (n, k) by a model that saw no label.

        The rounds share the trainer's time; who pressed Ctrl-C, or has no time left, does not want another one.
        """
        began = time.monotonic()
        used, kept_back = _keep_back(labels, seed)
        device = defaults.device(model.device)
        reader = _new_reader(model, batch, len(labels.classes), seed)
        rows = batch.to(device)
        histories: list[History] = []
        for turn in range(ROUNDS):
            shares = _flowed(_codes(reader, batch) if turn else codes, used, n_neighbors)
            own = trainer.after(time.monotonic() - began, trainings=ROUNDS - turn)
            reader, history = _round(
                model,
                reader.to(device).requires_grad_(),
                rows,
                used,
                shares,
                derive(seed, "round", turn),
                own,
            )
            reader = reader.cpu()
            histories.append(history if turn == 0 else history.after(histories[-1]))
            if history.stop_reason == "interrupted" or trainer.is_over(time.monotonic() - began):
                break
        accuracy, calibration = _judge_kept_back(reader, batch, labels, kept_back)
        note = (
            ""
            if accuracy is not None
            else f"with {KEPT_BACK_FROM} labels of each class some are kept back to measure it"
        )
        standing = Standing(
            "joint latent", reader.norm.num_features, "joint", accuracy, calibration.ece, note
        )
        return cls(reader, calibration, histories[-1], standing)

    @classmethod
    def restore(cls, model: Any, tensors: dict[str, Tensor]) -> Self:
        """The networks of a file."""
        reader = Reader(model.schema_, model.n_components_, len(model.classes_), model.size)
        own = reader.state_dict()
        if {n: t.shape for n, t in own.items()} != {n: t.shape for n, t in tensors.items()}:
            raise ModelFileError(
                "the weights in the file do not fit the networks that its parameters describe."
            )
        for name, tensor in own.items():
            tensor.copy_(tensors[name])
        return cls(reader.eval(), model.calibration_, model.history_, model.comparison_.standings[0])

    def tensors(self) -> dict[str, Tensor]:
        """What a file keeps."""
        return dict(self.reader.state_dict())

    def codes(self, batch: Batch) -> Tensor:
        """Codes (n, k) of rows."""
        return _codes(self.reader, batch)

    def batch_scores(self, batch: Batch) -> np.ndarray:
        """Logarithms of shares of classes (n, C)."""
        with torch.inference_mode():
            return self.reader.head(self.codes(batch)).double().log_softmax(1).numpy()


def _flowed(codes: Tensor, labels: Labels, n_neighbors: int | None) -> np.ndarray:
    """Shares of classes (n, C) that the labels' flow over the graph of codes gives every row."""
    _, scores, left_out = Spread.fit(codes, labels, n_neighbors)
    return judged(left_out, labels, Spread)[1].probabilities(scores)


def _keep_back(labels: Labels, seed: int) -> tuple[Labels, np.ndarray]:
    """The labels to learn from, and the rows whose labels are kept back where there are enough of each class."""
    if labels.counts.min() < KEPT_BACK_FROM:
        return labels, np.array([], int)
    order = np.random.default_rng(derive(seed, "kept back")).permutation(labels.rows)
    order = order[np.argsort(labels.codes[order], kind="stable")]
    kept_back = order[::KEPT_BACK]
    codes = labels.codes.copy()
    codes[kept_back] = UNLABELED
    return Labels(labels.classes, codes), kept_back


def _judge_kept_back(
    reader: Reader, batch: Batch, labels: Labels, kept_back: np.ndarray
) -> tuple[float | None, Calibration]:
    """Accuracy and calibration on the labels that no network has seen."""
    if not len(kept_back):
        return None, Calibration(1.0, None, 0, "too few labels to keep some back")
    only = np.full_like(labels.codes, UNLABELED)
    only[kept_back] = labels.codes[kept_back]
    kept = Labels(labels.classes, only)
    with torch.inference_mode():
        scores = (
            reader.head(_codes(reader, batch.take(torch.from_numpy(kept.rows))))
            .double()
            .log_softmax(1)
            .numpy()
        )
    accuracy, calibration = judged(scores, kept, Spread)
    return accuracy, dataclasses.replace(calibration, how="labels kept back")


def _new_reader(model: Any, batch: Batch, n_classes: int, seed: int) -> Reader:
    """Networks that know the statistics of the columns."""
    with seeded(seed, "weights"):
        reader = Reader(model.schema_, model.n_components or WIDTH, n_classes, model.size)
        if reader.image is None:
            step = max(1, len(batch) // START_ROWS)
            reader.net.start(batch.take(torch.arange(0, len(batch), step)))  # type: ignore[operator]
    return reader


def _round(
    model: Any, reader: Reader, rows: Batch, labels: Labels, shares: np.ndarray, seed: int, trainer: Trainer
) -> tuple[Reader, History]:
    """One training from shares of classes; returns the teacher."""
    plan = defaults.plan(model.size, len(rows), model.batch_size, model.max_epochs, model.learning_rate)
    epochs = max(1, math.ceil(plan.max_epochs / ROUNDS))
    known = torch.from_numpy(labels.rows).to(rows.index.device)
    given = torch.from_numpy(labels.codes >= 0).to(known.device)
    table = torch.from_numpy(shares).float()
    table[labels.rows] = torch.eye(len(labels.classes))[labels.codes[labels.rows]]
    steps = epochs * math.ceil(len(rows) / plan.batch_size)
    objective = Joint(reader, Targets(table.to(known.device), given), rows.take(known), steps).to(
        known.device
    )
    history = trainer.fit(
        objective, rows, rows.rows(0, 1), seed=seed, batch_size=plan.batch_size, max_epochs=epochs,
        learning_rate=plan.learning_rate,
    )  # fmt: skip
    return copy.deepcopy(objective.teacher).eval(), history


def _codes(reader: Reader, batch: Batch) -> Tensor:
    with torch.inference_mode():
        return in_one((reader(part) for part in batch.split(ROWS)), len(batch))
