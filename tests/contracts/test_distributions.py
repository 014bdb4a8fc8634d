"""What every distribution promises, over the registry ``distributions.__all__``."""

import inspect

import pytest
import torch

from diabolo import distributions
from diabolo.distributions import Distribution

CASES = {
    "Bernoulli": lambda: distributions.Bernoulli(torch.randn(5, 3)),
    "Categorical": lambda: distributions.Categorical(torch.randn(5, 3, 4)),
    "ClippedGaussian": lambda: distributions.ClippedGaussian(
        torch.rand(5, 3), torch.full((3,), -1.0), 0.0, 1.0
    ),
    "Gaussian": lambda: distributions.Gaussian(torch.randn(5, 3), torch.zeros(3)),
    "Inflated": lambda: distributions.Inflated(
        distributions.Gaussian(torch.randn(5, 3), torch.zeros(3)),
        torch.randn(5, 3),
        torch.tensor([0.0, 1.0, torch.nan]),
    ),
    "NegativeBinomial": lambda: distributions.NegativeBinomial(torch.randn(5, 3), torch.zeros(3)),
    "Ordinal": lambda: distributions.Ordinal(torch.randn(5, 3), torch.tensor([[-1.0, 1.0]]).expand(3, 2)),
    "Point": lambda: distributions.Point(torch.randn(5, 3)),
}


def test_the_cases_cover_the_registry():
    element_wise = {
        name
        for name in distributions.__all__
        if issubclass(getattr(distributions, name), Distribution)
        and not inspect.isabstract(getattr(distributions, name))
    }
    assert element_wise == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_values_have_one_shape_and_finite_scores(name):
    torch.manual_seed(0)
    p = CASES[name]()
    assert p.mode.shape == p.sample().shape == p.log_prob(p.mode).shape == (5, 3)
    assert p.mode.dtype == p.sample().dtype
    assert torch.isfinite(p.log_prob(p.mode)).all()
    assert torch.isfinite(p.mean).all()


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("ClippedGaussian", "Point")])
def test_the_mode_is_more_probable_than_draws(name):
    torch.manual_seed(0)
    p = CASES[name]()
    best = p.log_prob(p.mode)
    # An atom has mass where the base has a density only: a draw of the base may score above it.
    margin = torch.inf if name == "Inflated" else 1e-5
    for _ in range(20):
        assert (p.log_prob(p.sample()) <= best + margin).all()


@pytest.mark.parametrize("name", CASES)
def test_draws_carry_no_gradient(name):
    assert not CASES[name]().sample().requires_grad
