"""Residual networks of vectors: every block adds to what it was given."""

import dataclasses
import math
from typing import cast

from torch import Tensor, nn

from diabolo.errors import ArchitectureError
from diabolo.nn.dense import ACTIVATIONS, check

__all__ = ["Residual"]


@dataclasses.dataclass(frozen=True)
class Residual:
    """A linear layer, then blocks h + W₂ f(W₁ norm(h)), in encoder and decoder alike.

    Parameters
    ----------
    width : int
        Of h and of the inside of the blocks.
    blocks : int
    activation : str
        One of ``identity relu silu gelu tanh sigmoid``.
    dropout : float
        Share of the units inside a block that is silenced in each training step.
    linear_path : bool, optional
        As in :class:`diabolo.nn.Dense`.

    Raises
    ------
    ArchitectureError
        A name that is none of these, or a number below 1.

    References
    ----------
    He et al., "Identity mappings in deep residual networks", ECCV 2016 (norm and activation before the weights).
    Ba, Kiros & Hinton, "Layer normalization", 2016.

    Examples
    --------
    >>> import torch
    >>> Residual(16, 2).encoder(4, 2)(torch.zeros(3, 4)).shape
    torch.Size([3, 2])
    """

    width: int = 512
    blocks: int = 3
    activation: str = "silu"
    dropout: float = 0.0
    linear_path: bool | None = False

    def __post_init__(self) -> None:
        check(self, "activation", allowed=ACTIVATIONS)
        for name in ("width", "blocks"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ArchitectureError(f"{name}={value!r} is not a whole number, at least 1.")
        if not 0.0 <= self.dropout < 1.0:
            raise ArchitectureError(f"dropout={self.dropout} is not a share of the units in [0, 1).")

    def encoder(self, features: int | tuple[int, int, int], code: int) -> nn.Module:
        """A net from (B, features) to (B, code); a map of channels, height and width is read flat."""
        features = features if isinstance(features, int) else math.prod(features)
        return nn.Sequential(Trunk(features, self), nn.Linear(self.width, code))

    def decoder(self, code: int, features: int | tuple[int, int, int]) -> "Trunk":  # noqa: ARG002 - maps need it
        """A net from (B, code) to hidden features (B, width), which the heads read."""
        return Trunk(code, self)


class Trunk(nn.Module):
    """(B, features) -> (B, width): a linear layer, the blocks, a last norm.

    Attributes
    ----------
    features : int
        Width of what comes out.
    """

    def __init__(self, features: int, spec: Residual) -> None:
        super().__init__()
        self.features = spec.width
        self.first = nn.Linear(features, spec.width)
        self.blocks = nn.ModuleList([_block(spec) for _ in range(spec.blocks)])
        self.last = nn.LayerNorm(spec.width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, features) -> (B, width)."""
        h = self.first(x)
        for block in self.blocks:
            h = h + block(h)
        return self.last(h)


def _block(spec: Residual) -> nn.Sequential:
    """What a block adds; at first little, so that a deep net begins as a shallow one."""
    layers = [
        nn.LayerNorm(spec.width),
        nn.Linear(spec.width, spec.width),
        ACTIVATIONS[spec.activation](),
        nn.Dropout(spec.dropout) if spec.dropout else nn.Identity(),
        nn.Linear(spec.width, spec.width),
    ]
    nn.init.normal_(cast(nn.Linear, layers[-1]).weight, std=0.1 / math.sqrt(spec.width))
    return nn.Sequential(*layers)
