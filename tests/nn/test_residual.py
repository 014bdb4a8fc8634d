"""Residual networks: shapes, a shallow start, and specs that are refused."""

import pytest
import torch

from diabolo.errors import ArchitectureError
from diabolo.nn import Residual


def test_encoder_and_decoder_have_the_widths_they_are_asked_for():
    spec = Residual(16, 2)
    assert spec.encoder((1, 2, 3), 4)(torch.randn(5, 1, 2, 3).flatten(1)).shape == (5, 4)
    trunk = spec.decoder(4, 10)
    assert trunk(torch.randn(5, 4)).shape == (5, 16)
    assert trunk.features == 16


def test_blocks_add_little_at_first():
    torch.manual_seed(0)
    deep = Residual(64, 6).decoder(8, 8)
    x = torch.randn(100, 8)
    first = deep.first(x)
    assert (deep(x) - deep.last(first)).square().mean() < 0.2  # of 1, the mean square after a norm


@pytest.mark.parametrize("wrong", [{"width": 0}, {"blocks": 1.5}, {"activation": "sine"}, {"dropout": 1.0}])
def test_refuses_what_is_no_network(wrong):
    with pytest.raises(ArchitectureError):
        Residual(**wrong)
