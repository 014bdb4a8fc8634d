"""Networks from rows to scores of classes, and the same from the numbers or pixels that a person holds."""

import copy

import torch
from torch import Tensor, nn

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.models.codec import Architecture
from diabolo.models.embedding import embed, embedders, size_of, width_of
from diabolo.models.raw import raw
from diabolo.shapes import Features
from diabolo.terms import Corruption
from diabolo.terms.corruptions import CellCorruption

__all__ = ["FromRaw", "Logits"]


class Logits(nn.Module):
    """Embedders and the encoder net of an architecture, as wide as there are classes: log p(class | row) + constant.

    Images come as light: in [0, 1] as they are, else in units of their spread. Centered and of unit variance they are
    fitted sooner, but in adversarial training along features that a small change moves (see the journal).

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
        for image in (column for column in schema.columns if isinstance(column, Image)):
            unit = (image.low, image.high) == (0.0, 1.0)
            self.embedders[schema.key(image)].spread = 1.0 if unit else image.spread
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
        """Take statistics of training rows; pixels stay light, whose zero is what convolutions pad with."""
        for key, net in self.embedders.items():
            if not isinstance(self.schema.blocks[key], Image):
                net.start(batch.values[key], batch.seen.get(key))  # type: ignore[operator]


class FromRaw(nn.Module):
    """Logits from rows as a person holds them, differentiable; a copy in evaluation mode.

    Parameters
    ----------
    net : Logits

    Raises
    ------
    CapabilityError
        The rows have columns that are neither numbers in one block nor one image.
    """

    def __init__(self, net: Logits) -> None:
        super().__init__()
        self.into = raw(net.schema)
        self.net = copy.deepcopy(net)
        self.eval()

    def forward(self, x: Tensor) -> Features:
        """Rows as they come to ``fit`` -> logits (B, C)."""
        return self.net(self.into(x))
