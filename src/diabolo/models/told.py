"""Columns that a model is told instead of asked: given to encoder and decoder, and kept out of the likelihood.

Beside a code z (B, k) they travel as numbers c (B, m), NaN where a cell is missing: a decoder of p(row | z, c) takes
them side by side.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import torch
from torch import Tensor

from diabolo.columns import Categorical, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames.names import listed
from diabolo.models.conditions import Condition, column_of

__all__ = ["Told"]


@dataclasses.dataclass(frozen=True)
class Told:
    """Some columns of a schema.

    Parameters
    ----------
    schema : Schema
    names : sequence of str

    Raises
    ------
    ParameterError
        There is no such column, it holds images, or none is left to learn.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of({"age": [31.5, 47.0, 52.5], "town": ["Rome", "Oslo", None]})
    >>> schema = Schema.fit(frame)
    >>> Told(schema, ("town",)).numbers(schema.to_batch(frame)).ravel().tolist()
    [1.0, 0.0, nan]
    """

    schema: Schema
    names: Sequence[str]

    def __post_init__(self) -> None:
        if isinstance(self.names, str) or not isinstance(cast(Any, self.names), Sequence):
            raise ParameterError(
                f"condition={self.names!r} is not a list of columns: give condition=['name']."
            )
        for name in self.names:
            column_of(self.schema, name)
        if not set(self.schema.names) - set(self.names):
            raise ParameterError(
                f"condition={list(self.names)} names every column, and nothing is left to learn: name fewer."
            )

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Positions of the columns in their blocks, by block."""
        found = {
            key: [column.names.index(name) for name in self.names if name in column.names]
            for key, column in self.schema.blocks.items()
        }
        return {key: places for key, places in found.items() if places}

    @property
    def order(self) -> list[str]:
        """Names in the order of the numbers."""
        blocks = self.schema.blocks
        return [blocks[key].names[place] for key, places in self.places.items() for place in places]

    def numbers(self, batch: Batch) -> Tensor:
        """The columns of some rows as numbers (B, m), NaN where a cell is missing."""
        parts = []
        for key, places in self.places.items():
            cells = batch.values[key][:, places].float()
            parts.append(
                torch.where(batch.seen[key][:, places], cells, torch.nan) if key in batch.seen else cells
            )
        return torch.cat(parts, 1)

    def batch(self, numbers: Tensor) -> Batch:
        """Rows of which nothing is seen but these columns, from their numbers (B, m)."""
        values = {key: _blank(column, numbers) for key, column in self.schema.blocks.items()}
        seen = {key: torch.zeros_like(cells, dtype=torch.bool) for key, cells in values.items()}
        for key, places in self.places.items():
            seen[key][:, places] = ~self._of(key, numbers).isnan()
        index = torch.arange(len(numbers), device=numbers.device)
        return Batch(self.write(values, numbers), seen, index)

    def others(self, batch: Batch) -> Batch:
        """The same rows with these columns unseen: what the model is asked."""
        return dataclasses.replace(batch, seen={**batch.seen, **self._flags(batch, told=False)})

    def themselves(self, batch: Batch) -> Batch:
        """The same rows with all other columns unseen."""
        hidden = {key: torch.zeros_like(cells, dtype=torch.bool) for key, cells in batch.values.items()}
        return dataclasses.replace(batch, seen={**hidden, **self._flags(batch, told=True)})

    def known(self, batch: Batch, numbers: Tensor) -> Batch:
        """Rows with these columns as the numbers (B, m) say, gaps included."""
        flags = {
            k: torch.ones_like(batch.values[k], dtype=torch.bool)
            for k in self.places
            if numbers.isnan().any()
        }
        for key, seen in flags.items():
            seen[:, self.places[key]] = ~self._of(key, numbers).isnan()
        return dataclasses.replace(
            batch, values=self.write(batch.values, numbers), seen={**batch.seen, **flags}
        )

    def usual(self, embed: Callable[[Batch], Tensor], rows: Tensor) -> int:
        """The position of the row (of (N, m) numbers) nearest to the mean in what a network sees of it."""
        features = embed(self.batch(rows))
        return int((features - features.mean(0)).square().sum(1).argmin())

    def write(self, values: Mapping[str, Tensor], numbers: Tensor) -> dict[str, Tensor]:
        """Cells with the columns set to the numbers; missing ones are zero."""
        written = dict(values)
        for key, places in self.places.items():
            written[key] = values[key].clone()
            written[key][:, places] = self._of(key, numbers).nan_to_num().to(values[key].dtype)
        return written

    def draw(self, rows: Tensor, n: int, wanted: Sequence[Condition]) -> Tensor:
        """Numbers (n, m) of rows that keep conditions, drawn from the global generator.

        Rows that keep all conditions are drawn from ``rows``; where there is none, all rows are drawn from, and what was
        asked for is put in.

        Parameters
        ----------
        rows : Tensor, shape (N, m)
            Numbers of training rows.
        n : int
        wanted : sequence of Condition
        """
        fits = torch.ones(len(rows), dtype=torch.bool)
        for condition in wanted:
            fits &= _keeps(rows[:, self.order.index(condition.name)], condition)
        pool = rows[fits] if fits.any() else rows
        drawn = pool[torch.randint(len(pool), (n,))]
        for condition in wanted if not fits.any() else ():
            place = self.order.index(condition.name)
            drawn[:, place] = _some(condition, rows[:, place], n)
        return drawn

    def check(self, given: Mapping[str, Any]) -> None:
        """Raise unless a person speaks of these columns only."""
        if unknown := [name for name in given if name not in self.names]:
            raise ParameterError(
                f"this model is told {listed(tuple(self.names))} and cannot be told {unknown[0]!r}: fit it with "
                "condition=[...] that names this column, or fit a MaskedAutoencoder, which can be told any."
            )

    def _of(self, key: str, numbers: Tensor) -> Tensor:
        """The numbers of a block's columns."""
        counts = [len(places) for places in self.places.values()]
        return dict(zip(self.places, numbers.split(counts, 1), strict=True))[key]

    def _flags(self, batch: Batch, *, told: bool) -> dict[str, Tensor]:
        """Flags of the blocks that have such columns: these cells seen and no others, or the other way round."""
        flags = {}
        for key, places in self.places.items():
            cells = batch.values[key]
            mine = torch.zeros_like(cells, dtype=torch.bool)
            mine[:, places] = True
            flags[key] = batch.seen.get(key, torch.ones_like(mine)) & (mine if told else ~mine)
        return flags


def _blank(column: Column, numbers: Tensor) -> Tensor:
    """Cells of a block for as many rows as there are numbers, all zero."""
    shape = column.size if isinstance(column, Image) else (len(column.names),)
    kind = torch.int64 if isinstance(column, Categorical | Ordinal) else numbers.dtype
    return torch.zeros(len(numbers), *shape, dtype=kind, device=numbers.device)


def _keeps(numbers: Tensor, condition: Condition) -> Tensor:
    """Which numbers (N,) keep a condition."""
    values = condition.values
    if condition.is_range:
        low, high = values.nan_to_num(-torch.inf)[0], values.nan_to_num(torch.inf)[1]
        return (numbers >= low) & (numbers <= high)
    equal = torch.isclose(numbers[:, None], values[None], equal_nan=True)
    return equal.any(1)


def _some(condition: Condition, numbers: Tensor, n: int) -> Tensor:
    """Numbers (n,) that keep a condition which no training row keeps."""
    if not condition.is_range:
        return condition.values[torch.randint(len(condition.values), (n,))]
    known = numbers[~numbers.isnan()]
    low, high = condition.values
    low, high = (known.min() if low.isnan() else low), (known.max() if high.isnan() else high)
    if low > known.max() or high < known.min():
        raise ParameterError(
            f"no training value of {condition.name!r} lies in that range: give one that some rows keep, or a single value."
        )
    return low + (high - low) * torch.rand(n)
