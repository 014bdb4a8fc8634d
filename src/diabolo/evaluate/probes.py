"""What can be read off a code by the simplest means: a linear classifier and the nearest neighbors."""

import dataclasses
import warnings
from typing import Any

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from diabolo.errors import DataError
from diabolo.evaluate.labels import read_labels
from diabolo.evaluate.latent import MOST_ROWS, Spaces
from diabolo.evaluate.scores import plain_json
from diabolo.frames import Frame
from diabolo.neighbors import search
from diabolo.randomness import derive

__all__ = ["Probe", "ProbeScores", "knn_predict", "probe"]

FOLDS = 5
ITERATIONS = 200


@dataclasses.dataclass(frozen=True)
class Probe:
    """Accuracy of two simple classifiers on one representation of the rows.

    Parameters
    ----------
    linear : float
        Logistic regression.
    knn : float
        Majority of the nearest neighbors.

    Examples
    --------
    >>> Probe(0.9, 0.95).knn
    0.95
    """

    linear: float
    knn: float


@dataclasses.dataclass(frozen=True)
class ProbeScores:
    """The same probes on the code, on the data themselves and on PCA of the code's width.

    Parameters
    ----------
    model, raw, pca : Probe
    majority : float
        Accuracy of always answering the most frequent label.
    rows, sample : int
        Labelled rows there were, and how many were judged.
    classes : tuple of str
    folds, n_neighbors, n_components : int

    Examples
    --------
    >>> half = Probe(0.5, 0.5)
    >>> [line["representation"] for line in ProbeScores(half, half, half, 0.5, 9, 9, ("a", "b"), 5, 5, 2).table()]
    ['code', 'raw features', 'PCA']
    """

    model: Probe
    raw: Probe
    pca: Probe
    majority: float
    rows: int
    sample: int
    classes: tuple[str, ...]
    folds: int
    n_neighbors: int
    n_components: int

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per representation."""
        named = {"code": self.model, "raw features": self.raw, "PCA": self.pca}
        return [{"representation": name, **dataclasses.asdict(found)} for name, found in named.items()]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_json(dataclasses.asdict(self))


def probe(
    model: Any,
    X: Any,
    labels: Any,
    *,
    n_neighbors: int = 5,
    max_rows: int = MOST_ROWS,
    random_state: int = 0,
) -> ProbeScores:
    """Ask how well labels can be read off the code, beside the data themselves and PCA of the same width.

    Logistic regression on standardized features, and the majority of the nearest neighbors, each by stratified
    cross-validation over the labeled rows (five folds, fewer where a label has fewer rows).

    Parameters
    ----------
    model : Autoencoder or LinearAutoencoder
        Fitted, best on other rows; labels were not needed.
    X : table, array, tensor or images
        A column of labels that the model itself was fitted with makes the answer trivial.
    labels : str or sequence of length n
        A column of ``X``, or one label per row; None where a row has none.
    n_neighbors : int
    max_rows : int
        More labeled rows than these are sampled, each label in its share, rare ones with five rows first.
    random_state : int
        Of sample and folds.

    Returns
    -------
    ProbeScores

    Raises
    ------
    DataError
        Labels of another length, one label only, a label that only one row has, or fewer rows than neighbors.

    References
    ----------
    Alain & Bengio, "Understanding intermediate layers using linear classifier probes", ICLR workshop 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> X, y = load_iris(return_X_y=True)
    >>> scores = probe(LinearAutoencoder(2).fit(X), X, y)
    >>> scores.model == scores.pca, scores.raw.linear > 0.9, round(scores.majority, 2)
    (True, True, 0.33)
    """
    frame = Frame.of(X)
    read = read_labels(labels, frame)
    labeled = read.rows
    spaces = Spaces.of(model, frame.take(labeled), read.take(labeled), max_rows, random_state)
    assert spaces.labels is not None
    classes = torch.from_numpy(spaces.labels.codes)
    splits = _splits(classes, n_neighbors, random_state)
    found = [_probe(space, classes, splits, n_neighbors) for space in (spaces.model, spaces.data, spaces.pca)]
    return ProbeScores(
        *found,
        majority=float(torch.bincount(classes).max()) / len(classes),
        rows=spaces.rows,
        sample=len(classes),
        classes=tuple(str(name) for name in read.classes.tolist()),
        folds=len(splits),
        n_neighbors=n_neighbors,
        n_components=spaces.model.shape[1],
    )


def knn_predict(rows: Tensor, classes: Tensor, queries: Tensor, k: int) -> Tensor:
    """The majority label of the k nearest rows of each query; the smaller number where labels are equally frequent.

    Parameters
    ----------
    rows : Tensor, shape (n, d)
    classes : int64 Tensor, shape (n,)
        From 0.
    queries : Tensor, shape (m, d)
    k : int

    References
    ----------
    Fix & Hodges, "Discriminatory analysis: nonparametric discrimination", 1951.

    Examples
    --------
    >>> rows, classes = torch.tensor([[0.0], [1.0], [9.0]]), torch.tensor([0, 0, 1])
    >>> knn_predict(rows, classes, torch.tensor([[0.4], [8.0]]), 1)
    tensor([0, 1])
    """
    nearest = classes[search(queries, k, among=rows)[1]]
    votes = torch.zeros(len(queries), int(classes.max()) + 1).scatter_add_(
        1, nearest, torch.ones(nearest.shape)
    )
    return votes.argmax(1)


def _splits(classes: Tensor, n_neighbors: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """Stratified folds, as many as the rarest class allows, as pairs of training and test rows."""
    count = torch.bincount(classes)
    folds = min(FOLDS, int(count[count > 0].min()))
    if folds < 2:
        raise DataError(
            f"a label has one row among the {len(classes)} that are judged, which cannot be both learned from and asked: "
            "label at least two rows of each, or take away the labels that have one."
        )
    if len(classes) - -(-len(classes) // folds) < n_neighbors:
        raise DataError(
            f"{len(classes)} labeled rows are too few to ask {n_neighbors} neighbors in another part of them: label "
            "more rows, or give a smaller n_neighbors."
        )
    parts = StratifiedKFold(folds, shuffle=True, random_state=derive(seed, "folds") % 2**32)
    pairs = parts.split(np.zeros(len(classes)), classes.numpy())
    return [(torch.from_numpy(train), torch.from_numpy(test)) for train, test in pairs]


def _probe(space: Tensor, classes: Tensor, splits: list[tuple[Tensor, Tensor]], k: int) -> Probe:
    """Both probes on one representation."""
    right = torch.zeros(2)
    for train, test in splits:
        linear = torch.from_numpy(_linear(space[train], classes[train]).predict(space[test].numpy()))
        knn = knn_predict(space[train], classes[train], space[test], k)
        right += torch.stack([(guess == classes[test]).sum() for guess in (linear, knn)])
    return Probe(*(right / len(classes)).tolist())


def _linear(space: Tensor, classes: Tensor) -> Any:
    """Logistic regression; one that has not quite converged is as good a probe."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=ITERATIONS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(space.numpy(), classes.numpy())
