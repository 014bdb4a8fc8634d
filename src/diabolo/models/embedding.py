"""What a network sees of a row: the embedded cells of all blocks side by side."""

import torch
from torch import nn

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.shapes import Features

__all__ = ["Size", "embed", "embedders", "size_of", "width_of"]

Size = int | tuple[int, int, int]


def embedders(schema: Schema) -> nn.ModuleDict:
    """A fresh embedder for each block, by key."""
    return nn.ModuleDict({key: column.embedder() for key, column in schema.blocks.items()})


def width_of(nets: nn.ModuleDict) -> int:
    """Number of features that come out of all embedders."""
    return sum(net.width for net in nets.values())  # type: ignore[misc]


def size_of(schema: Schema, nets: nn.ModuleDict) -> Size:
    """What an architecture is told of its input: the shape of the image, where a row is one, or the number of features."""
    only = schema.columns[0]
    return only.size if len(schema.columns) == 1 and isinstance(only, Image) else width_of(nets)


def embed(nets: nn.ModuleDict, batch: Batch) -> Features:
    """Embedded rows (B, features).

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of({"smoker": ["no", "yes", "no"], "weight": [61.5, 80.2, 74.9]})
    >>> schema = Schema.fit(frame)
    >>> embed(embedders(schema), schema.to_batch(frame)).shape
    torch.Size([3, 2])
    """
    parts = [net(batch.values[key], batch.seen.get(key)) for key, net in nets.items()]
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)
