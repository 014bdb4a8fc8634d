"""The evidence lower bound: what it is made of, when information costs how much, and what an epoch tells."""

import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.distributions import Gaussian
from diabolo.frames import Frame
from diabolo.models.codec import Codec
from diabolo.models.elbo import Elbo, is_active
from diabolo.nn import Dense
from diabolo.terms import KL
from diabolo.terms.divergences import from_standard_normal


@pytest.fixture
def objective() -> Elbo:
    frame = Frame.of(np.random.default_rng(0).normal(size=(64, 5)))
    torch.manual_seed(0)
    return Elbo(Codec(Schema.fit(frame), 2, Dense((8,)), latent=Gaussian), KL(warmup=0.5), steps=8)


@pytest.fixture
def batch(objective):
    return objective.codec.schema.to_batch(Frame.of(np.random.default_rng(1).normal(size=(32, 5))))


def test_the_bound_is_the_mean_over_draws_of_reconstruction_and_divergence(objective, batch):
    objective.eval()
    q = objective.posterior(batch)
    draws = [objective.codec.decode(q.sample()).log_prob(batch.values, batch.seen) for _ in range(300)]
    expected = from_standard_normal(q).sum(1) - torch.stack(draws).mean(0)
    assert objective.monitor(batch).mean().item() == pytest.approx(expected.mean().item(), abs=0.3)


def test_every_step_brings_the_full_price_nearer(objective, batch):
    objective.train()
    prices = []
    for _ in range(6):
        torch.manual_seed(0)
        prices.append(objective.losses(batch)["kl"].sum().item())
    shares = np.array(prices) / prices[-1]
    assert np.allclose(shares, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0], atol=1e-3)


def test_judging_is_no_step_and_has_the_same_noise_for_a_row_each_time(objective, batch):
    objective.eval()
    first, second = objective.monitor(batch), objective.monitor(batch)
    assert torch.equal(first, second)
    assert objective.step == 0


def test_an_epoch_tells_the_divergence_by_dimension_and_the_active_units(objective, batch):
    objective.eval()
    told = objective.measures(batch)
    assert np.allclose(told["kl"], from_standard_normal(objective.posterior(batch)).mean(0).tolist())
    assert told["active_units"] == [2.0]


def test_a_dimension_is_active_where_its_mean_varies():
    means = torch.stack([torch.zeros(100), torch.linspace(-0.2, 0.2, 100), torch.linspace(-1, 1, 100)], 1)
    assert is_active(means).tolist() == [False, True, True]
    assert not is_active(0.1 * means).any() or is_active(0.1 * means).tolist() == [False, False, False]
