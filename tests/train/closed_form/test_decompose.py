"""The shape and the gaps of the data choose the way; each leads to the same components."""

import tracemalloc

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from diabolo.errors import DataError, MemoryBudgetError
from diabolo.train.closed_form import decompose
from diabolo.train.closed_form.decompose import WIDEST_EXACT


def factor_rows(rng, n, d):
    return rng.normal(size=(n, 3)) * [4, 3, 2] @ rng.normal(size=(3, d)) + 0.5 * rng.normal(size=(n, d))


@pytest.mark.parametrize("shape", [(500, 30), (30, 500), (40, 1_500), (1_500, 40)])
@pytest.mark.parametrize("solver", ["auto", "exact", "randomized"])
def test_every_way_leads_to_the_same_components(rng, shape, solver):
    rows = factor_rows(rng, *shape)
    truth = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:3]
    assert subspace_angles(decompose(rows, 3, solver=solver).components.T, truth.T).max() < 1e-5


@pytest.mark.parametrize("shape", [(600, 30), (60, 1_500)])
def test_gaps_are_dealt_with_in_tall_and_wide_data(rng, shape):
    rows = factor_rows(rng, *shape)
    holes = np.where(rng.random(shape) < 0.1, np.nan, rows)
    full, found = decompose(rows, 3), decompose(holes, 3)
    assert found.gaps
    assert not full.gaps
    assert subspace_angles(found.components.T, full.components.T).max() < 0.1


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_of_memory_does_not_matter(rng, order):
    rows = factor_rows(rng, 3_000, 20)
    assert np.allclose(
        decompose(np.asarray(rows, order=order), 3).components, decompose(rows, 3).components, atol=1e-9
    )


def test_too_large_for_exact_says_what_to_do():
    side = WIDEST_EXACT + 1
    huge = np.broadcast_to(np.float32(0), (side, side))
    with pytest.raises(MemoryBudgetError, match="randomized"):
        decompose(huge, 2, solver="exact")


@pytest.mark.parametrize("shape", [(400_000, 50), (100, 200_000)])
def test_the_data_are_not_copied(rng, shape):
    rows = rng.random(shape, dtype=np.float32)
    decompose(rows[:50, :50], 2)
    tracemalloc.start()
    decompose(rows, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < rows.nbytes / 2


@pytest.mark.parametrize("shape", [(60, 4), (10, 1_200)])
@pytest.mark.parametrize("solver", ["exact", "randomized"])
def test_overflow_is_not_taken_for_gaps(rng, shape, solver):
    with pytest.raises(DataError, match="too large"):
        decompose(rng.normal(size=shape) * 1e200, 2, solver=solver)
