"""The map of the latent space: where rows lie, and how to color them."""

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from diabolo.columns.levels import count_levels, plain
from diabolo.frames import Frame
from diabolo.report.records import Coloring, Scatter
from diabolo.report.words import number, percent, shortened

__all__ = ["coloring", "scatter"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

MOST_LEVELS = 10  # colors that can be told apart
STEPS = 7  # of a color scale


def scatter(codes: np.ndarray, errors: np.ndarray, colorings: Sequence[Coloring], rows: int) -> Scatter:
    """A map of codes: the two dimensions, the two of largest variance of more, or the one against the error.

    Parameters
    ----------
    codes : array, shape (n, k)
    errors : array, shape (n,)
        Squared error per row.
    colorings : sequence of Coloring
    rows : int
        Rows that these were chosen from.

    Examples
    --------
    >>> scatter(np.eye(3), np.ones(3), (), 3).x_label
    'first direction of the code (50 % of its variance)'
    """
    k = codes.shape[1]
    if k == 1:
        x, y, names = codes[:, 0], errors, ("z1", "squared error of the row")
    elif k == 2:
        x, y, names = codes[:, 0], codes[:, 1], ("z1", "z2")
    else:
        x, y, (first, second) = _widest_plane(codes)
        share = "direction of the code ({} of its variance)"
        names = (f"first {share.format(percent(first))}", f"second {share.format(percent(second))}")
    across, up = (tuple(np.round(axis.astype(float), 6).tolist()) for axis in (x, y))
    return Scatter(across, up, *names, tuple(colorings), rows)


def coloring(name: str, cells: pa.ChunkedArray, *, ordered: bool = False) -> Coloring:
    """Colors for a column: steps for numbers and times, the most frequent levels otherwise.

    Parameters
    ----------
    name : str
    cells : pyarrow.ChunkedArray
    ordered : bool
        Whether few different numbers also have an order.

    Examples
    --------
    >>> coloring("grade", pa.chunked_array([["b", "a", None, "a"]])).codes
    (1, 0, -1, 0)
    """
    kind = cells.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind)
    if numeric and (ordered or pc.count_distinct(cells).as_py() > MOST_LEVELS):
        return _steps(name, cells)
    return _levels(name, cells)


def _levels(name: str, cells: pa.ChunkedArray) -> Coloring:
    """The most frequent levels by name, the others together."""
    found, _ = count_levels(plain(cells))
    shown = found if len(found) <= MOST_LEVELS else found[: MOST_LEVELS - 1]
    shown = sorted(shown) if len(found) <= MOST_LEVELS else shown
    place = {level: i for i, level in enumerate(shown)}
    codes = tuple(-1 if c is None else place.get(c, len(shown)) for c in plain(cells).to_pylist())
    more = [f"{len(found) - len(shown)} others"] if len(found) > len(shown) else []
    return Coloring(name, "levels", codes, tuple([shortened(str(level)) for level in shown] + more))


def _steps(name: str, cells: pa.ChunkedArray) -> Coloring:
    """Steps that hold equally many rows, where ties allow it."""
    numbers = Frame.of(pa.table({"x": cells})).numbers(("x",))[:, 0].astype(np.float64)
    known = np.isfinite(numbers)
    if not known.any():
        return Coloring(name, "steps", (-1,) * len(numbers), ())
    edges = np.unique(np.quantile(numbers[known], np.arange(1, STEPS) / STEPS, method="lower"))
    place = np.where(known, np.searchsorted(edges, numbers, side="left"), -1)
    used, codes = np.unique(place[known], return_inverse=True)
    place[known] = codes
    bounds = [(numbers[place == i].min(), numbers[place == i].max()) for i in range(len(used))]
    text = _moment if pa.types.is_temporal(cells.type) else number
    legend = [text(low) if low == high else f"{text(low)} to {text(high)}" for low, high in bounds]
    return Coloring(name, "steps", tuple(place.tolist()), tuple(legend))


def _moment(seconds: float) -> str:
    """A time since 1970 as a date."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (epoch + datetime.timedelta(seconds=seconds)).date().isoformat()


def _widest_plane(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes along the two directions of largest variance, and its shares."""
    centered = codes.astype(np.float64) - codes.mean(0)
    variances, directions = np.linalg.eigh(centered.T @ centered)
    plane = centered @ directions[:, ::-1][:, :2]
    return plane[:, 0], plane[:, 1], variances[::-1][:2] / max(variances.sum(), 1e-300)
