"""Sums over rows of one block of columns, for the model and its references, and the scores they come to."""

import dataclasses
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from torch import Tensor

from diabolo.columns import Image
from diabolo.columns.levels import plain
from diabolo.evaluate.images import ssim
from diabolo.evaluate.measures import Accuracy, Measure, Truth, marginal_bits
from diabolo.evaluate.scores import ColumnScore
from diabolo.frames.patterns import is_text

__all__ = ["RIVALS", "Tally", "cell_bytes", "kept"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers
RIVALS = ("model", "pca", "mean")


@dataclasses.dataclass
class Tally:
    """What is summed up over the rows of one block.

    Parameters
    ----------
    measure : Measure
    raw : tuple of str
        What the judged rows call the columns: those of an array go by position.
    seen : float64 array, shape (m,)
        Cells (of an image: pixels) that count.
    losses, likeness : dict of rival to array, shape (m,)
        Of the measure, and SSIM of images.
    bits : dict of rival to array, shape (m,)
        Cross-entropy of levels.

    Examples
    --------
    >>> import torch
    >>> from diabolo.evaluate.measures import measure_of
    >>> from diabolo.columns import Continuous
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of({"x": [1.0, 3.0]})
    >>> column = Continuous.fit(frame, ("x",))
    >>> truth = Truth(frame, ("x",), *column.to_tensor(frame))
    >>> tally = Tally(measure_of(column), ("x",))
    >>> for rival in RIVALS:
    ...     tally.add(rival, truth, torch.zeros(2, 1))
    >>> tally.count(truth, None)
    >>> tally.score(0, {"model": 2.0, "pca": 2.0, "mean": 2.0}).model
    1.0
    """

    measure: Measure
    raw: tuple[str, ...]
    seen: np.ndarray | float = 0.0
    losses: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    likeness: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    bits: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def add(self, rival: str, truth: Truth, rebuilt: Tensor) -> None:
        """Judge some rows as a rival rebuilds them."""
        _increase(self.losses, rival, self.measure.total(truth, rebuilt))
        block = self.measure.block
        if isinstance(block, Image) and rival != "mean" and truth.seen.all():
            alike = ssim(truth.values, rebuilt, block.high - block.low)
            _increase(self.likeness, rival, alike.sum(0, keepdim=True).numpy())

    def count(self, truth: Truth, log_probs: Tensor | None) -> None:
        """Count the cells of some rows, and their cross-entropy by the model's ``log_probs``, if it has any."""
        cells = truth.seen.sum()[None] if isinstance(self.measure.block, Image) else truth.seen.sum(0)
        self.seen = self.seen + cells.double().numpy()
        if isinstance(self.measure, Accuracy):
            _increase(self.bits, "mean", marginal_bits(self.measure.block, truth))
            if log_probs is not None:
                _increase(self.bits, "model", log_probs.double().sum(0).numpy() / -math.log(2))

    def score(self, j: int, errors: dict[str, float]) -> ColumnScore:
        """The score of the j-th column, given each rival's squared error per row."""
        block = self.measure.block
        cells = float(np.asarray(self.seen)[j])
        rows = cells / block.widths[0] if isinstance(block, Image) else cells
        losses = _means(self.losses, j, cells)
        found = {
            rival: None if mean is None else self.measure.of_mean(mean, j) for rival, mean in losses.items()
        }
        bits, alike = _means(self.bits, j, cells), _means(self.likeness, j, rows)
        return ColumnScore(
            name=block.names[j],
            kind=block.kind,
            seen=round(rows),
            measure=self.measure.name,
            unit=self.measure.unit(j),
            model=found["model"],
            pca=found["pca"],
            mean=found["mean"],
            mean_error=errors["mean"],
            kept=kept(errors["model"], errors["mean"]),
            pca_kept=kept(errors["pca"], errors["mean"]),
            bits=bits.get("model"),
            mean_bits=bits.get("mean"),
            ssim=alike.get("model"),
            pca_ssim=alike.get("pca"),
        )


def kept(error: float, mean_error: float) -> float | None:
    """Share of the mean row's error that is taken off, 1 − error / mean error; None where that has no error.

    Examples
    --------
    >>> kept(1.0, 4.0), kept(0.0, 0.0)
    (0.75, None)
    """
    return 1.0 - error / mean_error if mean_error > 0 else None


def _means(sums: dict[str, np.ndarray], j: int, count: float) -> dict[str, float | None]:
    """Mean of the j-th column for each rival, None where nothing was seen."""
    return {rival: float(amounts[j] / count) if count else None for rival, amounts in sums.items()}


def _increase(sums: dict[str, np.ndarray], rival: str, amount: np.ndarray) -> None:
    sums[rival] = sums.get(rival, 0.0) + amount


def cell_bytes(column: pa.ChunkedArray) -> float:
    """Mean bytes of a cell itself, of text in UTF-8, without what a table keeps beside it for many rows.

    Examples
    --------
    >>> cell_bytes(pa.chunked_array([[1.5, 2.5, None]])), cell_bytes(pa.chunked_array([["Bonn", "Rome"]]))
    (8.0, 4.0)
    """
    kind: Any = column.type
    if isinstance(kind, pa.FixedShapeTensorType):
        return math.prod(kind.shape) * kind.value_type.bit_width / 8
    if is_text(kind):
        return float(pc.mean(pc.binary_length(plain(column))).as_py() or 0.0)
    return kind.bit_width / 8
