"""Convolutional networks: every image size comes back, odd ones too."""

import pytest
import torch

from diabolo.errors import ArchitectureError
from diabolo.nn import Conv

SIZES = [(1, 28, 28), (3, 7, 9), (1, 8, 8), (3, 5, 16), (1, 3, 3), (1, 1, 6)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [(4,), (4, 6), (4, 6, 8)])
def test_the_decoder_gives_a_map_of_the_size_of_the_image(size, channels):
    spec = Conv(channels, hidden=8)
    pixels = torch.randn(2, size[0] * size[1] * size[2])
    code = spec.encoder(size, 3)(pixels)
    decoder = spec.decoder(3, size)
    assert code.shape == (2, 3)
    assert decoder.features == (channels[0], *size[1:])
    assert decoder(code).shape == (2, *decoder.features)


def test_gradients_reach_every_weight():
    spec = Conv((4, 6), hidden=8)
    encoder, decoder = spec.encoder((3, 7, 9), 2), spec.decoder(2, (3, 7, 9))
    decoder(encoder(torch.randn(6, 189))).square().sum().backward()
    gradients = [p.grad.abs().max() for net in (encoder, decoder) for p in net.parameters()]
    assert min(gradients) > 0


def test_a_table_is_refused():
    with pytest.raises(ArchitectureError, match="one image column"):
        Conv().encoder(12, 2)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"channels": ()}, "channels=()"),
        ({"channels": (8, 0)}, "channels=(8, 0)"),
        ({"activation": "x"}, "activation='x'"),
    ],
)
def test_what_cannot_be_built_is_refused_by_name(options, named):
    with pytest.raises(ArchitectureError) as refused:
        Conv(**options)
    assert named in str(refused.value)
