"""The only thing that flows: rows as tensors, with a flag for every cell that was seen."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import torch
from torch import Tensor

__all__ = ["Batch", "in_one"]


@dataclasses.dataclass(frozen=True)
class Batch:
    """Rows as tensors.

    Parameters
    ----------
    values : dict of str to Tensor, shape (B, ...)
        One tensor per block of the schema, by the block's key.
    seen : dict of str to bool Tensor, shape (B, ...)
        True where a cell was seen. A block without gaps has no entry: nothing is spent on what is always true.
    index : int64 Tensor, shape (B,)
        Row numbers in the data the batch was taken from.
    weight : Tensor, shape (B,), optional
        Row weights; None means one each.

    Examples
    --------
    >>> batch = Batch({"x": torch.zeros(4, 2)}, {}, torch.arange(4))
    >>> batch.take(torch.tensor([0, 2])).index
    tensor([0, 2])
    """

    values: Mapping[str, Tensor]
    seen: Mapping[str, Tensor]
    index: Tensor
    weight: Tensor | None = None

    def __len__(self) -> int:
        return len(self.index)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Batches of one schema after one another, rows numbered anew; without weights."""
        rows = sum(len(part) for part in parts)
        values = {key: torch.cat([part.values[key] for part in parts]) for key in parts[0].values}
        gaps = {key: flags for part in parts for key, flags in part.seen.items()}
        seen = {
            key: torch.cat([p.seen.get(key, flags.new_ones(len(p), *flags.shape[1:])) for p in parts])
            for key, flags in gaps.items()
        }
        return cls(values, seen, torch.arange(rows))

    def take(self, rows: Tensor) -> Self:
        """The given rows, in the given order (int64 row positions, shape (B',))."""
        return dataclasses.replace(
            self,
            values={key: v.index_select(0, rows) for key, v in self.values.items()},
            seen={key: s.index_select(0, rows) for key, s in self.seen.items()},
            index=self.index.index_select(0, rows),
            weight=None if self.weight is None else self.weight.index_select(0, rows),
        )

    def to(self, device: torch.device | str) -> Self:
        """The same rows on another device."""
        return dataclasses.replace(
            self,
            values={key: v.to(device) for key, v in self.values.items()},
            seen={key: s.to(device) for key, s in self.seen.items()},
            index=self.index.to(device),
            weight=None if self.weight is None else self.weight.to(device),
        )

    def astype(self, dtype: torch.dtype) -> Self:
        """The same rows with numbers of another precision; what is no floating-point number stays as it is."""
        values = {key: v.to(dtype) if v.is_floating_point() else v for key, v in self.values.items()}
        return dataclasses.replace(self, values=values)

    def spread(self, most: int) -> Self:
        """At most so many rows, in steady strides through all."""
        step = -(-len(self) // most)
        rows = torch.arange(0, len(self), step, device=self.index.device) if step > 1 else None
        return self if rows is None else self.take(rows)

    def split(self, size: int) -> list[Self]:
        """Consecutive pieces of at most ``size`` rows, without copying; of no rows one piece without rows."""
        return [self.rows(start, start + size) for start in range(0, max(len(self), 1), size)]

    def rows(self, start: int, stop: int) -> Self:
        """Rows ``start`` to ``stop`` as views."""
        return dataclasses.replace(
            self,
            values={key: v[start:stop] for key, v in self.values.items()},
            seen={key: s[start:stop] for key, s in self.seen.items()},
            index=self.index[start:stop],
            weight=None if self.weight is None else self.weight[start:stop],
        )


def in_one(answers: Iterable[Tensor], rows: int) -> Tensor:
    """Answers (B, ...) for consecutive pieces of so many rows, written into one tensor as they come.

    Small tensors kept between large temporary ones would leave holes that the next large one does not fit into: the memory
    of a process grows with every piece.

    Examples
    --------
    >>> in_one((torch.full((2, 1), float(i)) for i in range(2)), 4).ravel()
    tensor([0., 0., 1., 1.])
    """
    whole, start = torch.empty(0), 0
    for answer in answers:
        if not start:
            with torch.inference_mode(False):  # what comes out may be learned from
                whole = torch.empty((rows, *answer.shape[1:]), dtype=answer.dtype, device=answer.device)
        whole[start : start + len(answer)] = answer
        start += len(answer)
    return whole
