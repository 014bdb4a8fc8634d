"""A grid over the plane of a map: how much data is near each cell, and what each cell decodes to."""

import dataclasses
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from diabolo.maps.planes import Plane

__all__ = ["Grid", "grid_of"]

OUTER = 0.001  # quantile of the points at either end where the grid begins
MARGIN = 0.05  # of its width, added at either end
SMOOTHING = 0.7  # cells, standard deviation of the kernel
EMPTY = 0.02  # of the density of an even spread over the grid


@dataclasses.dataclass(frozen=True, eq=False)
class Grid:
    """Cells over the plane of a map, the first row at the bottom.

    Parameters
    ----------
    x, y : array, shape (columns,) and (lines,)
        Centers of the cells.
    counts : int array, shape (lines, columns)
        Points in each cell.
    density : array, shape (lines, columns)
        Counts smoothed by a normal kernel, as a share of the largest: 0 where there is no data, 1 where there is most.
    empty : bool array, shape (lines, columns)
        Where next to no data is near: what is decoded there was never learned from.
    codes : array, shape (lines · columns, k), or None
        Codes of the cells, line after line, other directions of the latent space held at the mean.
    rows : table, array or images of lines · columns rows, or None
        The codes, decoded; None where they cannot be.
    reason : str
        Why there are no decoded rows, or "".

    Examples
    --------
    >>> grid_of(np.array([[0.0, 0.0], [1.0, 2.0]], np.float32), (2, 2)).density.max().round(2).item()
    1.0
    """

    x: np.ndarray
    y: np.ndarray
    counts: np.ndarray
    density: np.ndarray
    empty: np.ndarray
    codes: np.ndarray | None = None
    rows: Any = None
    reason: str = ""

    @property
    def centers(self) -> np.ndarray:
        """Centers of all cells, line after line, (lines · columns, 2).

        Examples
        --------
        >>> grid_of(np.array([[0.0, 0.0], [1.0, 2.0]], np.float32), (2, 1)).centers.shape
        (2, 2)
        """
        across, up = np.meshgrid(self.x, self.y)
        return np.column_stack([across.ravel(), up.ravel()])

    def decoded(self, model: Any, plane: Plane) -> "Grid":
        """The same grid with what its cells decode to."""
        codes = plane.codes(self.centers)
        return dataclasses.replace(self, codes=codes, rows=model.inverse_transform(codes), reason="")

    def to_json(self) -> dict[str, Any]:
        """Plain values, without decoded rows."""
        return {
            "x": self.x.tolist(),
            "y": self.y.tolist(),
            "counts": self.counts.tolist(),
            "density": np.round(self.density, 4).tolist(),
            "empty": self.empty.tolist(),
            "decoded": self.rows is not None,
            "reason": self.reason,
        }


def grid_of(points: np.ndarray, shape: tuple[int, int]) -> Grid:
    """Count points in the cells of a grid that covers nearly all of them.

    Parameters
    ----------
    points : array, shape (n, 2)
    shape : (columns, lines)

    Examples
    --------
    >>> grid_of(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0]], np.float32), (2, 1)).counts
    array([[1, 2]])
    """
    edges = [_edges(points[:, axis], cells) for axis, cells in enumerate(shape)]
    places = [_cells(points[:, axis], edges[axis]) for axis in (0, 1)]
    inside = (places[0] >= 0) & (places[1] >= 0)
    flat = places[1][inside] * shape[0] + places[0][inside]
    counts = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape[1], shape[0])
    smooth = gaussian_filter(counts.astype(np.float64), SMOOTHING, mode="constant")
    x, y = ((edge[1:] + edge[:-1]) / 2 for edge in edges)
    return Grid(x, y, counts, smooth / smooth.max(), smooth < EMPTY * counts.mean())


def _edges(values: np.ndarray, cells: int) -> np.ndarray:
    """Borders of cells over nearly the whole range; around a single value cells of width one."""
    low, high = np.quantile(values, [OUTER, 1 - OUTER], method="nearest").astype(float)
    if high <= low:
        return low + np.arange(cells + 1) - cells / 2
    margin = MARGIN * (high - low)
    return np.linspace(low - margin, high + margin, cells + 1)


def _cells(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Cell of every value, −1 outside."""
    cells = len(edges) - 1
    place = np.floor((values - np.float32(edges[0])) * np.float32(cells / (edges[-1] - edges[0])))
    return np.where((place >= 0) & (place < cells), place, -1).astype(np.int32)
