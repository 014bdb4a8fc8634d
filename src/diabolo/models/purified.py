"""A classifier behind an autoencoder that cleans what comes in, as one model: it is judged as a whole or not at all.

Cleaning often hides the gradient of the classifier alone from whoever attacks that (a grey-box test), and the same attack
through both falls for nothing: published defenses that looked strong so went to zero. ``to_module`` is therefore the
composition, differentiable from the row to the logits.

References
----------
Meng & Chen, "MagNet: a two-pronged defense against adversarial examples", CCS 2017.
Tramèr, Carlini, Brendel & Mądry, "On adaptive attacks to adversarial example defenses", NeurIPS 2020.
"""

import copy
import dataclasses
from typing import Any, cast

import numpy as np
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import CapabilityError
from diabolo.frames import Frame
from diabolo.models.base import Distributes, as_frame
from diabolo.models.denoiser import Denoiser
from diabolo.models.logits import FromRaw
from diabolo.models.raw import raw
from diabolo.models.supervised import Supervised
from diabolo.shapes import Features

__all__ = ["Cleaned", "Purified"]


@dataclasses.dataclass(frozen=True)
class Purified:
    """A fitted classifier that reads what a fitted autoencoder makes of each row.

    Parameters
    ----------
    classifier : Classifier or RobustClassifier
    autoencoder : Autoencoder, VAE or Denoiser
        Fitted on rows of the same columns.
    rounds : int
        How many times a row passes through the autoencoder.

    Raises
    ------
    CapabilityError
        A model of another kind, or of other columns.

    References
    ----------
    Meng & Chen, "MagNet: a two-pronged defense against adversarial examples", CCS 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import torch
    >>> from diabolo import VAE, Classifier
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = Classifier(max_epochs=20, random_state=0).fit(X, y)
    >>> whole = Purified(classifier, VAE(2, max_epochs=20, random_state=0).fit(X))
    >>> whole.to_module()(torch.zeros(1, 4)).shape
    torch.Size([1, 3])
    """

    classifier: Any
    autoencoder: Any
    rounds: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.classifier, Supervised):
            raise CapabilityError(
                f"classifier={self.classifier!r} is no Classifier or RobustClassifier of Diabolo."
            )
        if not isinstance(self.autoencoder, Distributes | Denoiser):
            raise CapabilityError(
                f"autoencoder={self.autoencoder!r} gives no likelihood of rows: take an Autoencoder, a VAE or a Denoiser."
            )
        check_is_fitted(self.classifier)
        check_is_fitted(self.autoencoder)
        theirs, ours = cast(Any, self.autoencoder).schema_, self.classifier.schema_
        if _shape(theirs) != _shape(ours):
            raise CapabilityError(
                f"the autoencoder learned from {_shape(theirs)} and the classifier from {_shape(ours)}: fit both on the "
                "same columns."
            )
        if self.rounds < 1:
            raise CapabilityError(
                f"rounds={self.rounds}: a row passes through the autoencoder at least once."
            )

    @property
    def classes_(self) -> np.ndarray:
        """The classes, (C,)."""
        return self.classifier.classes_

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities of the cleaned rows, float32 (n, C)."""
        frame: Any = as_frame(X)
        for _ in range(self.rounds):
            frame = Frame.decoded(self.autoencoder.reconstruct(frame))
        return self.classifier.predict_proba(frame)

    def predict(self, X: Any) -> np.ndarray:
        """Classes of the cleaned rows, (n,)."""
        return self.classes_[self.predict_proba(X).argmax(1)]

    def score(self, X: Any, y: Any) -> float:
        """Share of rows labeled right."""
        return float((self.predict(X) == np.asarray(y)).mean())

    def to_module(self) -> nn.Module:
        """The whole as one differentiable network, from rows as they come to logits (B, C).

        Raises
        ------
        CapabilityError
            Rows are neither an array nor images.
        """
        return Cleaned(self.autoencoder, FromRaw(self.classifier.net_), self.rounds).eval()


class Cleaned(nn.Module):
    """The expected row that an autoencoder gives for a row, and the logits of that; a copy of all weights.

    Parameters
    ----------
    autoencoder : Autoencoder, VAE or Denoiser
    classifier : Module
        Rows -> logits.
    rounds : int
    """

    def __init__(self, autoencoder: Any, classifier: nn.Module, rounds: int = 1) -> None:
        super().__init__()
        self.cross = raw(autoencoder.schema_)
        self.model = copy.deepcopy(autoencoder)
        self.nets = nn.ModuleList([v for v in vars(self.model).values() if isinstance(v, nn.Module)])
        self.classifier, self.rounds = classifier, rounds

    def forward(self, x: Tensor) -> Features:
        """Rows (B, ...) -> logits (B, C)."""
        for _ in range(self.rounds):
            x = self.clean(x)
        return self.classifier(x)

    def clean(self, x: Tensor) -> Tensor:
        """Rows -> the expected clean rows, inside the range of light where they are images."""
        batch: Batch = self.cross(x)
        joint = (
            self.model.cleaner_(batch)
            if isinstance(self.model, Denoiser)
            else self.model.decode_joint(self.model.encode_batch(batch))
        )
        (distribution,) = joint.values()
        return self.cross.back(distribution.mean, x)


def _shape(schema: Schema) -> tuple[Any, ...]:
    """What two models must agree on: columns and their kinds."""
    return tuple((column.kind, *column.names, *column.widths[:1]) for column in schema.columns)
