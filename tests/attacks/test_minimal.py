"""The smallest change: of affine models the closed form, of others no larger than what other searches find."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog, minimize

from diabolo.attacks import L2, PGD, Limits, Minimal
from diabolo.errors import EpsilonError, ParameterError

DUAL = {"l2": 2, "linf": 1, "l1": math.inf}
each_norm = pytest.mark.parametrize("norm", list(DUAL))


def gaps(planes, x):
    """How far each class is behind the row's own, and the slope of that difference."""
    weight, bias = (p.detach().numpy() for p in (planes.weight, planes.bias))
    logits = weight @ x + bias
    own = int(logits.argmax())
    return [(logits[own] - logits[j], weight[j] - weight[own]) for j in range(len(bias)) if j != own]


def least_in_box(norm: str, gap: float, slope: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """min ‖δ‖ with slope · δ ≥ gap in a box, by a linear or quadratic program; infinite where there is none."""
    d = len(slope)
    if np.maximum(slope * low, slope * high).sum() < gap:
        return math.inf
    if norm == "l2":
        rule = {"type": "ineq", "fun": lambda v: slope @ v - gap, "jac": lambda v: slope}
        bounds = list(zip(low, high, strict=True))
        options = {"ftol": 1e-15, "maxiter": 1000}
        return math.sqrt(
            minimize(
                lambda v: v @ v,
                (low + high) / 2,
                jac=lambda v: 2 * v,
                bounds=bounds,
                constraints=[rule],
                options=options,
            ).fun
        )
    if norm == "l1":
        edges = [(0, h) for h in high] + [(0, -v) for v in low]
        return linprog(
            np.ones(2 * d), A_ub=-np.append(slope, -slope)[None], b_ub=[-gap], bounds=edges, method="highs"
        ).fun
    rows = [np.append(s * np.eye(d)[j], -1.0) for j in range(d) for s in (1, -1)]
    edges = [*zip(low, high, strict=True), (0, None)]
    rules, limits = np.array([np.append(-slope, 0.0), *rows]), [-gap, *[0.0] * len(rows)]
    return linprog(np.eye(d + 1)[-1], A_ub=rules, b_ub=limits, bounds=edges, method="highs").fun


@each_norm
def test_of_affine_classes_it_is_the_distance_to_the_nearest_plane(planes, norm, rng):
    X = rng.normal(size=(40, 6))
    found = Minimal(norm).run(planes, X)
    exact = [min(gap / np.linalg.norm(slope, DUAL[norm]) for gap, slope in gaps(planes, x)) for x in X]
    assert found.success.all()
    assert found.norm == pytest.approx(np.array(exact), rel=1e-6)


@each_norm
def test_in_a_box_it_is_the_least_of_the_program(planes, norm, rng):
    X = rng.uniform(size=(30, 6))
    found = Minimal(norm).run(planes, X, bounds=(0, 1))
    exact = np.array(
        [min(least_in_box(norm, gap, slope, -x, 1 - x) for gap, slope in gaps(planes, x)) for x in X]
    )
    assert found.success.tolist() == np.isfinite(exact).tolist()
    assert found.success.sum() > 10
    assert found.norm[found.success] == pytest.approx(exact[found.success], abs=1e-6)


def test_where_the_box_holds_no_other_class_the_row_has_stalled():
    from tests.attacks.conftest import affine

    found = Minimal().run(affine(np.array([[1.0], [-1.0]]), np.zeros(2)), np.array([[0.5]]), bounds=(0.1, 1))
    assert found.reason.tolist() == ["stalled"]
    assert not found.success.any()


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_it_is_no_larger_than_where_steps_of_a_fixed_length_first_succeed(net, points, norm):
    found = Minimal(norm).run(net, points, bounds=(0, 1))
    order = {"l2": 2, "linf": math.inf}[norm]
    steps = PGD(L2(3.0, exact=True), step_size=0.01, steps=400, random_start=False).run(
        net, points, bounds=(0, 1)
    )
    other = (steps.X - points).norm(p=order, dim=1).numpy()
    assert found.success.all()
    assert (found.norm <= other * 1.02).mean() >= 0.9
    assert found.norm.mean() < other.mean()


def test_more_effort_is_never_worse_on_average(net, points):
    base, high = (Minimal(effort=effort).run(net, points, bounds=(0, 1)) for effort in ("base", "high"))
    assert high.norm.mean() <= base.norm.mean() * 1.001
    assert high.passes.sum() > base.passes.sum()


def test_it_ends_just_beyond_the_boundary(net, points):
    found = Minimal().run(net, points, bounds=(0, 1))
    ordered = net(found.X).detach().sort(1, descending=True).values
    assert float((ordered[:, 0] - ordered[:, 1]).max()) < 1e-6


def test_a_margin_is_kept(net, points):
    found = Minimal(margin=0.5).run(net, points, bounds=(0, 1))
    own = net(points).argmax(1)
    logits = net(found.X).detach()
    lead = logits.amax(1) - logits.gather(1, own[:, None])[:, 0]
    assert (lead[found.success] >= 0.5).all()
    assert float(lead[found.success].median()) == pytest.approx(0.5, abs=1e-5)


def test_a_target_is_met(net, points):
    wanted = (net(points).argmax(1) + 1) % 4
    found = Minimal(targeted=True).run(net, points, wanted)
    assert found.success.all()
    assert found.labels.tolist() == wanted.tolist()
    assert (found.norm >= Minimal().run(net, points).norm * 0.999).all()


def test_more_than_the_budget_is_no_success(net, points):
    free = Minimal().run(net, points)
    limit = float(np.median(free.norm))
    found = Minimal(budget=limit).run(net, points)
    assert found.success.tolist() == (free.norm <= limit).tolist()
    assert set(found.reason[~found.success]) == {"budget"}


def test_whole_numbers_stay_whole(planes, rng):
    X = rng.integers(0, 10, size=(20, 6))
    found = Minimal("l1").run(planes, X, bounds=(0, 9))
    assert found.X.dtype == X.dtype
    assert (
        planes(torch.as_tensor(found.X).double()).argmax(1).numpy()[found.success]
        == found.labels[found.success]
    ).all()
    assert found.success.mean() > 0.8


def test_what_may_not_change_does_not(net, points):
    found = Minimal().run(net, points, bounds=Limits(0, 1, immutable=[0, 3], rises=[1]))
    change = found.X - points
    assert not change[:, [0, 3]].any()
    assert (change[:, 1] >= 0).all()
    assert found.success.mean() > 0.8


@pytest.mark.parametrize("options", [{"norm": "l3"}, {"effort": "some"}])
def test_unknown_options_are_refused(options):
    with pytest.raises(ParameterError, match="is not one of"):
        Minimal(**options)


def test_a_budget_is_positive():
    with pytest.raises(EpsilonError, match="budget=0"):
        Minimal(budget=0)
