"""Projections and extreme points against general-purpose solvers, in boxes of all kinds."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog, minimize

from diabolo.attacks import L0, L1, L2, Linf
from diabolo.errors import EpsilonError

ROWS, FEATURES = 12, 7
each_ball = pytest.mark.parametrize("ball", [Linf(0.4), L2(0.7, exact=True), L1(0.9), L0(3)], ids=str)
each_convex = pytest.mark.parametrize("ball", [Linf(0.4), L2(0.7, exact=True), L1(0.9)], ids=str)
each_box = pytest.mark.parametrize("width", [0.15, 0.5, math.inf])


def boxes(width: float, rng: np.random.Generator):
    """Boxes around zero, some features of which cannot move one way or at all."""
    low = -torch.from_numpy(rng.uniform(0, 1, (ROWS, FEATURES))) * width
    high = torch.from_numpy(rng.uniform(0, 1, (ROWS, FEATURES))) * width
    low[:, 0] = 0.0
    high[::2, 1] = low[::2, 1] = 0.0
    return low, high


def directions(rng: np.random.Generator):
    return torch.from_numpy(rng.normal(size=(ROWS, FEATURES)))


def inside(ball, delta, box) -> bool:
    fits = (delta >= box[0] - 1e-12).all() & (delta <= box[1] + 1e-12).all()
    return bool(fits & (ball.norm(delta) <= ball.eps + 1e-9).all())


def solved(ball, row: int, box, goal, slope):
    """The least of a smooth function over ball and box, by SLSQP on δ = p − q with p, q ≥ 0."""
    low, high = (np.clip(side[row].numpy(), -9, 9) for side in box)
    split = lambda pq: pq[:FEATURES] - pq[FEATURES:]  # noqa: E731
    size = {
        "Linf": lambda pq: ball.eps - np.abs(split(pq)).max(),
        "L2": lambda pq: ball.eps**2 - np.square(split(pq)).sum(),
        "L1": lambda pq: ball.eps - pq.sum(),
    }[type(ball).__name__]
    edges = [(0, h if not isinstance(ball, Linf) else min(h, ball.eps)) for h in high]
    edges += [(0, -lo if not isinstance(ball, Linf) else min(-lo, ball.eps)) for lo in low]
    rules = [] if isinstance(ball, Linf) else [{"type": "ineq", "fun": size}]
    found = minimize(
        lambda pq: goal(split(pq)),
        np.zeros(2 * FEATURES),
        jac=lambda pq: np.concatenate([slope(split(pq)), -slope(split(pq))]),
        bounds=edges,
        constraints=rules,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    return found.fun


@each_convex
@each_box
def test_the_projection_is_the_nearest_point(ball, width, rng):
    box, wanted = boxes(width, rng), directions(rng)
    found = ball.project(wanted, box)
    assert inside(ball, found, box)
    for row in range(ROWS):
        target = wanted[row].numpy()
        least = solved(
            ball, row, box, lambda d, t=target: np.square(d - t).sum(), lambda d, t=target: 2 * (d - t)
        )
        assert float((found[row] - wanted[row]).square().sum()) == pytest.approx(least, abs=2e-6)


@each_ball
@each_box
def test_what_is_inside_stays(ball, width, rng):
    box = boxes(width, rng)
    small = 0.05 * torch.maximum(torch.minimum(directions(rng), box[1]), box[0])
    small[:, 3:] = 0.0
    assert torch.allclose(ball.project(small, box), small, atol=1e-12)


def test_scaling_and_clipping_lies_within_both_but_may_fall_short(rng):
    box, wanted = boxes(0.5, rng), 3 * directions(rng)
    plain, exact = (L2(0.7, exact=flag).project(wanted, box) for flag in (False, True))
    assert inside(L2(0.7), plain, box)
    off = [(found - wanted).square().sum() for found in (plain, exact)]
    assert off[1] < off[0]


@pytest.mark.parametrize(("ball", "dual"), [(Linf(0.4), 1), (L2(0.7), 2), (L1(0.9), math.inf)], ids=str)
def test_without_a_box_the_largest_gain_is_the_dual_norm(ball, dual, rng):
    slope = directions(rng)
    anywhere = (torch.full_like(slope, -math.inf), torch.full_like(slope, math.inf))
    gain = (slope * ball.furthest(slope, anywhere)).sum(1)
    assert torch.allclose(gain, ball.eps * slope.norm(p=dual, dim=1), atol=1e-12)


@each_convex
@each_box
def test_the_largest_gain_is_that_of_the_program(ball, width, rng):
    box, slope = boxes(width, rng), directions(rng)
    found = ball.furthest(slope, box)
    assert inside(ball, found, box)
    for row in range(ROWS):
        g = slope[row].numpy()
        best = -solved(ball, row, box, lambda d, g=g: -(d * g).sum(), lambda d, g=g: -g)
        assert float((slope[row] * found[row]).sum()) == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("ball", [Linf(math.inf), L1(math.inf)], ids=str)
def test_the_nearest_point_of_a_plane_is_that_of_the_linear_program(ball, rng):
    box, slope = boxes(0.5, rng), directions(rng)
    gain = 0.6 * (slope * torch.where(slope > 0, box[1], box[0])).sum(1)
    found = ball.nearest(slope, gain, box)
    assert torch.allclose((slope * found).sum(1), gain, atol=1e-9)
    for row in range(ROWS):
        g, lo, hi = slope[row].numpy(), box[0][row].numpy(), box[1][row].numpy()
        if isinstance(ball, L1):
            price, rules, limits = np.ones(2 * FEATURES), [], np.zeros(0)
            edges = [(0, h) for h in hi] + [(0, -v) for v in lo]
            up = np.concatenate([g, -g])
        else:
            price = np.eye(FEATURES + 1)[-1]
            rows = [np.append(s * np.eye(FEATURES)[j], -1.0) for j in range(FEATURES) for s in (1, -1)]
            rules, limits, edges, up = (
                rows,
                np.zeros(len(rows)),
                [*zip(lo, hi, strict=True), (0, None)],
                np.append(g, 0.0),
            )
        least = linprog(
            price,
            A_ub=np.array([-up, *rules]),
            b_ub=np.array([-float(gain[row]), *limits]),
            bounds=edges,
            method="highs",
        )
        assert float(ball.norm(found)[row]) == pytest.approx(least.fun, abs=1e-8)


def test_the_nearest_point_of_a_plane_in_l2_meets_the_conditions_of_optimality(rng):
    box, slope = boxes(0.5, rng), directions(rng)
    gain = 0.6 * (slope * torch.where(slope > 0, box[1], box[0])).sum(1)
    found = L2(math.inf).nearest(slope, gain, box)
    assert torch.allclose((slope * found).sum(1), gain, atol=1e-9)
    for row in range(ROWS):
        free = (found[row] > box[0][row]) & (found[row] < box[1][row]) & (slope[row] != 0)
        price = found[row][free] / slope[row][free]  # one multiplier for all free features
        assert torch.allclose(price, price[:1].expand_as(price), atol=1e-9)
        stuck = ~free & (box[0][row] < box[1][row])
        assert bool((found[row].abs() <= (price[:1] * slope[row]).abs() + 1e-9)[stuck].all())


@each_convex
def test_a_gain_that_the_box_does_not_allow_gives_the_most(ball, rng):
    box, slope = boxes(0.5, rng), directions(rng)
    most = (slope * torch.where(slope > 0, box[1], box[0])).sum(1)
    got = (slope * type(ball)(math.inf).nearest(slope, 2 * most, box)).sum(1)
    assert torch.allclose(got, most, atol=1e-9)


def test_l0_takes_the_features_of_the_largest_gain():
    slope = torch.tensor([[1.0, -3.0, 2.0]])
    box = (torch.tensor([[-1.0, -0.1, -1.0]]), torch.tensor([[1.0, 1.0, 0.4]]))
    assert L0(1).furthest(slope, box).tolist() == [[1.0, 0.0, 0.0]]
    assert torch.allclose(L0(1).nearest(slope, torch.tensor([1.5]), box), torch.tensor([[1.0, 0.0, 0.4]]))


@each_ball
@each_box
def test_draws_lie_inside_and_follow_their_seed(ball, width, rng):
    width = min(width, 2.0)
    box, like = boxes(width, rng), directions(rng)
    first, again, other = (ball.sample(like, box, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert inside(ball, first, box)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(("ball", "least"), [(Linf(1.0), 0.9), (L2(1.0), 0.9), (L1(1.0), 0.9)], ids=str)
def test_draws_fill_the_ball(ball, least):
    like = torch.zeros(4000, 3)
    sizes = ball.norm(ball.sample(like, (like - 9, like + 9), torch.Generator().manual_seed(0)))
    assert 1.0 >= float(sizes.max()) > 0.99
    assert float((sizes <= 0.5).double().mean()) == pytest.approx(
        1 / 8, abs=0.02
    )  # the volume of half the radius


@pytest.mark.parametrize(("ball", "size"), [(Linf(1), 1.0), (L2(1), 1.0), (L1(1), 1.0)], ids=str)
def test_a_steepest_step_has_unit_length(ball, size, rng):
    assert torch.allclose(ball.norm(ball.steepest(directions(rng))), torch.ones(ROWS).double())
    assert not ball.steepest(torch.zeros(2, 3)).any()


def test_sparse_steps_leave_out_what_cannot_move():
    slope, free = torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([[False, True, True]])
    assert L1(1.0).steepest(slope, free).tolist() == [[0.0, 1.0, 0.0]]
    assert L0(1).steepest(slope, free).tolist() == [[0.0, 1.0, 0.5]]


@pytest.mark.parametrize("eps", [0.0, -1.0, math.nan])
@pytest.mark.parametrize("kind", [Linf, L2, L1, L0])
def test_a_size_is_positive(kind, eps):
    with pytest.raises(EpsilonError, match="positive"):
        kind(eps)
