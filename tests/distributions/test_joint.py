"""The distribution of a row: a product over blocks and cells, gaps left out."""

import pytest
import torch

from diabolo.distributions import Gaussian, Joint, Point


@pytest.fixture
def blocks():
    random = torch.Generator().manual_seed(0)
    loc = {"a": torch.randn(5, 2, generator=random), "image": torch.randn(5, 1, 2, 3, generator=random)}
    values = {key: torch.randn(x.shape, generator=random) for key, x in loc.items()}
    return loc, values


def joint_of(loc):
    return Joint({key: Gaussian(x, torch.zeros(())) for key, x in loc.items()})


def test_a_row_is_the_sum_of_its_cells(blocks):
    loc, values = blocks
    expected = sum(Gaussian(loc[k], torch.zeros(())).log_prob(values[k]).flatten(1).sum(1) for k in loc)
    assert torch.allclose(joint_of(loc).log_prob(values, {}), expected, atol=1e-5)


def test_unseen_cells_add_nothing_and_give_no_gradient(blocks):
    loc, values = blocks
    loc["a"].requires_grad_()
    seen = {"a": torch.ones(5, 2, dtype=torch.bool)}
    seen["a"][1, 0] = False
    values["a"][1, 0] = 0.0
    cells = joint_of(loc).log_probs(values, seen)
    assert cells["a"][1, 0] == 0.0
    joint_of(loc).log_prob(values, seen).sum().backward()
    assert loc["a"].grad[1, 0] == 0.0
    assert (loc["a"].grad.flatten()[[0, 1, 3, 4, 5]] != 0).all()


def test_it_is_a_mapping_of_blocks():
    point = Point(torch.zeros(1, 1))
    joint = Joint({"a": point})
    assert joint["a"] is point
    assert list(joint) == ["a"]
    assert len(joint) == 1
