"""The mixture of an atom and a density."""

import pytest
import torch

from diabolo.distributions import Gaussian, Inflated

ATOM = torch.tensor([0.25, torch.nan], dtype=torch.float64)


def inflated(logit: float, rows: int = 1) -> Inflated:
    base = Gaussian(torch.full((rows, 2), 0.3, dtype=torch.float64), torch.zeros(2, dtype=torch.float64))
    return Inflated(base, torch.full((rows, 2), logit, dtype=torch.float64), ATOM)


def test_the_atom_and_the_density_share_the_mass():
    x = torch.linspace(-9, 9, 20001, dtype=torch.float64)
    p = inflated(0.7, len(x))
    density = p.log_prob(torch.stack([x + 1e-9, x], 1)).exp().sum(0) * (x[1] - x[0])
    atom = inflated(0.7).log_prob(ATOM.unsqueeze(0)).exp()[0, 0]
    assert atom.item() == pytest.approx(torch.sigmoid(torch.tensor(0.7)).item(), abs=1e-6)
    assert (density[0] + atom).item() == pytest.approx(1.0, abs=1e-6)
    assert density[1].item() == pytest.approx(1.0, abs=1e-6)


def test_only_exact_equality_is_the_atom():
    value = torch.tensor([[0.25, 0.0]], dtype=torch.float64)
    near = torch.nextafter(value, torch.ones_like(value))
    p = inflated(3.0)
    assert p.log_prob(value)[0, 0].item() == pytest.approx(-0.048587, abs=1e-5)
    assert p.log_prob(near)[0, 0].item() == pytest.approx(-3.048587 - 0.918939 - 0.00125, abs=1e-5)


def test_mean_and_mode():
    p = inflated(0.0)
    assert p.mean[0].tolist() == pytest.approx([0.275, 0.3])
    assert inflated(-1.0).mode[0].tolist() == pytest.approx([0.3, 0.3])
    assert inflated(1.0).mode[0].tolist() == pytest.approx([0.25, 0.3])


def test_the_base_learns_nothing_from_the_atom():
    loc = torch.zeros(1, 2, requires_grad=True)
    p = Inflated(Gaussian(loc, torch.zeros(2)), torch.zeros(1, 2), torch.tensor([0.5, torch.nan]))
    p.log_prob(torch.tensor([[0.5, 0.5]])).sum().backward()
    assert loc.grad.tolist() == [[0.0, 0.5]]


@pytest.mark.parametrize("logit", [-1e4, 1e4])
def test_gradients_are_finite_far_out(logit):
    logits = torch.full((2, 2), logit, requires_grad=True)
    p = Inflated(Gaussian(torch.zeros(2, 2), torch.zeros(2)), logits, torch.tensor([0.0, torch.nan]))
    found = p.log_prob(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[:, 1] == 0).all()


def test_draws_hit_the_atom_as_often_as_they_should():
    torch.manual_seed(0)
    draws = inflated(1.0, 20000).sample()
    assert (draws[:, 0] == 0.25).double().mean().item() == pytest.approx(0.7311, abs=0.02)
    assert (draws[:, 1] == 0.25).sum() == 0
