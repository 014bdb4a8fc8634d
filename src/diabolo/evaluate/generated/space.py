"""Rows as points: numbers scaled to the range of the real ones, levels as one of many."""

import dataclasses
from collections.abc import Iterator
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from diabolo.evaluate.generated.cells import Cells

__all__ = ["Points", "Space", "distances"]

MOST_LEVELS = 100  # of a column; rarer ones are one level
CELLS = 1 << 22  # of a block of a distance matrix


@dataclasses.dataclass(frozen=True)
class Points:
    """Rows in a space.

    Parameters
    ----------
    numbers : Tensor, shape (n, a)
        Scaled numbers and times, and a flag for each column with gaps.
    levels : Tensor, shape (n, b)
        One of the levels of each column is 1.
    columns : int
        How many columns the levels are of.

    Examples
    --------
    >>> len(Points(torch.zeros(3, 1), torch.zeros(3, 0), 0))
    3
    """

    numbers: Tensor
    levels: Tensor
    columns: int

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def joined(self) -> Tensor:
        """All coordinates, (n, a + b)."""
        return torch.cat([self.numbers, self.levels], 1)

    def take(self, rows: Tensor | slice) -> Self:
        """The given rows."""
        return dataclasses.replace(self, numbers=self.numbers[rows], levels=self.levels[rows])


@dataclasses.dataclass(frozen=True)
class Space:
    """Where rows are compared: each number over the range of the reference, gaps at its median with a flag.

    Parameters
    ----------
    reference : Cells
        The training rows.
    gaps : tuple of bool
        Columns of numbers that have gaps in some table.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> cells = read(Frame.of({"age": [20, 40, 30], "city": ["Bonn", "Rome", "Bonn"]}))
    >>> Space.of(*cells)(cells[0]).joined
    tensor([[0.0000, 1.0000, 0.0000, 0.0000],
            [1.0000, 0.0000, 1.0000, 0.0000],
            [0.5000, 1.0000, 0.0000, 0.0000]])
    """

    reference: Cells
    gaps: tuple[bool, ...]

    @classmethod
    def of(cls, reference: Cells, *others: Cells) -> Self:
        """The space of training rows in which others are to be placed, too."""
        tables = (reference, *others)
        columns = range(len(reference.names))
        return cls(
            reference,
            tuple(reference.is_number(j) and any(bool(t.missing(j).any()) for t in tables) for j in columns),
        )

    def __call__(self, cells: Cells) -> Points:
        """Rows as points."""
        numbers: list[np.ndarray] = []
        levels: list[Tensor] = []
        for j, column in enumerate(cells.columns):
            if cells.is_number(j):
                numbers.append(self._scaled(j, column))
                if self.gaps[j]:
                    numbers.append(np.isnan(column).astype(np.float64))
            else:
                levels.append(self._one_of_many(j, column))
        empty = torch.zeros(len(cells), 0)
        stacked = torch.from_numpy(np.stack(numbers, 1)).float() if numbers else empty
        return Points(stacked, torch.cat(levels, 1) if levels else empty, len(levels))

    def _scaled(self, j: int, column: np.ndarray) -> np.ndarray:
        """A number's place in the range of the reference."""
        real = self.reference.columns[j]
        real = real[~np.isnan(real)]
        if not len(real):
            return np.zeros(len(column))
        low, high = real.min(), real.max()
        filled = np.where(np.isnan(column), np.median(real), column)
        return (filled - low) / ((high - low) or 1.0)

    def _one_of_many(self, j: int, column: np.ndarray) -> Tensor:
        """Levels as one of many, the missing one last and the rare ones together before it."""
        most = min(len(self.reference.levels[j]), MOST_LEVELS)
        places = np.where(column < 0, most, np.minimum(column, most - 1 if most else 0))
        return F.one_hot(torch.from_numpy(places), most + 1).float()


def distances(rows: Points, others: Points) -> Iterator[Tensor]:
    """Distances of rows from others, block after block: over columns, |x − y| of numbers and 1 for unlike levels.

    Parameters
    ----------
    rows, others : Points

    Yields
    ------
    Tensor, shape (block, len(others))

    References
    ----------
    Gower, "A general coefficient of similarity and some of its properties", Biometrics 1971.

    Examples
    --------
    >>> a, b = Points(torch.zeros(1, 1), torch.eye(2)[:1], 1), Points(torch.ones(1, 1), torch.eye(2)[1:], 1)
    >>> next(distances(a, b))
    tensor([[2.]])
    """
    size = max(1, CELLS // max(1, len(others)))
    turned = others.levels.T.contiguous()
    for start in range(0, len(rows), size):
        part = rows.take(slice(start, start + size))
        unlike = rows.columns - part.levels @ turned
        yield unlike + torch.cdist(part.numbers, others.numbers, p=1) if rows.numbers.shape[1] else unlike
