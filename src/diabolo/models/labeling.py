"""Three ways from a few labels to all rows, each on codes that were learned without them: nearest, probe and spread.

They answer the same four questions: a score per class for any code, for the rows they were fitted on, and for the labeled
rows each left out of the fit, and what is to be kept in a file.
"""

import dataclasses
import warnings
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from diabolo.data.labels import Labels
from diabolo.neighbors import search
from diabolo.train.closed_form.propagation import neighbor_graph, settle

__all__ = ["LABELERS", "Knn", "Labeler", "Probe", "Spread", "evenly", "folds_of"]

LEAVE_ONE_OUT = 100  # labels; above, ten folds
FOLDS = 10
FLOOR = 1e-3  # score of a class that no neighbor has
MANY_ROWS = 5000  # from which a denser graph is better
POISSON_BELOW = 3.0  # labels per class: fewer do better as centered sources
SPREAD_ALPHA, POISSON_ALPHA = 0.99, 0.999
STRENGTHS = (0.01, 0.1, 1.0)  # inverse penalties of the probe
PROBE_FOLDS = 5


def folds_of(labels: Labels) -> np.ndarray:
    """Fold of each labeled row: one for each up to 100, else ten, classes evenly among them.

    Examples
    --------
    >>> folds_of(Labels.of([0, 0, 1, 1, -1], 5)).tolist()
    [0, 1, 2, 3]
    """
    classes = labels.codes[labels.rows]
    if len(classes) <= LEAVE_ONE_OUT:
        return np.arange(len(classes))
    return evenly(classes, FOLDS)


def evenly(classes: np.ndarray, folds: int) -> np.ndarray:
    """A fold for each row, so that every class is spread over them.

    Examples
    --------
    >>> evenly(np.array([0, 1, 0, 1]), 2).tolist()
    [0, 0, 1, 1]
    """
    order = np.argsort(classes, kind="stable")
    found = np.empty(len(classes), int)
    found[order] = np.arange(len(classes)) % folds
    return found


class Labeler(ABC):
    """Scores of classes from codes and a few labels.

    Attributes
    ----------
    TENSORS : tuple of str
        The fields that a file keeps.
    LEFT_OUT : (str, str)
        How labeled rows are left out, in words: up to 100 of them, and more.
    """

    TENSORS: ClassVar[tuple[str, ...]]
    LEFT_OUT: ClassVar[tuple[str, str]] = ("leave-one-out", "ten folds")

    @classmethod
    @abstractmethod
    def fit(
        cls, codes: Tensor, labels: Labels, n_neighbors: int | None
    ) -> tuple[Self, np.ndarray, np.ndarray]:
        """From codes (n, k): the labeler, scores (n, C) of all rows, and scores (L, C) of labeled rows left out."""

    @abstractmethod
    def scores(self, codes: Tensor) -> np.ndarray:
        """Scores (m, C) of other rows, the logarithm of a probability up to a temperature."""

    def tensors(self) -> dict[str, Tensor]:
        """What a file keeps."""
        return {name: torch.as_tensor(getattr(self, name)) for name in self.TENSORS}

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor]) -> Self:
        """The labeler of a file."""
        return cls(**{name: tensors[name] for name in cls.TENSORS})


@dataclasses.dataclass(frozen=True)
class Knn(Labeler):
    """The nearest labeled rows vote, near ones more: s_c = log Σ_{j of class c} exp(−(d²_j − d²_1) / 2h²).

    h² is the typical squared distance between a labeled row and its nearest.
    """

    codes: Tensor
    classes: Tensor
    settings: Tensor  # number of classes, of neighbors, and 2h²

    TENSORS: ClassVar[tuple[str, ...]] = ("codes", "classes", "settings")

    @classmethod
    def fit(
        cls, codes: Tensor, labels: Labels, n_neighbors: int | None
    ) -> tuple[Self, np.ndarray, np.ndarray]:
        """Keep the labeled rows; leaving one out is not looking at it."""
        known, classes = codes[labels.rows], torch.from_numpy(labels.codes[labels.rows])
        k = max(1, min(n_neighbors or 5, len(known) - 1))
        distances, places = _nearest(known, k)
        width = max(2 * float(distances[:, 0].median()), 1e-12)
        found = cls(known, classes, torch.tensor([len(labels.classes), k, width], dtype=torch.float64))
        return found, found.scores(codes), found._vote(distances, places)

    def scores(self, codes: Tensor) -> np.ndarray:
        """Votes of the nearest labeled rows."""
        return self._vote(*_nearest(self.codes, int(self.settings[1]), codes))

    def _vote(self, distances: Tensor, places: Tensor) -> np.ndarray:
        weights = torch.exp((distances[:, :1] - distances).double() / self.settings[2])
        votes = torch.full((len(weights), int(self.settings[0])), FLOOR, dtype=torch.float64)
        return votes.scatter_add_(1, self.classes[places], weights).log().numpy()


@dataclasses.dataclass(frozen=True)
class Probe(Labeler):
    """Logistic regression on standardized codes, its penalty chosen by the rows left out."""

    weight: Tensor
    bias: Tensor
    mean: Tensor
    scale: Tensor

    TENSORS: ClassVar[tuple[str, ...]] = ("weight", "bias", "mean", "scale")
    LEFT_OUT: ClassVar[tuple[str, str]] = ("five folds", "five folds")

    @classmethod
    def fit(
        cls,
        codes: Tensor,
        labels: Labels,
        n_neighbors: int | None,  # noqa: ARG003 - a plane has none
    ) -> tuple[Self, np.ndarray, np.ndarray]:
        """The penalty with the fewest errors on rows left out; among equals the strongest."""
        mean, scale = codes.mean(0), codes.std(0).clamp(min=1e-6)
        x = ((codes[labels.rows] - mean) / scale).double().numpy()
        classes = labels.codes[labels.rows]
        folds = evenly(classes, PROBE_FOLDS)
        tried = [_left_out(x, classes, folds, len(labels.classes), strength) for strength in STRENGTHS]
        errors = [float((scores.argmax(1) != classes).mean()) for scores in tried]
        best = int(np.argmin(errors))
        weight, bias = _logistic(x, classes, len(labels.classes), STRENGTHS[best])
        found = cls(torch.from_numpy(weight), torch.from_numpy(bias), mean, scale)
        return found, found.scores(codes), tried[best]

    def scores(self, codes: Tensor) -> np.ndarray:
        """Linear in the code."""
        return (((codes - self.mean) / self.scale).double() @ self.weight + self.bias).numpy()


@dataclasses.dataclass(frozen=True)
class Spread(Labeler):
    """Labels flow over the graph of nearest neighbors of all rows; see :mod:`diabolo.train.closed_form.propagation`.

    With fewer than three labels per class the sources are centered (Poisson learning), else not (label spreading).
    """

    codes: Tensor
    field: Tensor  # what settled at each row, (n, C)
    settings: Tensor  # number of neighbors, whether centered

    TENSORS: ClassVar[tuple[str, ...]] = ("codes", "field", "settings")

    @classmethod
    def fit(
        cls, codes: Tensor, labels: Labels, n_neighbors: int | None
    ) -> tuple[Self, np.ndarray, np.ndarray]:
        """Let the labels flow over the graph; each fold is a source of its own, so leaving it out is free."""
        k = max(1, min(n_neighbors or (10 if len(codes) >= MANY_ROWS else 5), len(codes) - 1))
        distances, indices = _nearest(codes, k)
        graph = neighbor_graph(distances.double().numpy(), indices.numpy())
        centered = float(labels.counts.mean()) < POISSON_BELOW
        field, left_out = _flow(graph, labels, centered=centered)
        found = cls(codes, torch.from_numpy(field).float(), torch.tensor([k, int(centered)]))
        return found, found._as_scores(field), found._as_scores(left_out)

    def scores(self, codes: Tensor) -> np.ndarray:
        """What settled at the nearest rows, averaged with the weights of the graph."""
        distances, indices = _nearest(self.codes, int(self.settings[0]), codes)
        weights = torch.exp(-4.0 * distances / distances[:, -1:].clamp(min=1e-12)).double()
        weights = weights / weights.sum(1, keepdim=True)
        field = torch.einsum("mk,mkc->mc", weights, self.field[indices].double())
        return self._as_scores(field.numpy())

    def _as_scores(self, field: np.ndarray) -> np.ndarray:
        """Centered sources settle at scores, others at shares."""
        return field if self.settings[1] else np.log(field + FLOOR)


LABELERS: dict[str, type[Labeler]] = {"knn": Knn, "probe": Probe, "spread": Spread}


def _flow(graph: Any, labels: Labels, *, centered: bool) -> tuple[np.ndarray, np.ndarray]:
    """What settles at all rows (n, C), and at labeled rows without their own fold (L, C)."""
    rows, classes, folds = labels.rows, labels.codes[labels.rows], folds_of(labels)
    pairs, column = np.unique(np.stack([folds, classes]), axis=1, return_inverse=True)
    column = column.ravel()
    sources = np.zeros((len(labels.codes), pairs.shape[1]))
    degrees = np.asarray(graph.sum(1)).ravel()
    sources[rows, column] = 1.0 if centered else np.sqrt(degrees[rows])
    settled = settle(graph, sources, alpha=POISSON_ALPHA if centered else SPREAD_ALPHA, centered=centered)
    everywhere = _combined(settled, pairs[1], np.bincount(column), len(labels.classes), centered=centered)
    left_out = np.empty((len(rows), len(labels.classes)))
    for fold in np.unique(folds):
        kept, own = pairs[0] != fold, folds == fold
        sizes = np.bincount(column)[kept]
        at_rows = settled[np.ix_(rows[own], np.flatnonzero(kept))]
        left_out[own] = _combined(at_rows, pairs[1][kept], sizes, len(labels.classes), centered=centered)
    return everywhere, left_out


def _combined(
    settled: np.ndarray, classes: np.ndarray, sizes: np.ndarray, width: int, *, centered: bool
) -> np.ndarray:
    """Sources of one class together: shares that add up to one, or scores of mean zero over the labels."""
    onehot = np.eye(width)[classes]
    if centered:
        field = settled @ (onehot - np.average(onehot, axis=0, weights=sizes))
        return field / max(float(np.sqrt(np.square(field).mean())), 1e-300)
    field = np.maximum(settled @ onehot, 0.0) + 1e-12  # a row that no label reaches may be anything
    return field / field.sum(1, keepdims=True)


def _left_out(
    x: np.ndarray, classes: np.ndarray, folds: np.ndarray, width: int, strength: float
) -> np.ndarray:
    """Scores of each fold by a probe fitted on the others."""
    scores = np.zeros((len(x), width))
    for fold in np.unique(folds):
        own = folds == fold
        if len(np.unique(classes[~own])) > 1:
            weight, bias = _logistic(x[~own], classes[~own], width, strength)
            scores[own] = x[own] @ weight + bias
    return scores


def _logistic(
    x: np.ndarray, classes: np.ndarray, width: int, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (k, C) and biases (C,) of multinomial logistic regression; an absent class scores below all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = LogisticRegression(C=strength, max_iter=100).fit(x, classes)
    coefficients, intercepts = found.coef_, found.intercept_
    if len(coefficients) == 1:  # two classes share one vector
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.hstack([-intercepts, intercepts]) / 2,
        )
    weight, bias = np.zeros((x.shape[1], width)), np.full(width, -30.0)
    weight[:, found.classes_], bias[found.classes_] = coefficients.T, intercepts
    return weight, bias


def _nearest(rows: Tensor, k: int, queries: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Squared distances and places of the k nearest rows of each query, or of each row among the others."""
    distances, places = search(rows, k) if queries is None else search(queries, k, among=rows)
    return distances.square(), places
