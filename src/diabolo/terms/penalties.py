"""What is asked of the code beside a good reconstruction: one number per row, added to the loss."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.shapes import Code, PerRow

__all__ = ["Cost", "Encode", "Penalty", "Scores", "Sparsity"]

Encode = Callable[[Batch], Tensor]
"""Codes (B', k) of other rows, as the model encodes them in this step."""

Scores = Callable[[int], Tensor]
"""The first so many principal component scores of the training rows, (n, at most so many), gaps taken at the mean."""


Cost = Callable[[Tensor, Batch, Encode], Tensor]
"""A penalty that has seen the training rows: codes (B, k) of a batch, the batch, how to encode others -> (B,)."""


class Penalty(ABC):
    """What is asked of codes, as a value: it prints, compares and goes into the file."""

    @abstractmethod
    def prepare(self, rows: Batch, scores: Scores) -> Cost:
        """The cost of codes, once the training rows are known.

        Parameters
        ----------
        rows : Batch
            All training rows.
        scores : callable
            Where they lie: ``scores(50)`` are their first 50 principal component scores.
        """


@dataclasses.dataclass(frozen=True)
class Sparsity(Penalty):
    """weight · Σ|z_j|: few dimensions at a time.

    References
    ----------
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011.

    Examples
    --------
    >>> import torch
    >>> Sparsity(2.0)(torch.tensor([[1.0, -1.0]])).tolist()
    [4.0]
    """

    weight: float = 1e-2

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise ParameterError(f"weight={self.weight} is not a weight: give a number from 0.")

    def prepare(self, rows: Batch, scores: Scores) -> "Sparsity":  # noqa: ARG002
        """Itself: where rows lie does not matter."""
        return self

    def __call__(self, code: Code, *_: Any) -> PerRow:
        """Weighted L1 norm of each row's code."""
        return self.weight * code.abs().sum(1)
