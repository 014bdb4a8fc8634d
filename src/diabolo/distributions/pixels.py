"""Light that cannot be darker than black or brighter than white."""

import torch
from torch import Tensor

from diabolo.distributions.base import Distribution
from diabolo.distributions.gaussian import HALF_LOG_TWO_PI

__all__ = ["ClippedGaussian"]


class ClippedGaussian(Distribution):
    """A normal clipped to [low, high]: x = min(max(loc + scale·ε, low), high), the censored regression of Tobin.

    A pixel inside the range has the normal density. A pixel at a bound has the mass beyond it, Φ((low − loc)/scale) at the
    lower one, taken in its small-scale limit exp(−½ max(loc − low, 0)²/scale²), which costs no special function: nothing
    is asked of ``loc`` beyond the bound, where a plain squared error would pull it back and waste capacity on flat black.

    Parameters
    ----------
    loc : Tensor, shape (B, ...)
    log_scale : Tensor, broadcastable to ``loc``
    low, high : float

    References
    ----------
    Tobin, "Estimation of relationships for limited dependent variables", Econometrica 1958.

    Examples
    --------
    >>> p = ClippedGaussian(torch.tensor([-3.0]), torch.zeros(1), 0.0, 1.0)
    >>> p.log_prob(torch.tensor([0.0])).item() == 0, p.mean.item()
    (True, 0.0)
    """

    def __init__(self, loc: Tensor, log_scale: Tensor, low: float, high: float) -> None:
        self.loc = loc
        self.log_scale = log_scale
        self.low, self.high = low, high

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-density of cells inside the range, log-mass of cells at a bound."""
        residual = value - self.loc
        black, white = value <= self.low, value >= self.high
        free = (black & (residual > 0)) | (white & (residual < 0))
        squares = (residual.masked_fill(free, 0.0) * torch.exp(-self.log_scale)).square()
        inside = (~(black | white)).to(value.dtype)
        return -0.5 * squares - inside * (self.log_scale + HALF_LOG_TWO_PI)

    @property
    def mean(self) -> Tensor:
        """``loc`` inside the range: the mean in the limit of a small scale."""
        return self.loc.clamp(self.low, self.high)

    @property
    def mode(self) -> Tensor:
        """``loc`` inside the range."""
        return self.mean

    def sample(self) -> Tensor:
        """One draw per cell, inside the range."""
        with torch.no_grad():
            return (self.loc + torch.exp(self.log_scale) * torch.randn_like(self.loc)).clamp(
                self.low, self.high
            )
