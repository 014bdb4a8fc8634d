"""Small victims whose attacks have a known answer."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn


def affine(weight: np.ndarray | Tensor, bias: np.ndarray | Tensor) -> nn.Module:
    """z = W x + b in double precision."""
    net = nn.Linear(weight.shape[1], weight.shape[0]).double()
    net.load_state_dict({"weight": torch.as_tensor(weight), "bias": torch.as_tensor(bias)})
    return net.eval()


@pytest.fixture
def planes(rng: np.random.Generator) -> nn.Module:
    """An affine classifier of five classes in six dimensions."""
    return affine(rng.normal(size=(5, 6)), 0.1 * rng.normal(size=5))


@pytest.fixture
def net() -> nn.Module:
    """A small network of four classes in ten dimensions."""
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(10, 24), nn.Tanh(), nn.Linear(24, 4)).double().eval()


@pytest.fixture
def points() -> Tensor:
    """Rows in the unit cube."""
    return torch.rand(30, 10, generator=torch.Generator().manual_seed(4)).double()
