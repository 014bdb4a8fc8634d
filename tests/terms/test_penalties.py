"""Costs on the code: one number per row."""

import math

import pytest
import torch
from torch import nn

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.terms import Contractive, KLSparsity, Orthogonal, Sparsity


def test_sparsity_is_the_weighted_sum_of_absolute_values():
    code = torch.tensor([[1.0, -2.0], [0.0, 0.0]])
    assert torch.equal(Sparsity(0.5)(code), torch.tensor([1.5, 0.0]))


def test_its_gradient_is_the_sign():
    code = torch.tensor([[3.0, -0.1]], requires_grad=True)
    Sparsity(2.0)(code).sum().backward()
    assert code.grad.tolist() == [[2.0, -2.0]]


def test_a_reward_for_large_codes_is_refused():
    with pytest.raises(ParameterError, match="weight=-1"):
        Sparsity(-1.0)


def test_kl_sparsity_is_the_divergence_of_coins():
    on = torch.tensor([0.2, 0.05])
    code = torch.logit(on).expand(10, 2)
    expected = 0.05 * math.log(0.05 / 0.2) + 0.95 * math.log(0.95 / 0.8)
    assert KLSparsity(3.0, rate=0.05)(code).tolist() == pytest.approx([3 * expected] * 10, rel=1e-4)


def test_kl_sparsity_does_not_mind_which_rows_a_dimension_is_on_for():
    code = torch.tensor([[8.0], [-8.0], [-8.0], [-8.0]])
    assert KLSparsity(1.0, rate=0.25)(code).max() < 1e-3 < KLSparsity(1.0, rate=0.75)(code).min()


def test_contraction_is_the_squared_norm_of_the_derivative():
    torch.manual_seed(0)
    layer = nn.Linear(5, 3)
    batch = Batch({"x": torch.randn(4000, 5)}, {}, torch.arange(4000))
    cost = Contractive(2.0).prepare(batch, lambda k: batch.values["x"][:, :k])
    found = cost(layer(batch.values["x"]), batch, lambda rows: layer(rows.values["x"]))
    assert found.mean().item() == pytest.approx(2 * layer.weight.square().sum().item(), rel=0.05)


def test_contraction_sees_where_a_unit_is_saturated():
    batch = Batch({"x": torch.tensor([[0.0], [5.0]])}, {}, torch.arange(2))

    def encode(rows: Batch) -> torch.Tensor:
        return torch.tanh(rows.values["x"])

    found = Contractive(1.0)(encode(batch), batch, encode)
    assert found[0] > 100 * found[1]


def test_contraction_trains_the_encoder():
    torch.manual_seed(0)
    layer = nn.Linear(5, 3)
    batch = Batch({"x": torch.randn(64, 5)}, {}, torch.arange(64))
    Contractive(1.0)(layer(batch.values["x"]), batch, lambda rows: layer(rows.values["x"])).sum().backward()
    assert layer.weight.grad.flatten() @ layer.weight.flatten() > 0


def test_contraction_needs_something_to_differentiate_by():
    levels = Batch({"categorical": torch.ones(3, 1).long()}, {}, torch.arange(3))
    with pytest.raises(ParameterError, match="levels only"):
        Contractive().prepare(levels, lambda k: torch.zeros(3, k))


def test_orthogonality_is_the_sum_of_squared_correlations():
    torch.manual_seed(0)
    code = torch.randn(100, 3) @ torch.tensor([[1.0, 0.5, 0.0], [0.0, 2.0, 0.3], [0.0, 0.0, 5.0]])
    correlations = torch.corrcoef(code.T)
    expected = correlations.square().sum() - 3
    assert torch.allclose(Orthogonal(1.0)(code), expected.expand(100), atol=1e-4)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.5])
def test_a_rate_is_a_share(rate):
    with pytest.raises(ParameterError, match="rate="):
        KLSparsity(rate=rate)
