import pytest
import torch
from torch import nn

from diabolo.train.average import LATELY, Average


def numbers(values, memory):
    net = nn.Linear(1, 1, bias=False)
    average = Average(net, memory)
    for value in values:
        nn.init.constant_(net.weight, value)
        average.follow(net)
    return float(average.net.weight)


def test_a_constant_is_its_own_mean():
    assert numbers([3.0] * 50, memory=20.0) == pytest.approx(3.0, abs=1e-6)


def test_the_start_is_forgotten_and_noise_is_averaged_out():
    torch.manual_seed(0)
    noise = torch.randn(4000).tolist()
    assert abs(numbers(noise, memory=1e9)) < 5 * (2 * LATELY / 4000) ** 0.5
    assert abs(numbers([1e6, *noise], memory=50.0)) < 1.0


def test_the_memory_is_that_of_an_exponential_mean():
    steps = 200
    assert numbers([0.0] * 2000 + [1.0] * steps, memory=100.0) == pytest.approx(1 - 0.99**steps, rel=1e-3)


def test_the_copy_learns_nothing_itself():
    net = nn.Linear(2, 1)
    average = Average(net, 10.0)
    assert not any(p.requires_grad for p in average.parameters())
    assert torch.equal(average(torch.ones(1, 2)), net(torch.ones(1, 2)))
