"""Damage to the input: as strong as said, drawn from the global generator."""

import pytest
import torch

from diabolo import terms
from diabolo.errors import ParameterError
from diabolo.terms import Corruption, Masking, Noise

KINDS = [getattr(terms, name) for name in terms.__all__ if issubclass(getattr(terms, name), Corruption)]
KINDS.remove(Corruption)


@pytest.mark.parametrize("kind", KINDS)
def test_every_corruption_keeps_the_shape_and_is_a_function_of_the_seed(kind):
    features = torch.randn(50, 4)
    draws = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        draws.append(kind()(features))
    assert draws[0].shape == features.shape
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert not torch.equal(draws[0], features)
    assert kind() == kind()


@pytest.mark.parametrize("sd", [0.0, 0.1, 2.0])
def test_noise_has_the_size_that_was_asked_for(sd):
    torch.manual_seed(0)
    noise = Noise(sd)(torch.ones(10_000, 2)) - 1
    assert noise.std().item() == pytest.approx(sd, rel=0.03)
    assert noise.mean().item() == pytest.approx(0, abs=0.05 * sd + 1e-9)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_masking_hides_the_share_that_was_asked_for(share):
    torch.manual_seed(0)
    hidden = Masking(share)(torch.full((10_000, 2), 3.0))
    assert set(hidden.unique().tolist()) <= {0.0, 3.0}
    assert (hidden == 0).float().mean().item() == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("make", [lambda: Noise(-1.0), lambda: Masking(1.5), lambda: Masking(-0.1)])
def test_impossible_sizes_are_refused(make):
    with pytest.raises(ParameterError, match=r"sd=-1\.0|share="):
        make()
