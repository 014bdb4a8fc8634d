"""How far the same labels reach on other representations of the same rows: raw features and principal components."""

import dataclasses
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.labels import Labels
from diabolo.data.schema import Schema
from diabolo.models.labeling import LEAVE_ONE_OUT, Labeler
from diabolo.models.reference import Reference
from diabolo.train.closed_form.calibration import Calibration, calibrate

__all__ = ["Comparison", "Standing", "compared", "judged", "left_out_how", "principal_scores", "raw_features"]

COMPARED = 10_000  # rows on which representations are compared


@dataclasses.dataclass(frozen=True)
class Standing:
    """How one representation did.

    Parameters
    ----------
    representation : str
        ``latent``, ``raw`` or ``PCA``, with what it is.
    width : int
        Numbers per row.
    method : str
    accuracy : float or None
        Share of labeled rows that are labeled right when they are left out; None where none can be.
    ece : float or None
        Expected calibration error of these rows.
    note : str
        What is to be known about the figure.

    Examples
    --------
    >>> Standing("PCA", 2, "knn", 0.9, 0.05).accuracy
    0.9
    """

    representation: str
    width: int
    method: str
    accuracy: float | None
    ece: float | None
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The same labels on the latent, on raw features and on principal components.

    Parameters
    ----------
    standings : tuple of Standing
    labels : int
        Labeled rows that were left out in turn.
    how : str
        How, in words.

    Examples
    --------
    >>> Comparison((Standing("PCA", 2, "knn", 0.9, 0.05),), 10, "leave-one-out").to_json()["labels"]
    10
    """

    standings: tuple[Standing, ...]
    labels: int
    how: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The record that :meth:`to_json` gave."""
        return cls(tuple(Standing(**one) for one in stored["standings"]), stored["labels"], stored["how"])


def judged(scores: np.ndarray, labels: Labels, method: type[Labeler]) -> tuple[float | None, Calibration]:
    """Accuracy and calibration from scores (L, C) of labeled rows left out.

    The one example of a class says nothing: without it the class is unknown.
    """
    classes = labels.codes[labels.rows]
    fair = labels.counts[classes] > 1
    accuracy = float((scores.argmax(1) == classes)[fair].mean()) if fair.any() else None
    return accuracy, calibrate(scores[fair], classes[fair], left_out_how(labels, method))


def left_out_how(labels: Labels, method: type[Labeler]) -> str:
    """How labeled rows are left out, in words."""
    return method.LEFT_OUT[len(labels.rows) > LEAVE_ONE_OUT]


def compared(
    schema: Schema,
    batch: Batch,
    codes: Tensor,
    labels: Labels,
    method: type[Labeler],
    n_neighbors: int | None,
) -> tuple[Standing, ...]:
    """The method on the codes (n, k) of rows, on their raw features, and on as many principal components.

    Above 10,000 rows it is a sample that holds all labeled ones.
    """
    rows = _sample(labels)
    note = f"on a sample of {len(rows):,} rows" if len(rows) < len(batch) else ""
    if note:
        part = torch.from_numpy(rows)
        batch, codes, labels = batch.take(part), codes[part], labels.take(rows)
    representations = {
        "latent": codes,
        "raw": raw_features(schema, batch),
        "PCA": principal_scores(schema, batch, codes.shape[1]),
    }
    return tuple(_standing(name, z, labels, method, n_neighbors, note) for name, z in representations.items())


def _standing(
    name: str, codes: Tensor, labels: Labels, method: type[Labeler], n_neighbors: int | None, note: str
) -> Standing:
    accuracy, calibration = judged(method.fit(codes, labels, n_neighbors)[2], labels, method)
    return Standing(name, codes.shape[1], method.__name__.lower(), accuracy, calibration.ece, note)


def _sample(labels: Labels) -> np.ndarray:
    """Every row, or 10,000 in even strides with all labeled ones among them."""
    n = len(labels.codes)
    if n <= COMPARED:
        return np.arange(n)
    return np.union1d(np.arange(0, n, -(-n // COMPARED)), labels.rows)


def raw_features(schema: Schema, batch: Batch) -> Tensor:
    """Coordinates (n, D) of rows; a gap is at the mean of its column."""
    return schema.filled(batch)


def principal_scores(schema: Schema, batch: Batch, k: int) -> Tensor:
    """The first k principal components (n, k) of rows."""
    return Reference.fit(schema, batch, k).scores(schema, batch)
