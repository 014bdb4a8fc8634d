"""What the attack contestants share: the undefended network, its weights, images, and counters of passes."""

import numpy as np
import torch
from torch import Tensor, nn


def network(path: str, dtype: torch.dtype = torch.float32) -> nn.Module:
    """Two convolutions of 16 and 32 channels and 100 hidden units, as trained."""
    net = nn.Sequential(
        nn.Conv2d(1, 16, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 4, 2, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 49, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )
    with np.load(path) as arrays:
        net.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files})
    return net.eval().to(dtype)


def rows(images: str, labels: str, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Images (n, 1, 28, 28) in [0, 1] and labels."""
    return torch.from_numpy(np.load(images)[:, None]).to(dtype), torch.from_numpy(np.load(labels))


class Passes:
    """Rows that went forward and backward through a network."""

    def __init__(self, net: nn.Module) -> None:
        self.forward = self.backward = 0
        net.register_forward_hook(self._count)

    def _count(self, module: nn.Module, given: tuple, answer: Tensor) -> None:
        self.forward += len(answer)
        if answer.requires_grad:
            answer.register_hook(self._count_back)

    def _count_back(self, gradient: Tensor) -> None:
        self.backward += len(gradient)


def figures(net: nn.Module, x: Tensor, found: Tensor, y: Tensor, passes: Passes) -> dict[str, float]:
    """What is compared: accuracy left, size of the change of rows that were fooled, passes a row."""
    forward, backward = passes.forward, passes.backward
    with torch.no_grad():
        wrong = net(found).argmax(1) != y
    change = (found - x).flatten(1)[wrong]
    return {
        "accuracy": 1 - float(wrong.double().mean()),
        "l2": float(change.norm(dim=1).mean()) if len(change) else float("nan"),
        "linf": float(change.abs().amax(1).mean()) if len(change) else float("nan"),
        "forward": forward / len(x),
        "backward": backward / len(x),
    }
