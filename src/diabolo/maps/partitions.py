"""Codes parted into groups: by k-means with a number of groups chosen by silhouettes, or by density."""

import dataclasses
from typing import Any

import numpy as np

__all__ = ["AUTO", "Partition", "hdbscan", "kmeans"]

AUTO = "auto"
SAMPLE = 20_000  # rows on which groups are found, where there are more
SILHOUETTE_ROWS = 2000  # rows on which a number of groups is judged: silhouettes need all pairs
MOST_GROUPS = 10
STARTS = 4  # of k-means, the best being kept


@dataclasses.dataclass(frozen=True, eq=False)
class Partition:
    """A group for every row.

    Parameters
    ----------
    labels : int array, shape (n,)
        From 0, the largest group first; −1 for rows in none.
    silhouette : dict of int to float
        By number of groups, where that was chosen.
    sample : int
        Rows on which the groups were found.
    """

    labels: np.ndarray
    silhouette: dict[int, float]
    sample: int


def kmeans(codes: np.ndarray, n_clusters: int | str, seed: int) -> Partition:
    """k-means; the number of groups with the largest mean silhouette where it is "auto".

    Parameters
    ----------
    codes : array, shape (n, k)
    n_clusters : int or "auto"
    seed : int

    References
    ----------
    Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 1982.
    Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 1987.

    Examples
    --------
    >>> kmeans(np.array([[0.0], [0.1], [0.2], [9.0], [9.1]]), 2, 0).labels
    array([0, 0, 0, 1, 1])
    """
    rows = _sample(len(codes), seed)
    sample, scores = codes[rows], {}
    if isinstance(n_clusters, str):
        scores = _silhouettes(sample, seed)
        n_clusters = max(scores, key=lambda k: scores[k]) if scores else 1
    fitted = _fitted(sample, n_clusters, seed)
    return Partition(_by_size(fitted.predict(codes)), scores, len(rows))


def hdbscan(codes: np.ndarray, min_cluster_size: int | str, seed: int) -> Partition:
    """HDBSCAN: dense regions of any shape; beyond the sample a row joins its nearest sampled row's group.

    Parameters
    ----------
    codes : array, shape (n, k)
    min_cluster_size : int or "auto"
        ``auto``: 1 % of the rows, at least 5.
    seed : int
        Of the sample.

    References
    ----------
    Campello, Moulavi & Sander, "Density-based clustering based on hierarchical density estimates", PAKDD 2013.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(50, 1, (40, 2)), [[-200.0, -200.0]]])
    >>> hdbscan(codes, 10, 0).labels[[0, 60, 100]]
    array([ 0,  1, -1])
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.neighbors import KNeighborsClassifier

    rows = _sample(len(codes), seed)
    asked = len(codes) // 100 if isinstance(min_cluster_size, str) else min_cluster_size
    least = 5 if isinstance(min_cluster_size, str) else 2
    size = min(len(rows), max(least, round(asked * len(rows) / len(codes))))  # of the sample
    options: dict[str, Any] = {"min_cluster_size": size, "copy": True}
    labels = HDBSCAN(**options).fit_predict(codes[rows])
    if len(rows) < len(codes):
        labels = KNeighborsClassifier(1).fit(codes[rows], labels).predict(codes)
    return Partition(_by_size(labels), {}, len(rows))


def _sample(n: int, seed: int) -> np.ndarray:
    """All rows, or a random sample of them, in order."""
    if n <= SAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, SAMPLE, replace=False))


def _silhouettes(codes: np.ndarray, seed: int) -> dict[int, float]:
    """Mean silhouette by number of groups."""
    from sklearn.metrics import silhouette_score

    few = codes[:: max(1, len(codes) // SILHOUETTE_ROWS)]
    most = min(MOST_GROUPS, len(np.unique(few, axis=0)) - 1)
    groups = {k: _fitted(codes, k, seed).predict(few) for k in range(2, most + 1)}
    apart = {k: g for k, g in groups.items() if len(np.unique(g)) > 1}  # one far row may be a group by itself
    return {k: float(silhouette_score(few, g)) for k, g in apart.items()}


def _fitted(codes: np.ndarray, n_clusters: int, seed: int) -> Any:
    """Centers of groups."""
    from sklearn.cluster import KMeans

    options: dict[str, Any] = {"n_init": STARTS, "random_state": seed % 2**32}
    return KMeans(n_clusters, **options).fit(codes)


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Groups numbered by size, the largest first; −1 stays."""
    found, counts = np.unique(labels[labels >= 0], return_counts=True)
    order = found[np.argsort(-counts, kind="stable")]
    number = np.full(int(labels.max(initial=-1)) + 2, -1, dtype=np.int64)  # the last entry serves −1
    number[order] = np.arange(len(order))
    return number[labels]
