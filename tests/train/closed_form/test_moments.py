"""Moments equal the textbook's in float64, whatever the offset, the type, and the way the rows are cut."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.train.closed_form import Moments, PairwiseMoments

LARGE = (40_000, 30)  # above the size up to which everything is float64


def cut(rows, sizes):
    """Rows in pieces of the given sizes, the rest last."""
    return [piece for piece in np.split(rows, np.minimum(np.cumsum(sizes), len(rows))) if len(piece)]


@pytest.mark.parametrize("offset", [0.0, 3.0, 1_000.0, -1e5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_covariance_is_exact_at_any_offset(rng, offset, dtype):
    rows = (6 * rng.normal(size=LARGE) @ rng.normal(size=(30, 30)) + offset).astype(dtype)
    moments = Moments.of(rows)
    truth = np.cov(rows.astype(float).T)
    assert np.allclose(moments.mean, rows.mean(axis=0, dtype=float), rtol=1e-9, atol=1e-6)
    assert np.abs(moments.covariance() - truth).max() <= 4e-7 * np.abs(truth).max()


def test_the_textbook_formula_in_float32_would_fail_here(rng):
    rows = (rng.normal(size=LARGE) + 1_000).astype(np.float32)
    mean = rows.mean(axis=0)
    naive = (rows.T @ rows - len(rows) * np.outer(mean, mean)) / (len(rows) - 1)
    truth = np.cov(rows.astype(float).T)
    assert np.abs(naive - truth).max() > 0.1
    assert np.abs(Moments.of(rows).covariance() - truth).max() < 1e-6


@pytest.mark.parametrize("kind", ["bool", "uint8", "int32", "int64", "float16"])
def test_any_number_type(rng, kind):
    rows = rng.integers(0, 2 if kind == "bool" else 200, size=(500, 4)).astype(kind)
    assert np.allclose(Moments.of(rows).covariance(), np.cov(rows.astype(float).T))


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_float32_squares_neither_vanish_nor_overflow(rng, scale):
    rows = (rng.normal(size=LARGE) * scale).astype(np.float32)
    truth = np.cov(rows.astype(float).T)
    assert np.allclose(Moments.of(rows).covariance() / scale**2, truth / scale**2, atol=1e-6)


@given(sizes=st.lists(st.integers(1, 30), max_size=6), offset=st.floats(-1e4, 1e4))
def test_any_cut_gives_the_moments_of_all_rows(sizes, offset):
    rows = np.random.default_rng(len(sizes)).normal(size=(60, 3)) + offset
    first, *rest = cut(rows, sizes)
    moments = Moments.of(first)
    for piece in rest:
        moments.update(piece)
    whole = Moments.of(rows)
    assert moments.n == 60
    assert np.allclose(moments.mean, whole.mean)
    assert np.allclose(moments.scatter, whole.scatter, atol=1e-6)


def test_merging_leaves_the_other_as_it_was(rng):
    one, other = Moments.of(rng.normal(size=(9, 2))), Moments.of(rng.normal(size=(5, 2)))
    before = copy.deepcopy(other)
    one.merge(other).update(rng.normal(size=(3, 2)))
    assert np.array_equal(other.scatter, before.scatter)
    assert np.array_equal(other.mean, before.mean)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_bitwise_equal_with_any_number_of_workers(rng, monkeypatch, threads):
    rows = rng.normal(size=(60_000, 20)).astype(np.float32)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    reference = Moments.of(rows).scatter
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    if threads > 1:
        assert np.array_equal(Moments.of(rows).scatter, reference)
    assert np.allclose(Moments.of(rows).scatter, reference, rtol=1e-6, atol=1e-2)


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_gaps_are_noticed_without_a_warning(rng, hole):
    rows = rng.normal(size=(50, 3))
    assert Moments.of(rows).complete
    rows[7, 1] = hole
    assert not Moments.of(rows).complete


def test_pairwise_moments_without_gaps_are_moments(rng):
    rows = rng.normal(size=(300, 4)) + 50
    assert np.allclose(PairwiseMoments.of(rows).covariance(), np.cov(rows.T))
    assert np.allclose(PairwiseMoments.from_moments(Moments.of(rows)).covariance(), np.cov(rows.T))


def test_pairwise_covariance_counts_the_rows_where_both_were_seen(rng):
    rows = rng.normal(size=(200, 3)) + 20
    rows[rng.random(rows.shape) < 0.3] = np.nan
    moments = PairwiseMoments.of(rows)
    mean = np.nanmean(rows, axis=0)
    both = ~np.isnan(rows[:, [0, 2]]).any(axis=1)
    expected = ((rows - mean)[both, 0] * (rows - mean)[both, 2]).sum() / (both.sum() - 1)
    assert np.allclose(moments.mean, mean)
    assert np.isclose(moments.covariance()[0, 2], expected)


@given(sizes=st.lists(st.integers(1, 30), max_size=5))
def test_pairwise_moments_of_any_cut(sizes):
    generator = np.random.default_rng(sum(sizes))
    rows = generator.normal(size=(60, 3)) + 100
    rows[generator.random(rows.shape) < 0.2] = np.nan
    first, *rest = cut(rows, sizes)
    moments = PairwiseMoments.of(first)
    for piece in rest:
        moments.update(piece)
    whole = PairwiseMoments.of(rows)
    assert np.array_equal(moments.counts, whole.counts)
    assert np.allclose(moments.mean, whole.mean)
    assert np.allclose(moments.covariance(), whole.covariance())


def test_a_column_without_any_cell_has_no_variance(rng):
    rows = rng.normal(size=(20, 2))
    rows[:, 1] = np.nan
    moments = PairwiseMoments.of(rows)
    assert np.isfinite(moments.mean).all()
    assert moments.covariance()[1].tolist() == [0.0, 0.0]
