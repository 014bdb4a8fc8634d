"""A residual network that is told the time and a condition: both scale and shift what every block sees."""

import math

import torch
from torch import Tensor, nn

__all__ = ["Film"]

WAVES = 8  # frequencies by which time is seen
SPAN = 7.0  # of log t / (1 − t): beyond it, hardly anything changes


class Film(nn.Module):
    """h ← h + W₂ f(W₁ ((1 + a) norm(h) + b)), where a and b are read off time and condition; starts at zero output.

    Parameters
    ----------
    features : int
        Width of the points that come in and go out.
    condition : int
        Width of the condition, 0 for none.
    width : int
    blocks : int

    References
    ----------
    Perez et al., "FiLM: visual reasoning with a general conditioning layer", AAAI 2018.
    Peebles & Xie, "Scalable diffusion models with transformers", ICCV 2023 (residual blocks that begin as nothing).

    Examples
    --------
    >>> net = Film(2, 1, width=16, blocks=2)
    >>> net(torch.zeros(3, 2), torch.full((3,), 0.5), torch.zeros(3, 1)).tolist()
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """

    def __init__(self, features: int, condition: int, *, width: int, blocks: int) -> None:
        super().__init__()
        self.first = nn.Linear(features, width)
        self.told = nn.Sequential(
            nn.Linear(2 * WAVES + 1 + condition, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.blocks = nn.ModuleList([Block(width) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, features)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, points: Tensor, time: Tensor, condition: Tensor) -> Tensor:
        """(B, features) points, (B,) times in [0, 1] and (B, condition) -> (B, features)."""
        told = nn.functional.silu(self.told(torch.cat([waves(time), condition], 1)))
        h = self.first(points)
        for block in self.blocks:
            h = block(h, told)
        return self.last(self.norm(h))


class Block(nn.Module):
    """One residual block; at first it adds nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.film = nn.Linear(width, 2 * width)
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        for layer in (self.film, self.outer):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, h: Tensor, told: Tensor) -> Tensor:
        """(B, width) features and (B, width) of what the block is told -> (B, width)."""
        scale, shift = self.film(told).chunk(2, 1)
        return h + self.outer(nn.functional.silu(self.inner(self.norm(h) * (1 + scale) + shift)))


def waves(time: Tensor) -> Tensor:
    """Times (B,) in [0, 1] as (B, 17) features: s = log t / (1 − t), and sines and cosines of it.

    On this scale both ends have room: near t = 1, where the finest structure appears, as much as near 0.

    Examples
    --------
    >>> waves(torch.tensor([0.5]))[0, :2].tolist()
    [0.0, 0.0]
    """
    place = torch.logit(time.clamp(1e-6, 1 - 1e-6)).clamp(-SPAN, SPAN)[:, None]
    rates = torch.exp(
        torch.linspace(math.log(0.25), math.log(4.0), WAVES, device=time.device, dtype=time.dtype)
    )
    return torch.cat([place / SPAN, torch.sin(place * rates), torch.cos(place * rates)], 1)
