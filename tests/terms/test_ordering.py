"""Which dimensions are in sight: always a prefix, of every width, the whole often enough."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.terms.ordering import FULL, nested_dropout, prefix, prefix_widths


@given(st.integers(1, 40), st.integers(0, 1000))
def test_every_row_sees_a_prefix_of_at_least_one(k, seed):
    torch.manual_seed(seed)
    mask = nested_dropout(torch.zeros(64, k))
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert (mask[:, 1:] <= mask[:, :-1]).all()
    assert (mask[:, 0] == 1).all()


@pytest.mark.parametrize("k", [2, 8, 32])
def test_widths_are_uniform_and_the_full_code_is_not_neglected(k):
    torch.manual_seed(0)
    widths = nested_dropout(torch.zeros(40_000, k)).sum(1).long()
    shares = torch.bincount(widths, minlength=k + 1)[1:] / 40_000
    expected = torch.full((k,), (1 - FULL) / k)
    expected[-1] += FULL
    assert torch.allclose(shares, expected, atol=0.01)


@pytest.mark.parametrize("width", [0, 1, 4, 9])
def test_a_prefix_has_its_width(width):
    mask = prefix(torch.zeros(3, 4), width)
    assert mask.shape == (3, 4)
    assert (mask.sum(1) == min(width, 4)).all()
    assert (mask[:, 1:] <= mask[:, :-1]).all()


@given(st.integers(1, 200))
def test_judged_widths_are_powers_of_two_and_the_last(k):
    widths = prefix_widths(k)
    assert widths[-1] == k
    assert widths[:-1] == [2**i for i in range(len(widths) - 1)]
    assert all(a < b <= 2 * a for a, b in itertools.pairwise(widths))
