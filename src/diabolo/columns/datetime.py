"""Dates and times: a normal density over the time line; networks see the phases of day, week and year too."""

import dataclasses
import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute
import torch
from torch import Tensor

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.continuous import NumberHead
from diabolo.columns.embedders import with_gaps
from diabolo.distributions import Distribution
from diabolo.errors import SchemaError
from diabolo.frames import Frame

__all__ = ["Datetime"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

PER_SECOND = {"D": 1 / 86400, "s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
STEPS = (86400, 3600, 60, 1, 1e-3, 1e-6, 1e-9)  # seconds; the grains that a column of times may have
CYCLES = (86400.0, 7 * 86400.0, 365.2425 * 86400.0)  # seconds; a day, a week, a mean year


@dataclasses.dataclass(frozen=True)
class Datetime(Column):
    """A block of columns of dates or times.

    The value, and the coordinate, is the standardized time; p(x | z) is normal with a learned scale. Unit,
    zone and grain are kept: days come out as days, minutes as minutes. A zoned column whose times are all
    midnights on its own clocks is read by those clocks, so that its grain is a day through every change of
    summer time. Values are 24-bit numbers: they are exact where range / grain < 10⁷ (days, hours, or minutes
    over 19 years).

    Parameters
    ----------
    names : tuple of str
    units : tuple of {"D", "s", "ms", "us", "ns"}
        Unit of the numbers below; "D" for dates.
    zones : tuple of str or None
        Time zone of each column.
    by_clock : tuple of bool
        Whether the numbers are read off the zone's clocks and not in UTC.
    low, high, grain : tuple of int
        First and last time of the training rows since 1970 and the step of the times, in units.
    mean, scale : tuple of float
        Mean time since ``low`` and standard deviation, in units.
    cycles : tuple of (day, week, year)
        Which phases vary among training rows, and repeat.
    gaps : bool
        Whether training rows had missing cells.
    orders : tuple of {"day", "month"} or None
        What comes first in dates of text such as 01/02/2026, where the training rows or a person said so.

    Examples
    --------
    >>> import datetime as dt
    >>> frame = Frame.of({"born": [dt.date(2000, 1, 1), dt.date(2001, 1, 1)]})
    >>> column = Datetime.fit(frame, ("born",))
    >>> column.from_tensor(column.to_tensor(frame)[0])["born"].to_pylist()
    [datetime.date(2000, 1, 1), datetime.date(2001, 1, 1)]
    """

    units: tuple[str, ...]
    zones: tuple[str | None, ...]
    by_clock: tuple[bool, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    grain: tuple[int, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    cycles: tuple[tuple[bool, bool, bool], ...]
    gaps: bool = False
    orders: tuple[str | None, ...] = ()

    kind: ClassVar[str] = "datetime"

    @classmethod
    def fit(
        cls, frame: Frame, names: tuple[str, ...], *, order: Literal["day", "month"] | None = None, **_: Any
    ) -> Self:
        """Range, grain and moments of the times.

        Parameters
        ----------
        frame, names
            The columns.
        order : {"day", "month"}, optional
            What comes first in dates of text such as 01/02/2026.

        Raises
        ------
        SchemaError
            A column is not of dates or times, or has none; or it is text that does not say what comes first.
        """
        if order not in (None, "day", "month"):
            raise SchemaError(f"order is {order!r}; allowed are 'day', 'month' and None.")
        fits = [_fit_one(name, frame.times(name, order)) for name in names]
        statistics = {field: tuple(fit[field] for fit in fits) for field in fits[0] if field != "gaps"}
        orders = tuple(order or frame.order(name) for name in names)
        return cls(names, **statistics, gaps=any(fit["gaps"] for fit in fits), orders=orders)

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> standardized times (n, m) and seen (n, m)."""
        values = np.zeros((frame.n_rows, len(self.names)), np.float32)
        seen = np.zeros(values.shape, np.bool_)
        for j, name in enumerate(self.names):
            cells = _in_unit(name, self.times(frame, j, name), self.units[j], self.zones[j])
            ticks, seen[:, j] = _ticks(cells, by_clock=self.by_clock[j])
            values[:, j] = np.where(seen[:, j], (ticks - self.low[j] - self.mean[j]) / self.scale[j], 0.0)
        return torch.from_numpy(values), torch.from_numpy(seen)

    def times(self, frame: Frame, j: int, name: str) -> pa.ChunkedArray:
        """The cells of column ``j``, which the frame calls `name`; text is read as in the training rows."""
        return frame.times(name, self.orders[j] if self.orders else None)  # older files know no order

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Standardized times -> times on the column's grain, between the first and the last of training."""
        v = values.detach().cpu().numpy().astype(np.float64)
        return {name: self._times(j, v[:, j]) for j, name in enumerate(self.names)}

    def coordinates(self, values: Tensor) -> Tensor:
        """The values."""
        return values

    def expected(self, distribution: Distribution) -> Tensor:
        """The expected standardized time."""
        return distribution.mean

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """The values."""
        return coordinates

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per column."""
        return (1,) * len(self.names)

    def embedder(self) -> Embedder:
        """Standardized times, then sine and cosine of the phases that vary, then flags of gaps."""
        waves = [
            (j, *self._wave(j, c)) for j, on in enumerate(self.cycles) for c in range(len(CYCLES)) if on[c]
        ]
        return TimeEmbedder(len(self.names), waves, flags=self.gaps)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A normal per cell."""
        return NumberHead(features, code, len(self.names), len(self.names), None)

    def _wave(self, j: int, cycle: int) -> tuple[float, float]:
        """Phase at value zero and phases per unit of value."""
        period = CYCLES[cycle] * PER_SECOND[self.units[j]]
        return math.fmod(self.low[j] + self.mean[j], period) / period, self.scale[j] / period

    def _times(self, j: int, v: np.ndarray) -> pa.Array:
        """Values of one column -> its times."""
        steps = np.rint((v * self.scale[j] + self.mean[j]) / self.grain[j])
        ticks = np.clip(self.low[j] + self.grain[j] * steps.astype(np.int64), self.low[j], self.high[j])
        if self.units[j] == "D":
            return pa.array(ticks.astype(np.int32)).cast(pa.date32())
        if not self.by_clock[j]:
            return pa.array(ticks).cast(pa.timestamp(self.units[j], self.zones[j]))
        clock = pa.array(ticks).cast(pa.timestamp(self.units[j]))
        return pc.assume_timezone(clock, self.zones[j], ambiguous="earliest", nonexistent="latest")


class TimeEmbedder(Embedder):
    """(B, m) standardized times, sine and cosine of each wave, flags of gaps.

    Parameters
    ----------
    columns : int
    waves : list of (column, phase at value zero, phases per unit of value)
    flags : bool
    """

    column: Tensor
    phase: Tensor
    rate: Tensor

    def __init__(self, columns: int, waves: list[tuple[int, float, float]], *, flags: bool) -> None:
        super().__init__()
        self.flags = flags
        self.register_buffer("column", torch.tensor([w[0] for w in waves], dtype=torch.long))
        self.register_buffer("phase", torch.tensor([w[1] for w in waves]))
        self.register_buffer("rate", torch.tensor([w[2] for w in waves]))
        self.width = columns * (2 if flags else 1) + 2 * len(waves)

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, m) -> (B, width)."""
        angle = 2 * math.pi * torch.frac(self.phase + self.rate * values.index_select(1, self.column))
        waves = with_gaps(torch.cat([angle.sin(), angle.cos()], 1), self._twice(seen), flags=False)
        times = with_gaps(values, seen, flags=self.flags)
        columns = values.shape[1]
        return torch.cat([times[:, :columns], waves, times[:, columns:]], 1)

    def _twice(self, seen: Tensor | None) -> Tensor | None:
        return None if seen is None else seen.index_select(1, self.column).repeat(1, 2)


def _fit_one(name: str, cells: pa.ChunkedArray) -> dict[str, Any]:
    """Statistics of one column."""
    unit, zone = _unit(name, cells.type)
    present = _in_unit(name, cells, unit, zone)
    clock, known = _ticks(present, by_clock=zone is not None)
    day = round(86400 * PER_SECOND[unit])
    by_clock = zone is not None and bool((clock[known] % day == 0).all())
    ticks = clock[known] if by_clock else _ticks(present, by_clock=False)[0][known]
    if not len(ticks):
        raise SchemaError(
            f"column {name!r} has no value at all, so it has no range of times; leave it out (None)."
        )
    since = (ticks - ticks.min()).astype(np.float64)
    return {
        "units": unit,
        "zones": zone,
        "by_clock": by_clock,
        "low": int(ticks.min()),
        "high": int(ticks.max()),
        "grain": _grain(ticks, unit),
        "mean": float(since.mean()),
        "scale": float(since.std()) or 1.0,
        "cycles": tuple(_varies(ticks, c * PER_SECOND[unit]) for c in CYCLES),
        "gaps": bool((~known).any()),
    }


def _unit(name: str, kind: pa.DataType) -> tuple[str, str | None]:
    """Unit and zone of an Arrow type."""
    if pa.types.is_timestamp(kind):
        return kind.unit, kind.tz
    if pa.types.is_date(kind):
        return "D", None
    raise SchemaError(
        f"column {name!r} is of type {kind}, but a datetime column holds dates or timestamps; convert it, "
        "choose 'categorical' or None for it, or say what comes first in dates such as 01/02/2026 with the "
        "option order='day' or order='month'."
    )


def _in_unit(name: str, cells: pa.ChunkedArray, unit: str, zone: str | None) -> pa.Array:
    """The cells as one array of the given type."""
    kind = pa.date32() if unit == "D" else pa.timestamp(unit, zone)
    try:
        array = cells.combine_chunks()
        return array if array.type == kind else array.cast(kind, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SchemaError(
            f"column {name!r} is of type {cells.type}, but was fitted as {kind}: {error}"
        ) from error


def _ticks(cells: pa.Array, *, by_clock: bool) -> tuple[np.ndarray, np.ndarray]:
    """Numbers since 1970 (int64, zero where missing) and which are there."""
    seen = cells.is_valid().to_numpy(zero_copy_only=False)
    local = pc.local_timestamp(cells) if by_clock else cells
    numbers = local.cast(pa.int32()) if pa.types.is_date32(local.type) else local.cast(pa.int64())
    return pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False).astype(np.int64), seen


def _grain(ticks: np.ndarray, unit: str) -> int:
    """The largest of day, hour, ..., nanosecond that divides all times, in units."""
    for seconds in STEPS:
        step = max(1, round(seconds * PER_SECOND[unit]))
        if (ticks % step == 0).all():
            return step
    return 1


def _varies(ticks: np.ndarray, period: float) -> bool:
    """Whether the times span more than one period and lie at different phases of it."""
    return bool(np.ptp(ticks) > period and np.ptp(ticks % period) > 0)
