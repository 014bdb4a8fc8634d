"""Randomized subspace iteration finds what the exact decomposition finds."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from diabolo.train.closed_form import from_few_rows, subspace_iteration


def rows_of(rng, shape, offset=0.0):
    signal = rng.normal(size=(shape[0], 5)) * np.arange(6, 1, -1) @ rng.normal(size=(5, shape[1]))
    return signal + rng.normal(size=shape) + offset


@pytest.mark.parametrize("shape", [(200, 500), (900, 150)])
@pytest.mark.parametrize("offset", [0.0, 1_000.0])
def test_agrees_with_the_exact_decomposition(rng, shape, offset):
    rows = rows_of(rng, shape, offset)
    found = subspace_iteration(rows, 5)
    exact = from_few_rows(rows, 5)
    assert subspace_angles(found.components.T, exact.components.T).max() < 1e-5
    assert np.allclose(found.variance, exact.variance, rtol=1e-8)
    assert np.isclose(found.total, exact.total)
    assert np.allclose(found.mean, rows.mean(axis=0))


def test_the_seed_decides(rng):
    rows = rng.normal(size=(100, 300)).astype(np.float32)
    one, same, other = (subspace_iteration(rows, 2, seed=s, max_passes=1) for s in (1, 1, 2))
    assert np.array_equal(one.components, same.components)
    assert not np.allclose(one.components, other.components)


def test_more_passes_come_closer(rng):
    rows = rng.normal(size=(300, 400))
    truth = from_few_rows(rows, 3).components.T
    angles = [
        subspace_angles(subspace_iteration(rows, 3, max_passes=p).components.T, truth).max()
        for p in (1, 4, 20)
    ]
    assert angles[0] > angles[1] > angles[2]


def test_gaps_count_as_the_mean(rng):
    rows = rows_of(rng, (100, 200), 5.0)
    holes = rng.random(rows.shape) < 0.1
    filled = np.where(holes, np.where(holes, 0, rows).sum(0) / (~holes).sum(0), rows)
    found = subspace_iteration(np.where(holes, np.nan, rows), 3)
    assert np.allclose(found.components, subspace_iteration(filled, 3).components, atol=1e-6)


def test_constant_data_end():
    assert subspace_iteration(np.ones((4, 6)), 2).variance.tolist() == [0.0, 0.0]
