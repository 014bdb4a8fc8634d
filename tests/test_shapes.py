"""The shape aliases accept what they name and nothing else."""

import pytest
import torch

from diabolo import shapes


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("PerRow", torch.zeros(3)),
        ("Features", torch.zeros(3, 5)),
        ("Code", torch.zeros(3, 2)),
    ],
)
def test_shape_and_dtype(name: str, tensor: torch.Tensor):
    alias = getattr(shapes, name)
    assert isinstance(tensor, alias)
    assert not isinstance(tensor[0], alias)
    assert not isinstance(tensor.to(torch.complex64), alias)


def test_each_alias_is_tested():
    assert set(shapes.__all__) == {"PerRow", "Features", "Code"}
