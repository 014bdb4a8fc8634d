"""One step, many steps, momentum: of affine models the closed form, of networks the published steps."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from diabolo.attacks import FGSM, L0, L1, L2, PGD, Linf, Momentum
from diabolo.errors import EpsilonError, ParameterError, SaturatedLossWarning
from tests.attacks.conftest import affine

BALLS = {"linf": Linf(0.3), "l2": L2(0.4, exact=True), "l1": L1(0.5)}
DUAL = {"linf": 1, "l2": 2, "l1": math.inf}


def lead(net, X, y):
    """Of the other of two classes."""
    logits = net(torch.as_tensor(X)).detach().numpy()
    own = logits[np.arange(len(X)), y]
    return logits[np.arange(len(X)), 1 - y] - own


@pytest.mark.parametrize("name", BALLS)
@pytest.mark.parametrize("attack", [FGSM, lambda ball: PGD(ball, stop="never", random_start=False)])
def test_of_an_affine_model_the_gain_is_epsilon_times_the_dual_norm(name, attack, rng):
    if name == "l1" and attack is not FGSM:
        pytest.skip("sparse steps share L1 among features, and reach the corner only in many steps")
    net = affine(rng.normal(size=(2, 6)), np.zeros(2))
    X = rng.normal(size=(20, 6))
    y = net(torch.as_tensor(X)).argmax(1).numpy()
    slope = (net.weight[0] - net.weight[1]).detach().numpy()
    gain = lead(net, attack(BALLS[name]).run(net, X, y).X, y) - lead(net, X, y)
    assert gain == pytest.approx(BALLS[name].eps * np.linalg.norm(slope, DUAL[name]), abs=1e-9)


def test_one_step_in_linf_is_the_published_one(net, points):
    x, y = points.clone().requires_grad_(), net(points).argmax(1)
    gradient = torch.autograd.grad(functional.cross_entropy(net(x), y), x)[0]
    published = (points + 0.2 * gradient.sign()).clamp(0, 1)
    assert (FGSM(Linf(0.2)).run(net, points, y, (0, 1)).X - published).abs().max() <= 1e-12


def test_a_target_is_descended_to(net, points):
    wanted = (net(points).argmax(1) + 1) % 4
    found = PGD(Linf(0.5), targeted=True).run(net, points, wanted, (0, 1))
    assert found.success.mean() > 0.5
    assert (found.labels[found.success] == wanted.numpy()[found.success]).all()


@pytest.mark.parametrize("attack", [PGD, Momentum])
def test_stopping_at_the_first_success_changes_less_and_costs_less(net, points, attack):
    first, never = (
        attack(Linf(0.4), stop=stop).run(net, points, bounds=(0, 1)) for stop in ("first", "never")
    )
    assert first.success.sum() >= never.success.sum() > 20
    assert first.norm[first.success].mean() < 0.8 * never.norm[never.success].mean()
    assert first.passes[first.success].sum() < never.passes[first.success].sum()


def test_never_costs_the_steps_and_three_looks(net, points):
    found = PGD(Linf(0.1), steps=10, step_size=0.001, stop="never").run(net, points, bounds=(-9, 9))
    assert set(map(tuple, found.passes.tolist())) == {(13, 10)}


def test_a_random_start_helps_those_that_withstood(net, points):
    plain, random = (
        PGD(Linf(0.12), random_start=flag).run(net, points, bounds=(0, 1)) for flag in (False, True)
    )
    assert random.success.sum() >= plain.success.sum()
    assert np.array_equal(random.norm[plain.success], plain.norm[plain.success])


def test_a_seed_says_where_to_start(net, points):
    attacks = [PGD(Linf(0.2), stop="never", random_state=seed) for seed in (0, 0, 1)]
    found = [attack.run(net, points, bounds=(0, 1)).X for attack in attacks]
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_where_the_cross_entropy_is_flat_the_margin_is_ascended(rng):
    net = affine(500 * np.array([[1.0, 0.0], [-1.0, 0.0]]), np.zeros(2)).float()
    with pytest.warns(SaturatedLossWarning, match="loss='margin'"):
        found = PGD(Linf(0.8)).run(net, torch.tensor([[0.5, 0.0]]))
    assert found.success.all()


def test_few_features_change_in_l0(net, points):
    found = PGD(L0(2)).run(net, points, bounds=(0, 1))
    assert (found.norm <= 2).all()
    assert found.success.sum() > 3


@pytest.mark.parametrize("loss", ["ce", "margin", "dlr"])
def test_every_loss_leads_astray(net, points, loss):
    assert PGD(Linf(0.4), loss=loss).run(net, points, bounds=(0, 1)).success.sum() > 20


@pytest.mark.parametrize("attack", [PGD, Momentum])
def test_what_is_no_search_is_refused(attack):
    with pytest.raises(ParameterError, match="steps=0"):
        attack(Linf(0.1), steps=0)
    with pytest.raises(EpsilonError, match="step_size=-1"):
        attack(Linf(0.1), step_size=-1)
    with pytest.raises(ParameterError, match="stop='later'"):
        attack(Linf(0.1), stop="later")
