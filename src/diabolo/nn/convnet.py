"""A small convolutional network that reads an image once: what a classifier of images needs."""

import itertools

from torch import Tensor, nn

__all__ = ["ConvNet"]

LARGE = 16  # pixels a side from which the first stage halves the image
POOLED = 8  # pixels a side from which a later stage halves its map
LAST = 7  # pixels a side of the last map, at most


class ConvNet(nn.Module):
    """Stages of convolution, batch normalization and rectifier, halved on the way, then one linear map.

    Parameters
    ----------
    size : (channels, height, width)
    channels : tuple of int
        Feature maps of each stage.
    width : int
        Numbers that come out.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition", Proceedings of the IEEE 1998.

    Examples
    --------
    >>> import torch
    >>> ConvNet((1, 28, 28), (8, 16), 4).eval()(torch.zeros(3, 1, 28, 28)).shape
    torch.Size([3, 4])
    """

    def __init__(self, size: tuple[int, int, int], channels: tuple[int, ...], width: int) -> None:
        super().__init__()
        _, height, breadth = size
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(itertools.pairwise((size[0], *channels))):
            halve = i == 0 and min(height, breadth) >= LARGE
            kernel, stride = (5, 2) if halve else (3, 1)
            layers += [
                nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
            height, breadth = (height + 1) // 2 if halve else height, (breadth + 1) // 2 if halve else breadth
            if i > 0 and min(height, breadth) >= POOLED:
                layers.append(nn.MaxPool2d(2))
                height, breadth = height // 2, breadth // 2
        if max(height, breadth) > LAST:
            height, breadth = min(height, LAST), min(breadth, LAST)
            layers.append(nn.AdaptiveAvgPool2d((height, breadth)))
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * height * breadth, width))

    def forward(self, images: Tensor) -> Tensor:
        """(B, channels, height, width) -> (B, width)."""
        return self.layers(images)
