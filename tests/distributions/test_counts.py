"""The negative binomial against scipy and exhaustive sums, from Poisson to wild, from rare to frequent."""

import numpy as np
import pytest
import torch
from scipy import special, stats

from diabolo.distributions import NegativeBinomial


def scipy_of(mean: float, log_dispersion: float):
    size = np.exp(-log_dispersion)
    return stats.nbinom(size, 1 / (1 + mean / size))


@pytest.mark.parametrize("mean", [1e-3, 0.5, 3.0, 50.0, 1e4])
@pytest.mark.parametrize("log_dispersion", [-10.0, -3.0, 0.0, 2.0, 5.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-8), (torch.float32, 5e-5)])
def test_log_mass_agrees_with_scipy(mean, log_dispersion, dtype, tolerance):
    x = np.unique(np.round([0, 1, 2, 7, 8, 20, mean / 2, mean, 3 * mean]))
    p = NegativeBinomial(
        torch.full((len(x),), np.log(mean), dtype=dtype), torch.tensor(log_dispersion, dtype=dtype)
    )
    found = p.log_prob(torch.tensor(x, dtype=dtype)).double().numpy()
    assert found == pytest.approx(scipy_of(mean, log_dispersion).logpmf(x), rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("mean", [0.1, 1.0, 30.0])
def test_no_dispersion_is_poisson(mean):
    x = np.arange(60)
    p = NegativeBinomial(
        torch.full((60,), np.log(mean), dtype=torch.float64), torch.tensor(-1e4, dtype=torch.float64)
    )
    assert p.log_prob(torch.tensor(x, dtype=torch.float64)).numpy() == pytest.approx(
        stats.poisson(mean).logpmf(x), rel=1e-3, abs=1e-5
    )


@pytest.mark.parametrize("log_dispersion", [-15.0, -2.0, 0.5])
def test_masses_sum_to_one(log_dispersion):
    x = torch.arange(4000, dtype=torch.float64)
    p = NegativeBinomial(torch.full((4000,), 2.0, dtype=torch.float64), torch.tensor(log_dispersion).double())
    mass = p.log_prob(x).exp()
    assert mass.sum().item() == pytest.approx(1.0, abs=1e-9)
    assert (mass * x).sum().item() == pytest.approx(p.mean[0].item(), rel=1e-8)
    assert mass.argmax() == p.mode[0]


@pytest.mark.parametrize("log_mean", [-1e4, -30.0, 0.0, 30.0, 1e4])
@pytest.mark.parametrize("log_dispersion", [-1e4, 0.0, 1e4])
@pytest.mark.parametrize("count", [0.0, 1.0, 1e6])
def test_finite_far_out(log_mean, log_dispersion, count):
    mean = torch.tensor([log_mean], requires_grad=True)
    dispersion = torch.tensor([log_dispersion], requires_grad=True)
    found = NegativeBinomial(mean, dispersion).log_prob(torch.tensor([count]))
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(mean.grad).all()
    assert torch.isfinite(dispersion.grad).all()


@pytest.mark.parametrize("log_dispersion", [-14.0, -1.0, 2.0])
def test_gradient_of_the_log_mean_is_the_score(log_dispersion):
    log_mean = torch.full((4,), 1.5, dtype=torch.float64, requires_grad=True)
    x = torch.tensor([0.0, 1.0, 9.0, 100.0], dtype=torch.float64)
    NegativeBinomial(log_mean, torch.tensor(log_dispersion, dtype=torch.float64)).log_prob(x).sum().backward()
    mean, alpha = np.exp(1.5), np.exp(log_dispersion)
    assert log_mean.grad.numpy() == pytest.approx((x.numpy() - mean) / (1 + alpha * mean), rel=1e-6)


def test_gradient_of_the_dispersion_is_right():
    x = torch.tensor([[0.0, 3.0, 12.0]], dtype=torch.float64)
    mean = torch.zeros(1, 3, dtype=torch.float64) + 0.7
    assert torch.autograd.gradcheck(
        lambda d: NegativeBinomial(mean, d).log_prob(x),
        torch.tensor([0.3], dtype=torch.float64, requires_grad=True),
    )


@pytest.mark.parametrize("mean", [0.01, 2.0, 300.0])
@pytest.mark.parametrize("log_dispersion", [-12.0, -1.0, 1.0])
def test_expected_logarithm_by_exhaustive_sum(mean, log_dispersion):
    x = np.arange(60000)
    expected = (scipy_of(mean, log_dispersion).pmf(x) * special.log1p(x)).sum()
    p = NegativeBinomial(torch.tensor([np.log(mean)]), torch.tensor([log_dispersion]).double())
    assert p.mean_log1p.item() == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_draws_have_the_mean_and_the_variance():
    torch.manual_seed(0)
    p = NegativeBinomial(torch.full((200000,), np.log(4.0)), torch.tensor(np.log(0.5)))
    draws = p.sample()
    assert draws.mean().item() == pytest.approx(4.0, rel=0.02)
    assert draws.var().item() == pytest.approx(4 + 0.5 * 16, rel=0.05)
