"""Groups that nobody labeled: clusters of the codes, each with its size, its prototype and what sets it apart."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from diabolo.errors import ParameterError, TooFewRowsError
from diabolo.frames import Frame
from diabolo.maps.contrasts import Contrast, contrasts
from diabolo.maps.partitions import AUTO, hdbscan, kmeans
from diabolo.maps.paths import Path, walk
from diabolo.maps.rows import codes_of, image_of, plain
from diabolo.maps.views import check, views
from diabolo.maps.words import percent
from diabolo.models.base import as_frame
from diabolo.models.defaults import whole
from diabolo.randomness import as_seed

__all__ = ["Cluster", "Clusters", "clusters"]

METHODS = ("kmeans", "hdbscan")
MOST_TOLD = 3  # columns of a sentence


@dataclasses.dataclass(frozen=True, eq=False)
class Cluster:
    """One group of rows that lie together in the latent space.

    Parameters
    ----------
    number : int
        From 0, the largest first; the value of ``Clusters.labels``.
    size : int
        Rows.
    share : float
        Of all rows.
    code : array, shape (k,)
        Mean code.
    prototype : table, array or images of one row, or None
        The mean code, decoded; None without a decoder.
    contrasts : tuple of Contrast
        Columns that set it apart from all other rows, the one that differs most first.
    sentence : str
    difference : array, shape (channels, height, width), or None
        For images the prototype less the image of the mean code.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.1], [0.2, 0.1], [9.0, 9.1], [9.1, 9.0], [9.2, 9.2]])
    >>> found = clusters(LinearAutoencoder(1).fit(X), X, n_clusters=2)
    >>> found.groups[0].sentence
    'Group 1, 3 rows (60 %): x1 higher: 9.1 against 0.1; x0 higher: 9.1 against 0.1.'
    """

    number: int
    size: int
    share: float
    code: np.ndarray
    prototype: Any
    contrasts: tuple[Contrast, ...]
    sentence: str
    difference: np.ndarray | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, without pictures."""
        return {
            "number": self.number,
            "size": self.size,
            "share": self.share,
            "sentence": self.sentence,
            "contrasts": [c.to_json() for c in self.contrasts],
            "prototype": None if self.prototype is None else plain(self.prototype)[0],
        }


@dataclasses.dataclass(frozen=True, eq=False)
class Clusters:
    """All groups that were found.

    Parameters
    ----------
    labels : int array, shape (n,)
        Number of each row's cluster, −1 for rows in none (HDBSCAN only).
    groups : tuple of Cluster
        The largest first.
    method : {"kmeans", "hdbscan"}
    silhouette : dict of int to float
        Mean silhouette by number of clusters, where that was chosen automatically.
    n_rows, sample : int
        Rows that came, and rows on which the clusters were found; the others were put to the nearest.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.1], [0.2, 0.1], [9.0, 9.1], [9.1, 9.0], [9.2, 9.2]])
    >>> found = clusters(LinearAutoencoder(1).fit(X), X, n_clusters=2)
    >>> found.labels
    array([1, 1, 0, 0, 0])
    """

    labels: np.ndarray
    groups: tuple[Cluster, ...]
    method: str
    silhouette: dict[int, float]
    n_rows: int
    sample: int

    @property
    def n_unassigned(self) -> int:
        """Rows in no cluster."""
        return int((self.labels < 0).sum())

    @property
    def sentence(self) -> str:
        """What was found."""
        of = "" if self.sample == self.n_rows else f", found on a sample of {self.sample:,}"
        rest = f"; {self.n_unassigned:,} belong to none" if self.n_unassigned else ""
        number = len(self.groups)
        return f"{number} group{'s' if number != 1 else ''} among {self.n_rows:,} rows{of}{rest}."

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the labels of the rows."""
        return {
            "sentence": self.sentence,
            "method": self.method,
            "silhouette": {str(k): value for k, value in self.silhouette.items()},
            "n_rows": self.n_rows,
            "sample": self.sample,
            "n_unassigned": self.n_unassigned,
            "groups": [group.to_json() for group in self.groups],
        }


def clusters(
    model: Any,
    X: Any,
    method: str = "kmeans",
    n_clusters: int | str = AUTO,
    *,
    min_cluster_size: int | str = AUTO,
    random_state: Any = 0,
    codes: np.ndarray | None = None,
) -> Clusters:
    """Find groups of rows in the latent space and say what sets each apart.

    Parameters
    ----------
    model : Encodes
        Fitted; with a decoder every group has a prototype.
    X : table, array or images
    method : {"kmeans", "hdbscan"}
        k-means parts all rows into balls; HDBSCAN finds dense regions of any shape and leaves rows between them out.
    n_clusters : int or "auto"
        For k-means. ``auto``: the number from 2 to 10 with the largest mean silhouette.
    min_cluster_size : int or "auto"
        For HDBSCAN: the fewest rows that make a group. ``auto``: 1 % of the rows, at least 5.
    random_state : int, RandomState or None
        Above 20,000 rows clusters are found on a random sample of as many.
    codes : array, shape (n, k), optional
        The codes of ``X``, where they are known already.

    Raises
    ------
    CapabilityError
        The model gives no codes.
    ParameterError
        An unknown method, or a number that does not belong to it.
    TooFewRowsError
        Fewer rows than groups.

    References
    ----------
    Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 1982.
    Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 1987.
    Campello, Moulavi & Sander, "Density-based clustering based on hierarchical density estimates", PAKDD 2013.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from sklearn.datasets import load_iris
    >>> X = load_iris(as_frame=True).data
    >>> found = clusters(LinearAutoencoder(2).fit(X), X)
    >>> found.sentence
    '2 groups among 150 rows.'
    """
    check(model, "clusters")
    if method not in METHODS:
        raise ParameterError(f"method={method!r} is not one of {', '.join(METHODS)}.")
    _check(method, n_clusters, min_cluster_size)
    frame = as_frame(X)
    _check_rows(frame.n_rows, n_clusters, min_cluster_size)
    codes, seed = codes_of(model, frame, codes), as_seed(random_state)
    found = kmeans(codes, n_clusters, seed) if method == "kmeans" else hdbscan(codes, min_cluster_size, seed)
    groups = _groups(model, frame, codes, found.labels)
    return Clusters(found.labels, groups, method, found.silhouette, frame.n_rows, found.sample)


def _groups(model: Any, frame: Frame, codes: np.ndarray, labels: np.ndarray) -> tuple[Cluster, ...]:
    """Size, prototype and contrasts of each."""
    apart, decodes = contrasts(model.schema_, frame, labels), not views(model)["prototype"]
    mean, made = codes.mean(0, dtype=np.float64), []
    for number, found in enumerate(apart):
        inside = labels == number
        size, code = int(inside.sum()), codes[inside].mean(0, dtype=np.float64)
        prototype = model.inverse_transform(code[None].astype(np.float32)) if decodes else None
        path = walk(model, np.stack([mean, code])) if decodes and image_of(model) else None
        told = f"Group {number + 1}, {size:,} rows ({percent(size / len(labels))}): {_told(found, path)}."
        difference = None if path is None else path.difference
        made.append(Cluster(number, size, size / len(labels), code, prototype, found, told, difference))
    return tuple(made)


def _told(apart: Sequence[Contrast], path: Path | None) -> str:
    """What sets a group apart, in words."""
    texts = [c.text for c in apart[:MOST_TOLD]]
    texts += [f"beside the average image {path.picture()}"] if path is not None else []
    return "; ".join(texts) or "no column sets it apart"


def _check(method: str, n_clusters: Any, min_cluster_size: Any) -> None:
    """Numbers that belong to the method."""
    for name, value, owner, least in (
        ("n_clusters", n_clusters, "kmeans", 1),
        ("min_cluster_size", min_cluster_size, "hdbscan", 2),
    ):
        if isinstance(value, str) and value == AUTO:
            continue
        if method != owner:
            raise ParameterError(f"{name}={value!r} belongs to method={owner!r}; method={method!r} has none.")
        whole(name, value, least, f", or {AUTO!r}")


def _check_rows(n_rows: int, *numbers: Any) -> None:
    """Rows enough for as many groups."""
    needed = max([3, *(n for n in numbers if not isinstance(n, str))])
    if n_rows < needed:
        raise TooFewRowsError(f"{n_rows} rows are too few for groups: at least {needed} are needed here.")
