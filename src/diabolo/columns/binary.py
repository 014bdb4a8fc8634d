"""Two values, of any type: a coin per cell."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.embedders import StandardEmbedder
from diabolo.columns.levels import Level, count_levels, decoded, encoded, plain
from diabolo.columns.links import LogOdds
from diabolo.distributions import Bernoulli, Distribution
from diabolo.errors import SchemaError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout

__all__ = ["Binary"]


@dataclasses.dataclass(frozen=True)
class Binary(Column):
    """A block of columns with two values each: log p(x) = log σ(±logit).

    The value, and the one coordinate, is 0 for the lower level and 1 for the upper.

    Parameters
    ----------
    names : tuple of str
    levels : tuple of (lower, upper)
        The two values of each column, in their natural order.
    share : tuple of float
        Share of the upper level among training rows, half a row being added to both.
    gaps : bool
        Whether training rows had missing cells.

    Examples
    --------
    >>> frame = Frame.of({"smoker": ["no", "yes", None, "no"]})
    >>> column = Binary.fit(frame, ("smoker",))
    >>> column.to_tensor(frame)[0].ravel()
    tensor([0., 1., 0., 0.])
    """

    levels: tuple[tuple[Level, Level], ...]
    share: tuple[float, ...]
    gaps: bool = False

    kind: ClassVar[str] = "binary"

    @classmethod
    def fit(cls, frame: Frame, names: tuple[str, ...], **_: Any) -> Self:
        """The two values and their shares.

        Raises
        ------
        SchemaError
            A column has more than two values.
        """
        pairs, shares, gaps = [], [], False
        for name in names:
            cells = plain(frame.arrow(name))
            counts = dict(zip(*count_levels(cells), strict=True))
            pairs.append(_pair(name, sorted(counts)))
            upper = counts[pairs[-1][1]] if len(counts) == 2 else 0
            shares.append((upper + 0.5) / (sum(counts.values()) + 1))
            gaps = gaps or cells.null_count > 0
        return cls(names, tuple(pairs), tuple(shares), gaps)

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> 0 or 1 (n, m) and seen (n, m); a third value counts as missing."""
        found = encoded(frame, self.names, self.levels, "they are treated as missing")
        return torch.from_numpy((found == 1).astype(np.float32)), torch.from_numpy(found >= 0)

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """0 and 1 -> the two values."""
        return decoded((values.detach().cpu().numpy() > 0.5).astype(np.int64), self.names, self.levels)

    def coordinates(self, values: Tensor) -> Tensor:
        """The values."""
        return values

    def expected(self, distribution: Distribution) -> Tensor:
        """Probability of the upper level."""
        return distribution.mean

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """The nearer of 0 and 1."""
        return (coordinates > 0.5).to(coordinates.dtype)

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per column."""
        return (1,) * len(self.names)

    def embedder(self) -> Embedder:
        """Centered and of unit variance, with flags of gaps."""
        return StandardEmbedder(self.share, [(p * (1 - p)) ** 0.5 for p in self.share], flags=self.gaps)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A logit per cell."""
        return BinaryHead(features, code, torch.tensor(self.share))


class BinaryHead(Head):
    """logit = log-odds of the marginal share + readout."""

    log_odds: Tensor

    def __init__(self, features: int | tuple[int, int, int], code: int, share: Tensor) -> None:
        super().__init__()
        self.readout = Readout(features, code, len(share), LogOdds(share) if code else None)
        self.register_buffer("log_odds", torch.logit(share))

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, m) cells."""
        return Bernoulli(self.log_odds + self.readout(hidden, code))

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Least squares for the probability, which is then the linear fit held within bounds."""
        targets = values - torch.sigmoid(self.log_odds)
        self.readout.start(code, targets if seen is None else torch.where(seen, targets, 0.0))


def _pair(name: str, levels: list[Level]) -> tuple[Level, Level]:
    """Lower and upper level; a constant column stands for both."""
    if len(levels) > 2:
        raise SchemaError(
            f"column {name!r} has {len(levels)} distinct values ({levels[0]!r}, {levels[1]!r}, ...), "
            "but a binary column has two; choose 'categorical', 'ordinal', 'count' or 'continuous' for it."
        )
    if not levels:
        raise SchemaError(
            f"column {name!r} has no value at all, so it cannot be a binary column; leave it out (None)."
        )
    return levels[0], levels[-1]
