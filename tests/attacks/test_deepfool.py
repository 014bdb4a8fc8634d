"""DeepFool: exact of affine models but for its overshoot, and one forward pass a step."""

import math

import numpy as np
import pytest
import torch

from diabolo.attacks import DeepFool, Minimal
from diabolo.errors import ParameterError

DUAL = {"l2": 2, "linf": 1, "l1": math.inf}


@pytest.mark.parametrize("norm", list(DUAL))
def test_of_affine_classes_it_is_the_distance_and_the_overshoot(planes, norm, rng):
    X = rng.normal(size=(30, 6))
    exact = Minimal(norm).run(planes, X)
    found = DeepFool(norm, overshoot=0.02).run(planes, X)
    assert found.success.all()
    assert found.norm == pytest.approx(1.02 * exact.norm, rel=0.01, abs=1e-4)
    assert set(found.steps) == {1}


def test_a_step_asks_once_and_takes_one_gradient_a_class(net, points):
    found = DeepFool().run(net, points)
    assert found.success.all()
    assert (found.passes[:, 1] % 3 == 0).all()
    assert (
        found.passes[:, 0] == found.passes[:, 1] // 3 + 3
    ).all()  # the first look, the last, and the check


def test_it_stays_within_bounds_and_does_not_stick_to_the_boundary(net, points):
    found = DeepFool().run(net, points, bounds=(0, 1))
    assert found.success.mean() > 0.9
    assert float(found.X.min()) >= 0


def test_a_target_is_met(net, points):
    wanted = (net(points).argmax(1) + 2) % 4
    found = DeepFool(targeted=True).run(net, points, wanted)
    assert (found.labels[found.success] == wanted.numpy()[found.success]).all()
    assert found.success.mean() > 0.9


def test_few_candidates_are_enough(net, points):
    found = DeepFool(candidates=1).run(net, points)
    assert found.success.all()
    assert found.passes[:, 1].max() < np.inf
    assert torch.is_tensor(found.X)


@pytest.mark.parametrize(("options", "word"), [({"norm": "l0"}, "norm="), ({"steps": 0}, "steps=0")])
def test_what_is_no_search_is_refused(options, word):
    with pytest.raises(ParameterError, match=word):
        DeepFool(**options)
