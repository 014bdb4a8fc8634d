"""What every corruption must do: keep the shape, be a function of the seed, leave the clean row alone, be a value."""

import dataclasses

import numpy as np
import pytest
import torch

from diabolo import Autoencoder, terms
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.specs import from_json, to_json
from diabolo.nn import Dense
from diabolo.terms import Corruption
from diabolo.terms.corruptions import CellCorruption

exported = [getattr(terms, name) for name in terms.__all__]
CORRUPTIONS = [made for made in exported if issubclass(made, Corruption) and made is not Corruption]
FIXED = {"Blur"}  # what does the same to a row each time

each_corruption = pytest.mark.parametrize("made", CORRUPTIONS, ids=lambda made: made.__name__)
IMAGES = np.random.default_rng(0).random((40, 6, 5)).astype(np.float32)


@pytest.fixture
def images() -> Batch:
    return Schema.fit(Frame.of(IMAGES)).to_batch(Frame.of(IMAGES))


def damage(corruption: Corruption, batch: Batch, seed: int = 0) -> torch.Tensor:
    """What the encoder sees, flat, without the scale of an embedding."""
    torch.manual_seed(seed)
    batch = corruption.damaged(batch) if isinstance(corruption, CellCorruption) else batch
    return corruption(batch.values["image"].flatten(1))


@each_corruption
def test_rows_keep_their_shape_and_are_damaged(made, images):
    damaged = damage(made(), images)
    assert damaged.shape == (40, 30)
    assert torch.isfinite(damaged).all()
    assert not torch.equal(damaged, images.values["image"].flatten(1))


@each_corruption
def test_chance_is_a_function_of_the_seed(made, images):
    first, same, other = (damage(made(), images, seed) for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert torch.equal(first, other) == (made.__name__ in FIXED)


@each_corruption
def test_the_clean_rows_are_left_alone(made, images):
    before = images.values["image"].clone()
    damage(made(), images)
    assert torch.equal(images.values["image"], before)


@each_corruption
def test_it_is_a_value_that_a_file_can_hold(made):
    size = dataclasses.fields(made)[0].name
    assert from_json(to_json(made(**{size: 0.7}))) == made(**{size: 0.7}) != made()


@pytest.mark.toy
@each_corruption
def test_a_model_learns_to_clean(made):
    model = Autoencoder(4, corruption=made(), architecture=Dense((8,)), max_epochs=2, random_state=0).fit(
        IMAGES
    )
    assert model.reconstruct(IMAGES).shape == IMAGES.shape
