"""A row as codes: one whole number per cell, a gap being a code of its own."""

import dataclasses
from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor

from diabolo.columns import Binary, Categorical, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.columns.bins import Bins
from diabolo.columns.categorical import OTHER
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema

__all__ = ["HIDDEN", "Codebook", "Variable"]

HIDDEN = -1  # the code of a cell of which nothing is known
LEVELED = (Binary, Categorical, Ordinal)  # their values are levels already
MOST_CODES = 16_384  # of a row: images and wide arrays get coarser bins
FEWEST_BINS = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Variable:
    """One cell of a row: a column of a table, or a pixel.

    Parameters
    ----------
    name : str
        Its column.
    key : str
        Block of the schema.
    place : int
        Place in the (flat) block.
    bins : Bins
    gaps : bool
        Whether a gap is a code, the last one.
    """

    name: str
    key: str
    place: int
    bins: Bins
    gaps: bool

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.bins) + self.gaps


class Codebook:
    """Batches <-> codes, int64 (n, d).

    Parameters
    ----------
    schema : Schema
    variables : sequence of Variable
        Block after block.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of({"a": [1.5, None, 2.5, 1.5], "b": ["x", "y", "x", "y"]})
    >>> schema = Schema.fit(frame)
    >>> Codebook.fit(schema, schema.to_batch(frame), 100).to_codes(schema.to_batch(frame)).tolist()
    [[0, 0], [2, 1], [1, 0], [0, 1]]
    """

    def __init__(self, schema: Schema, variables: Sequence[Variable]) -> None:
        self.schema = schema
        self.variables = tuple(variables)
        self.sizes = tuple(variable.size for variable in self.variables)

    @classmethod
    def fit(cls, schema: Schema, batch: Batch, bins: int) -> Self:
        """Codes from training rows, with so many bins at the most for a column of numbers."""
        width = sum(batch.values[key][0].numel() for key in schema.keys)
        most = max(FEWEST_BINS, min(bins, MOST_CODES // width))
        found = []
        for key, column in schema.blocks.items():
            values, seen = _flat(batch, key)
            for j in range(values.shape[1]):
                known = values[:, j] if seen is None else values[seen[:, j], j]
                codes = Bins.fit(known, most, levels=isinstance(column, LEVELED))
                gaps = len(known) < len(values)
                found.append(Variable(_name(column, j), key, j, codes, gaps))
        return cls(schema, found)

    @property
    def ordered(self) -> list[int]:
        """How many codes of each variable are in order: all but the gap, none where levels have no order."""
        blocks = self.schema.blocks
        return [0 if isinstance(blocks[v.key], Categorical) else len(v.bins) for v in self.variables]

    def places(self, name: str) -> list[int]:
        """Places of a column's cells in a row of codes."""
        return [i for i, variable in enumerate(self.variables) if variable.name == name]

    def to_codes(self, batch: Batch) -> Tensor:
        """Codes (n, d); a gap, or a level, that training never met is HIDDEN."""
        blocks = {key: _flat(batch, key) for key in self.schema.keys}
        return torch.stack([self._encode(v, *blocks[v.key]) for v in self.variables], 1)

    def to_batch(self, codes: Tensor, places: Tensor) -> Batch:
        """Values of codes (n, d) at places (n, d) in [0, 1) inside their bins; gaps are not ``seen``."""
        values: dict[str, list[Tensor]] = {key: [] for key in self.schema.keys}
        seen: dict[str, list[Tensor]] = {key: [] for key in self.schema.keys}
        for i, variable in enumerate(self.variables):
            code, last = codes[:, i], len(variable.bins)
            there = (code != HIDDEN) & (code < last)
            found = torch.zeros(len(code))
            found[there] = self._decode(variable, code[there], places[there, i])
            values[variable.key].append(found)
            seen[variable.key].append(there)
        flags = {key: torch.stack(parts, 1) for key, parts in seen.items()}
        cells = {key: self._cells(key, torch.stack(parts, 1)) for key, parts in values.items()}
        gaps = {key: f for key, f in flags.items() if not bool(f.all())}
        return Batch(cells, gaps, torch.arange(len(codes)))

    def _cells(self, key: str, flat: Tensor) -> Tensor:
        """Values of one block in its shape and kind of number."""
        column = self.schema.blocks[key]
        if isinstance(column, Image):
            return flat.unflatten(1, column.size)
        return flat.long() if isinstance(column, Categorical | Ordinal) else flat

    def _decode(self, variable: Variable, codes: Tensor, places: Tensor) -> Tensor:
        """Values of one variable (n,): *other* of a column with rare levels is one of these, by its place."""
        values = variable.bins.from_codes(codes, places)
        column = self.schema.blocks[variable.key]
        if not isinstance(column, Categorical) or not column.rare[variable.place]:
            return values
        edges = torch.tensor(column.rare_shares(variable.place)).cumsum(0)
        rare = torch.searchsorted(edges, places.contiguous(), right=True).clamp_max(len(edges) - 1)
        return torch.where(values == OTHER, len(column.levels[variable.place]) + 1 + rare, values)

    def _encode(self, variable: Variable, values: Tensor, seen: Tensor | None) -> Tensor:
        """Codes of one variable (n,)."""
        cells, last = values[:, variable.place], len(variable.bins)
        if not last:
            return torch.full(cells.shape, 0 if variable.gaps else HIDDEN)
        codes = variable.bins.to_codes(cells)
        if isinstance(self.schema.blocks[variable.key], LEVELED):
            codes = torch.where(variable.bins.holds(cells), codes, HIDDEN)
        gap = last if variable.gaps else HIDDEN
        return codes if seen is None else torch.where(seen[:, variable.place], codes, gap)

    def tensors(self) -> dict[str, Tensor]:
        """All codes, for a file."""
        knots = torch.cat([variable.bins.knots for variable in self.variables])
        counts = torch.tensor([len(variable.bins) for variable in self.variables])
        gaps = torch.tensor([variable.gaps for variable in self.variables])
        return {"knots": knots, "counts": counts, "gaps": gaps}

    @classmethod
    def from_tensors(cls, schema: Schema, tensors: dict[str, Tensor]) -> Self:
        """The codebook that :meth:`tensors` gave."""
        knots = tensors["knots"].split(tensors["counts"].tolist())
        gaps = tensors["gaps"].tolist()
        names = [(_name(c, j), key, j) for key, c in schema.blocks.items() for j in range(_width(c))]
        parts = zip(names, knots, gaps, strict=True)
        return cls(schema, [Variable(*name, Bins(k.contiguous()), bool(gap)) for name, k, gap in parts])


def _flat(batch: Batch, key: str) -> tuple[Tensor, Tensor | None]:
    """Values and flags of one block, (n, cells)."""
    seen = batch.seen.get(key)
    values = batch.values[key].flatten(1)
    if seen is not None and seen.flatten(1).shape[1] != values.shape[1]:
        seen = seen.flatten(1).expand(-1, values.shape[1])
    return values.cpu(), None if seen is None else seen.flatten(1).cpu()


def _width(column: Column) -> int:
    """Cells of a block."""
    return sum(column.widths) if isinstance(column, Image) else len(column.names)


def _name(column: Column, place: int) -> str:
    """The table column of a cell."""
    return column.names[0] if isinstance(column, Image) else column.names[place]
