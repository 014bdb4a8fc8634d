"""A network that follows another as the running mean of its weights: calmer than any one of them."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Average"]

LATELY = 10.0  # of the steps so far, the share that counts is one in so many


class Average(nn.Module):
    """A copy of a network whose weights are a running mean of the other's: w̄ ← w̄ + (w − w̄) / min(1 + t/10, memory).

    It looks back over the last tenth of the steps, at most over ``memory`` of them.

    Parameters
    ----------
    net : torch.nn.Module
    memory : float
        Steps.

    References
    ----------
    Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", SIAM 1992.

    Examples
    --------
    >>> net = nn.Linear(1, 1)
    >>> _ = nn.init.ones_(net.weight)
    >>> average = Average(net, memory=100.0)
    >>> _ = nn.init.zeros_(net.weight)
    >>> average.follow(net)
    >>> round(float(average.net.weight), 2)
    0.09
    """

    steps: Tensor

    def __init__(self, net: nn.Module, memory: float) -> None:
        super().__init__()
        self.net = copy.deepcopy(net).requires_grad_(False)
        self.memory = memory
        self.register_buffer("steps", torch.zeros(()))

    @torch.no_grad()
    def follow(self, net: nn.Module) -> None:
        """Move towards the network as it is now (parameters; it has no buffers that matter)."""
        self.steps += 1
        share = 1.0 / min(1.0 + float(self.steps) / LATELY, self.memory)
        for mine, theirs in zip(self.net.parameters(), net.parameters(), strict=True):
            mine.lerp_(theirs, share)

    def forward(self, *inputs: Any) -> Any:
        """What the averaged network gives."""
        return self.net(*inputs)
