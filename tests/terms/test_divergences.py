"""What information costs: the divergence in closed form, free bits, and a price that rises."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.distributions import Gaussian
from diabolo.errors import ParameterError
from diabolo.terms import KL
from diabolo.terms.divergences import from_standard_normal

NATS = torch.tensor([[3.0, 0.2, 0.0], [1.0, 0.4, 0.1]])


@given(st.floats(-3, 3), st.floats(-2, 2))
def test_the_closed_form_is_torchs(loc, log_scale):
    q = Gaussian(torch.tensor([[loc]]), torch.tensor([[log_scale]]))
    peer = torch.distributions.Normal(q.loc, q.log_scale.exp())
    expected = torch.distributions.kl_divergence(peer, torch.distributions.Normal(0.0, 1.0))
    assert torch.allclose(from_standard_normal(q), expected, atol=1e-5)


def test_the_closed_form_is_the_mean_of_draws():
    torch.manual_seed(0)
    q = Gaussian(torch.full((200_000, 1), 0.7), torch.tensor(-0.5))
    draw = q.sample()
    excess = q.log_prob(draw) - Gaussian(torch.zeros(()), torch.zeros(())).log_prob(draw)
    assert excess.mean().item() == pytest.approx(from_standard_normal(q)[0].item(), abs=0.01)


@pytest.mark.parametrize(("done", "share"), [(0.0, 0.0), (0.1, 0.5), (0.2, 1.0), (1.0, 1.0)])
def test_the_price_rises_to_beta_over_the_warmup(done, share):
    price = KL(beta=4.0, warmup=0.2)(NATS, torch.tensor(done))
    assert torch.allclose(price, 4.0 * share * NATS.sum(1))


def test_without_a_warmup_the_full_price_is_due_at_once():
    assert torch.equal(KL(warmup=0.0)(NATS, torch.tensor(0.0)), NATS.sum(1))


def test_a_dimension_below_its_free_bits_costs_them_and_has_no_gradient():
    nats = NATS.clone().requires_grad_()
    price = KL(free_bits=0.5, warmup=0.0)(nats, torch.tensor(1.0))
    assert torch.allclose(price, torch.tensor([3.0 + 2 * 0.5, 1.0 + 2 * 0.5]))
    price.sum().backward()
    assert nats.grad.tolist() == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"beta": -1.0},
        {"beta": float("nan")},
        {"free_bits": -0.1},
        {"warmup": 1.5},
    ],
)
def test_what_is_no_price_is_refused(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        KL(**wrong)
