"""Splits: disjoint, complete, a function of the seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.data.split import FEWEST_ROWS, MOST_HELD_OUT, split


@given(st.integers(2 * FEWEST_ROWS, 3000), st.floats(0.05, 0.95), st.integers(0, 10))
def test_parts_are_sorted_disjoint_and_complete(rows, share, seed):
    train, held_out = split(rows, share, seed)
    assert (np.diff(train) > 0).all()
    assert (np.diff(held_out) > 0).all()
    assert np.array_equal(np.sort(np.concatenate([train, held_out])), np.arange(rows))
    assert abs(len(held_out) - min(rows * share, MOST_HELD_OUT)) <= 1


@pytest.mark.parametrize(("rows", "share"), [(100, 0.0), (FEWEST_ROWS - 1, 0.5), (20, 0.01)])
def test_where_nothing_can_be_spared_the_training_rows_are_judged(rows, share):
    train, held_out = split(rows, share, 0)
    assert np.array_equal(train, np.arange(rows))
    assert np.array_equal(held_out, np.arange(rows))


def test_the_held_out_part_is_bounded():
    train, held_out = split(100_000, 0.5, 0)
    assert len(held_out) == MOST_HELD_OUT
    assert len(train) == 98_000


def test_the_seed_decides():
    assert np.array_equal(split(500, 0.1, 1)[1], split(500, 0.1, 1)[1])
    assert not np.array_equal(split(500, 0.1, 1)[1], split(500, 0.1, 2)[1])


def test_every_row_is_equally_likely_to_be_held_out():
    counts = sum(np.bincount(split(50, 0.2, seed)[1], minlength=50) for seed in range(400))
    assert counts.sum() == 400 * 10
    assert np.abs(counts - 80).max() < 5 * np.sqrt(80 * 0.8)
