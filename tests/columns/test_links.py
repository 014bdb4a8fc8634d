"""Links turn a linear fit into the parameter whose expectation it is, held within bounds."""

import pytest
import torch
from torch.nn.functional import softplus

from diabolo.columns.links import FLOOR, Curve, LogOdds, LogShares


def test_shares_are_the_linear_fit_where_it_is_one():
    share = torch.tensor([0.7, 0.2, 0.1])
    fit = torch.tensor([[-0.3, 0.2, 0.1], [0.1, 0.0, -0.1]])
    p = torch.softmax(share.log() + LogShares(share)(fit), 1)
    assert torch.allclose(p[0], share + fit[0], atol=1e-6)
    assert torch.allclose(p[1], share + fit[1], atol=2 * FLOOR)


def test_clipped_shares_are_nearer_to_levels():
    torch.manual_seed(0)
    share = torch.full((4,), 0.25)
    fit = torch.randn(500, 4)
    fit = fit - fit.mean(1, keepdim=True)
    p = torch.softmax(share.log() + LogShares(share)(fit), 1)
    for level in torch.eye(4):
        farther = (p - level).square().sum(1) - (share + fit - level).square().sum(1)
        assert farther.mean() < 0
        assert farther.max() < 0.02


@pytest.mark.parametrize("share", [0.5, 0.9, 0.01])
def test_a_coin_falls_with_the_linear_fit(share):
    link = LogOdds(torch.tensor([share]))
    fit = torch.linspace(-1.5, 1.5, 31)[:, None]
    p = torch.sigmoid(torch.logit(torch.tensor([share])) + link(fit))
    assert torch.allclose(p, (share + fit).clamp(FLOOR * share, 1 - FLOOR * (1 - share)), atol=1e-5)


def test_a_curve_inverts_what_it_has_learned():
    eta = torch.linspace(-8, 12, 400)
    link = Curve(torch.tensor([1.0, 2.0]), torch.full((2,), 0.01), torch.tensor([8.0, 9.0]), torch.log)
    assert torch.equal(link(torch.zeros(1, 2)), torch.zeros(1, 2))
    link.learn(eta, torch.stack([softplus(eta), 0.7 * softplus(eta)], 1))
    y = torch.linspace(0.05, 7.9, 50)[:, None].expand(-1, 2)
    found = link(y - link.center) + link.value(link.center[None])
    assert torch.allclose(softplus(found) * torch.tensor([1.0, 0.7]), y, atol=0.01)


def test_beyond_its_range_a_curve_is_flat():
    link = Curve(torch.tensor([0.5]), torch.tensor([0.1]), torch.tensor([0.9]), torch.logit)
    assert torch.equal(link(torch.tensor([[0.5]])), link(torch.tensor([[5.0]])))


def test_gradients_pass_through_every_link():
    fit = torch.zeros(3, 2, requires_grad=True)
    share = torch.tensor([0.5, 0.5])
    curve = Curve(share, share / 10, share + 0.4, torch.logit)
    for link in (LogShares(share), LogOdds(share), curve):
        (gradient,) = torch.autograd.grad(link(fit).sum(), fit)
        assert (gradient > 0).all()
