"""Arrays and images as a person holds them <-> cells of a batch, as torch operations that can be differentiated.

This is what :meth:`Schema.to_batch` and :meth:`Schema.to_table` do to one block of numbers or pixels, for searches that
move a row along a gradient.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from diabolo.columns import Continuous, Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import CapabilityError, ImageSizeError

__all__ = ["Numbers", "Pixels", "Raw", "raw"]

BYTE = 255.0


class Raw(nn.Module, ABC):
    """The two crossings of one block."""

    @abstractmethod
    def forward(self, x: Tensor) -> Batch:
        """Rows (B, ...) -> cells."""

    @abstractmethod
    def back(self, values: Tensor, like: Tensor) -> Tensor:
        """Values of the block -> rows of the shape of others; columns that are left out are carried over from these."""


def raw(schema: Schema) -> Raw:
    """The crossings of a schema.

    Raises
    ------
    CapabilityError
        Its columns are neither numbers in one block nor one image.

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.frames import Frame
    >>> into = raw(Schema.fit(Frame.of(np.array([[1.0, 2.0], [3.0, 6.0]]))))
    >>> into.back(into(torch.tensor([[5.0, 6.0]])).values["continuous"], torch.zeros(1, 2))
    tensor([[5., 6.]])
    """
    blocks = schema.columns
    if len(blocks) == 1 and isinstance(blocks[0], Image):
        return Pixels(schema, blocks[0])
    if len(blocks) == 1 and isinstance(blocks[0], Continuous) and not blocks[0].quantiles:
        return Numbers(schema, blocks[0])
    kinds = ", ".join(dict.fromkeys(column.kind for column in blocks))
    raise CapabilityError(
        f"rows of {kinds} columns are no array that could be differentiated by: this takes arrays, images, and tables "
        "whose columns are all continuous and not mapped by quantiles (schema={column: {'kind': 'continuous', "
        "'scaling': 'standard'}})."
    )


class Pixels(Raw):
    """Images (B, y, x), (B, y, x, c) or (B, c, y, x), bytes from 0 to 255 or floats."""

    def __init__(self, schema: Schema, image: Image) -> None:
        super().__init__()
        self.key, self.image = schema.keys[0], image

    def forward(self, x: Tensor) -> Batch:
        """Pixels -> light, (B, c, y, x)."""
        found = x[:, None] if x.ndim == 3 else x.movedim(3, 1) if self._is_last(x) else x
        if tuple(found.shape[1:]) != self.image.size:
            raise ImageSizeError(
                f"the images are of shape {tuple(found.shape[1:])}, those of training of {self.image.size}."
            )
        return _batch(self.key, found / BYTE if self.image.bytes else found)

    def back(self, values: Tensor, like: Tensor) -> Tensor:
        """Light -> pixels; bytes are not rounded."""
        x = values * BYTE if self.image.bytes else values
        return x[:, 0] if like.ndim == 3 else x.movedim(1, 3) if self._is_last(like) else x

    def _is_last(self, x: Tensor) -> bool:
        """Whether the last axis holds the channels."""
        channels, *plane = self.image.size
        return tuple(x.shape[1:]) != self.image.size and tuple(x.shape[1:]) == (*plane, channels)


class Numbers(Raw):
    """Rows (B, d) in their own units; NaN is a gap where training rows had some."""

    shift: Tensor
    scale: Tensor
    places: Tensor

    def __init__(self, schema: Schema, block: Continuous) -> None:
        super().__init__()
        self.key, self.gaps = schema.keys[0], block.gaps
        self.everything = block.names == tuple(schema.table)
        self.register_buffer("shift", torch.tensor(block.shift))
        self.register_buffer("scale", torch.tensor(block.scale))
        self.register_buffer("places", torch.tensor([schema.table.index(name) for name in block.names]))

    def forward(self, x: Tensor) -> Batch:
        """Numbers -> values."""
        values = ((x if self.everything else x[:, self.places]) - self.shift) / self.scale
        if not self.gaps:
            return _batch(self.key, values)
        seen = torch.isfinite(values)
        return _batch(self.key, torch.where(seen, values, 0.0), {self.key: seen})

    def back(self, values: Tensor, like: Tensor) -> Tensor:
        """Values -> numbers."""
        x = values * self.scale + self.shift
        return x if self.everything else like.index_copy(1, self.places, x)


def _batch(key: str, values: Tensor, seen: dict[str, Tensor] | None = None) -> Batch:
    return Batch({key: values}, seen or {}, torch.arange(len(values), device=values.device))
