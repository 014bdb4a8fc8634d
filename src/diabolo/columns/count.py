"""Counts: negative binomial, so that the spread may exceed the mean."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.embedders import StandardEmbedder
from diabolo.columns.links import Curve
from diabolo.distributions import Distribution, NegativeBinomial
from diabolo.errors import OutOfRangeWarning, SchemaError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout
from diabolo.notices import warn

__all__ = ["Count"]

LEAST_LOG = 0.01  # of log(1 + count), to which a linear fit may fall
TURNS = 3  # between means and dispersion
WIDEST = 14.0  # beyond the logs of the largest count: so much may a wide spread pull E[log(1 + x)] down


@dataclasses.dataclass(frozen=True)
class Count(Column):
    """A block of columns of counts: mean μ(z), variance μ + α μ² with one learned dispersion α per column.

    The value of a cell is the count; its coordinate is the standardized log(1 + count).

    References
    ----------
    Hilbe (2011), Negative Binomial Regression, Cambridge University Press.

    Parameters
    ----------
    names : tuple of str
    mean, scale : tuple of float
        Of log(1 + x) in the training rows.
    average : tuple of float
        Mean count in the training rows.
    high : tuple of int
        Largest count in the training rows; decoded counts lie in [0, high].
    gaps : bool
        Whether training rows had missing cells.

    Examples
    --------
    >>> frame = Frame.of({"children": [0, 3, 1, 0]})
    >>> Count.fit(frame, ("children",)).to_tensor(frame)[0].ravel()
    tensor([0., 3., 1., 0.])
    """

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    average: tuple[float, ...]
    high: tuple[int, ...]
    gaps: bool = False

    kind: ClassVar[str] = "count"

    @classmethod
    def fit(cls, frame: Frame, names: tuple[str, ...], **_: Any) -> Self:
        """Moments of the counts and of their logarithms.

        Raises
        ------
        SchemaError
            A column has negative or broken numbers.
        """
        x = _numbers(frame, names)
        missing = np.isnan(x)
        _refuse_other_numbers(x, names)
        seen = np.maximum((~missing).sum(0), 1)
        filled = np.where(missing, 0.0, x)
        logs = np.log1p(filled)
        mean = logs.sum(0) / seen
        variance = (np.square(logs - mean) * ~missing).sum(0) / seen
        scale = np.where(variance > 0, np.sqrt(variance), 1.0)
        statistics = (
            mean.tolist(),
            scale.tolist(),
            (filled.sum(0) / seen).tolist(),
            filled.max(0).astype(int).tolist(),
        )
        return cls(names, *map(tuple, statistics), gaps=bool(missing.any()))

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> counts as floats (n, m) and seen (n, m).

        Warns
        -----
        OutOfRangeWarning
            Negative numbers are treated as missing; fractions are rounded.
        """
        x = _numbers(frame, self.names)
        seen = np.isfinite(x) & (x >= 0)
        _warn(x < 0, self.names, "negative numbers are treated as missing")
        _warn(seen & (x != np.rint(x)), self.names, "fractions are rounded")
        return torch.from_numpy(np.where(seen, np.rint(x), 0.0).astype(np.float32)), torch.from_numpy(seen)

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Counts -> integers, no larger than training knew."""
        x = np.rint(values.detach().cpu().numpy().astype(np.float64)).clip(0, self.high).astype(np.int64)
        return {name: pa.array(x[:, j]) for j, name in enumerate(self.names)}

    def coordinates(self, values: Tensor) -> Tensor:
        """Standardized log(1 + count)."""
        return self._standard(torch.log1p(values))

    def expected(self, distribution: Distribution) -> Tensor:
        """Standardized expectation of log(1 + count)."""
        assert isinstance(distribution, NegativeBinomial)
        return self._standard(distribution.mean_log1p)

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """The nearest count that training knew the size of."""
        logs = coordinates * self._tensor(self.scale, coordinates) + self._tensor(self.mean, coordinates)
        return torch.expm1(
            torch.minimum(logs.clamp_min(0), self._tensor(self.high, coordinates).log1p())
        ).round()

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per column."""
        return (1,) * len(self.names)

    def embedder(self) -> Embedder:
        """The coordinates, with flags of gaps."""
        return StandardEmbedder(self.mean, self.scale, flags=self.gaps, transform=torch.log1p)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A log-mean per cell and a learned dispersion per column."""
        return CountHead(features, code, self)

    def _standard(self, logs: Tensor) -> Tensor:
        return (logs - self._tensor(self.mean, logs)) / self._tensor(self.scale, logs)

    @staticmethod
    def _tensor(numbers: tuple[float, ...], like: Tensor) -> Tensor:
        return torch.tensor(numbers, dtype=like.dtype, device=like.device)


class CountHead(Head):
    """log μ = offset + readout; the offset begins at the log of the average, log α is a parameter."""

    def __init__(self, features: int | tuple[int, int, int], code: int, column: Count) -> None:
        super().__init__()
        average = column.average
        self.link = _curve(column) if code else None
        self.readout = Readout(features, code, len(average), self.link)
        self.offset = nn.Parameter(torch.log(torch.tensor(average).clamp_min(1e-3)))
        self.log_dispersion = nn.Parameter(torch.zeros(len(average)))

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, m) cells."""
        return NegativeBinomial(self.offset + self.readout(hidden, code), self.log_dispersion)

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Least squares for log(1 + x), whose expectation is then the linear fit held within bounds.

        The dispersion is found by the method of moments, α = Σ((x − μ)² − μ) / Σ μ², at means that have the expected
        logarithms; these depend on α, and a few turns settle both.
        """
        known = torch.ones_like(values) if seen is None else seen.to(values.dtype)
        if self.link is None:
            average = (values.sum(0) / known.sum(0).clamp_min(1)).clamp_min(1e-3)
            self.offset.copy_(torch.log(average))
            self._disperse(average.expand_as(values), values, known)
            return
        targets = (torch.log1p(values) - self.link.center) * known
        fit = targets - self.readout.start(code, targets)
        for _ in range(TURNS):
            log_mean = self.link.value(self.link.center + fit)
            self._disperse(log_mean.exp(), values, known)
            self._learn_link()
        self.offset.copy_(self.link.value(self.link.center[None])[0])

    def _disperse(self, mean: Tensor, values: Tensor, known: Tensor) -> None:
        """Take the dispersion from counts and their means."""
        excess = (((values - mean).square() - mean) * known).sum(0) / (mean.square() * known).sum(0)
        self.log_dispersion.copy_(excess.clamp(1e-3, 10.0).log())

    def _learn_link(self) -> None:
        """Bring the link to the dispersion."""
        assert self.link is not None
        log_mean = torch.linspace(-8.0, float(self.link.high.max()) + WIDEST, 512, device=self.offset.device)
        both = NegativeBinomial(log_mean[:, None].expand(-1, len(self.offset)), self.log_dispersion)
        self.link.learn(log_mean, both.mean_log1p)


def _curve(column: Count) -> Curve:
    """From the expectation of log(1 + x) to log μ."""
    mean = torch.tensor(column.mean)
    high = torch.tensor(column.high, dtype=mean.dtype).log1p()
    return Curve(mean, torch.full_like(mean, LEAST_LOG), high, lambda y: torch.log(torch.expm1(y)))


def _numbers(frame: Frame, names: tuple[str, ...]) -> np.ndarray:
    """The cells in float64, NaN where missing or infinite."""
    x = np.asarray(frame.numbers(names), np.float64)
    return np.where(np.isfinite(x), x, np.nan)


def _refuse_other_numbers(x: np.ndarray, names: tuple[str, ...]) -> None:
    wrong = ((x < 0) | (x != np.rint(x))) & ~np.isnan(x)
    if wrong.any():
        j = int(wrong.any(0).argmax())
        raise SchemaError(
            f"column {names[j]!r} holds {x[wrong[:, j], j][0]:g}, but counts are whole numbers from 0; "
            "choose 'continuous' for it."
        )


def _warn(cells: np.ndarray, names: tuple[str, ...], what: str) -> None:
    """Say in which columns of counts there are such cells (n, m)."""
    if cells.any():
        columns = ", ".join(repr(names[j]) for j in np.flatnonzero(cells.any(0)))
        warn(f"{what} in columns of counts: {columns}.", OutOfRangeWarning)
