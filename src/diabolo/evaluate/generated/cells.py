"""Tables that are to be compared, cell by cell: numbers and times as floats, everything else as codes of common levels."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa

from diabolo.columns import Continuous, Count, Datetime, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.columns.levels import codes, count_levels, plain
from diabolo.data.matching import match
from diabolo.data.schema import Schema
from diabolo.errors import CapabilityError
from diabolo.frames import Frame
from diabolo.frames.convert import to_numbers

__all__ = ["Cells", "read"]


@dataclasses.dataclass(frozen=True)
class Cells:
    """Rows as columns of numbers (float64, NaN where missing) and of codes (int64, −1 where missing).

    Tables that were read together share their levels: a code means the same in all of them, and a level that only the
    generated rows have is there, too. The levels of the first table come first, the most frequent before the others.

    Parameters
    ----------
    names, kinds : tuple of str
        Columns and their data types.
    levels : tuple of tuple of str
        Of each column; empty for numbers and times.
    columns : tuple of array, each (n,)

    Examples
    --------
    >>> first, second = read(Frame.of({"x": ["a", "b", "b"]}), Frame.of({"x": ["c", None, "b"]}))
    >>> first.levels, second.columns
    ((('b', 'a', 'c'),), (array([ 2, -1,  0]),))
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    columns: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers or times."""
        return self.columns[column].dtype.kind == "f"

    def missing(self, column: int) -> np.ndarray:
        """Which cells of a column are missing, bool (n,)."""
        cells = self.columns[column]
        return np.isnan(cells) if self.is_number(column) else cells < 0

    def take(self, rows: np.ndarray) -> Self:
        """The given rows."""
        return dataclasses.replace(self, columns=tuple(column[rows] for column in self.columns))

    def sample(self, most: int, rng: np.random.Generator) -> Self:
        """At most so many rows, drawn without replacement."""
        if len(self) <= most:
            return self
        return self.take(rng.choice(len(self), most, replace=False))

    def shuffled(self, rows: int, rng: np.random.Generator) -> Self:
        """As many rows with the same columns and nothing in common between them: independent marginals."""
        whole, rest = divmod(rows, len(self))
        drawn = [
            np.concatenate([column] * whole + [rng.choice(column, rest, replace=False)])
            for column in self.columns
        ]
        return dataclasses.replace(self, columns=tuple(rng.permutation(column) for column in drawn))


def read(*frames: Frame, schema: Schema | None = None) -> tuple[Cells, ...]:
    """Tables as cells that can be compared; their types are those of the first one.

    Parameters
    ----------
    *frames : Frame
        Columns of the others may come in any order; columns that the schema leaves out are not compared.
    schema : Schema, optional
        Of the first table, where it is known.

    Raises
    ------
    MissingColumnError, DataError
        A table lacks a column, or one holds something else than in the first table.
    CapabilityError
        The rows are images.

    Examples
    --------
    >>> (cells,) = read(Frame.of({"age": [31, 47, None, 52], "city": ["Bonn", None, "Bonn", "Rome"]}))
    >>> cells.kinds, cells.columns[1]
    (('continuous', 'binary'), array([ 0, -1,  0,  1]))
    """
    schema = schema or Schema.fit(frames[0])
    frames = tuple(match(frame, schema.table, schema.names, "the judge") for frame in frames)
    found = {
        name: _column(block, j, frames) for block in schema.columns for j, name in enumerate(block.names)
    }
    kinds = {name: block.kind for block in schema.columns for name in block.names}
    return tuple(
        Cells(
            schema.names,
            tuple(kinds[name] for name in schema.names),
            tuple(found[name][0] for name in schema.names),
            tuple(found[name][1][i] for name in schema.names),
        )
        for i in range(len(frames))
    )


def _column(block: Column, j: int, frames: Sequence[Frame]) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Levels of a column, and its cells in each table."""
    name = block.names[j]
    if isinstance(block, Image):
        raise CapabilityError(
            "evaluate.generation compares tables, and these rows are images: use evaluate.image_generation."
        )
    if isinstance(block, Datetime):
        return (), [_finite(to_numbers(block.times(frame, j, name))) for frame in frames]
    if isinstance(block, Continuous | Count) or (isinstance(block, Ordinal) and _ranked(block, j)):
        return (), [_finite(frame.numbers((name,))[:, 0]) for frame in frames]
    return _coded([plain(frame.arrow(name)) for frame in frames])


def _ranked(block: Ordinal, j: int) -> bool:
    """Whether ordered levels are numbers."""
    return all(isinstance(level, int | float) and not isinstance(level, bool) for level in block.levels[j])


def _finite(numbers: np.ndarray) -> np.ndarray:
    """Floats, NaN where they are not finite."""
    numbers = numbers.astype(np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _coded(tables: list[pa.Array]) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Common levels, those of the first table first, and each table in their codes."""
    known, _ = count_levels(tables[0])
    places: dict[str, int] = {}  # of levels that the first table lacks
    found = [codes(cells, known) if known else np.full(len(cells), -2) for cells in tables]
    for cells, table in zip(tables, found, strict=True):
        table[np.asarray(cells.is_null())] = -1
        strange = np.flatnonzero(table == -2)
        names = cells.take(pa.array(strange)).cast(pa.string()).to_pylist()
        table[strange] = [places.setdefault(name, len(known) + len(places)) for name in names]
    return (*map(_text, known), *places), found


def _text(level: Any) -> str:
    return str(level)
