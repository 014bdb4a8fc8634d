"""Autoencoders as attacks see them: codes, reconstructions and errors are those of the model."""

import numpy as np
import pytest
import torch
from torch import nn

import diabolo
from diabolo.attacks.coders import coder_of
from diabolo.errors import BoundsError, ImmutableError, VictimError


@pytest.fixture
def people(rng):
    weather = rng.choice(["sun", "rain", "snow"], 80)
    return {"a": rng.normal(size=80).tolist(), "b": rng.exponential(size=80).tolist(), "w": weather.tolist()}


@pytest.mark.toy
@pytest.mark.parametrize("kind", ["array", "table", "images"])
def test_what_it_says_is_what_the_model_says(kind, people, rng):
    X = {
        "array": rng.normal(size=(80, 4)),
        "table": people,
        "images": rng.uniform(size=(80, 4, 4)).astype(np.float32),
    }[kind]
    model = diabolo.Autoencoder(2, max_epochs=2, random_state=0).fit(X)
    coder, every = coder_of(model, X), torch.arange(80)
    assert np.allclose(coder.encode(coder.x, every).detach(), model.transform(X), atol=1e-5)
    assert np.allclose(
        coder.error(coder.x, every).detach(), model.reconstruction_error(X), rtol=1e-3, atol=1e-4
    )
    back = coder.back(coder.x)
    for name in model.schema_.names if kind == "table" else ():
        got, was = back[name].to_pylist(), X[name]
        assert got == (was if name == "w" else pytest.approx(was, rel=1e-3, abs=1e-3))
    if kind != "table":
        assert np.allclose(back, X, atol=1e-4)


def test_two_modules_are_an_autoencoder():
    encoder, decoder = nn.Linear(3, 2), nn.Linear(2, 3)
    x = torch.rand(5, 3)
    coder = coder_of((encoder, decoder), x)
    assert torch.equal(coder.rebuilt(x, torch.arange(5)), decoder(encoder(x)))
    assert torch.allclose(coder.error(x, torch.arange(5)), (decoder(encoder(x)) - x).square().sum(1))
    assert coder.edges((0, 1)) == (0, 1)


def test_bounds_are_in_the_unit_of_the_array(rng):
    X = rng.normal(100.0, 5.0, size=(50, 3))
    coder = coder_of(diabolo.LinearAutoencoder(1).fit(X), X)
    low, high = coder.edges((90.0, 120.0))
    mean = torch.as_tensor(X.mean(0)).float()
    assert torch.allclose(low, 90 - mean, atol=1e-3)
    assert torch.allclose(high, 120 - mean, atol=1e-3)
    assert coder.unit == "the unit of the data"


def test_light_has_a_range_of_its_own(rng):
    X = (rng.uniform(size=(20, 4, 4)) * 255).astype(np.uint8)
    low, high = coder_of(diabolo.LinearAutoencoder(1).fit(X), X).edges(None)
    assert (float(low.min()), float(high.max())) == (0.0, 1.0)


def test_columns_of_a_table_have_no_bound_in_common(people):
    coder = coder_of(diabolo.LinearAutoencoder(1).fit(people), people)
    assert coder.unit == "standard deviations of each column"
    with pytest.raises(BoundsError, match="differ in unit"):
        coder.edges((0.0, 1.0))


def test_levels_alone_do_not_move(people):
    levels = {"w": people["w"], "v": people["w"][::-1]}
    with pytest.raises(ImmutableError, match="neither numbers nor pixels"):
        coder_of(diabolo.LinearAutoencoder(1).fit(levels), levels)


@pytest.mark.parametrize("model", [nn.Linear(2, 2), (1, 2), None])
def test_other_things_are_no_autoencoder(model):
    with pytest.raises(VictimError, match=r"\(encoder, decoder\)"):
        coder_of(model, torch.zeros(1, 2))
