"""Networks from rows to scores of classes, and the same from the numbers or pixels that a person holds."""

import copy
from typing import cast

import torch
from torch import Tensor, nn

from diabolo.columns import Continuous, Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import CapabilityError, ImageSizeError
from diabolo.models.codec import Architecture
from diabolo.models.embedding import embed, embedders, size_of, width_of
from diabolo.shapes import Features
from diabolo.terms import Corruption
from diabolo.terms.corruptions import CellCorruption

__all__ = ["FromNumbers", "FromPixels", "Logits", "from_raw"]

BYTE = 255.0


class Logits(nn.Module):
    """Embedders and the encoder net of an architecture, as wide as there are classes: log p(class | row) + constant.

    Parameters
    ----------
    schema : Schema
    architecture : Architecture
    n_classes : int
    """

    def __init__(self, schema: Schema, architecture: Architecture, n_classes: int) -> None:
        super().__init__()
        self.schema = schema
        self.embedders = embedders(schema)
        self.net = architecture.encoder(size_of(schema, self.embedders), n_classes)
        wide = width_of(self.embedders)
        self.shortcut = nn.Linear(wide, n_classes) if architecture.linear_path else None

    def forward(self, batch: Batch, corruption: Corruption | None = None) -> Features:
        """Rows -> logits (B, C); training may damage the rows on the way."""
        if isinstance(corruption, CellCorruption):
            batch = corruption.damaged(batch)
        features = embed(self.embedders, batch)
        features = features if corruption is None else corruption(features)
        logits = self.net(features)
        return logits if self.shortcut is None else logits + self.shortcut(features)

    @torch.no_grad()
    def start(self, batch: Batch) -> None:
        """Take statistics of training rows."""
        for key, net in self.embedders.items():
            net.start(batch.values[key], batch.seen.get(key))  # type: ignore[operator]


def from_raw(net: Logits, table: tuple[str, ...]) -> nn.Module:
    """Logits from rows as a person holds them, differentiable; a copy in evaluation mode.

    Parameters
    ----------
    net : Logits
    table : tuple of str
        The columns of such a row, in order.

    Raises
    ------
    CapabilityError
        The rows have columns that are neither numbers in one block nor one image.
    """
    blocks = net.schema.columns
    if len(blocks) == 1 and isinstance(blocks[0], Image):
        return FromPixels(copy.deepcopy(net), blocks[0]).eval()
    if len(blocks) == 1 and isinstance(blocks[0], Continuous) and not blocks[0].quantiles:
        return FromNumbers(copy.deepcopy(net), blocks[0], table).eval()
    kinds = ", ".join(dict.fromkeys(column.kind for column in blocks))
    raise CapabilityError(
        f"rows of {kinds} columns are no array that could be differentiated by: this takes arrays, images, and tables "
        "whose columns are all continuous and not mapped by quantiles (schema={column: {'kind': 'continuous', "
        "'scaling': 'standard'}})."
    )


class FromPixels(nn.Module):
    """Images as they come to ``fit``, (B, y, x), (B, y, x, c) or (B, c, y, x), bytes from 0 to 255 -> logits (B, C)."""

    def __init__(self, net: Logits, image: Image) -> None:
        super().__init__()
        self.net, self.image = net, image
        self.key = net.schema.keys[0]

    def forward(self, x: Tensor) -> Features:
        """Pixels -> logits."""
        channels, *plane = self.image.size
        if x.ndim == 3:
            x = x[:, None]
        elif tuple(x.shape[1:]) == (*plane, channels) != self.image.size:
            x = x.movedim(3, 1)
        if tuple(x.shape[1:]) != self.image.size:
            raise ImageSizeError(
                f"the images are of shape {tuple(x.shape[1:])}, those of training of {self.image.size}."
            )
        return self.net(_batch(self.key, x / BYTE if self.image.bytes else x))


class FromNumbers(nn.Module):
    """Rows of numbers (B, d) in their own units -> logits (B, C)."""

    shift: Tensor
    scale: Tensor
    places: Tensor

    def __init__(self, net: Logits, block: Continuous, table: tuple[str, ...]) -> None:
        super().__init__()
        self.net, self.gaps = net, block.gaps
        self.key = net.schema.keys[0]
        self.everything = block.names == table
        self.register_buffer("shift", torch.tensor(block.shift))
        self.register_buffer("scale", torch.tensor(block.scale))
        self.register_buffer("places", torch.tensor([table.index(name) for name in block.names]))

    def forward(self, x: Tensor) -> Features:
        """Numbers -> logits; NaN is a gap where training rows had some."""
        chosen = x if self.everything else x[:, self.places]
        values = (chosen - self.shift) / self.scale
        if not self.gaps:
            return self.net(_batch(self.key, values))
        seen = torch.isfinite(values)
        return self.net(_batch(self.key, torch.where(seen, values, 0.0), seen))


def _batch(key: str, values: Tensor, seen: Tensor | None = None) -> Batch:
    flags = {} if seen is None else {key: cast(Tensor, seen)}
    return Batch({key: values}, flags, torch.arange(len(values), device=values.device))
