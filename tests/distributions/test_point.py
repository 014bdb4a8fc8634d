"""All mass on one point."""

import torch

from diabolo.distributions import Point


def test_everything_about_a_point_is_the_point():
    loc = torch.randn(3, 2, requires_grad=True)
    p = Point(loc)
    assert p.mean is loc
    assert p.mode is loc
    assert p.sample().tolist() == loc.tolist()
    assert p.rsample() is loc


def test_its_mass_is_nowhere_else():
    p = Point(torch.zeros(1, 2))
    assert p.log_prob(torch.tensor([[0.0, 1.0]])).tolist() == [[0.0, -torch.inf]]
