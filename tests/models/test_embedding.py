"""The embedded cells of all blocks, side by side."""

import numpy as np
import torch

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.embedding import embed, embedders, size_of, width_of


def test_blocks_stand_side_by_side():
    frame = Frame.of({"smoker": ["no", "yes", "no"], "weight": [61.5, 80.2, None]})
    schema = Schema.fit(frame)
    nets, batch = embedders(schema), schema.to_batch(frame)
    features = embed(nets, batch)
    assert features.shape == (3, width_of(nets)) == (3, size_of(schema, nets))
    alone = [nets[key](batch.values[key], batch.seen.get(key)) for key in schema.keys]
    assert torch.equal(features, torch.cat(alone, 1))


def test_an_image_keeps_its_shape():
    schema = Schema.fit(Frame.of(np.random.default_rng(0).random((4, 6, 5))))
    nets = embedders(schema)
    assert size_of(schema, nets) == (1, 6, 5)
    assert width_of(nets) == 30
