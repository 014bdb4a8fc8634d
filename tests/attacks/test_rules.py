"""Rules of steps."""

import pytest
import torch

from diabolo.attacks import L2, Accumulated, Domain, Farthest, Linf, Steepest

X = torch.zeros(2, 3)
SLOPE = torch.tensor([[1.0, -2.0, 0.0], [3.0, 0.0, 4.0]])
LOSS = torch.zeros(2)


def moved(rule, state=None, ball=None):
    return rule.move(X, SLOPE, LOSS, X, Domain(ball or Linf(1.0)), rule.begin(X) if state is None else state)


def test_a_steepest_step_has_the_length_in_the_norm_of_the_ball():
    assert torch.allclose(moved(Steepest(0.1)), torch.tensor([[0.1, -0.1, 0], [0.1, 0, 0.1]]))
    assert moved(Steepest(0.5), ball=L2(1.0)).norm(dim=1).tolist() == pytest.approx([0.5, 0.5])


def test_steps_add_up_by_their_mean_size():
    rule, state = Accumulated(0.1, decay=0.5), {"velocity": -torch.ones(2, 3)}
    moved(rule, state)
    assert torch.allclose(state["velocity"], -0.5 + SLOPE / SLOPE.abs().mean(1, keepdim=True))


def test_a_zero_gradient_adds_nothing():
    rule = Accumulated(0.1)
    state = rule.begin(X)
    assert not rule.move(X, torch.zeros_like(X), LOSS, X, Domain(Linf(1.0)), state).any()
    assert torch.isfinite(state["velocity"]).all()


def test_the_farthest_point_is_seen_from_the_origin():
    assert Farthest().move(X + 0.7, SLOPE, LOSS, X, Domain(Linf(1.0)), {}).tolist() == [[1, -1, 0], [1, 0, 1]]
