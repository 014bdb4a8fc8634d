"""All mass on one point."""

import torch

from diabolo.distributions import Point


def test_everything_about_a_point_is_the_point():
    loc = torch.randn(3, 2, requires_grad=True)
    point = Point(loc)
    assert point.mean is point.mode is point.sample() is loc
    point.rsample().sum().backward()
    assert torch.equal(loc.grad, torch.ones_like(loc))


def test_all_mass_lies_there():
    log_prob = Point(torch.tensor([1.0, 2.0])).log_prob(torch.tensor([1.0, 3.0]))
    assert log_prob.tolist() == [0.0, -float("inf")]


def test_a_network_gives_the_point():
    numbers = torch.tensor([[1.0, 2.0]])
    assert torch.equal(Point.from_numbers(numbers).mean, numbers)
