"""A U-Net: an image through a narrow and a wide way at once, for what needs every pixel and the whole."""

import dataclasses
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.errors import ArchitectureError
from diabolo.nn.dense import ACTIVATIONS, check

__all__ = ["UNet"]

Size = tuple[int, int, int]


@dataclasses.dataclass(frozen=True)
class UNet:
    """Stages that halve an image and widen its maps, and the same way back, each beside what it was on the way down.

    There is no waist, so it makes no code: :class:`diabolo.models.Denoiser` cleans images with it.

    Parameters
    ----------
    channels : int
        Feature maps at full size; twice as many after each halving.
    depth : int
        Number of halvings.
    activation : str
        As in :class:`diabolo.nn.Dense`.

    Raises
    ------
    ArchitectureError
        A number below 1, or another activation; in fitting: the data are not images.

    References
    ----------
    Ronneberger, Fischer & Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015.

    Examples
    --------
    >>> net = UNet(4, depth=2).network((1, 7, 9)).eval()
    >>> net(torch.zeros(2, 63)).shape, net.features
    (torch.Size([2, 5, 7, 9]), (5, 7, 9))
    """

    channels: int = 24
    depth: int = 2
    activation: str = "silu"

    def __post_init__(self) -> None:
        for name in ("channels", "depth"):
            value: Any = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ArchitectureError(f"{name}={value!r} is not a whole number from 1.")
        check(self, "activation", allowed=ACTIVATIONS)

    def network(self, size: int | Size) -> "Stages":
        """A net from flat pixels (B, c y x) to a feature map (B, *``Stages.features``)."""
        if isinstance(size, int):
            raise ArchitectureError(
                "UNet needs data that are one image column and nothing else; for tables and arrays use "
                "architecture=Dense(...) or architecture='auto'."
            )
        return Stages(self, size)


class Stages(nn.Module):
    """The maps of a U-Net at full size, and the image itself beside them.

    Attributes
    ----------
    features : (channels, height, width)
        Shape of the map that comes out.
    """

    def __init__(self, spec: UNet, size: Size) -> None:
        super().__init__()
        widths = [spec.channels * 2**i for i in range(spec.depth + 1)]
        self.size, self.step = size, 2**spec.depth
        self.features: Size = (spec.channels + size[0], *size[1:])
        self.first = nn.Conv2d(size[0], spec.channels, 3, padding=1)
        self.down = nn.ModuleList(_Block(width, width, spec) for width in widths[:-1])
        self.halvings = nn.ModuleList(nn.Conv2d(w, 2 * w, 3, stride=2, padding=1) for w in widths[:-1])
        self.bottom = _Block(widths[-1], widths[-1], spec)
        self.doublings = nn.ModuleList(
            nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in reversed(widths[:-1])
        )
        self.up = nn.ModuleList(_Block(2 * width, width, spec) for width in reversed(widths[:-1]))

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, c y x) -> (B, *features)."""
        _, height, width = self.size
        image = pixels.unflatten(1, self.size)
        padding = (0, -width % self.step, 0, -height % self.step)
        maps = self.first(functional.pad(image, padding, mode="replicate"))
        passed: list[Tensor] = []
        for block, halve in zip(self.down, self.halvings, strict=True):
            passed.append(block(maps))
            maps = halve(passed[-1])
        maps = self.bottom(maps)
        for double, block in zip(self.doublings, self.up, strict=True):
            maps = block(torch.cat([double(maps), passed.pop()], 1))
        return torch.cat([maps[..., :height, :width], image], 1)


class _Block(nn.Module):
    """Two convolutions, with the input added where it has the same width."""

    def __init__(self, width: int, out: int, spec: UNet) -> None:
        super().__init__()
        act = ACTIVATIONS[spec.activation]
        self.layers = nn.Sequential(*_layer(width, out), act(), *_layer(out, out))
        self.act = act()
        self.skip = nn.Identity() if width == out else nn.Conv2d(width, out, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, width, y, x) -> (B, out, y, x)."""
        return self.act(self.layers(maps) + self.skip(maps))


def _layer(width: int, out: int) -> tuple[nn.Module, nn.Module]:
    """A convolution and its norm, without the norm's counter, an integer that no computation needs."""
    norm = nn.BatchNorm2d(out)
    cast(Any, norm).num_batches_tracked = None
    return nn.Conv2d(width, out, 3, padding=1, bias=False), norm
