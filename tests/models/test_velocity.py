"""What a flow learns from: the loss has a known value where nothing is learned yet, and conditions can be withheld."""

import pytest
import torch

from diabolo.data.batch import Batch
from diabolo.models.encoding import POINTS
from diabolo.models.velocity import CONDITION, DROPPED, Matching, Steered
from diabolo.nn.film import Film

OWNERS = torch.tensor([0, 1, 1])


def rows(count: int = 60) -> Batch:
    torch.manual_seed(1)
    values = {POINTS: torch.randn(count, 2), CONDITION: torch.randn(count, 3)}
    return Batch(values, {}, torch.arange(count))


def matching() -> Matching:
    torch.manual_seed(0)
    return Matching(Steered(Film(2, 5, width=8, blocks=1), OWNERS), 2, steps=100)


def test_before_learning_it_is_right_for_standard_normal_rows():
    """E‖x − ε − v(x_t)‖² per coordinate is then 1 / (t² + (1 − t)²)."""
    count = 50_000
    values = {POINTS: torch.randn(count, 2), CONDITION: torch.zeros(count, 3)}
    time = torch.full((count,), 0.3)
    told = torch.zeros(count, 2, dtype=torch.bool)
    model = matching()
    batch = Batch(values, {}, torch.arange(count))
    error = model._error(model.velocity, batch, torch.randn(count, 2), time, told)
    assert float(error.detach().mean()) == pytest.approx(1 / (0.3**2 + 0.7**2), rel=0.01)


def test_terms_are_finite_numbers_per_row_with_a_gradient_for_every_weight():
    model = matching()
    for weight in model.velocity.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    loss = model.losses(rows())["velocity"]
    assert loss.shape == (60,)
    loss.sum().backward()
    for name, weight in model.velocity.named_parameters():
        assert weight.grad.abs().sum() > 0, name
    assert all(weight.grad is None for weight in model.average.parameters())


def test_the_measure_of_a_row_is_its_own_and_the_same_every_time():
    model = matching().eval()
    whole = model.monitor(rows())
    parts = torch.cat([model.monitor(part) for part in rows().split(7)])
    assert torch.allclose(whole, parts, atol=1e-5)


def test_what_is_not_told_has_no_influence():
    torch.manual_seed(0)
    net = Steered(Film(2, 5, width=8, blocks=1), OWNERS)
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    points, time = torch.randn(4, 2), torch.rand(4)
    told = torch.tensor([[True, False]]).expand(4, 2)
    condition = torch.randn(4, 3)
    other = condition.clone()
    other[:, 1:] += 5.0
    assert torch.equal(net(points, time, condition, told), net(points, time, other, told))
    assert not torch.equal(net(points, time, condition, ~told), net(points, time, other, ~told))


def test_all_some_or_none_are_told():
    told = matching()._told(rows(20_000))
    count = told.sum(1)
    assert float((count == 0).float().mean()) == pytest.approx(DROPPED + (1 - DROPPED) / 8, abs=0.02)
    assert float((count == 1).float().mean()) == pytest.approx((1 - DROPPED) / 4, abs=0.02)
