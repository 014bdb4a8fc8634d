"""One measure for each group of data types, in the unit a person knows the column by."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import torch
from torch import Tensor

from diabolo.columns import Binary, Categorical, Continuous, Count, Datetime, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.columns.levels import codes, plain
from diabolo.evaluate.images import psnr
from diabolo.frames import Frame
from diabolo.frames.convert import to_numbers

__all__ = [
    "Accuracy",
    "Measure",
    "PeakSignal",
    "RootMeanSquare",
    "Truth",
    "marginal_bits",
    "measure_of",
    "rounding",
]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

UNITS = {"days": 86_400.0, "hours": 3_600.0, "s": 1.0}
FEW = 2  # a unit is used where a standard deviation is at least so many of it


@dataclasses.dataclass(frozen=True)
class Truth:
    """Raw rows beside what one block makes of them.

    Parameters
    ----------
    frame : Frame
        The rows.
    names : tuple of str
        What they call the block's columns.
    values, seen : Tensor, shape (n, ...)
        The block's cells and flags.

    Examples
    --------
    >>> frame = Frame.of({"x": [1.0, 2.0]})
    >>> Truth(frame, ("x",), *Continuous.fit(frame, ("x",)).to_tensor(frame)).seen.ravel()
    tensor([True, True])
    """

    frame: Frame
    names: tuple[str, ...]
    values: Tensor
    seen: Tensor


@dataclasses.dataclass(frozen=True)
class Measure(ABC):
    """Losses that add up over rows, and what their mean is called.

    Parameters
    ----------
    block : Column
        The columns that are measured.
    """

    block: Column

    name = ""

    @abstractmethod
    def total(self, truth: Truth, rebuilt: Tensor) -> np.ndarray:
        """Sum over rows of the loss of each column, float64 (m,), for rebuilt cells (n, ...)."""

    @abstractmethod
    def of_mean(self, loss: float, column: int) -> float:
        """The measure of a column from its mean loss over seen cells."""

    def unit(self, column: int) -> str:  # noqa: ARG002 - most are in the column's own unit
        """Unit of the measure of a column."""
        return ""


class RootMeanSquare(Measure):
    """Root of the mean squared difference, √(Σ (x̂ − x)² / n), in the unit of the column.

    Examples
    --------
    >>> RootMeanSquare(Continuous(("x",), (0.0,), (1.0,))).of_mean(4.0, 0)
    2.0
    """

    name = "RMSE"

    def total(self, truth: Truth, rebuilt: Tensor) -> np.ndarray:
        """Squared differences of numbers, or of seconds."""
        numbers = Frame.of(pa.table(self.block.from_tensor(rebuilt))).numbers(self.block.names)
        difference = np.subtract(numbers, _raw(self.block, truth), dtype=np.float64)
        return np.square(np.where(truth.seen.numpy(), difference, 0.0)).sum(0)

    def of_mean(self, loss: float, column: int) -> float:
        """The root, of times in days, hours or seconds."""
        return loss**0.5 / UNITS.get(self.unit(column), 1.0)

    def unit(self, column: int) -> str:
        """Of times the largest unit in which they differ by a few."""
        if not isinstance(self.block, Datetime):
            return ""
        spread = self.block.scale[column] * _seconds(self.block.units[column])
        return next((unit for unit, length in UNITS.items() if spread >= FEW * length), "s")


class Accuracy(Measure):
    """Share of the cells whose level is named right.

    Examples
    --------
    >>> Accuracy(Binary(("smoker",), (("no", "yes"),), (0.3,))).of_mean(0.25, 0)
    0.75
    """

    name = "accuracy"

    def total(self, truth: Truth, rebuilt: Tensor) -> np.ndarray:
        """Cells with another level than the raw one."""
        named = self.block.from_tensor(rebuilt)
        wrong = np.zeros(len(truth.names))
        for j, (own, raw) in enumerate(zip(self.block.names, truth.names, strict=True)):
            levels = pc.unique(named[own]).to_pylist()
            same = codes(plain(truth.frame.arrow(raw)), levels) == codes(named[own], levels)
            wrong[j] = np.count_nonzero(truth.seen[:, j].numpy() & ~same)
        return wrong

    def of_mean(self, loss: float, column: int) -> float:  # noqa: ARG002
        """One minus the share of wrong cells."""
        return 1.0 - loss


class PeakSignal(Measure):
    """Peak signal-to-noise ratio of all pixels together.

    Examples
    --------
    >>> PeakSignal(Image(("image",), (1, 8, 8), True, False, 0.0, 1.0, 0.3)).of_mean(0.01, 0)
    20.0
    """

    name = "PSNR"

    def total(self, truth: Truth, rebuilt: Tensor) -> np.ndarray:
        """Squared differences of pixels."""
        squares = (rebuilt - truth.values).square().masked_fill(~truth.seen, 0.0)
        return np.array([float(squares.sum(dtype=torch.float64))])

    def of_mean(self, loss: float, column: int) -> float:  # noqa: ARG002
        """Decibels."""
        assert isinstance(self.block, Image)
        return psnr(loss, self.block.high - self.block.low)

    def unit(self, column: int) -> str:  # noqa: ARG002
        """Decibels."""
        return "dB"


MEASURES: dict[type[Column], type[Measure]] = {
    Binary: Accuracy,
    Categorical: Accuracy,
    Continuous: RootMeanSquare,
    Count: RootMeanSquare,
    Datetime: RootMeanSquare,
    Image: PeakSignal,
    Ordinal: Accuracy,
}


def measure_of(block: Column) -> Measure:
    """The measure of a block.

    Examples
    --------
    >>> measure_of(Binary(("smoker",), (("no", "yes"),), (0.3,))).name
    'accuracy'
    """
    return MEASURES[type(block)](block)


def marginal_bits(block: Column, truth: Truth) -> np.ndarray:
    """Cross-entropy, −Σ log₂ share(x) over rows in bits, of levels under their shares among training rows.

    Parameters
    ----------
    block : Column
        Of levels.
    truth : Truth

    Returns
    -------
    float64 array, shape (m,)

    Examples
    --------
    >>> frame = Frame.of({"smoker": ["no", "yes"]})
    >>> coin = Binary.fit(frame, ("smoker",))
    >>> marginal_bits(coin, Truth(frame, coin.names, *coin.to_tensor(frame)))
    array([2.])
    """
    assert isinstance(block, Binary | Categorical | Ordinal)
    shares = [(1 - p, p) for p in block.share] if isinstance(block, Binary) else block.shares
    tables = [-torch.log2(torch.tensor(share, dtype=torch.float64)) for share in shares]
    bits = [table[truth.values[:, j].long()] for j, table in enumerate(tables)]
    return (torch.stack(bits, 1) * truth.seen).sum(0).numpy()


def rounding(block: Column, frame: Frame, names: Sequence[str]) -> float | None:
    """Squared error per row that the grid of the raw cells means: Σ step² / 12 in coordinates.

    Parameters
    ----------
    block : Column
    frame : Frame
        Raw rows.
    names : sequence of str
        What the rows call the block's columns.

    Returns
    -------
    float or None
        None where no column of the block is known to be rounded.

    Examples
    --------
    >>> frame = Frame.of({"age": [20, 40]})
    >>> round(rounding(Continuous.fit(frame, ("age",)), frame, ("age",)), 8)  # 1 / 10² / 12
    0.00083333
    """
    if isinstance(block, Image):
        return block.widths[0] / 255**2 / 12 if block.bytes else None
    if isinstance(block, Datetime):
        return sum((g / s) ** 2 for g, s in zip(block.grain, block.scale, strict=True)) / 12
    if not isinstance(block, Continuous):
        return None
    mapped = block.quantiles or (None,) * len(block.names)
    types = [frame.type(name) for name in names]
    whole = [knots is None and pa.types.is_integer(t) for knots, t in zip(mapped, types, strict=True)]
    steps = [block.unit / scale for scale, on in zip(block.scale, whole, strict=True) if on]
    return sum(step**2 for step in steps) / 12 if steps else None


def _seconds(unit: str) -> float:
    """Length of a unit of Arrow times."""
    return {"D": 86_400.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[unit]


def _raw(block: Column, truth: Truth) -> np.ndarray:
    """The true cells as numbers, or as seconds."""
    if not isinstance(block, Datetime):
        return truth.frame.numbers(truth.names)
    times = [block.times(truth.frame, j, name) for j, name in enumerate(truth.names)]
    return np.column_stack([to_numbers(cells) for cells in times])
