"""Costs on the code: one number per row."""

import pytest
import torch

from diabolo.errors import ParameterError
from diabolo.terms import Sparsity


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
