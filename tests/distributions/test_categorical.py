"""Levels: exhaustive sums, scipy, and gradients far out on the tails."""

import pytest
import torch
from scipy import special, stats

from diabolo.distributions import Bernoulli, Categorical, Ordinal

THRESHOLDS = torch.tensor([[-1.0, 0.5, 2.0], [0.0, 1.0, torch.inf]], dtype=torch.float64)


@pytest.mark.parametrize("logit", [-1e4, -30.0, -1.0, 0.0, 2.0, 30.0, 1e4])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_bernoulli_agrees_with_the_log_of_the_logistic(logit, value):
    logits = torch.tensor([logit], dtype=torch.float64, requires_grad=True)
    found = Bernoulli(logits).log_prob(torch.tensor([value], dtype=torch.float64))
    assert found.item() == pytest.approx(special.log_expit(logit if value else -logit), rel=1e-12)
    found.backward()
    assert logits.grad.item() == pytest.approx(value - special.expit(logit), abs=1e-12)


def test_bernoulli_keeps_small_probabilities_in_float32():
    found = Bernoulli(torch.tensor([-20.0])).log_prob(torch.zeros(1)).item()
    assert found == pytest.approx(-special.expit(-20.0), rel=1e-6)


def test_bernoulli_draws_as_often_as_its_mean():
    p = Bernoulli(torch.tensor([-1.0, 0.0, 3.0]).expand(20000, 3))
    assert torch.allclose(p.sample().mean(0), p.mean[0], atol=0.02)


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_categorical_masses_sum_to_one(scale):
    logits = scale * torch.randn(7, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    p = Categorical(logits)
    masses = torch.stack([p.log_prob(torch.full((7, 2), j)) for j in range(4)]).exp()
    assert torch.allclose(masses.sum(0), torch.ones(7, 2, dtype=torch.float64))
    assert torch.allclose(masses.movedim(0, -1), p.mean)


def test_padding_beyond_the_levels_changes_nothing():
    logits = torch.randn(6, 1, 3)
    padded = torch.cat([logits, torch.full((6, 1, 2), -torch.inf)], -1).requires_grad_()
    value = torch.randint(3, (6, 1))
    assert torch.equal(Categorical(padded).log_prob(value), Categorical(logits).log_prob(value))
    assert Categorical(padded).sample().max() < 3
    Categorical(padded).log_prob(value).sum().backward()
    assert torch.isfinite(padded.grad).all()
    assert (padded.grad[..., 3:] == 0).all()


def test_a_forbidden_level_is_scored_but_never_given():
    p = Categorical(torch.tensor([[[9.0, 0.0, 1.0]]]).expand(500, 1, 3), torch.tensor([[False, True, True]]))
    assert (p.mode == 2).all()
    assert p.sample().min() == 1
    assert torch.isfinite(p.log_prob(torch.zeros(500, 1, dtype=torch.long))).all()


@pytest.mark.parametrize("value", [0, 2])
def test_categorical_gradient_is_finite_far_out(value):
    logits = torch.tensor([[[1e4, -1e4, 0.0]]], requires_grad=True)
    Categorical(logits).log_prob(torch.tensor([[value]])).sum().backward()
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("loc", [-5.0, 0.3, 4.0])
def test_ordinal_is_a_difference_of_logistic_distribution_functions(loc, column):
    p = Ordinal(torch.full((1, 2), loc, dtype=torch.float64), THRESHOLDS)
    edges = [-torch.inf, *THRESHOLDS[column].tolist(), torch.inf]
    for j in range(4 - column):
        mass = stats.logistic.cdf(edges[j + 1] - loc) - stats.logistic.cdf(edges[j] - loc)
        found = p.log_prob(torch.full((1, 2), j)).exp()[0, column].item()
        assert found == pytest.approx(mass, rel=1e-9)
        assert p.probabilities[0, column, j].item() == pytest.approx(mass, rel=1e-9)


def test_ordinal_masses_and_mean():
    p = Ordinal(torch.randn(9, 2, dtype=torch.float64), THRESHOLDS)
    assert torch.allclose(p.probabilities.sum(-1), torch.ones(9, 2, dtype=torch.float64))
    assert (p.probabilities[:, 1, 3] == 0).all()
    assert torch.allclose((p.probabilities * torch.arange(4)).sum(-1), p.mean)
    assert p.mode[:, 1].max() < 3


def test_two_ordered_levels_are_a_coin():
    logit = torch.randn(8, 1)
    ordinal = Ordinal(logit, torch.zeros(1, 1))
    for value in (0, 1):
        coin = Bernoulli(logit).log_prob(torch.full((8, 1), float(value)))
        assert torch.allclose(ordinal.log_prob(torch.full((8, 1), value)), coin, atol=1e-6)


@pytest.mark.parametrize("loc", [-1e4, 1e4])
@pytest.mark.parametrize("value", [0, 1, 2])
def test_ordinal_is_finite_far_out(loc, value):
    where = torch.full((1, 2), loc, requires_grad=True)
    thresholds = THRESHOLDS.float().requires_grad_()
    found = Ordinal(where, thresholds).log_prob(torch.full((1, 2), value))
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(where.grad).all()
    assert torch.isfinite(thresholds.grad).all()


def test_ordinal_draws_follow_its_masses():
    torch.manual_seed(0)
    p = Ordinal(torch.full((40000, 2), 0.4), THRESHOLDS.float())
    draws = p.sample()
    for j in range(4):
        assert torch.allclose((draws == j).float().mean(0), p.probabilities[0, :, j], atol=0.01)
