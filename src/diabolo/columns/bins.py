"""A column as few codes: its values where they are few, else quantile bins in which a value can be drawn again."""

import dataclasses
import math
from typing import Self

import torch
from torch import Tensor

__all__ = ["Bins"]

KNOTS = 17  # quantiles kept inside each bin: below 0.1 % of the rows between two of 100 bins' knots
MORE = 1.5  # values that are few: so many for every bin that would be made of them


@dataclasses.dataclass(frozen=True, eq=False)
class Bins:
    """Disjoint codes 0, 1, ..., C − 1 of the values of one column, in ascending order.

    A code is a value, or a bin: an interval with the quantiles of the training values in it. Values that many rows carry
    are codes of their own also between bins, so that inflated values come out exactly.

    Parameters
    ----------
    knots : Tensor, shape (C, 17)
        Quantiles 0, 1/16, ..., 1 of the values of each code; of a value, that value 17 times.

    Examples
    --------
    >>> bins = Bins.fit(torch.tensor([2.0, 5.0, 5.0, 9.0]), 100, levels=True)
    >>> bins.to_codes(torch.tensor([9.0, 2.0]))
    tensor([2, 0])
    """

    knots: Tensor

    @classmethod
    def fit(cls, values: Tensor, most: int, *, levels: bool = False) -> Self:
        """Codes of training values.

        Parameters
        ----------
        values : Tensor, shape (n,)
            Without gaps; n may be 0, and then there is no code.
        most : int
            Number of bins, at the most, where there are more than 1.5 times so many values; fewer where rows are few.
        levels : bool
            Give every value a code of its own.
        """
        ordered = values.float().sort().values
        distinct, counts = torch.unique_consecutive(ordered, return_counts=True)
        most = max(1, min(most, round(math.sqrt(len(ordered)))))
        if levels or len(distinct) <= MORE * most:
            return cls(distinct[:, None].expand(-1, KNOTS).contiguous())
        ends = _ends(counts, len(ordered) / most)
        stops = counts.cumsum(0)[ends]
        starts = torch.cat([stops.new_zeros(1), stops[:-1]])
        return cls(_quantiles(ordered, starts, stops))

    def __len__(self) -> int:
        return len(self.knots)

    @property
    def low(self) -> Tensor:
        """Smallest value of each code, (C,)."""
        return self.knots[:, 0]

    @property
    def high(self) -> Tensor:
        """Largest value of each code, (C,)."""
        return self.knots[:, -1]

    def to_codes(self, values: Tensor) -> Tensor:
        """The code that holds each value, or the nearest, int64 (n,)."""
        values = values.to(self.knots.dtype).contiguous()
        below = (torch.searchsorted(self.low.contiguous(), values, right=True) - 1).clamp_min(0)
        above = (below + 1).clamp_max(len(self) - 1)
        nearer = (values > self.high[below]) & (self.low[above] - values < values - self.high[below])
        return torch.where(nearer, above, below)

    @property
    def are_levels(self) -> bool:
        """Whether every code is one value."""
        return bool((self.low == self.high).all())

    def holds(self, values: Tensor) -> Tensor:
        """Whether each value may be: it is a code, or where there are bins, within their reach; bool (n,)."""
        values = values.to(self.knots.dtype)
        if not self.are_levels:
            return (values >= self.low[0]) & (values <= self.high[-1])
        return values == self.low[self.to_codes(values)]

    def from_codes(self, codes: Tensor, places: Tensor) -> Tensor:
        """Values of codes (n,) at places (n,) in [0, 1]: the quantile among the values of the code, between its knots."""
        position = places * (KNOTS - 1)
        knot = position.long().clamp_max(KNOTS - 2)
        left, right = self.knots[codes, knot], self.knots[codes, knot + 1]
        return torch.lerp(left, right, position - knot)

    def below(self, value: float) -> Tensor:
        """Share of the values of each code that are below a value, (C,): the inverse of :meth:`from_codes`."""
        gaps = self.knots.diff(dim=1)
        parts = ((value - self.knots[:, :-1]) / gaps.clamp_min(1e-30)).clamp(0, 1)
        parts = torch.where(gaps > 0, parts, (value > self.knots[:, :-1]).to(parts.dtype))
        return parts.mean(1)


def _ends(counts: Tensor, size: float) -> Tensor:
    """Places of the last distinct value of each code, from how many rows carry each value.

    A code ends where another ``size`` rows are full, and around a value that fills one alone.
    """
    whole = torch.div(counts.cumsum(0) - counts / 2, size, rounding_mode="floor")
    alone = counts >= size
    breaks = (whole.diff() > 0) | alone[1:] | alone[:-1]
    return torch.cat([breaks.nonzero().flatten(), torch.tensor([len(counts) - 1])])


def _quantiles(ordered: Tensor, starts: Tensor, stops: Tensor) -> Tensor:
    """Quantiles (C, 17) of consecutive stretches of ordered values."""
    place = starts[:, None] + torch.linspace(0, 1, KNOTS, dtype=torch.float64) * (stops - starts - 1)[:, None]
    left = place.floor().long()
    right = torch.minimum(left + 1, stops[:, None] - 1)
    return torch.lerp(ordered[left], ordered[right], (place - left).to(ordered.dtype))
