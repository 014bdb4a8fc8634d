"""Mixtures: numbers that pile up on one value."""

import torch
from torch import Tensor
from torch.nn import functional as F

from diabolo.distributions.base import Distribution

__all__ = ["Inflated"]


class Inflated(Distribution):
    """A share π = σ(logit) of a cell's mass on one exact value, the atom, and the rest spread by ``base``.

        log p(x) = log π                        where x is the atom,
        log p(x) = log(1 − π) + log p_base(x)   elsewhere.

    Exact zeros in a column of amounts are the common case. The base is not asked about the atom, so that it
    fits the other values alone.

    Parameters
    ----------
    base : Distribution
        Density of the values that are not the atom, shape (B, m).
    logits : Tensor, broadcastable to (B, m)
        Log-odds of the atom.
    atom : Tensor, broadcastable to (B, m)
        The atom of every column in the units of the values; NaN for a column that has none, where the base is
        alone.

    Examples
    --------
    >>> from diabolo.distributions import Gaussian
    >>> base = Gaussian(torch.zeros(1, 2), torch.zeros(2))
    >>> p = Inflated(base, torch.tensor([[0.0, 0.0]]), torch.tensor([-1.5, torch.nan]))
    >>> p.log_prob(torch.tensor([[-1.5, 0.0]]))
    tensor([[-0.6931, -0.9189]])
    """

    def __init__(self, base: Distribution, logits: Tensor, atom: Tensor) -> None:
        self.base = base
        self.logits = logits
        self.atom = atom
        self.has_atom = ~torch.isnan(atom)

    def log_prob(self, value: Tensor) -> Tensor:
        """Log-mass of the atom, log-density elsewhere; equality with the atom is exact."""
        rest = torch.where(self.has_atom, F.logsigmoid(-self.logits), 0.0)
        return torch.where(value == self.atom, F.logsigmoid(self.logits), rest + self.base.log_prob(value))

    @property
    def share(self) -> Tensor:
        """π, zero for a column without an atom."""
        return torch.where(self.has_atom, torch.sigmoid(self.logits), 0.0)

    @property
    def mean(self) -> Tensor:
        """π · atom + (1 − π) · mean of the base."""
        return torch.lerp(self.base.mean, torch.nan_to_num(self.atom).expand_as(self.base.mean), self.share)

    @property
    def mode(self) -> Tensor:
        """The atom where it holds more than half of the mass, else the mode of the base."""
        return torch.where(self.share > 0.5, self.atom, self.base.mode)

    def sample(self) -> Tensor:
        """One draw per cell."""
        base = self.base.sample()
        chosen = torch.bernoulli(self.share.detach().expand_as(base)).bool()
        return torch.where(chosen, self.atom, base)
