"""Rows of a table as one vector of numbers each: what can move in its own unit, everything else beside it, unmoved.

A category or a gap has no gradient, but the numbers beside it do. So the vector holds numbers (in the unit of their column;
those mapped by quantiles as their normal scores), then codes of levels, then flags of the cells that are there; only the
numbers are free, in standard deviations and within the range that training rows showed.
"""

import dataclasses
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from diabolo.attacks import Limits
from diabolo.columns import Continuous
from diabolo.columns.base import Column
from diabolo.data.batch import Batch
from diabolo.data.matching import names_in
from diabolo.errors import CapabilityError
from diabolo.frames import Frame, restore

__all__ = ["Coding"]


@dataclasses.dataclass(frozen=True, eq=False)
class Place:
    """Where a block stands in the vector, and how its numbers are scaled there: value = (number − shift) / scale."""

    key: str
    block: Column
    shape: tuple[int, ...]
    dtype: torch.dtype
    start: int
    shift: np.ndarray
    scale: np.ndarray

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + int(np.prod(self.shape))

    @property
    def free(self) -> bool:
        """Whether its numbers may move."""
        return isinstance(self.block, Continuous)


@dataclasses.dataclass(frozen=True, eq=False)
class Coding:
    """The vectors of the rows of a table under a fitted classifier, and the way back.

    Parameters
    ----------
    frame : Frame
    model : Supervised
        With the schema and the network.
    places : tuple of Place
    x : float32 array, shape (n, d)

    Examples
    --------
    >>> from diabolo import Classifier
    >>> table = {"age": [20.5, 30.0, 41.0, 50.0], "city": ["Bonn", "Rome", "Bonn", "Rome"]}
    >>> model = Classifier(max_epochs=1, size="small", random_state=0).fit(table, [0, 1, 0, 1])
    >>> coding = Coding.of(model, Frame.of(table))
    >>> coding.names, coding.x[:, 0].tolist()
    (('age',), [20.5, 30.0, 41.0, 50.0])
    """

    frame: Frame
    model: Any
    places: tuple[Place, ...]
    x: np.ndarray

    @classmethod
    def of(cls, model: Any, frame: Frame) -> Self:
        """Code the rows of a table.

        Raises
        ------
        CapabilityError
            No column is continuous: nothing can move by little.
        """
        batch = model.schema_.to_batch(frame, type(model).__name__)
        places, parts, flags, start = [], [], [], 0
        for key, block in model.schema_.blocks.items():
            values = batch.values[key]
            place = Place(key, block, tuple(values.shape[1:]), values.dtype, start, *_scale(block))
            parts.append(values.flatten(1).double().numpy() * place.scale + place.shift)
            flags.append(batch.seen.get(key, torch.ones(values.shape, dtype=torch.bool)).flatten(1).numpy())
            places.append(place)
            start = place.stop
        if not any(place.free for place in places):
            kinds = ", ".join(place.block.kind for place in places)
            raise CapabilityError(
                f"the columns are {kinds}: none is a continuous number, so none can change by little; say which is one "
                "with schema={column: 'continuous'} when fitting."
            )
        return cls(frame, model, tuple(places), np.concatenate([*parts, *flags], 1).astype(np.float32))

    @property
    def classes_(self) -> np.ndarray:
        """Labels in the order of the logits."""
        return self.model.classes_

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that can move."""
        return tuple(name for place in self.places if place.free for name in place.block.names)

    @property
    def positions(self) -> dict[str, int]:
        """Where each of them stands in the vector."""
        free = [place for place in self.places if place.free]
        return {name: place.start + j for place in free for j, name in enumerate(place.block.names)}

    def to_module(self) -> nn.Module:
        """The network, from vectors (B, d) to logits (B, C)."""
        return FromCode(self.model.net_, self.places).eval()

    def limits(self, asked: Limits | None = None) -> Limits:
        """Ranges of the training rows, in standard deviations; columns that a person calls immutable stay as they are."""
        width, asked = self.x.shape[1], asked or Limits()
        low, high, scale = np.full(width, -np.inf), np.full(width, np.inf), np.ones(width)
        for place in self.places:
            if place.free:
                here = slice(place.start, place.stop)
                low[here], high[here], scale[here] = _range(place)
        where: dict[Any, int] = dict(self.positions)
        moving = set(where.values())
        fixed = [j for j in range(width) if j not in moving]
        named = [[where.get(f, f) for f in which] for which in (asked.immutable, asked.rises, asked.falls)]
        return Limits(
            low,
            high,
            scale,
            [*fixed, *named[0]],
            named[1],
            named[2],
            self._whole(),
            tuple(where),
            strict=False,
        )

    def cells(self, before: np.ndarray, after: np.ndarray) -> tuple[tuple[str, float, float], ...]:
        """The columns of one row that differ, the most changed first, with both values in their own unit."""
        names = list(self.positions)
        old, new = (self._numbers(x[None])[0] for x in (before, after))
        size = np.abs(after - before)[list(self.positions.values())]
        size = size / np.array([self.limits().scale[j] for j in self.positions.values()])
        seen = self._seen(before[None])[0]
        changed = [j for j in np.argsort(-size, kind="stable") if size[j] > 1e-6 and seen[j]]
        return tuple((names[j], float(old[j]), float(new[j])) for j in changed)

    def written(self, x: np.ndarray, rows: np.ndarray) -> Any:
        """Some rows with the numbers of their vectors, of the kind that came; other cells as they were."""
        frame = self.frame.take(rows)
        raw = names_in(frame, self.model.schema_.table, self.model.schema_.names)
        columns: dict[str, Any] = {name: frame.arrow(name) for name in frame.names}
        numbers, old = self._numbers(x), self._numbers(self.x[rows])
        for j, (name, place) in enumerate(self.positions.items()):
            moved = (x[:, place] != self.x[rows, place]) & self._seen(x)[:, j]
            if moved.any():
                cells = frame.numbers((raw[name],))[:, 0].astype(np.float64)
                columns[raw[name]] = pa.array(
                    np.where(moved & (numbers[:, j] != old[:, j]), numbers[:, j], cells)
                )
        return restore(columns, frame.template, frame)

    def _seen(self, x: np.ndarray) -> np.ndarray:
        """Which of these cells are no gaps (n, m): a random start moves gaps as well, which no network looks at."""
        return x[:, self.places[-1].stop :][:, list(self.positions.values())] > 0.5

    def _numbers(self, x: np.ndarray) -> np.ndarray:
        """Numbers (n, m) of the columns that can move, in their own unit."""
        found = []
        for place in self.places:
            if place.free:
                values = (x[:, place.start : place.stop] - place.shift) / place.scale
                cells = place.block.from_tensor(torch.from_numpy(values))
                found += [cells[name].to_numpy(zero_copy_only=False) for name in place.block.names]
        return np.stack(found, 1)

    def _whole(self) -> list[int]:
        """Columns of integers that stand there in their own unit."""
        schema = self.model.schema_
        raw = names_in(self.frame, schema.table, schema.names)
        spoken = {
            name: place.scale[j] != 1.0 or place.shift[j] != 0.0
            for place in self.places
            if place.free
            for j, name in enumerate(place.block.names)
        }
        return [
            j
            for name, j in self.positions.items()
            if spoken[name] and pa.types.is_integer(self.frame.type(raw[name]))
        ]


class FromCode(nn.Module):
    """Vectors of a :class:`Coding` -> logits."""

    def __init__(self, net: nn.Module, places: tuple[Place, ...]) -> None:
        super().__init__()
        self.net, self.places = net, places
        for place in places:
            self.register_buffer(f"shift_{place.start}", torch.from_numpy(place.shift).float())
            self.register_buffer(f"scale_{place.start}", torch.from_numpy(place.scale).float())

    def forward(self, x: Tensor) -> Tensor:
        """Numbers and codes of levels -> a batch -> logits (B, C)."""
        width = self.places[-1].stop
        values, seen = {}, {}
        for place in self.places:
            here = slice(place.start, place.stop)
            flags = x[:, width:][:, here] > 0.5
            found = (x[:, here] - getattr(self, f"shift_{place.start}")) / getattr(
                self, f"scale_{place.start}"
            )
            found = torch.where(flags, found, 0.0) if place.free else found
            values[place.key] = (
                found if place.dtype.is_floating_point else found.round().to(place.dtype)
            ).reshape(-1, *place.shape)
            if not flags.all():
                seen[place.key] = flags.reshape(-1, *place.shape)
        return self.net(Batch(values, seen, torch.arange(len(x), device=x.device)))


def _scale(block: Column) -> tuple[np.ndarray, np.ndarray]:
    """Shift and scale of a block's numbers; 0 and 1 for scores and codes."""
    if not isinstance(block, Continuous):
        return np.zeros(1), np.ones(1)
    knots = block.quantiles or (None,) * len(block.names)
    mapped = np.array([found is not None for found in knots])
    return np.where(mapped, 0.0, block.shift), np.where(mapped, 1.0, block.scale)


def _range(place: Place) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lowest and highest number of training rows, and a standard deviation, as they stand in the vector."""
    block: Any = place.block
    if not block.low:
        everywhere = np.full(len(block.names), np.inf)
        return -everywhere, everywhere, place.scale
    edges = {name: [low, high] for name, low, high in zip(block.names, block.low, block.high, strict=True)}
    values = block.to_tensor(Frame.of(edges))[0].double().numpy()
    mapped = np.array([found is not None for found in block.quantiles or (None,) * len(block.names)])
    low, high = np.where(mapped, values, [block.low, block.high])
    return low, high, place.scale
