"""What a trainer minimizes: named terms per row, never reduced."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.train.history import Epoch

__all__ = ["Objective"]


class Objective(nn.Module, ABC):
    """A module whose loss on a row is the sum of its named terms.

    Attributes
    ----------
    players : tuple of str
        Who takes a step in turn; one for most models, two for a game such as a GAN.
    """

    players: ClassVar[tuple[str, ...]] = ("model",)

    @abstractmethod
    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:
        """Every term of a player's loss, per row: ``{name: (B,)}``, in nats where it is a likelihood."""

    @abstractmethod
    def monitor(self, batch: Batch) -> Tensor:
        """What the best weights are chosen by on held-out rows, per row (B,), lower is better."""

    def measures(self, held_out: Batch) -> dict[str, list[float]]:  # noqa: ARG002 - most have nothing else to tell
        """What else the record of an epoch tells, from some held-out rows: information by dimension, say."""
        return {}

    def verdict(self, epochs: Sequence[Epoch]) -> str | None:  # noqa: ARG002 - most end with their plan or their patience
        """The name of a reason to stop that the record so far gives, or None."""
        return None

    def blame(self, batch: Batch) -> list[str]:  # noqa: ARG002 - an objective without columns has none to name
        """Table columns whose share of the loss is not finite on the batch."""
        return []

    def parameters_of(self, player: str) -> list[nn.Parameter]:  # noqa: ARG002 - one player owns all
        """The parameters that a player's step changes."""
        return [p for p in self.parameters() if p.requires_grad]
