import math

import numpy as np
import pytest

from diabolo.errors import DataError, ParameterError
from diabolo.evaluate import mode_coverage

ANGLES = 2 * np.pi * np.arange(8) / 8
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)


def test_the_mixture_itself():
    rng = np.random.default_rng(0)
    found = mode_coverage(RING[rng.integers(0, 8, 4000)] + 0.01 * rng.normal(size=(4000, 2)), RING, 0.01)
    assert (found.modes, found.of, found.samples) == (8, 8, 4000)
    assert found.high_quality == pytest.approx(1 - math.exp(-4.5), abs=0.01)  # P(r <= 3) in two dimensions
    assert found.reverse_kl < 0.01


def test_a_collapsed_sample():
    found = mode_coverage(np.tile(RING[:2], (5, 1)), RING, 0.01)
    assert (found.modes, found.high_quality) == (2, 1.0)
    assert found.counts == (5, 5, 0, 0, 0, 0, 0, 0)
    assert found.reverse_kl == pytest.approx(math.log(4))


def test_what_lies_between_is_of_no_mode():
    found = mode_coverage([[0.3, 0.1]] * 4, RING, 0.01)
    assert (found.modes, found.high_quality) == (0, 0.0)


def test_bad_input():
    with pytest.raises(ParameterError, match="above 0"):
        mode_coverage(RING, RING, 0)
    with pytest.raises(DataError, match="3 columns"):
        mode_coverage(np.zeros((4, 3)), RING, 0.1)
