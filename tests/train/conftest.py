"""The smallest things a trainer can train on."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext

import pytest
import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.train import Objective


class Regression(Objective):
    """Mean of y given x, by a linear map; what a test needs to go wrong is a subclass or an argument."""

    def __init__(self, features: int = 3, wall: float = float("inf")) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.wall = wall

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:
        """Squared error, and a wall: the logarithm of a negative number once the offset has passed it."""
        wall = (
            torch.log(self.wall - self.linear.bias).expand(len(batch)) if self.wall < float("inf") else None
        )
        return {"fit": self.error(batch)} | ({} if wall is None else {"wall": 0.0 * wall})

    def monitor(self, batch: Batch) -> Tensor:
        return self.error(batch)

    def blame(self, batch: Batch) -> list[str]:
        return ["age"]

    def error(self, batch: Batch) -> Tensor:
        return (self.linear(batch.values["x"]).squeeze(1) - batch.values["y"]).square()


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Starts processes of their own at once: what they import lies ready in a server they are forked from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["torch.distributed", "sklearn.base", "pyarrow", "diabolo.models.autoencoder"]
    )
    return context


@pytest.fixture
def regression() -> type[Regression]:
    return Regression


@pytest.fixture
def batch() -> Callable[..., Batch]:
    """Rows of y = x · (1, -2, 3) + 4, always the same."""

    def make(rows: int = 64, *, start: int = 0, noise: float = 0.0) -> Batch:
        random = torch.Generator().manual_seed(start)
        x = torch.randn(rows, 3, generator=random)
        y = x @ torch.tensor([1.0, -2.0, 3.0]) + 4.0 + noise * torch.randn(rows, generator=random)
        return Batch({"x": x, "y": y}, {}, torch.arange(rows))

    return make
