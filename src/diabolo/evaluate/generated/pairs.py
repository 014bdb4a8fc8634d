"""Pair by pair: whether generated columns hang together as real ones do."""

import dataclasses
from itertools import combinations
from typing import Self

import numpy as np

from diabolo.evaluate.generated.cells import Cells

__all__ = ["Pairs", "compare"]

BINS = 10
MOST_COLUMNS = 150  # of which pairs are made; more are thinned out evenly
DENSE = 1 << 20  # cells of a table of two columns, up to which it is counted cell by cell


@dataclasses.dataclass(frozen=True)
class Pairs:
    """How alike two tables are in every pair of columns.

    Parameters
    ----------
    pairs : tuple of (int, int)
        Columns.
    trends : array, shape (pairs,)
        Similarity with the real rows' edges for both tables.
    own_edges : array, shape (pairs,)
        The same with edges that each table sets for itself, as sdmetrics does.
    information : array, shape (2, pairs)
        Normalized mutual information in the real and in the generated rows.

    Examples
    --------
    >>> Pairs(((0, 1),), np.array([0.9]), np.array([0.8]), np.array([[0.5], [0.0]])).wnmi
    0.5
    """

    pairs: tuple[tuple[int, int], ...]
    trends: np.ndarray
    own_edges: np.ndarray
    information: np.ndarray

    @property
    def wnmi(self) -> float | None:
        """1 − Σ w |I_real − I_generated| / Σ w, w = I_real; None where nothing hangs together."""
        real, generated = self.information
        total = float(real.sum())
        return 1 - float((real * np.abs(real - generated)).sum()) / total if total > 0 else None


@dataclasses.dataclass(frozen=True)
class _Binned:
    """Columns as codes, and the number of codes of each."""

    columns: list[np.ndarray]
    sizes: list[int]

    @classmethod
    def of(cls, cells: Cells, edges: dict[int, np.ndarray]) -> Self:
        """Numbers in bins of the given edges (and one for gaps), levels with one more for gaps."""
        columns, sizes = [], []
        for j, column in enumerate(cells.columns):
            size = len(edges[j]) + 1 if cells.is_number(j) else len(cells.levels[j])
            codes = np.digitize(column, edges[j]) if cells.is_number(j) else column
            columns.append(np.where(cells.missing(j), size, codes))
            sizes.append(size + 1)
        return cls(columns, sizes)


def compare(real: Cells, generated: Cells) -> Pairs:
    """Similarity of every pair: 1 − |r − r′|/2 of two numbers, else 1 − ½ Σ |P − P′| of the two-way table.

    r is Pearson's correlation over rows in which both cells are there. Numbers in a two-way table are cut into 10 bins of
    equal width; a gap is a level of its own.

    Parameters
    ----------
    real, generated : Cells

    References
    ----------
    Patki, Wedge & Veeramachaneni, "The Synthetic Data Vault", DSAA 2016 (and its library sdmetrics).

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> a, b = {"x": ["a", "b"], "y": ["c", "d"]}, {"x": ["a", "b"], "y": ["d", "c"]}
    >>> compare(*read(Frame.of(a), Frame.of(b))).trends
    array([0.])
    """
    columns = np.unique(np.linspace(0, len(real.names) - 1, min(MOST_COLUMNS, len(real.names))).astype(int))
    pairs = tuple((int(i), int(j)) for i, j in combinations(columns, 2))
    correlations = _correlations(real), _correlations(generated)
    edges = _edges(real)
    shared = _Binned.of(real, _inner(edges)), _Binned.of(generated, _inner(edges))
    own = _Binned.of(real, edges), _Binned.of(generated, _edges(generated))
    trends, own_edges = np.empty(len(pairs)), np.empty(len(pairs))
    information = np.empty((2, len(pairs)))
    for n, (i, j) in enumerate(pairs):
        p, q = _tables(*shared, i, j)
        information[:, n] = _information(p, shared[0], i, j), _information(q, shared[1], i, j)
        if real.is_number(i) and real.is_number(j):
            trends[n] = own_edges[n] = 1 - abs(correlations[0][i, j] - correlations[1][i, j]) / 2
        else:
            trends[n] = 1 - np.abs(p - q).sum() / 2
            p, q = _tables(*own, i, j)
            own_edges[n] = 1 - np.abs(p - q).sum() / 2
    return Pairs(pairs, trends, own_edges, information)


def _edges(cells: Cells) -> dict[int, np.ndarray]:
    """Edges of 10 bins of equal width over each column of numbers."""
    found = {}
    for j, column in enumerate(cells.columns):
        if cells.is_number(j):
            values = column[~np.isnan(column)]
            found[j] = np.histogram_bin_edges(values, BINS) if len(values) else np.zeros(1)
    return found


def _inner(edges: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
    """The same without the outermost: what lies outside belongs to the last bins."""
    return {j: found[1:-1] for j, found in edges.items()}


def _correlations(cells: Cells) -> np.ndarray:
    """Pearson's correlation of every two columns of numbers, over rows in which both are there; 0 where it is undefined."""
    found = np.zeros((len(cells.names), len(cells.names)))
    numbers = [j for j in range(len(cells.names)) if cells.is_number(j)]
    whole = [j for j in numbers if not np.isnan(cells.columns[j]).any()]
    if whole:
        found[np.ix_(whole, whole)] = _pearson(np.stack([cells.columns[j] for j in whole]))
    for i, j in combinations(numbers, 2):
        if i not in whole or j not in whole:
            both = np.stack([cells.columns[i], cells.columns[j]])
            both = both[:, ~np.isnan(both).any(0)]
            found[i, j] = _pearson(both)[0, 1] if both.shape[1] > 1 else 0.0
    return found


def _pearson(columns: np.ndarray) -> np.ndarray:
    """Correlations of (m, n) columns; 0 with one that does not vary."""
    centered = columns - columns.mean(1, keepdims=True)
    length = np.sqrt((centered**2).sum(1))
    unit = centered / np.where(length > 1e-12 * np.abs(columns).max(1), length, np.inf)[:, None]
    return unit @ unit.T


def _tables(a: _Binned, b: _Binned, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the cells of the two-way tables of two columns, flat, in the same order."""
    width = max(a.sizes[j], b.sizes[j])
    size = max(a.sizes[i], b.sizes[i]) * width
    joint = [table.columns[i] * width + table.columns[j] for table in (a, b)]
    if size > DENSE:
        _, places = np.unique(np.concatenate(joint), return_inverse=True)
        size = int(places.max()) + 1
        joint = [places[: len(joint[0])], places[len(joint[0]) :]]
    p, q = (np.bincount(codes, minlength=size) / len(codes) for codes in joint)
    return p, q


def _information(joint: np.ndarray, table: _Binned, i: int, j: int) -> float:
    """2 I / (H + H′) of two columns; 0 where one does not vary."""
    apart = [_entropy(np.bincount(table.columns[k]) / len(table.columns[k])) for k in (i, j)]
    return 2 * max(0.0, sum(apart) - _entropy(joint)) / sum(apart) if min(apart) > 0 else 0.0


def _entropy(shares: np.ndarray) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())
