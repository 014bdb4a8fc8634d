"""Other views of the same thing: what may change in an image without changing what it shows."""

import dataclasses
import math

import torch
from torch import Tensor
from torch.nn import functional

from diabolo.errors import ParameterError

__all__ = ["Affine"]


@dataclasses.dataclass(frozen=True)
class Affine:
    """Shifts, turns, scales and shears each image a little, uniformly up to the given amounts.

    x'(u) = x(A u + b) with A = rotation · shear · scale, read between pixels linearly; what lies outside is continued.
    Mirror images are no such views: a mirrored letter is another letter, and a mirrored text none.

    Parameters
    ----------
    shift : float
        Share of height and width.
    rotation : float
        Degrees.
    scale : float
        Share of the size.
    shear : float
        Pixels sideways for each pixel upwards.

    Raises
    ------
    ParameterError
        An amount is negative.

    References
    ----------
    Simard, Steinkraus & Platt, "Best practices for convolutional neural networks applied to visual document analysis",
    ICDAR 2003.

    Examples
    --------
    >>> Affine()(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 1, 8, 8])
    """

    shift: float = 0.08
    rotation: float = 12.0
    scale: float = 0.12
    shear: float = 0.15

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if getattr(self, field.name) < 0:
                raise ParameterError(f"{field.name}={getattr(self, field.name)} is negative: give 0 or more.")

    def __call__(self, images: Tensor) -> Tensor:
        """(B, c, y, x) -> another view of each, drawn from the global generator."""
        draw = 2 * torch.rand(6, len(images), device=images.device) - 1
        angle, shear = draw[0] * math.radians(self.rotation), draw[1] * self.shear
        across, down = 1 + draw[2] * self.scale, 1 + draw[3] * self.scale
        cos, sin = torch.cos(angle), torch.sin(angle)
        first = torch.stack([cos * across, (cos * shear - sin) * down, 2 * self.shift * draw[4]], 1)
        second = torch.stack([sin * across, (sin * shear + cos) * down, 2 * self.shift * draw[5]], 1)
        grid = functional.affine_grid(
            torch.stack([first, second], 1), list(images.shape), align_corners=False
        )
        return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
