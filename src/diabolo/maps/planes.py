r"""The plane of a map: two directions of the latent space, and the way back from a point to a code.

With two dimensions the plane is the latent space itself. With more it is spanned by the first two principal components
of the codes; all k are kept, so that a code is its k scores and a point of the plane is a code whose other scores are 0,
or those of a row:

    scores = (z − mean) Vᵀ,    z = mean + scores V
"""

import dataclasses
from importlib import import_module
from typing import Any

import numpy as np

from diabolo.errors import MissingExtra, TooFewRowsError
from diabolo.maps.words import percent
from diabolo.train.closed_form import Moments, principal_components

__all__ = ["Plane", "plane_of", "umap_points"]


@dataclasses.dataclass(frozen=True, eq=False)
class Plane:
    """An orthonormal frame of the latent space whose first two directions are drawn.

    Parameters
    ----------
    mean : array, shape (k,)
    directions : array, shape (k, k)
        Orthonormal rows; the first two (or the one there is) span the plane.
    shares : tuple of float
        Share of the variance of the codes along each drawn direction.
    names : (str, str)
        What the axes are.

    Examples
    --------
    >>> Plane(np.zeros(2), np.eye(2), (0.6, 0.4), ("z1", "z2")).codes(np.ones((1, 2)))
    array([[1., 1.]], dtype=float32)
    """

    mean: np.ndarray
    directions: np.ndarray
    shares: tuple[float, ...]
    names: tuple[str, str]

    def points(self, codes: np.ndarray) -> np.ndarray:
        """Places of codes in the plane, (n, 2), float32; with one dimension the second number is 0.

        Examples
        --------
        >>> plane_of(np.array([[0.0], [2.0]], np.float32)).points(np.array([[5.0]])).tolist()
        [[5.0, 0.0]]
        """
        drawn = self.directions[:2].T
        found = (codes @ drawn.astype(np.float32) - (self.mean @ drawn)).astype(np.float32)
        return found if found.shape[1] == 2 else np.column_stack([found, np.zeros_like(found)])

    def codes(self, points: np.ndarray, held: np.ndarray | None = None) -> np.ndarray:
        """Codes (m, k) of points (m, 2) of the plane, float32.

        Parameters
        ----------
        points : array, shape (m, 2)
        held : array, shape (k,), optional
            A code whose other directions are held; by default the mean's.

        Examples
        --------
        >>> plane = plane_of(np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32))
        >>> z = np.array([[1.0, 2.0, 3.0]], np.float32)
        >>> np.allclose(plane.codes(plane.points(z), held=z[0]), z, atol=1e-5)
        True
        """
        drawn = self.directions[:2]
        start = self.mean if held is None else held - ((held - self.mean) @ drawn.T) @ drawn
        return (start + np.asarray(points, dtype=np.float64)[:, : len(drawn)] @ drawn).astype(np.float32)


def plane_of(codes: np.ndarray) -> Plane:
    """The plane in which codes are drawn.

    Parameters
    ----------
    codes : array, shape (n, k)

    Examples
    --------
    >>> plane_of(np.eye(2, dtype=np.float32)).names
    ('z1', 'z2')
    """
    k = codes.shape[1]
    if k <= 2:
        variance = codes.var(0, dtype=np.float64)
        names = ("z1", "z2" if k == 2 else "")
        return Plane(np.zeros(k), np.eye(k), tuple((variance / (variance.sum() or 1.0)).tolist()), names)
    if len(codes) < 2:
        raise TooFewRowsError(
            "there is 1 row: a map of more than two dimensions needs at least 2 rows to span a plane."
        )
    mean, directions, ratio = _principal(codes)
    shares = tuple(ratio[:2].tolist())
    first, second = (f"direction of the code ({percent(share)} of its variance)" for share in shares)
    return Plane(mean, directions, shares, (f"first {first}", f"second {second}"))


def umap_points(codes: np.ndarray, n_neighbors: int, seed: int) -> np.ndarray:
    """Places of codes (n, 2) by UMAP, float32.

    Raises
    ------
    MissingExtra
        umap-learn is not installed.
    TooFewRowsError
        There are not more rows than neighbors.

    References
    ----------
    McInnes, Healy & Melville, "UMAP: uniform manifold approximation and projection", arXiv:1802.03426, 2018.
    """
    if len(codes) <= n_neighbors:
        raise TooFewRowsError(
            f"{len(codes)} rows are too few for UMAP with {n_neighbors} neighbors: give more rows."
        )
    try:
        umap: Any = import_module("umap")
    except ImportError as error:
        raise MissingExtra(
            "method='umap' needs the package umap-learn: pip install 'diabolo[umap]'. method='pca' needs nothing, and its "
            "points can be decoded."
        ) from error
    reducer: Any = umap.UMAP(n_neighbors=n_neighbors, random_state=seed, n_jobs=1)
    return np.asarray(reducer.fit_transform(codes), dtype=np.float32)


def _principal(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, principal directions (k, k) and their shares of the variance, in one pass over the codes."""
    found = principal_components(Moments.of(codes), codes.shape[1])
    return found.mean, found.components, found.ratio
