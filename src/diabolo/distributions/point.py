"""All mass on one point: the code of a plain autoencoder."""

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

    def __init__(self, loc: Tensor) -> None:
        self.loc = loc

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
