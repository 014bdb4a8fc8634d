"""All mass on one point: the code of a plain autoencoder."""

from typing import ClassVar, Self

import torch
from torch import Tensor

from diabolo.distributions.base import Distribution

__all__ = ["Point"]


class Point(Distribution):
    """Dirac measure at ``loc``: q(z|x) = δ(z − loc).

    Parameters
    ----------
    loc : Tensor, shape (B, k)

    Examples
    --------
    >>> Point(torch.zeros(2, 3)).mean.shape
    torch.Size([2, 3])
    """

    NUMBERS: ClassVar[int] = 1  # of a network's output, per cell

    def __init__(self, loc: Tensor) -> None:
        self.loc = loc

    @classmethod
    def from_numbers(cls, numbers: Tensor) -> Self:
        """The point that a network gives, (B, k)."""
        return cls(numbers)

    def log_prob(self, value: Tensor) -> Tensor:
        """Zero at the point, minus infinity elsewhere."""
        return torch.where(value == self.loc, 0.0, -torch.inf)

    @property
    def mean(self) -> Tensor:
        """The point."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """The point."""
        return self.loc

    def sample(self) -> Tensor:
        """The point."""
        return self.loc

    def rsample(self) -> Tensor:
        """The point, with its gradient."""
        return self.loc
