"""Clipped light: the mass at a bound, the density inside, no pull beyond."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from diabolo.distributions import ClippedGaussian


def clipped(loc: float | list[float], log_scale: float = 0.0) -> ClippedGaussian:
    return ClippedGaussian(
        torch.tensor(loc, dtype=torch.float64), torch.tensor(log_scale, dtype=torch.float64), 0.0, 1.0
    )


@given(st.floats(-1, 2), st.floats(0.001, 0.999), st.floats(-3, 1))
def test_inside_the_range_it_is_the_normal_density(loc, value, log_scale):
    ours = clipped([loc], log_scale).log_prob(torch.tensor([value], dtype=torch.float64)).item()
    assert ours == pytest.approx(stats.norm.logpdf(value, loc, np.exp(log_scale)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("value", "beyond", "inside"), [(0.0, -0.5, 0.5), (1.0, 1.5, 0.5)])
def test_a_pixel_at_a_bound_asks_nothing_of_a_location_beyond_it(value, beyond, inside):
    loc = torch.tensor([beyond, inside], requires_grad=True)
    cells = ClippedGaussian(loc, torch.zeros(1), 0.0, 1.0).log_prob(torch.full((2,), value))
    cells.sum().backward()
    assert cells[0].item() == 0.0
    assert cells[1].item() == pytest.approx(-0.125)
    assert loc.grad[0].item() == 0.0
    assert loc.grad[1].item() == pytest.approx(value - inside)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_mass_at_a_bound_never_exceeds_one(value):
    cells = clipped([-5.0, -0.1, 0.0, 0.3, 1.0, 7.0], -2.0).log_prob(
        torch.full((6,), value, dtype=torch.float64)
    )
    assert (cells <= 0).all()
    assert torch.isfinite(cells).all()


def test_mean_mode_and_samples_stay_in_the_range():
    torch.manual_seed(0)
    p = clipped([-3.0, 0.25, 9.0])
    assert p.mean.tolist() == p.mode.tolist() == [0.0, 0.25, 1.0]
    drawn = torch.stack([p.sample() for _ in range(200)])
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    assert 0.2 < (drawn[:, 1] == 0.0).double().mean() < 0.6  # Φ(-0.25) = 0.40 of the draws fall on black
