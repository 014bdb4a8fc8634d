"""Distributions over levels: two of them, many without an order, many with one."""

import torch
from torch import Tensor
from torch.nn import functional as F

from diabolo.distributions.base import Distribution

__all__ = ["Bernoulli", "Categorical", "Ordinal"]


class Bernoulli(Distribution):
    """Independent coins: log p(x) = log σ(logit) where x = 1 and log σ(−logit) where x = 0.

    Parameters
    ----------
    logits : Tensor, shape (B, ...)
        Log-odds of the value 1.

    Examples
    --------
    >>> p = Bernoulli(torch.tensor([[0.0, 1e4]]))
    >>> p.log_prob(torch.tensor([[1.0, 1.0]]))
    tensor([[-0.6931,  0.0000]])
    """

    def __init__(self, logits: Tensor) -> None:
        self.logits = logits

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-mass of every cell; one log-sigmoid of the signed logit, exact on both tails."""
        return F.logsigmoid(torch.where(value > 0.5, self.logits, -self.logits))

    @property
    def mean(self) -> Tensor:
        """Probability of the value 1."""
        return torch.sigmoid(self.logits)

    @property
    def mode(self) -> Tensor:
        """1 where it is the more probable value, else 0, as floats."""
        return (self.logits > 0).to(self.logits.dtype)

    def sample(self) -> Tensor:
        """One throw per cell, as floats."""
        return torch.bernoulli(self.mean.detach())


class Categorical(Distribution):
    """Independent cells with levels that have no order: log p(x = j) = logit_j − log Σ_i exp(logit_i).

    Parameters
    ----------
    logits : Tensor, shape (B, m, K)
        Unnormalized log-probabilities, with −∞ beyond the levels of a column that has fewer than K.
    allowed : bool Tensor, shape (m, K), optional
        Levels that ``mode`` and ``sample`` may give. The likelihood covers the others too: a category that
        training never met can be scored, but is never invented.

    Examples
    --------
    >>> p = Categorical(torch.log(torch.tensor([[[0.2, 0.8], [1.0, 0.0]]])))
    >>> p.log_prob(torch.tensor([[1, 0]])).exp()
    tensor([[0.8000, 1.0000]])
    >>> p.mode
    tensor([[1, 0]])
    """

    def __init__(self, logits: Tensor, allowed: Tensor | None = None) -> None:
        self.logits = logits
        self.allowed = allowed

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-mass of every cell, for int64 levels of shape (B, m)."""
        return F.log_softmax(self.logits, -1).gather(-1, value.unsqueeze(-1)).squeeze(-1)

    @property
    def mean(self) -> Tensor:
        """Probabilities of the levels, shape (B, m, K)."""
        return torch.softmax(self.logits, -1)

    @property
    def mode(self) -> Tensor:
        """Most probable allowed level, int64, shape (B, m)."""
        return self._allowed_logits().argmax(-1)

    def sample(self) -> Tensor:
        """One allowed level per cell, int64."""
        p = torch.softmax(self._allowed_logits().detach(), -1)
        return torch.multinomial(p.flatten(0, -2), 1).view(p.shape[:-1])

    def _allowed_logits(self) -> Tensor:
        return self.logits if self.allowed is None else self.logits.masked_fill(~self.allowed, -torch.inf)


class Ordinal(Distribution):
    """Independent cells with ordered levels, by the proportional-odds model: P(x ≤ j) = σ(t_j − loc).

    Neighboring levels share strength through one location, so that a near miss costs less than a far one. The
    mass of a level between thresholds a < b is σ(b − loc) − σ(a − loc), computed as log σ(b − loc) + log
    σ(loc − a) + log(1 − exp(a − b)), which holds on both tails.

    References
    ----------
    McCullagh (1980), Regression models for ordinal data, JRSS B 42.

    Parameters
    ----------
    loc : Tensor, shape (B, m)
        Place of every cell on the latent logistic scale.
    thresholds : Tensor, shape (m, K − 1)
        Strictly ascending in every row, with +∞ beyond the levels of a column that has fewer than K.

    Examples
    --------
    >>> p = Ordinal(torch.zeros(1, 1), torch.tensor([[-1.0, 1.0]]))
    >>> p.probabilities
    tensor([[[0.2689, 0.4621, 0.2689]]])
    >>> p.mean
    tensor([[1.]])
    """

    def __init__(self, loc: Tensor, thresholds: Tensor) -> None:
        self.loc = loc
        self.thresholds = thresholds

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-mass of every cell, for int64 levels of shape (B, m)."""
        edges = F.pad(F.pad(self.thresholds, (1, 0), value=-torch.inf), (0, 1), value=torch.inf)
        edges = edges.expand(*value.shape, -1)
        low = edges.gather(-1, value.unsqueeze(-1)).squeeze(-1)
        high = edges.gather(-1, value.unsqueeze(-1) + 1).squeeze(-1)
        gap = torch.log(-torch.expm1(low - high))
        return F.logsigmoid(high - self.loc) + F.logsigmoid(self.loc - low) + gap

    @property
    def probabilities(self) -> Tensor:
        """Probabilities of the levels, shape (B, m, K); zero beyond the levels of a column."""
        below = torch.sigmoid(self.thresholds - self.loc.unsqueeze(-1))
        return torch.diff(F.pad(F.pad(below, (1, 0)), (0, 1), value=1.0), dim=-1)

    @property
    def mean(self) -> Tensor:
        """Expected rank, Σ_j P(x > j), shape (B, m)."""
        return torch.sigmoid(self.loc.unsqueeze(-1) - self.thresholds).sum(-1)

    @property
    def mode(self) -> Tensor:
        """Most probable level, int64, shape (B, m)."""
        return self.probabilities.argmax(-1)

    def sample(self) -> Tensor:
        """One level per cell, int64: the number of thresholds below a logistic draw."""
        u = torch.rand_like(self.loc).clamp(1e-7, 1 - 1e-7)
        draw = self.loc.detach() + torch.logit(u)
        return (draw.unsqueeze(-1) > self.thresholds).sum(-1)
