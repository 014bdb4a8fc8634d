"""The objective of autoencoders; what all objectives share is in tests/contracts."""

import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.codec import Codec
from diabolo.models.reconstruction import Reconstruction
from diabolo.nn import Dense
from diabolo.terms import Masking, Noise, Sparsity


@pytest.fixture
def parts():
    random = np.random.default_rng(0)
    frame = Frame.of(
        {"age": random.normal(size=60), "pay": random.normal(size=60), "sex": random.choice(["f", "m"], 60)}
    )
    schema = Schema.fit(frame)
    return schema, schema.to_batch(frame), Codec(schema, 2, Dense((8,))).eval()


def test_the_loss_is_the_negative_log_probability(parts):
    schema, batch, codec = parts
    terms = Reconstruction(codec, schema).losses(batch)
    expected = -codec.decode(codec.encode(batch).mean).log_prob(batch.values, batch.seen)
    assert list(terms) == ["reconstruction"]
    assert torch.allclose(terms["reconstruction"], expected)


def test_a_penalty_is_a_term_of_its_own(parts):
    schema, batch, codec = parts
    terms = Reconstruction(codec, schema, cost=Sparsity(2.0)).losses(batch)
    assert torch.allclose(terms["penalty"], 2.0 * codec.encode(batch).mean.abs().sum(1))


@pytest.mark.parametrize("corruption", [Noise(0.5), Masking(0.5)])
def test_the_input_is_damaged_and_the_target_and_the_measure_are_not(parts, corruption):
    schema, batch, codec = parts
    values = {key: v.clone() for key, v in batch.values.items()}
    clean, damaged = Reconstruction(codec, schema), Reconstruction(codec, schema, corruption)
    assert not torch.allclose(clean.losses(batch)["reconstruction"], damaged.losses(batch)["reconstruction"])
    assert torch.equal(clean.monitor(batch), damaged.monitor(batch))
    assert all(torch.equal(values[key], v) for key, v in batch.values.items())


def test_the_measure_is_the_squared_error_in_coordinates(parts):
    schema, batch, codec = parts
    expected = schema.expected(codec.decode(codec.encode(batch).mean))
    error = (expected - schema.coordinates(batch)).square().sum(1)
    assert torch.allclose(Reconstruction(codec, schema).monitor(batch), error, atol=1e-5)


@pytest.mark.parametrize("column", [0, 1])
def test_blame_names_the_column_that_is_not_finite(parts, column):
    schema, batch, codec = parts
    objective = Reconstruction(codec, schema)
    assert objective.blame(batch) == []
    with torch.no_grad():
        head = codec.heads["continuous"].readout.main
        head.bias[column] = torch.nan
    assert objective.blame(batch) == [["age", "pay"][column]]
