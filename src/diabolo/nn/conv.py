"""Convolutional networks for images: strided convolutions down, transposed ones up."""

import dataclasses
import itertools

from torch import Tensor, nn

from diabolo.errors import ArchitectureError
from diabolo.nn.dense import ACTIVATIONS, check

__all__ = ["Conv"]

Size = tuple[int, int, int]


@dataclasses.dataclass(frozen=True)
class Conv:
    """A convolutional encoder and its mirror image as decoder; each stage halves height and width.

    Parameters
    ----------
    channels : tuple of int
        Feature maps after each stage of the encoder.
    hidden : int
        Width of the dense layer between the last map and the code.
    activation : str
        As in :class:`diabolo.nn.Dense`.
    linear_path : bool, optional
        As in :class:`diabolo.nn.Dense`.

    References
    ----------
    Masci et al., "Stacked convolutional auto-encoders for hierarchical feature extraction", ICANN 2011.

    Examples
    --------
    >>> import torch
    >>> net = Conv((4, 8), hidden=16).encoder((1, 28, 28), 2)
    >>> net(torch.zeros(3, 784)).shape
    torch.Size([3, 2])
    """

    channels: tuple[int, ...] = (32, 64)
    hidden: int = 256
    activation: str = "silu"
    linear_path: bool | None = None

    def __post_init__(self) -> None:
        check(self, "channels")
        check(self, "activation", allowed=ACTIVATIONS)
        if not self.channels:
            raise ArchitectureError(
                "channels=() has no stage: give at least one, or use architecture=Dense(...)."
            )

    def encoder(self, features: int | Size, code: int) -> nn.Module:
        """A net from flat pixels (B, c y x) to (B, code)."""
        sizes = self._sizes(features)
        layers: list[nn.Module] = [nn.Unflatten(1, sizes[0])]
        for before, after in itertools.pairwise(sizes):
            layers += [nn.Conv2d(before[0], after[0], 3, stride=2, padding=1), ACTIVATIONS[self.activation]()]
        flat = _count(sizes[-1])
        dense = [
            nn.Flatten(),
            nn.Linear(flat, self.hidden),
            ACTIVATIONS[self.activation](),
            nn.Linear(self.hidden, code),
        ]
        return nn.Sequential(*layers, *dense)

    def decoder(self, code: int, features: int | Size) -> "ConvMirror":
        """A net from (B, code) to a feature map (B, *``ConvMirror.features``), which the image head reads."""
        return ConvMirror(code, self._sizes(features), self)

    def _sizes(self, features: int | Size) -> list[Size]:
        """Map sizes from the image down."""
        if isinstance(features, int):
            raise ArchitectureError(
                "Conv needs data that are one image column and nothing else; for tables and arrays use "
                "architecture=Dense(...) or architecture='auto'."
            )
        sizes = [features]
        for channels in self.channels:
            _, height, width = sizes[-1]
            sizes.append((channels, (height + 1) // 2, (width + 1) // 2))
        return sizes


class ConvMirror(nn.Module):
    """The hidden part of a convolutional decoder.

    Attributes
    ----------
    features : (channels, height, width)
        Shape of the map that comes out.
    """

    def __init__(self, code: int, sizes: list[Size], spec: Conv) -> None:
        super().__init__()
        act = ACTIVATIONS[spec.activation]
        smallest = sizes[-1]
        dense = [nn.Linear(code, spec.hidden), act(), nn.Linear(spec.hidden, _count(smallest)), act()]
        layers: list[nn.Module] = [*dense, nn.Unflatten(1, smallest)]
        channels = smallest[0]
        for target in reversed(sizes[:-1]):
            out = target[0] if target is not sizes[0] else spec.channels[0]
            layers += [_double(channels, out, target), act()]
            channels = out
        self.features: Size = (channels, *sizes[0][1:])
        self.layers = nn.Sequential(*layers)

    def forward(self, code: Tensor) -> Tensor:
        """(B, code) -> (B, *features)."""
        return self.layers(code)


def _double(channels: int, out: int, target: Size) -> nn.Module:
    """A transposed convolution to exactly the target's height and width."""
    padding = (1 - target[1] % 2, 1 - target[2] % 2)
    return nn.ConvTranspose2d(channels, out, 3, stride=2, padding=1, output_padding=padding)


def _count(size: Size) -> int:
    return size[0] * size[1] * size[2]
