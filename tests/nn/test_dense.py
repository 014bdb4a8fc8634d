"""Dense networks: shapes, depth, what the options do."""

import pytest
import torch
from torch import nn

from diabolo.errors import ArchitectureError
from diabolo.nn import Dense
from diabolo.nn.dense import ACTIVATIONS


@pytest.mark.parametrize("hidden", [(), (8,), (16, 8, 4)])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_the_decoder_mirrors_the_encoder(hidden, norm):
    spec = Dense(hidden, norm=norm)
    encoder, decoder = spec.encoder(10, 3), spec.decoder(3, 10)
    code = encoder(torch.randn(5, 10))
    assert code.shape == (5, 3)
    assert decoder(code).shape == (5, decoder.features)
    assert decoder.features == (hidden[0] if hidden else 3)
    widths = [layer.out_features for layer in encoder.modules() if isinstance(layer, nn.Linear)]
    assert widths == [*hidden, 3]
    assert [layer.out_features for layer in decoder.modules() if isinstance(layer, nn.Linear)] == [
        *reversed(hidden)
    ]
    assert any(isinstance(m, nn.BatchNorm1d) for m in encoder.modules()) == (norm == "batch" and bool(hidden))


def test_one_layer_each_is_linear():
    encoder = Dense(()).encoder(6, 2)
    x, y = torch.randn(2, 4, 6)
    assert torch.allclose(encoder(x + y) + encoder(torch.zeros(4, 6)), encoder(x) + encoder(y), atol=1e-5)
    assert isinstance(Dense(()).decoder(2, 6)(encoder(x)), torch.Tensor)


def test_images_are_read_flat():
    assert Dense((8,)).encoder((3, 4, 5), 2)(torch.randn(7, 60)).shape == (7, 2)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_can_be_had(name):
    encoder = Dense((8,), activation=name, code_activation=name).encoder(4, 2)
    assert sum(isinstance(m, type(ACTIVATIONS[name]())) for m in encoder.modules()) == 2
    assert torch.isfinite(encoder(torch.randn(9, 4))).all()


@pytest.mark.parametrize("activation", ["relu", "silu", "gelu"])
def test_the_start_keeps_the_size_of_the_signal(activation):
    torch.manual_seed(0)
    layers = Dense((256,) * 6, activation=activation, norm="none").encoder(256, 256)[:-2]
    out = layers(torch.randn(500, 256))
    assert 0.1 < out.square().mean().item() < 10


def test_dropout_acts_in_training_only():
    encoder = Dense((64,), dropout=0.5, norm="none").encoder(4, 2)
    x = torch.randn(3, 4)
    assert not torch.equal(encoder(x), encoder(x))
    encoder.eval()
    assert torch.equal(encoder(x), encoder(x))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"activation": "swish"}, "activation='swish'"),
        ({"code_activation": "softmax"}, "code_activation='softmax'"),
        ({"norm": "layer"}, "norm='layer'"),
        ({"hidden": (8, 0)}, "hidden=(8, 0)"),
        ({"hidden": (8.5,)}, "hidden=(8.5,)"),
        ({"dropout": 1.5}, "dropout=1.5"),
    ],
)
def test_what_cannot_be_built_is_refused_by_name(options, named):
    with pytest.raises(ArchitectureError) as refused:
        Dense(**options)
    assert named in str(refused.value)
