"""With gaps: EM comes closer than pairwise moments, and codes are the conditional expectation."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from diabolo.train.closed_form import Moments, PairwiseMoments, encode_seen, principal_components, refine

MEAN, SCALES = 10.0, np.linspace(3, 1.5, 4)


def factor_rows(rng, n=1_500, d=20, noise=0.5):
    return rng.normal(size=(n, 4)) * SCALES @ rng.normal(size=(4, d)) + noise * rng.normal(size=(n, d)) + MEAN


def with_gaps(rng, rows, share):
    return np.where(rng.random(rows.shape) < share, np.nan, rows)


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_refinement_recovers_the_complete_datas_components_and_noise(rng, share):
    rows = factor_rows(rng)
    holes = with_gaps(rng, rows, share)
    full = principal_components(Moments.of(rows), 4)
    start = principal_components(PairwiseMoments.of(holes), 4)
    found = refine(holes, start)

    def angle(spectrum):
        return subspace_angles(spectrum.components.T, full.components.T).max()

    assert angle(found) < 0.03
    assert angle(found) < 0.5 * angle(start)
    assert np.isclose(found.noise, full.noise, rtol=0.05)
    assert found.gaps


def test_without_gaps_refinement_changes_nothing(rng):
    rows = factor_rows(rng, n=400)
    full = principal_components(Moments.of(rows), 4)
    same = refine(rows, full)
    assert subspace_angles(same.components.T, full.components.T).max() < 1e-5
    assert np.allclose(same.variance, full.variance, rtol=1e-2)


def test_gaps_that_hang_together_with_the_seen_cells_do_not_bias_the_mean(rng):
    z = rng.normal(size=(4_000, 1))
    rows = z @ np.ones((1, 6)) + 0.3 * rng.normal(size=(4_000, 6))
    rows[rows[:, 0] > 0.5, 5] = np.nan
    found = refine(rows, principal_components(PairwiseMoments.of(rows), 1))
    assert abs(np.nanmean(rows[:, 5])) > 0.2
    assert abs(found.mean[5]) < 0.06


def test_exact_low_rank_gaps_are_filled_exactly(rng):
    rows = factor_rows(rng, n=300, noise=0.0)
    holes = with_gaps(rng, rows, 0.1)
    found = refine(holes, principal_components(PairwiseMoments.of(holes), 4))
    codes = encode_seen(holes, found.mean, found.components, found.variance, found.noise)
    error = np.abs(found.mean + codes @ found.components - rows)[np.isnan(holes)]
    assert error.mean() < 0.05 * rows.std()


def test_complete_rows_get_their_orthogonal_projection(rng):
    rows = factor_rows(rng, n=50)
    found = principal_components(Moments.of(rows), 3)
    codes = encode_seen(rows, found.mean, found.components, found.variance, found.noise)
    assert np.allclose(codes, (rows - found.mean) @ found.components.T)


def test_the_code_of_a_row_with_gaps_is_its_conditional_expectation(rng):
    loadings, noise, mean = rng.normal(size=(5, 2)), 0.2, rng.normal(size=5)
    v, scale, _ = np.linalg.svd(loadings, full_matrices=False)
    covariance = loadings @ loadings.T + noise * np.eye(5)
    row, seen = rng.normal(size=5), np.array([True, False, True, True, False])
    fill = covariance[np.ix_(~seen, seen)] @ np.linalg.solve(
        covariance[np.ix_(seen, seen)], (row - mean)[seen]
    )
    centered = np.where(seen, row - mean, 0)
    centered[~seen] = fill
    code = encode_seen(np.where(seen, row, np.nan)[None], mean, v.T, scale**2 + noise, noise)
    assert np.allclose(code[0], centered @ v)


def test_a_row_without_any_cell_is_the_mean(rng):
    rows = factor_rows(rng, n=50)
    found = principal_components(Moments.of(rows), 3)
    empty = np.full((1, 20), np.nan)
    assert np.allclose(encode_seen(empty, found.mean, found.components, found.variance, found.noise), 0)


def test_a_column_without_any_cell_stays_at_its_mean(rng):
    rows = factor_rows(rng, n=200)
    rows[:, 3] = np.nan
    found = refine(rows, principal_components(PairwiseMoments.of(rows), 2))
    assert np.allclose(found.components[:, 3], 0, atol=1e-6)
    assert np.isfinite(found.mean).all()
