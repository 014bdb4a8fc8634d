"""The likelihood of rows under a linear model with normal noise, where it is known: log N(x; b, W Wᵀ + s² I)."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.codec import Codec
from diabolo.models.density import Density
from diabolo.models.importance import common_noise, fresh_noise, log_likelihood
from diabolo.nn import Dense

SCALE = 0.6
ROWS = np.random.default_rng(0).normal(size=(400, 4)) * [2.0, 1.0, 1.0, 0.5]
SCHEMA = Schema.fit(Frame.of(ROWS))
BATCH = SCHEMA.to_batch(Frame.of(ROWS))
# Columns at right angles, so that the posterior of the two dimensions is independent.
WEIGHT = torch.tensor([[0.9, 0.2], [0.3, -0.6], [-0.1, 0.0], [0.2, 0.0]], dtype=torch.float64)
WEIGHT[2, 1] = WEIGHT[:, 0] @ WEIGHT[:, 1] / 0.1
OFFSET = torch.tensor([0.1, -0.2, 0.0, 0.3], dtype=torch.float64)


def codec(shift: float = 0.0, widen: float = 0.0) -> Codec:
    """A linear decoder with the exact posterior as encoder, or one that is off it."""
    made = Codec(SCHEMA, 2, Dense((), norm="none"), latent=torch_gaussian()).double().eval()
    variance = 1 / (1 + WEIGHT.square().sum(0) / SCALE**2)
    gain = variance[:, None] * WEIGHT.T / SCALE**2
    head = made.heads["continuous"]
    with torch.no_grad():
        made.encoder[0].weight.zero_()[:2] = gain
        made.encoder[0].bias[:2] = shift - gain @ OFFSET
        made.encoder[0].bias[2:] = 0.5 * variance.log() + widen
        head.readout.main.weight.copy_(WEIGHT)
        head.readout.main.bias.copy_(OFFSET)
        head.log_scale.fill_(np.log(SCALE))
    return made


def torch_gaussian():
    from diabolo.distributions import Gaussian

    return Gaussian


def exact() -> np.ndarray:
    covariance = (WEIGHT @ WEIGHT.T + SCALE**2 * torch.eye(4)).numpy()
    return multivariate_normal(OFFSET.numpy(), covariance).logpdf(BATCH.values["continuous"].double().numpy())


@torch.inference_mode()
def bound(made: Codec, n: int, noise=fresh_noise, batch=BATCH) -> np.ndarray:
    torch.manual_seed(0)
    return log_likelihood(made, Density.standard(2), batch.astype(torch.float64), n, noise).numpy()


@pytest.mark.parametrize("n", [1, 7])
def test_with_the_exact_posterior_every_draw_gives_the_exact_likelihood(n):
    assert np.allclose(bound(codec(), n), exact(), atol=1e-5)


def test_with_another_posterior_the_bound_lies_below_and_rises_to_the_likelihood():
    means = [bound(codec(shift=0.5, widen=0.3), n).mean() for n in (1, 4, 32, 2000)]
    assert means[0] < means[1] < means[2] < exact().mean()
    assert means[3] == pytest.approx(exact().mean(), abs=0.01)
    assert means[0] < exact().mean() - 0.1


def test_another_prior_is_another_model():
    shifted = Density(
        torch.ones(1).double(), torch.tensor([[1.0, 0.0]]).double(), torch.eye(2).double()[None]
    )
    with torch.inference_mode():
        found = log_likelihood(
            codec(widen=0.2), shifted, BATCH.astype(torch.float64), 3000, fresh_noise
        ).numpy()
    moved = (OFFSET + WEIGHT[:, 0]).numpy()
    covariance = (WEIGHT @ WEIGHT.T + SCALE**2 * torch.eye(4)).numpy()
    expected = multivariate_normal(moved, covariance).logpdf(BATCH.values["continuous"].double().numpy())
    assert found.mean() == pytest.approx(expected.mean(), abs=0.02)


@pytest.mark.parametrize("stop", [1, 3, 9])
@pytest.mark.parametrize("k", [2, 3, 20])
def test_common_noise_is_the_same_in_whatever_pieces_it_is_drawn(stop, k):
    whole = common_noise(0, 16, 2, k)
    assert torch.equal(torch.cat([common_noise(0, stop, 2, k), common_noise(stop, 16, 2, k)]), whole)
    assert torch.equal(whole[:, 0], whole[:, 1])
    assert len(whole[:, 0].unique()) == 16 * k


def test_with_common_noise_a_rows_bound_is_its_own():
    made = codec(shift=0.5)
    whole = bound(made, 5, common_noise)
    backwards = bound(made, 5, common_noise, BATCH.take(torch.arange(len(BATCH)).flip(0)))
    assert np.allclose(whole[::-1], backwards, atol=1e-9)
    assert np.allclose(whole[:3], bound(made, 5, common_noise, BATCH.rows(0, 3)), atol=1e-9)


def test_no_row_has_no_likelihood():
    assert bound(codec(), 3, batch=BATCH.rows(0, 0)).shape == (0,)
