"""The normal distribution, the likelihood behind squared error."""

import math
from typing import ClassVar, Self

import torch
from torch import Tensor

from diabolo.distributions.base import Distribution

__all__ = ["Gaussian"]

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
LARGEST_LOG_SCALE = 8.0  # of a scale that a network gives: e⁸ and e⁻⁸ are far beyond any use


class Gaussian(Distribution):
    """Independent normal cells: log p(x) = −½((x − loc)/scale)² − log scale − ½ log 2π.

    With a learned scale its maximum-likelihood fit weighs columns by their own noise; with a fixed scale it is the
    squared error of the chapter, summed over features.

    Parameters
    ----------
    loc : Tensor, shape (B, ...)
    log_scale : Tensor, broadcastable to ``loc``
        Natural logarithm of the standard deviation.

    Examples
    --------
    >>> p = Gaussian(torch.zeros(1), torch.zeros(1))
    >>> round(p.log_prob(torch.zeros(1)).item(), 4)
    -0.9189
    """

    NUMBERS: ClassVar[int] = 2  # of a network's output, per cell

    def __init__(self, loc: Tensor, log_scale: Tensor) -> None:
        self.loc = loc
        self.log_scale = log_scale

    @classmethod
    def from_numbers(cls, numbers: Tensor) -> Self:
        """The distribution whose ``loc`` and ``log_scale`` a network gives side by side, (B, 2k)."""
        loc, log_scale = numbers.chunk(2, 1)
        return cls(loc, log_scale.clamp(-LARGEST_LOG_SCALE, LARGEST_LOG_SCALE))

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-density of every cell."""
        return (
            -0.5 * ((value - self.loc) * torch.exp(-self.log_scale)).square()
            - self.log_scale
            - HALF_LOG_TWO_PI
        )

    @property
    def mean(self) -> Tensor:
        """``loc``."""
        return self.loc

    @property
    def mode(self) -> Tensor:
        """``loc``."""
        return self.loc

    def rsample(self) -> Tensor:
        """Loc + scale · ε with ε ~ N(0, 1), differentiable in both parameters."""
        return self.loc + torch.exp(self.log_scale) * torch.randn_like(self.loc)

    def sample(self) -> Tensor:
        """One draw per cell."""
        with torch.no_grad():
            return self.rsample()
