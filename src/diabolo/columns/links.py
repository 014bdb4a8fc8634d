"""From a linear fit of a cell's expectation to the parameter of its likelihood, so that a linear decoder is exactly one."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["Curve", "LogOdds", "LogShares"]

FLOOR = 0.01  # of a level's share: the least that a linear fit may leave of it, as logarithms need
KNOTS = 65


class LogShares(nn.Module):
    """log(share + fit) − log share: the change of a logit that makes a softmax answer ``share + fit``.

    Parameters
    ----------
    share : Tensor, shape (m,)
        Where the fit (B, m), which adds up to zero over the levels of a column, is zero. Levels that it leaves less
        than 1 % of their share keep so much, and the others give it: what is no probability becomes one near by.

    Examples
    --------
    >>> link = LogShares(torch.tensor([0.5, 0.5]))
    >>> torch.softmax(link(torch.tensor([[0.2, -0.2]])), 1)
    tensor([[0.7000, 0.3000]])
    """

    share: Tensor

    def __init__(self, share: Tensor) -> None:
        super().__init__()
        self.register_buffer("share", share.clone(), persistent=False)

    def forward(self, fit: Tensor) -> Tensor:
        """(B, m) -> (B, m)."""
        return torch.log(torch.maximum(self.share + fit, FLOOR * self.share) / self.share)


class LogOdds(nn.Module):
    """logit(share + fit) − logit(share): the change of a logit that makes a coin fall with ``share + fit``.

    Parameters
    ----------
    share : Tensor, shape (m,)
        Where the fit (B, m) is zero; neither side keeps less than 1 % of its share.

    Examples
    --------
    >>> torch.sigmoid(LogOdds(torch.tensor([0.5]))(torch.tensor([[0.2]])))
    tensor([[0.7000]])
    """

    share: Tensor

    def __init__(self, share: Tensor) -> None:
        super().__init__()
        self.register_buffer("share", share.clone(), persistent=False)

    def forward(self, fit: Tensor) -> Tensor:
        """(B, m) -> (B, m)."""
        low, high = FLOOR * self.share, 1 - FLOOR * (1 - self.share)
        p = torch.minimum(torch.maximum(self.share + fit, low), high)
        return torch.logit(p) - torch.logit(self.share)


class Curve(nn.Module):
    """η(center + fit) − η(center), where η(y) is the parameter at which the expectation is y, by a table.

    The table holds η − base in steps of y; where base has the poles of η, what is left is smooth, and straight lines
    between 65 knots are enough.

    Parameters
    ----------
    center, low, high : Tensor, shape (m,)
        Where the fit is zero, and the range that y is held in: as the truth lies within it, that makes no error larger.
    base : function of a Tensor
        Nearly η, such as ``torch.logit``.

    Examples
    --------
    >>> link = Curve(torch.tensor([0.5]), torch.tensor([0.01]), torch.tensor([0.99]), torch.logit)
    >>> torch.sigmoid(link(torch.tensor([[0.2]])))
    tensor([[0.7000]])
    """

    center: Tensor
    low: Tensor
    high: Tensor
    table: Tensor

    def __init__(self, center: Tensor, low: Tensor, high: Tensor, base: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.base = base
        self.register_buffer("low", low.clone(), persistent=False)
        self.register_buffer("high", torch.maximum(high, low + 1e-3), persistent=False)
        self.register_buffer("center", center.clamp(self.low, self.high), persistent=False)
        self.register_buffer("table", torch.zeros(KNOTS, len(low)))

    def forward(self, fit: Tensor) -> Tensor:
        """(B, m) -> (B, m)."""
        return self.value(self.center + fit) - self.value(self.center[None])

    def value(self, y: Tensor) -> Tensor:
        """η where the expectation is y, (B, m)."""
        y = torch.minimum(torch.maximum(y, self.low), self.high)
        place = (y - self.low) / (self.high - self.low) * (KNOTS - 1)
        knot = place.detach().floor().clamp(0, KNOTS - 2).long()
        left, right = self.table.gather(0, knot), self.table.gather(0, knot + 1)
        return self.base(y) + torch.lerp(left, right, place - knot)

    @torch.no_grad()
    def learn(self, parameter: Tensor, expectation: Tensor) -> None:
        """Fill the table.

        Parameters
        ----------
        parameter : Tensor, shape (n,)
            Ascending values of η.
        expectation : Tensor, shape (n, m)
            The expectation of each column at them, ascending.
        """
        steps = torch.linspace(0, 1, KNOTS, device=self.low.device)[:, None]
        y = self.low + steps * (self.high - self.low)
        eta, means, knots = (t.double().cpu().numpy() for t in (parameter, expectation, y))
        found = np.stack([np.interp(knots[:, j], means[:, j], eta) for j in range(knots.shape[1])], 1)
        self.table.copy_(torch.from_numpy(found).to(y) - self.base(y))
