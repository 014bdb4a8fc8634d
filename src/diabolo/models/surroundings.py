"""Where the rows of a batch may go: their numbers and pixels, in a ball and within what is plausible."""

import dataclasses
from typing import Self

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks import Ball, Domain, Linf
from diabolo.columns import Continuous, Image
from diabolo.columns.base import Column
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import EpsilonError, ParameterError

__all__ = ["BYTE", "Surroundings"]

BYTE = 255.0

Edges = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Surroundings:
    """The cells of a batch that a search may move, as one tensor, and their domain.

    A ball counts in the unit of the data for arrays and images (bytes from 0 to 255), in standard deviations for the
    columns of a table; levels, counts and dates stay.

    Parameters
    ----------
    keys : tuple of str
        Blocks of numbers and pixels.
    domain : Domain
        Of cells (B, ...): as they are where there is one block, else flat and side by side.
    """

    keys: tuple[str, ...]
    domain: Domain

    @classmethod
    def of(cls, schema: Schema, ball: Ball) -> Self:
        """The surroundings of the rows of a schema.

        Raises
        ------
        ParameterError
            Rows have no numbers; the ball is too small to change bytes.
        """
        blocks: dict[str, Column] = {
            key: c for key, c in schema.blocks.items() if isinstance(c, Continuous | Image)
        }
        if not blocks:
            raise ParameterError(
                "small changes need numbers or pixels, and these rows have neither: a level has no neighborhood."
            )
        _check_bytes(blocks, ball)
        parts = [_limits(column) for column in blocks.values()]
        low, high, scale = (
            torch.as_tensor(
                parts[0][i] if len(parts) == 1 else _side_by_side(blocks, parts, i), dtype=torch.float32
            )
            for i in range(3)
        )
        return cls(tuple(blocks), Domain(ball, low, high, None if bool((scale == 1).all()) else scale))

    def to(self, device: torch.device) -> Self:
        """The same on another device."""
        low, high, scale = (
            part.to(device) if isinstance(part, Tensor) else part
            for part in (self.domain.low, self.domain.high, self.domain.scale)
        )
        return dataclasses.replace(
            self, domain=dataclasses.replace(self.domain, low=low, high=high, scale=scale)
        )

    def cells(self, batch: Batch) -> Tensor:
        """What may move, (B, ...)."""
        if len(self.keys) == 1:
            return batch.values[self.keys[0]]
        return torch.cat([batch.values[key].flatten(1) for key in self.keys], 1)

    def moved(self, batch: Batch, cells: Tensor) -> Batch:
        """The rows with other cells."""
        if len(self.keys) == 1:
            return dataclasses.replace(batch, values={**batch.values, self.keys[0]: cells})
        old = [batch.values[key] for key in self.keys]
        parts = cells.split([part[0].numel() for part in old], 1)
        new = {k: part.view_as(v) for k, part, v in zip(self.keys, parts, old, strict=True)}
        return dataclasses.replace(batch, values={**batch.values, **new})

    def inside(self, cells: Tensor) -> Tensor:
        """Plausible cells drawn from the ball around each row, from the global generator."""
        return self.domain.sample(cells, torch.default_generator)

    def anywhere(self, cells: Tensor) -> Tensor:
        """Cells drawn from the ball, whether plausible or not: where a search of one step has to begin.

        Of cells at a bound, as most pixels are, half the ball lies beyond. Where all start inside, one long step takes them
        to the same corner every time, by which training is fooled.
        """
        return Domain(self.domain.ball, scale=self.domain.scale).sample(cells, torch.default_generator)

    def check(self, batch: Batch) -> None:
        """Refuse a ball that is larger than the range of the data.

        Raises
        ------
        EpsilonError
        """
        self.domain.check(self.cells(batch), strict=False)


def _limits(column: Column) -> Edges:
    """Lowest and highest value of a block's cells, and the values that one unit of the ball is."""
    if isinstance(column, Image):
        return np.array(column.low), np.array(column.high), np.array(1 / BYTE if column.bytes else 1.0)
    assert isinstance(column, Continuous)
    count = len(column.names)
    low, high = column.bounds() if column.low else (np.full(count, -np.inf), np.full(count, np.inf))
    return low, high, 1 / np.asarray(column.scale) if column.shared else np.ones(count)


def _side_by_side(blocks: dict[str, Column], parts: list[Edges], i: int) -> np.ndarray:
    """One of the limits of several blocks, flat."""
    return np.concatenate(
        [np.broadcast_to(part[i], sum(c.widths)) for c, part in zip(blocks.values(), parts, strict=True)]
    )


def _check_bytes(blocks: dict[str, Column], ball: Ball) -> None:
    """A change of less than one of 255 is none."""
    if (
        isinstance(ball, Linf)
        and ball.eps < 1
        and any(isinstance(c, Image) and c.bytes for c in blocks.values())
    ):
        raise EpsilonError(
            f"eps={ball.eps:g} changes nothing of images that came as bytes: it counts in their unit, from 0 to 255. Give "
            f"Linf({ball.eps:g} * 255), or the images as floats in [0, 1]."
        )
