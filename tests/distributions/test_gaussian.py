"""The normal distribution against scipy."""

import pytest
import torch
from scipy import stats

from diabolo.distributions import Gaussian


@pytest.mark.parametrize("log_scale", [-5.0, 0.0, 3.0])
@pytest.mark.parametrize("value", [-4.0, 0.1, 700.0])
def test_log_density_agrees_with_scipy(value, log_scale):
    p = Gaussian(torch.tensor([0.5], dtype=torch.float64), torch.tensor([log_scale], dtype=torch.float64))
    found = p.log_prob(torch.tensor([value], dtype=torch.float64)).item()
    scale = torch.tensor(log_scale, dtype=torch.float64).exp().item()
    assert found == pytest.approx(stats.norm(0.5, scale).logpdf(value), rel=1e-10)


def test_the_best_scale_is_the_root_mean_square_of_the_residuals():
    x = torch.randn(500, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 3
    log_scale = x.square().mean().sqrt().log().requires_grad_()
    Gaussian(torch.zeros_like(x), log_scale).log_prob(x).sum().backward()
    assert log_scale.grad.item() == pytest.approx(0.0, abs=1e-9)


def test_draws_have_the_moments_and_carry_the_gradient():
    torch.manual_seed(0)
    loc = torch.full((50000,), 2.0, requires_grad=True)
    draws = Gaussian(loc, torch.tensor(-1.0)).rsample()
    assert draws.mean().item() == pytest.approx(2.0, abs=0.01)
    assert draws.std().item() == pytest.approx(0.3679, rel=0.02)
    draws.sum().backward()
    assert torch.equal(loc.grad, torch.ones_like(loc))
