import torch

from diabolo.nn.film import WAVES, Film, waves


def told(net: Film) -> Film:
    """A network that no longer begins as nothing."""
    torch.manual_seed(0)
    for weight in net.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return net


def test_it_begins_as_nothing_and_every_weight_can_learn():
    net = Film(3, 2, width=8, blocks=2)
    points, time, condition = torch.randn(5, 3), torch.rand(5), torch.randn(5, 2)
    assert torch.equal(net(points, time, condition), torch.zeros(5, 3))
    told(net)(points, time, condition).square().sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in net.parameters())


def test_rows_do_not_see_each_other():
    net = told(Film(3, 2, width=8, blocks=2))
    points, time, condition = torch.randn(5, 3), torch.rand(5), torch.randn(5, 2)
    whole = net(points, time, condition)
    one = net(points[:1], time[:1], condition[:1])
    assert torch.allclose(whole[:1], one, atol=1e-6)


def test_time_and_condition_are_heard():
    net = told(Film(3, 2, width=8, blocks=1))
    points, condition = torch.randn(1, 3), torch.zeros(1, 2)
    base = net(points, torch.tensor([0.5]), condition)
    assert not torch.allclose(net(points, torch.tensor([0.9]), condition), base)
    assert not torch.allclose(net(points, torch.tensor([0.5]), condition + 1), base)


def test_waves_tell_times_near_both_ends_apart():
    times = torch.tensor([0.0, 0.001, 0.01, 0.5, 0.99, 0.999, 1.0])
    seen = waves(times)
    assert seen.shape == (7, 2 * WAVES + 1)
    assert torch.isfinite(seen).all()
    assert torch.cdist(seen, seen).fill_diagonal_(1.0).min() > 0.05
