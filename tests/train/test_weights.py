"""All weights as one tensor: views both ways, memory of their own afterwards."""

import pytest
import torch
from torch import nn

from diabolo.train.weights import ALIGNMENT, Weights


def net_of() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Linear(5, 2, bias=False))


def test_nothing_changes_by_becoming_views():
    net = net_of().eval()
    x = torch.randn(4, 3)
    before = net(x)
    Weights(net)
    assert torch.equal(net(x), before)


def test_the_flat_tensor_and_the_module_are_the_same_memory():
    net = net_of()
    weights = Weights(net)
    snapshot = weights.flat.clone()
    nn.init.constant_(net[0].weight, 7.0)
    assert (weights.flat == 7.0).sum() == 15
    weights.flat.copy_(snapshot)
    assert not (net[0].weight == 7.0).any()


def test_running_statistics_belong_to_the_weights_and_counters_do_not():
    net = net_of()
    weights = Weights(net)
    snapshot = weights.flat.clone()
    net(torch.randn(16, 3) + 5)
    assert net[1].running_mean.abs().max() > 0
    weights.flat.copy_(snapshot)
    assert torch.equal(net[1].running_mean, torch.zeros(5))
    assert net[1].num_batches_tracked == 1


def test_gradients_and_optimizers_work_on_views():
    net = net_of()
    weights = Weights(net)
    before = weights.flat.clone()
    net(torch.randn(8, 3)).square().sum().backward()
    torch.optim.SGD(net.parameters(), lr=0.1).step()
    assert not torch.equal(weights.flat, before)


def test_every_tensor_starts_on_a_cache_line():
    weights = Weights(net_of())
    assert {t.data.storage_offset() % ALIGNMENT for t in weights.tensors} == {0}


def test_released_tensors_own_their_memory_and_keep_their_values():
    net = net_of()
    weights = Weights(net)
    values = [p.detach().clone() for p in net.parameters()]
    weights.release()
    weights.flat.zero_()
    for parameter, value in zip(net.parameters(), values, strict=True):
        assert torch.equal(parameter, value)
        assert parameter.untyped_storage().nbytes() == parameter.numel() * 4


@pytest.mark.parametrize("module", [nn.Identity(), nn.ReLU()])
def test_a_module_without_weights_is_fine(module):
    assert Weights(module).flat.numel() == 0
