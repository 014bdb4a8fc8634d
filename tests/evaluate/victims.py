"""Classifiers whose robustness is known, and some that only look robust."""

import numpy as np
import torch
from torch import Tensor, nn


def plane(weight: Tensor, bias: float = 0.0) -> nn.Module:
    """Two classes, split by weight · x + bias = 0; the second lies where that is positive."""
    net = nn.Linear(len(weight), 2).double()
    zero = torch.zeros_like(weight)
    net.load_state_dict({"weight": torch.stack([zero, weight]), "bias": torch.tensor([0.0, bias]).double()})
    return net.eval()


class Rounded(nn.Module):
    """A model that sees rows on a grid: its gradient is zero, and it is no more robust for that."""

    def __init__(self, net: nn.Module, steps: int = 8) -> None:
        super().__init__()
        self.net, self.steps = net, steps

    def forward(self, x: Tensor) -> Tensor:
        return self.net(torch.round(x * self.steps) / self.steps + 0 * x)


class Noisy(nn.Module):
    """A model that answers with a draw."""

    def __init__(self, net: nn.Module, width: float = 0.3) -> None:
        super().__init__()
        self.net, self.width = net, width

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x + self.width * torch.randn_like(x))


def rows(rng: np.random.Generator, weight: Tensor, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Rows on both sides of a plane, and their labels."""
    X = rng.normal(size=(n, len(weight)))
    return X, (X @ weight.numpy() > 0).astype(int)
