"""The map of the latent space: where rows lie, where there is no data, and what the places in between mean."""

import dataclasses
from typing import Any

import numpy as np

from diabolo.errors import ParameterError
from diabolo.maps.grids import Grid, grid_of
from diabolo.maps.planes import Plane, plane_of, umap_points
from diabolo.maps.rows import codes_of
from diabolo.maps.views import check, views
from diabolo.maps.words import percent
from diabolo.models.defaults import whole
from diabolo.randomness import as_seed

__all__ = ["LatentMap", "latent_map"]

METHODS = ("auto", "pca", "umap")
UMAP_ROWS = 20_000  # of a random sample, where there are more
MOST_POINTS = 5000  # of the JSON
NO_WAY_BACK = "UMAP has no way back from the map to a code; method='pca' has"


@dataclasses.dataclass(frozen=True, eq=False)
class LatentMap:
    """Rows in the plane of a map, and a grid over it.

    Parameters
    ----------
    points : float32 array, shape (m, 2)
        Places of the rows; with a code of one number the second is 0.
    rows : int array, shape (m,)
        Their positions in the data.
    names : (str, str)
        What the axes are.
    method : {"latent", "pca", "umap"}
        The code itself where it has one or two numbers; its first two principal components; UMAP of it.
    plane : Plane or None
        The way back: ``plane.codes(points)``. None for UMAP.
    grid : Grid
    n_rows : int
        Rows that came; ``len(rows)`` of them are on the map.
    n_components : int

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> latent_map(LinearAutoencoder(2).fit(X), X).names
    ('z1', 'z2')
    """

    points: np.ndarray
    rows: np.ndarray
    names: tuple[str, str]
    method: str
    plane: Plane | None
    grid: Grid
    n_rows: int
    n_components: int

    @property
    def sentence(self) -> str:
        """What the map shows, with the size of a sample."""
        k, shown = self.n_components, len(self.rows)
        what = {
            "latent": "each at its code",
            "umap": f"each at the place that UMAP gives its code of {k} numbers",
        }
        kept = "" if self.plane is None else percent(sum(self.plane.shares[:2]))
        how = what.get(self.method, f"by the two directions that hold {kept} of the variance of {k} numbers")
        of = (
            f"{shown:,} rows"
            if shown == self.n_rows
            else f"A random sample of {shown:,} of {self.n_rows:,} rows"
        )
        return f"{of}, {how}; {percent(self.grid.empty.mean())} of the area holds no data."

    def to_json(self) -> dict[str, Any]:
        """Plain values, with at most 5000 points in steady strides."""
        step = max(1, -(-len(self.rows) // MOST_POINTS))
        return {
            "sentence": self.sentence,
            "method": self.method,
            "names": list(self.names),
            "n_rows": self.n_rows,
            "rows": self.rows[::step].tolist(),
            "points": np.round(self.points[::step].astype(float), 6).tolist(),
            "grid": self.grid.to_json(),
        }


def latent_map(
    model: Any,
    X: Any = None,
    *,
    method: str = "auto",
    grid: int | tuple[int, int] = 20,
    n_neighbors: int = 15,
    random_state: Any = 0,
    codes: np.ndarray | None = None,
) -> LatentMap:
    """Place rows on a map of the latent space, count them in a grid, and decode its cells.

    Parameters
    ----------
    model : Encodes
        Fitted; with a decoder the grid is decoded too.
    X : table, array or images
    method : {"auto", "pca", "umap"}
        ``auto`` takes a code of one or two numbers as it is, and the first two principal components of a wider one, from
        which every point leads back to a code. ``umap`` needs umap-learn, shows neighborhoods, and leads nowhere back.
    grid : int or (columns, lines)
        Cells.
    n_neighbors : int
        For UMAP.
    random_state : int, RandomState or None
        For UMAP, and for the sample of 20,000 rows that it is given where there are more.
    codes : array, shape (n, k), optional
        The codes of the rows, where they are known already; ``X`` is then not needed.

    Raises
    ------
    CapabilityError
        The model gives no codes.
    MissingExtra
        UMAP is asked for and not installed.
    ParameterError
        An unknown method, or a grid without cells.
    TooFewRowsError
        Fewer rows than neighbors, for UMAP.

    References
    ----------
    McInnes, Healy & Melville, "UMAP: uniform manifold approximation and projection", arXiv:1802.03426, 2018.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from sklearn.datasets import load_iris
    >>> X = load_iris().data
    >>> found = latent_map(LinearAutoencoder(3).fit(X), X, grid=5)
    >>> found.method, found.points.shape, found.grid.rows.shape
    ('pca', (150, 2), (25, 4))
    """
    check(model, "latent_map")
    if method not in METHODS:
        raise ParameterError(f"method={method!r} is not one of {', '.join(METHODS)}.")
    shape = _shape(grid)
    whole("n_neighbors", n_neighbors, 2)
    codes = codes_of(model, X, codes)
    if method == "umap":
        return _by_umap(codes, shape, n_neighbors, as_seed(random_state))
    plane = plane_of(codes)
    points = plane.points(codes)
    cells = grid_of(points, shape if codes.shape[1] > 1 else (shape[0], 1))
    reason = views(model)["grid"]
    cells = dataclasses.replace(cells, reason=reason) if reason else cells.decoded(model, plane)
    name = "latent" if codes.shape[1] <= 2 else "pca"
    return LatentMap(points, np.arange(len(codes)), plane.names, name, plane, cells, *codes.shape)


def _by_umap(codes: np.ndarray, shape: tuple[int, int], n_neighbors: int, seed: int) -> LatentMap:
    """The map that UMAP makes of codes."""
    n_rows, k = codes.shape
    rows = np.arange(n_rows)
    if n_rows > UMAP_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(n_rows, UMAP_ROWS, replace=False))
    points = umap_points(codes[rows], n_neighbors, seed % 2**32)
    cells = dataclasses.replace(grid_of(points, shape), reason=NO_WAY_BACK)
    return LatentMap(points, rows, ("UMAP 1", "UMAP 2"), "umap", None, cells, n_rows, k)


def _shape(grid: Any) -> tuple[int, int]:
    """Columns and lines of the grid."""
    shape = tuple(grid) if isinstance(grid, tuple | list) else (grid, grid)
    if len(shape) != 2:
        raise ParameterError(f"grid={grid!r} is not a number of cells, or of (columns, lines).")
    return whole("grid", shape[0]), whole("grid", shape[1])
