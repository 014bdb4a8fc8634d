"""Networks of one's own: used as copies."""

import torch
from torch import nn

from diabolo.nn import Modules


def test_the_networks_are_copied_and_left_alone():
    encoder, decoder = nn.Linear(4, 2), nn.Linear(2, 16)
    spec = Modules(encoder, decoder, features=16)
    copy = spec.encoder(4, 2)
    nn.init.zeros_(copy.weight)
    assert encoder.weight.abs().max() > 0
    given = spec.decoder(2, 4)
    assert given.features == 16
    code = torch.randn(3, 2)
    assert torch.equal(given(code), decoder(code))
    nn.init.zeros_(given.net.weight)
    assert decoder.weight.abs().max() > 0
