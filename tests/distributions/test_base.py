"""What every distribution must be able to do."""

import inspect

import pytest
import torch

from diabolo import distributions
from diabolo.distributions import Distribution

KINDS = [getattr(distributions, name) for name in distributions.__all__]
CONCRETE = [kind for kind in KINDS if issubclass(kind, Distribution) and not inspect.isabstract(kind)]


@pytest.mark.parametrize("missing", ["log_prob", "mean", "mode", "sample"])
def test_a_distribution_without_a_face_cannot_be_made(missing):
    faces = {
        name: (lambda self: torch.zeros(1))
        for name in ("log_prob", "mean", "mode", "sample")
        if name != missing
    }
    with pytest.raises(TypeError, match=missing):
        type("Half", (Distribution,), faces)()


def test_every_exported_distribution_is_concrete():
    assert len(CONCRETE) >= 4
    assert {kind.__name__ for kind in KINDS} - {kind.__name__ for kind in CONCRETE} == {
        "Distribution",
        "Joint",
    }
