"""The step of rounded numbers: found where there is one, at no rounding of our own, and kept to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.columns.grain import grain, snap

STEPS = st.sampled_from([0.001, 0.01, 0.05, 0.1, 0.125, 0.25, 0.5, 1.0, 5.0, 100.0, 2.5e-7, 3e6])
COUNTS = st.lists(st.integers(-10_000, 10_000), min_size=10, max_size=60, unique=True)


def decimals(counts: list[int], step: float) -> np.ndarray:
    """Multiples of a step as they are read from text."""
    return np.array([float(f"{count * step:.12g}") for count in counts])


@given(COUNTS, STEPS)
def test_the_step_divides_all_numbers_and_is_the_largest_that_does(counts, step):
    x = decimals(counts, step)
    found = grain(x)
    assert found == pytest.approx(step * np.gcd.reduce(np.abs(counts)))
    assert (snap(x, found) == x).all()


@given(COUNTS, STEPS, st.floats(-0.45, 0.45))
def test_what_is_off_by_less_than_half_a_step_comes_back_to_the_last_bit(counts, step, off):
    x = decimals(counts, step)
    assert (snap(x + off * step, step) == x).all()


@given(COUNTS)
def test_single_precision_is_taken_for_the_decimals_it_stands_for(counts):
    x = decimals(counts, 0.01)
    single = x.astype(np.float32).astype(np.float64)
    assert grain(single) == grain(x)
    assert (snap(single, grain(x)) == x).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("draw", ["normal", "uniform", "lognormal", "standard_cauchy"])
def test_numbers_with_all_their_digits_have_none(rng, draw, dtype):
    assert grain(getattr(rng, draw)(size=2000).astype(dtype).astype(np.float64)) is None


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([], None),
        ([0.0, 0.0], None),
        ([10.0, 30.0], 1.0),  # two numbers share a divisor by chance
        ([0.25, 1.75], 0.01),
        ([0.1 + 0.2, 0.7, 1.1 * 3], 0.1),  # the last bits of sums and products
        ([1e300, 2e300], None),
        ([5e-324], None),
        ([19.99, np.pi], None),
    ],
)
def test_single_cases(x, expected):
    assert grain(np.array(x)) == expected


def test_one_number_off_the_grid_is_enough(rng):
    x = np.round(rng.normal(100.0, 20.0, 5000), 2)
    assert grain(x) == 0.01
    x[-1] += 0.00123456789
    assert grain(x) != 0.01
