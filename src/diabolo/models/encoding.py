"""Mixed rows as points: numbers of unit size and levels as one-hot slots, for models that make whole rows at once.

A generator or a flow makes a row as one point, all columns together. What is continuous in a column becomes a number;
what is discrete, a group of slots of which one is chosen: its levels, its inflated value, and whether it is missing, so
that patterns of gaps are learned like everything else.
"""

import dataclasses
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.columns import Binary, Categorical, Continuous, Count, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.data.batch import Batch, in_one
from diabolo.data.schema import Schema
from diabolo.models.base import ROWS, Distributes

__all__ = ["POINTS", "Encoding", "LatentEncoding"]

POINTS = "points"  # under which a batch holds encoded rows

SMALLEST = 0.1  # spread of a group: what hardly varies is not blown up
NEVER = 1e-12  # share of a slot that no training row chose


class Encoding(nn.Module):
    """Rows <-> points (B, width): standardized numbers, then standardized one-hot groups.

    A number is (coordinate − mean) / scale, with one scale for all numbers of an array or an image; a group is
    (one-hot − share) / √(Σ share (1 − share)), of unit variance as a whole. Whole numbers are spread over their unit when
    they come in, and rounded when they go out.

    Parameters
    ----------
    schema : Schema

    Attributes
    ----------
    width : int
    n_numbers : int
        How many of the features are numbers; they come first.
    sizes : tuple of int
        Slots of each group.

    References
    ----------
    Theis, van den Oord & Bethge, "A note on the evaluation of generative models", ICLR 2016 (dequantization).

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of({"town": ["Rome", "Oslo", "Bern", "Rome"], "height": [1.6, 1.7, None, 1.9]})
    >>> schema = Schema.fit(frame)
    >>> encoding = Encoding(schema).fit(schema.to_batch(frame))
    >>> again = encoding.decode(encoding(schema.to_batch(frame)))
    >>> schema.to_table(again.values, frame.template, seen=again.seen)["town"].to_pylist()
    ['Rome', 'Oslo', 'Bern', 'Rome']
    """

    shift: Tensor
    scale: Tensor
    flat: Tensor

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema
        self.parts = {key: Part.of(column) for key, column in schema.blocks.items()}
        self.n_numbers = sum(part.n_numbers for part in self.parts.values())
        self.sizes = tuple(size for part in self.parts.values() for size in part.sizes)
        self.width = self.n_numbers + sum(self.sizes)
        most = max(self.sizes, default=0)
        places = [torch.arange(size) + j * most for j, size in enumerate(self.sizes)]
        self.register_buffer("flat", torch.cat(places) if places else torch.zeros(0, dtype=torch.long), False)
        self.register_buffer("shift", torch.zeros(self.width))
        self.register_buffer("scale", torch.ones(self.width))

    @property
    def owners(self) -> Tensor:
        """For every feature the position of its column in the schema's ``names``, int64 (width,)."""
        place = {name: j for j, name in enumerate(self.schema.names)}
        numbers: list[int] = []
        slots: list[int] = []
        for part in self.parts.values():
            mine = [place[name] for name in part.column.names]
            slots += [mine[j] for j, size in zip(part.places, part.sizes, strict=True) for _ in range(size)]
            if part.n_numbers:
                numbers += [
                    j for j, width in zip(mine, part.column.widths, strict=True) for _ in range(width)
                ]
        return torch.tensor(numbers + slots, dtype=torch.long)

    def fit(self, batch: Batch) -> Self:
        """Take means and scales of training rows."""
        numbers, choices = self._split(batch, dequantize=False)
        share = self.one_hot(choices).mean(0)
        spread = [
            (p * (1 - p)).sum().sqrt().clamp_min(SMALLEST).expand(len(p)) for p in share.split(self.sizes)
        ]
        self.shift.copy_(torch.cat([numbers.mean(0), share]))
        self.scale.copy_(torch.cat([self._number_scales(numbers), *spread]))
        return self

    def forward(self, batch: Batch) -> Tensor:
        """Points (B, width) of rows; whole numbers are spread by the global generator."""
        numbers, choices = self._split(batch, dequantize=True)
        return (torch.cat([numbers, self.one_hot(choices)], 1) - self.shift) / self.scale

    def decode(self, points: Tensor) -> Batch:
        """Rows from points: the slot that stands out most in every group, and the nearest numbers."""
        whole = points * self.scale + self.shift
        numbers, choices = whole[:, : self.n_numbers], self._chosen(whole[:, self.n_numbers :])
        values, seen = {}, {}
        for key, part in self.parts.items():
            mine, numbers = numbers[:, : part.n_numbers], numbers[:, part.n_numbers :]
            chosen, choices = choices[:, : len(part.sizes)], choices[:, len(part.sizes) :]
            values[key], flags = part.decode(mine, chosen)
            if flags is not None:
                seen[key] = flags
        return Batch(values, seen, torch.arange(len(points), device=points.device))

    def choose(self, raw: Tensor, temperature: float) -> Tensor:
        """Points from what a generator gives: numbers as they are, of every group one slot, drawn by its logits.

        The draw is hard forward and soft backward (straight-through Gumbel softmax).

        References
        ----------
        Jang, Gu & Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017.
        """
        if not self.sizes:
            return raw
        logits = self.scores(raw[:, self.n_numbers :])
        drawn = (
            functional.gumbel_softmax(logits, temperature, hard=True).flatten(1).index_select(1, self.flat)
        )
        shift, scale = self.shift[self.n_numbers :], self.scale[self.n_numbers :]
        return torch.cat([raw[:, : self.n_numbers], (drawn - shift) / scale], 1)

    def scores(self, slots: Tensor) -> Tensor:
        """Slots (B, S) of all groups as (B, groups, most), −∞ where there is none or training never chose it."""
        seen = self.shift[self.n_numbers :] > NEVER
        shape = (len(self.sizes), max(self.sizes, default=0))
        padded = slots.new_full((len(slots), shape[0] * shape[1]), -torch.inf)
        return padded.index_copy(1, self.flat, slots.masked_fill(~seen, -torch.inf)).unflatten(1, shape)

    def _chosen(self, slots: Tensor) -> Tensor:
        """The slot of each group that stands out most, int64 (B, groups)."""
        return self.scores(slots).argmax(2) if self.sizes else slots.long()

    def one_hot(self, choices: Tensor) -> Tensor:
        """Slots (B, S) with a one where each group's choice (B, groups) is."""
        most = max(self.sizes, default=0)
        return (
            functional.one_hot(choices, most).flatten(1).index_select(1, self.flat).float()
            if most
            else choices.float()
        )

    def _split(self, batch: Batch, *, dequantize: bool) -> tuple[Tensor, Tensor]:
        """Coordinates that are numbers, and the slot of each group."""
        found = [
            part.encode(batch.values[key], batch.seen.get(key), dequantize=dequantize)
            for key, part in self.parts.items()
        ]
        numbers, choices = zip(*found, strict=True)
        return torch.cat(numbers, 1), torch.cat(choices, 1)

    def _number_scales(self, numbers: Tensor) -> Tensor:
        """Standard deviation of each number, or of all together in an array or image."""
        scales = []
        for part in self.parts.values():
            mine, numbers = numbers[:, : part.n_numbers], numbers[:, part.n_numbers :]
            if not part.n_numbers:
                continue
            variance = mine.var(0, correction=0)
            together = isinstance(part.column, Image) or getattr(part.column, "shared", False)
            variance = variance.mean().expand_as(variance) if together else variance
            scales.append(torch.where(variance > 0, variance.sqrt(), 1.0))
        return torch.cat(scales) if scales else numbers.new_zeros(0)


class LatentEncoding(nn.Module):
    """Rows <-> points (B, width) by way of a fitted model's code, standardized; decoded, a row is drawn, not the likeliest.

    Parameters
    ----------
    model : Autoencoder, VAE or another that answers a code with a distribution
        Fitted.

    Attributes
    ----------
    width : int
    """

    shift: Tensor
    scale: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, model: Distributes) -> None:
        super().__init__()
        self.model, self.width = model, model.n_components_
        for name, start in (("shift", 0.0), ("scale", 1.0), ("low", 0.0), ("high", 0.0)):
            self.register_buffer(name, torch.full((self.width,), start))

    def fit(self, batch: Batch) -> Self:
        """Take means, scales and ranges of the codes of training rows."""
        codes = self._codes(batch)
        spread = codes.std(0, correction=0)
        self.shift.copy_(codes.mean(0))
        self.scale.copy_(torch.where(spread > 0, spread, 1.0))
        self.low.copy_(codes.amin(0))
        self.high.copy_(codes.amax(0))
        return self

    def forward(self, batch: Batch) -> Tensor:
        """Points (B, width) of rows."""
        return (self._codes(batch) - self.shift) / self.scale

    def decode(self, points: Tensor) -> Batch:
        """Rows drawn from points, whose codes are held in the range of training."""
        codes = torch.minimum(torch.maximum(points * self.scale + self.shift, self.low), self.high)
        return Batch(self.model.draw_values(codes), {}, torch.arange(len(points)))

    def _codes(self, batch: Batch) -> Tensor:
        return in_one(
            (self.model.encode_batch(part.to("cpu")).float() for part in batch.split(ROWS)), len(batch)
        )


@dataclasses.dataclass(frozen=True)
class Part:
    """How one block of columns is laid out.

    Parameters
    ----------
    column : Column
    places : tuple of int
        The columns of the block that have a group.
    levels : tuple of int
        Their slots, without the one for gaps: their levels; of a number 1, or 2 where it has an inflated value.
    gaps : bool
        Whether each group ends with a slot for a missing cell.
    """

    column: Column
    places: tuple[int, ...]
    levels: tuple[int, ...]
    gaps: bool

    @classmethod
    def of(cls, column: Column) -> Self:
        """The layout of a block."""
        gaps = bool(getattr(column, "gaps", False))
        levels = tuple(1 + (atom is not None) for atom in _atoms(column))
        if isinstance(column, Binary | Categorical):
            levels = column.widths if isinstance(column, Categorical) else (2,) * len(column.names)
        places = tuple(j for j, count in enumerate(levels) if count > 1 or gaps)
        return cls(column, places, tuple(levels[j] for j in places), gaps)

    @property
    def has_levels(self) -> bool:
        """Whether its columns are levels and nothing else."""
        return isinstance(self.column, Binary | Categorical)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Slots of each group."""
        return tuple(count + self.gaps for count in self.levels)

    @property
    def n_numbers(self) -> int:
        """Coordinates that are numbers."""
        return 0 if self.has_levels else sum(self.column.widths)

    def encode(self, values: Tensor, seen: Tensor | None, *, dequantize: bool) -> tuple[Tensor, Tensor]:
        """Numbers (B, n_numbers) and the slot of each group, int64 (B, groups)."""
        numbers = values.new_zeros(len(values), 0, dtype=torch.float32)
        if not self.has_levels:
            whole = dequantize and isinstance(self.column, Count | Ordinal)
            spread = values + torch.rand(values.shape, device=values.device) - 0.5 if whole else values
            numbers = self.column.coordinates(spread)
            numbers = numbers if seen is None else torch.where(seen.flatten(1), numbers, 0.0)
        return numbers, self._choices(values, seen)

    def decode(self, numbers: Tensor, choices: Tensor) -> tuple[Tensor, Tensor | None]:
        """Values of the block, and what is seen of it where there are gaps."""
        places, levels = list(self.places), torch.tensor(self.levels, device=choices.device)
        level = torch.minimum(choices, levels - 1)
        values = self._values(numbers, level)
        if not self.has_levels and places:
            values[:, places] = torch.where(level == 1, self._inflated(values), values[:, places])
        if not self.gaps:
            return values, None
        seen = choices < levels
        return torch.where(seen, values, 0), seen

    def _choices(self, values: Tensor, seen: Tensor | None) -> Tensor:
        if not self.places:
            return torch.zeros(len(values), 0, dtype=torch.long, device=values.device)
        places, levels = list(self.places), torch.tensor(self.levels, device=values.device)
        cells = values[:, places]
        # a level beyond the coordinates is 'other', slot 0
        chosen = torch.where(cells < levels, cells, 0) if self.has_levels else cells == self._inflated(cells)
        return chosen.long() if seen is None else torch.where(seen[:, places], chosen.long(), levels)

    def _values(self, numbers: Tensor, level: Tensor) -> Tensor:
        """Values of the block, inflated ones and gaps apart."""
        if isinstance(self.column, Categorical):  # each of its columns has a group
            return self.column.draw_beyond(level)
        return self.column.from_coordinates(level.float() if isinstance(self.column, Binary) else numbers)

    def _inflated(self, like: Tensor) -> Tensor:
        """Inflated values of the grouped columns, NaN where there is none."""
        found = _atoms(self.column)
        numbers = [torch.nan if found[j] is None else found[j] for j in self.places]
        return torch.tensor(numbers, dtype=like.dtype, device=like.device)


def _atoms(column: Column) -> list[Any]:
    """The inflated value of every column of a block, None where there is none."""
    if isinstance(column, Continuous) and column.atom:
        return column.atom_values()
    return [None] * len(column.names)
