"""Real and generated cells of a column laid over each other: shares by bin or level."""

import dataclasses
import datetime

import numpy as np

from diabolo.evaluate.generated.cells import Cells

__all__ = ["Overlay", "overlay"]

BINS = 24
MOST_LEVELS = 14
TAIL = 0.005  # of the real cells on either side, which lie in the outermost bins with whatever is further out


@dataclasses.dataclass(frozen=True)
class Overlay:
    """Shares of the cells of a column.

    Parameters
    ----------
    name : str
    labels : tuple of str
        Of the bins, where they begin, or of the levels; ``other`` and ``missing`` come last.
    real, generated : tuple of float
        Share of the cells in each.
    levels : bool
        Whether they are levels.

    Examples
    --------
    >>> Overlay("city", ("Bonn", "Rome"), (0.5, 0.5), (0.9, 0.1), True).labels
    ('Bonn', 'Rome')
    """

    name: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    generated: tuple[float, ...]
    levels: bool


def overlay(real: Cells, generated: Cells, column: int) -> Overlay:
    """Real and generated cells of a column in the same bins.

    Parameters
    ----------
    real, generated : Cells
    column : int

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> found = overlay(*read(Frame.of({"x": ["a", "b", "a", None]}), Frame.of({"x": ["a", "z"]})), 0)
    >>> found.labels, found.real, found.generated
    (('a', 'b', 'z', 'missing'), (0.5, 0.25, 0.0, 0.25), (0.5, 0.0, 0.5, 0.0))
    """
    tables = real, generated
    if real.is_number(column):
        codes, labels = _binned(tables, column)
    else:
        codes, labels = _leveled(tables, column)
    if any(bool(table.missing(column).any()) for table in tables):
        labels = (*labels, "missing")
    counts = [np.bincount(found, minlength=len(labels))[: len(labels)] / len(found) for found in codes]
    return Overlay(
        real.names[column],
        labels,
        tuple(counts[0].tolist()),
        tuple(counts[1].tolist()),
        not real.is_number(column),
    )


def _binned(tables: tuple[Cells, Cells], column: int) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """Numbers and times in bins over the bulk of the real ones; the missing come after the last."""
    cells = tables[0].columns[column]
    seen = cells[~np.isnan(cells)]
    low, high = _bulk(seen) if len(seen) else (0.0, 1.0)
    values = np.unique(seen[(seen >= low) & (seen <= high)])
    few = len(values) <= BINS  # a bin for each
    starts = (
        values if few and len(values) else np.linspace(low, high if high > low else low + 1, BINS + 1)[:-1]
    )
    kind = tables[0].kinds[column]
    found = [
        np.where(
            np.isnan(table.columns[column]),
            len(starts),
            np.clip(np.digitize(table.columns[column], starts) - 1, 0, len(starts) - 1),
        )
        for table in tables
    ]
    return found, tuple(_label(start, kind) for start in starts)


def _bulk(seen: np.ndarray) -> tuple[float, float]:
    """Where most of the cells are."""
    low, high = np.quantile(seen, TAIL, method="lower"), np.quantile(seen, 1 - TAIL, method="higher")
    return float(low), float(high)


def _leveled(tables: tuple[Cells, Cells], column: int) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """The most frequent levels, the others together, and the missing after them."""
    levels = tables[0].levels[column]
    labels = levels if len(levels) <= MOST_LEVELS else (*levels[: MOST_LEVELS - 1], "other")
    cells = [table.columns[column] for table in tables]
    return [np.where(c < 0, len(labels), np.minimum(c, len(labels) - 1)) for c in cells], labels


def _label(start: float, kind: str) -> str:
    """Where a bin begins, for people."""
    if kind != "datetime":
        return f"{start:,.0f}" if abs(start) >= 10_000 else f"{start:.4g}"
    return str(datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(seconds=start))[:10]
