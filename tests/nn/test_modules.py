"""Networks of one's own: used as copies."""

import pytest
import torch
from torch import nn

from diabolo.errors import ArchitectureError
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


@pytest.mark.parametrize(
    ("part", "width", "code", "says"),
    [
        ("encoder", 5, 2, r"encoder_net should turn rows of shape \(2, 5\) into \(2, 2\), but gave an error"),
        ("encoder", 4, 3, r"into \(2, 3\), but gave \(2, 2\)"),
        ("decoder", 4, 4, r"decoder_net should turn rows of shape \(2, 4\)"),
    ],
)
def test_a_network_of_another_width_is_refused(part, width, code, says):
    spec = Modules(nn.Sequential(nn.Linear(4, 2), nn.BatchNorm1d(2)), nn.Linear(2, 16), features=16)
    with pytest.raises(ArchitectureError, match=says):
        spec.encoder(width, code) if part == "encoder" else spec.decoder(code, width)
    assert spec.encoder(4, 2)[1].num_batches_tracked == 0


def test_a_model_that_decodes_needs_a_decoder():
    with pytest.raises(ArchitectureError, match="no decoder_net"):
        Modules(nn.Linear(4, 2)).decoder(2, 4)
