"""Levels with an order: one location per cell among ordered thresholds."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.embedders import StandardEmbedder
from diabolo.columns.levels import UNKNOWN, Level, codes, decoded, encoded, plain
from diabolo.columns.links import Curve
from diabolo.distributions import Distribution
from diabolo.distributions import Ordinal as OrdinalDistribution
from diabolo.errors import SchemaError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout

__all__ = ["Ordinal"]

NEW = "numbers take the nearest level, others count as missing"
CERTAIN = 0.005  # nearest that a linear fit gets to the first and the last rank, as a share of their distance
FAR = 12.0  # beyond the thresholds, in units of the logistic scale: there the rank is certain


@dataclasses.dataclass(frozen=True)
class Ordinal(Column):
    """A block of columns with ordered levels: P(x ≤ j) = σ(t_j − loc), the proportional-odds model.

    The value of a cell is its rank 0, 1, ...; its coordinate is the standardized rank. The order is the one
    an ordered category declares, else the natural order of numbers or text.

    References
    ----------
    McCullagh (1980), Regression models for ordinal data, JRSS B 42.

    Parameters
    ----------
    names : tuple of str
    levels : tuple of tuple
        The levels of each column in order, declared ones that no row carries included.
    shares : tuple of tuple of float
        Share of every level among training rows, half a row being added to each.
    mean, scale : tuple of float
        Of the ranks in the training rows.
    gaps : bool
        Whether training rows had missing cells.

    Examples
    --------
    >>> frame = Frame.of({"grade": [1, 3, 2, 3]})
    >>> Ordinal.fit(frame, ("grade",)).to_tensor(frame)[0].ravel()
    tensor([0, 2, 1, 2])
    """

    levels: tuple[tuple[Level, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    gaps: bool = False

    kind: ClassVar[str] = "ordinal"

    @classmethod
    def fit(
        cls, frame: Frame, names: tuple[str, ...], *, levels: list[Level] | None = None, **_: Any
    ) -> Self:
        """Levels, their shares and the moments of the ranks.

        Parameters
        ----------
        levels : list, optional
            The order of the levels, where the data do not declare one.

        Raises
        ------
        SchemaError
            A column has no value at all.
        """
        orders, shares, means, scales, gaps = [], [], [], [], False
        for name in names:
            order = tuple(levels) if levels else _order(frame, name)
            ranks = codes(plain(frame.arrow(name)), order)
            counts = np.bincount(ranks[ranks >= 0], minlength=len(order))
            mean = counts @ np.arange(len(order)) / max(counts.sum(), 1)
            variance = counts @ np.square(np.arange(len(order)) - mean) / max(counts.sum(), 1)
            orders.append(order)
            shares.append(tuple(((counts + 0.5) / (counts + 0.5).sum()).tolist()))
            means.append(float(mean))
            scales.append(float(np.sqrt(variance)) or 1.0)
            gaps = gaps or bool((ranks < 0).any())
        return cls(names, tuple(orders), tuple(shares), tuple(means), tuple(scales), gaps)

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> ranks, int64 (n, m), and seen (n, m).

        A number never met takes the rank of the nearest level, text never met counts as missing; both warn.
        """
        found = encoded(frame, self.names, self.levels, NEW)
        for j in np.flatnonzero((found == UNKNOWN).any(0)):
            _take_nearest(found[:, j], plain(frame.arrow(self.names[j])), self.levels[j])
        return torch.from_numpy(found.clip(min=0)), torch.from_numpy(found >= 0)

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Ranks -> levels."""
        return decoded(values.detach().cpu().numpy(), self.names, self.levels)

    def coordinates(self, values: Tensor) -> Tensor:
        """Standardized ranks."""
        mean, scale = self._moments(values.device)
        return (values - mean) / scale

    def expected(self, distribution: Distribution) -> Tensor:
        """The standardized expected rank."""
        return self.coordinates(distribution.mean)

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """The nearest rank there is."""
        mean, scale = self._moments(coordinates.device)
        last = torch.tensor([len(order) - 1 for order in self.levels], device=coordinates.device)
        ranks = torch.round(coordinates * scale + mean).long()
        return torch.minimum(ranks.clamp_min(0), last)

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per column."""
        return (1,) * len(self.names)

    def embedder(self) -> Embedder:
        """Standardized ranks, with flags of gaps."""
        return StandardEmbedder(self.mean, self.scale, flags=self.gaps)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A location per cell and learned thresholds per column."""
        return OrdinalHead(features, code, self.shares)

    def describe(self) -> str:
        """One line for people."""
        return f"{len(self.names)} ordinal (up to {max(map(len, self.levels))} levels)"

    def _moments(self, device: torch.device) -> tuple[Tensor, Tensor]:
        return torch.tensor(self.mean, device=device), torch.tensor(self.scale, device=device)


class OrdinalHead(Head):
    """loc = readout; the thresholds are parameters: the first one free, the others by positive gaps.

    They begin at the log-odds of the cumulative shares.
    """

    shares: Tensor
    beyond: Tensor
    last: Tensor

    def __init__(
        self, features: int | tuple[int, int, int], code: int, shares: tuple[tuple[float, ...], ...]
    ) -> None:
        super().__init__()
        last = torch.tensor([float(max(1, len(share) - 1)) for share in shares])
        self.register_buffer("last", last, persistent=False)
        self.link = _curve(shares, last) if code else None
        self.readout = Readout(features, code, len(shares), self.link)
        most = max(2, *map(len, shares))
        padded = torch.tensor(
            [[*share, *[0.0] * (most - len(share))] for share in shares], dtype=torch.float64
        )
        self.register_buffer("shares", padded.float())
        self.register_buffer(
            "beyond", torch.tensor([[j >= len(s) - 1 for j in range(most - 1)] for s in shares])
        )
        edges = torch.logit(padded.cumsum(1)[:, :-1].clamp(1e-9, 1 - 1e-9)).float()
        self.first = nn.Parameter(edges[:, :1].clone())
        self.log_gaps = nn.Parameter(torch.log(edges.diff(dim=1).clamp_min(1e-3)))

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, m) cells."""
        return OrdinalDistribution(self.readout(hidden, code), self._thresholds())

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Least squares for the rank, whose expectation is then the linear fit held between the first and the last."""
        if self.link is None:
            return
        edges = self._thresholds()
        known = edges[torch.isfinite(edges)]
        loc = torch.linspace(float(known.min()) - FAR, float(known.max()) + FAR, 512, device=edges.device)
        self.link.learn(loc, OrdinalDistribution(loc[:, None], edges).mean / self.last)
        targets = values / self.last - self.link.center
        self.readout.start(code, targets if seen is None else torch.where(seen, targets, 0.0))

    def _thresholds(self) -> Tensor:
        """(m, K − 1), ascending, infinite beyond the levels of a column."""
        thresholds = torch.cat([self.first, self.first + self.log_gaps.exp().cumsum(1)], 1)
        return thresholds.masked_fill(self.beyond, torch.inf)


def _curve(shares: tuple[tuple[float, ...], ...], last: Tensor) -> Curve:
    """From an expected rank, as a share of the last, to the location."""
    mean = torch.tensor([sum(j * p for j, p in enumerate(share)) for share in shares]) / last
    low = torch.full_like(last, CERTAIN)
    return Curve(mean, low, 1 - low, torch.logit)


def _order(frame: Frame, name: str) -> tuple[Level, ...]:
    """Levels as declared by an ordered category, else the sorted distinct values."""
    cells = frame.arrow(name)
    if pa.types.is_dictionary(cells.type) and cells.type.ordered:
        return tuple(plain(cells.unify_dictionaries().chunk(0).dictionary).to_pylist())
    found = sorted(plain(cells).drop_null().unique().to_pylist())
    if not found:
        raise SchemaError(
            f"column {name!r} has no value at all, so its levels have no order; leave it out (None)."
        )
    return tuple(found)


def _take_nearest(ranks: np.ndarray, cells: pa.Array, levels: tuple[Level, ...]) -> None:
    """Give unknown numbers the rank of the nearest level, in place."""
    if any(isinstance(level, str) for level in levels) or pa.types.is_string(cells.type):
        return
    strange = ranks == UNKNOWN
    numbers = cells.filter(pa.array(strange)).cast(pa.float64()).to_numpy(zero_copy_only=False)
    ranks[strange] = np.abs(numbers[:, None] - np.array(levels, np.float64)).argmin(1)
