"""The normal distribution, against scipy and its own definition."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from diabolo.distributions import Gaussian

NUMBERS = st.floats(-50, 50)


@given(NUMBERS, NUMBERS, st.floats(-4, 4))
def test_log_prob_is_scipys(value, loc, log_scale):
    ours = Gaussian(torch.tensor([loc], dtype=torch.float64), torch.tensor(log_scale, dtype=torch.float64))
    theirs = stats.norm.logpdf(value, loc, np.exp(log_scale))
    assert ours.log_prob(torch.tensor([value], dtype=torch.float64)).item() == pytest.approx(
        theirs, rel=1e-9, abs=1e-9
    )


def test_the_density_integrates_to_one():
    x = torch.linspace(-30, 30, 60_001, dtype=torch.float64)
    density = Gaussian(torch.tensor(1.5), torch.tensor(0.7)).log_prob(x).exp()
    assert torch.trapezoid(density, x).item() == pytest.approx(1.0, abs=1e-6)


def test_with_unit_scale_it_is_half_the_squared_error():
    x, loc = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    p = Gaussian(loc, torch.zeros(3))
    difference = p.log_prob(loc) - p.log_prob(x)
    assert torch.allclose(difference, 0.5 * (x - loc).square(), atol=1e-6)


def test_the_best_scale_is_the_residual():
    residual = torch.randn(1000, generator=torch.Generator().manual_seed(0)) * 3
    grid = torch.linspace(-1, 3, 401)
    losses = torch.stack([-Gaussian(torch.zeros(1000), s).log_prob(residual).sum() for s in grid])
    assert grid[losses.argmin()].exp().item() == pytest.approx(
        residual.square().mean().sqrt().item(), rel=0.02
    )


def test_samples_have_its_moments_and_carry_gradients():
    torch.manual_seed(0)
    loc, log_scale = torch.full((20_000, 1), 2.0, requires_grad=True), torch.tensor([0.5], requires_grad=True)
    p = Gaussian(loc, log_scale)
    assert not p.sample().requires_grad
    drawn = p.rsample()
    assert drawn.mean().item() == pytest.approx(2.0, abs=0.06)
    assert drawn.std().item() == pytest.approx(np.exp(0.5), rel=0.03)
    drawn.sum().backward()
    assert torch.equal(loc.grad, torch.ones_like(loc))
    assert log_scale.grad.abs().item() > 0


def test_mean_and_mode_are_the_location():
    loc = torch.randn(4, 2)
    assert Gaussian(loc, torch.zeros(2)).mean is loc
    assert Gaussian(loc, torch.zeros(2)).mode is loc


def test_a_network_gives_location_and_log_scale_side_by_side():
    q = Gaussian.from_numbers(torch.tensor([[1.0, 2.0, 0.5, 100.0]]))
    assert q.loc.tolist() == [[1.0, 2.0]]
    assert q.log_scale.tolist() == [[0.5, 8.0]]
