"""Distributions over non-negative integers."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from diabolo.distributions.base import Distribution

__all__ = ["NegativeBinomial"]

DISPERSION_LIMIT = 15.0
"""Bound of |log dispersion|: at e⁻¹⁵ the variance of a count of 1,000 is within 0.03 % of Poisson's."""

STIRLING_START = 8.0
"""From here three terms of Stirling's series are exact to 3e-10."""

LARGEST_LOG = 80.0
"""exp(80) is the largest mean given in float32; a network's log-mean may be any number."""


class NegativeBinomial(Distribution):
    """Independent counts with mean μ and variance μ + α μ²: Poisson as the dispersion α → 0.

    With r = 1/α, l_y = log(α y), s = Stirling's remainder and sp = softplus, for x > 0

        log p(x) = r (sp(l_x) − sp(l_μ)) + x (sp(−l_x) − sp(−l_μ)) − ½ sp(l_x) − ½ log 2πx + s(x + r) − s(r) −
        s(x),

    and log p(0) = −r sp(l_μ). The textbook's log-gammas cancel to nothing when x or r is large; here they are
    gone before they are computed, so that float32 is enough from rare events to millions.

    References
    ----------
    Loader (2000), Fast and accurate computation of binomial probabilities (the same idea for the binomial).

    Parameters
    ----------
    log_mean : Tensor, shape (B, ...)
        Log of the expected count.
    log_dispersion : Tensor, broadcastable to ``log_mean``
        Log of α, held within ±15.

    Examples
    --------
    >>> p = NegativeBinomial(torch.zeros(1), torch.tensor(-15.0))
    >>> round(p.log_prob(torch.tensor([0.0])).item(), 4)
    -1.0
    """

    def __init__(self, log_mean: Tensor, log_dispersion: Tensor) -> None:
        self.log_mean = log_mean
        self.log_dispersion = log_dispersion.clamp(-DISPERSION_LIMIT, DISPERSION_LIMIT)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-mass of every cell, for counts stored as floats."""
        size = torch.exp(-self.log_dispersion)
        log_odds = self.log_mean + self.log_dispersion
        none = -size * F.softplus(log_odds)
        x = value.clamp_min(1.0)
        x_odds = x.log() + self.log_dispersion
        deviance = size * (F.softplus(x_odds) - F.softplus(log_odds))
        deviance = deviance + x * (F.softplus(-x_odds) - F.softplus(-log_odds))
        shape = -0.5 * (F.softplus(x_odds) + torch.log(2 * math.pi * x))
        both, alone, own = _stirling_remainder(torch.stack([x + size, size.expand_as(x), x])).unbind()
        return torch.where(value > 0, deviance + shape + both - alone - own, none)

    @property
    def mean(self) -> Tensor:
        """Expected count."""
        return torch.exp(self.log_mean.clamp_max(LARGEST_LOG))

    @property
    def mode(self) -> Tensor:
        """Most probable count, ⌊(1 − α) μ⌋ and never below zero."""
        return torch.floor(self.mean * (1 - torch.exp(self.log_dispersion)).clamp_min(0.0))

    @property
    def mean_log1p(self) -> Tensor:
        """E[log(1 + x)] = ∫₀¹ (1 − (1 + αμs)⁻ʳ) / (−log(1 − s)) ds.

        The integral comes from log(1 + x) = ∫₀^∞ (1 − e^(−xt)) e⁻ᵗ/t dt. With s = σ(w) its integrand decays
        exponentially on both sides, where the trapezoidal rule with step 1 is exact to 1e-7 of its value.
        """
        first = -math.ceil(16 + max(0.0, float(self.log_mean.detach().max().clamp_max(LARGEST_LOG))))
        size = torch.exp(-self.log_dispersion)
        log_odds = self.log_mean + self.log_dispersion
        total = torch.zeros_like(log_odds)
        for w in torch.arange(first, 24, dtype=torch.float64).to(log_odds).unbind():
            hit = -torch.expm1(-size * F.softplus(log_odds + F.logsigmoid(w)))
            total += hit * torch.sigmoid(w) * torch.sigmoid(-w) / F.softplus(w)
        return total

    def sample(self) -> Tensor:
        """One draw per cell: a Poisson count whose mean is itself a gamma draw."""
        with torch.no_grad():
            size = torch.exp(-self.log_dispersion).expand_as(self.log_mean)
            rate = torch.distributions.Gamma(size, size / self.mean, validate_args=False).sample()
            return torch.poisson(rate)


def _stirling_remainder(z: Tensor) -> Tensor:
    """s(z) = log Γ(z) − (z − ½) log z + z − ½ log 2π, without cancellation for large z."""
    small, large = z.clamp_max(STIRLING_START), z.clamp_min(STIRLING_START)
    direct = torch.lgamma(small) - (small - 0.5) * torch.log(small) + small - 0.5 * math.log(2 * math.pi)
    inverse = 1 / large.square()
    series = (1 / 12 - inverse * (1 / 360 - inverse / 1260)) / large
    return torch.where(z < STIRLING_START, direct, series)
