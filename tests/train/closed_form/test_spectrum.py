"""Components against the singular value decomposition in float64 and against scikit-learn's PCA."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from diabolo.train.closed_form import Moments, Spectrum, from_few_rows, principal_components
from diabolo.train.closed_form.spectrum import oriented


def low_rank(rng, n, d, rank=8, noise=0.3):
    return rng.normal(size=(n, rank)) * np.linspace(3, 1, rank) @ rng.normal(
        size=(rank, d)
    ) + noise * rng.normal(size=(n, d))


def tall(rows, k):
    return principal_components(Moments.of(rows), k)


@pytest.mark.parametrize(("solve", "shape"), [(tall, (400, 12)), (from_few_rows, (30, 200))])
@pytest.mark.parametrize("offset", [0.0, 1_000.0])
@pytest.mark.parametrize("k", [1, 5])
def test_everything_equals_scikit_learn(rng, solve, shape, offset, k):
    rows = low_rank(rng, *shape) + offset
    ours, theirs = solve(rows, k), PCA(k, svd_solver="full").fit(rows)
    assert np.allclose(ours.components, theirs.components_, atol=1e-8)
    assert np.allclose(ours.mean, theirs.mean_)
    assert np.allclose(ours.variance, theirs.explained_variance_)
    assert np.allclose(ours.ratio, theirs.explained_variance_ratio_)
    assert np.allclose(ours.singular_values, theirs.singular_values_)
    assert np.isclose(ours.noise, theirs.noise_variance_)


@pytest.mark.parametrize("solve", [tall, from_few_rows])
@pytest.mark.parametrize("offset", [0.0, 1_000.0])
def test_float32_angles_to_the_decomposition_in_float64(rng, solve, offset):
    n, d = (40_000, 60) if solve is tall else (60, 40_000)
    rows = (low_rank(rng, n, d) + offset).astype(np.float32)
    exact = rows.astype(float)
    truth = np.linalg.svd(exact - exact.mean(axis=0), full_matrices=False)[2][:6]
    assert subspace_angles(solve(rows, 6).components.T, truth.T).max() < 1e-5


@pytest.mark.parametrize(("n", "d", "k"), [(6, 10, 6), (10, 6, 6), (3, 50, 3)])
def test_components_are_orthonormal_at_full_rank_and_beyond(rng, n, d, k):
    rows = rng.normal(size=(n, d))
    for spectrum in (tall(rows, k), from_few_rows(rows, min(n, k))):
        v = spectrum.components
        assert np.allclose(v @ v.T, np.eye(len(v)), atol=1e-10)
        assert (np.diff(spectrum.variance) <= 1e-12).all()
        assert np.isclose(spectrum.variance.sum(), spectrum.total)


def test_constant_rows_have_no_variance_and_no_nan():
    spectrum = tall(np.full((5, 3), 7.0), 2)
    assert spectrum.ratio.tolist() == [0.0, 0.0]
    assert spectrum.noise == 0.0
    assert np.isfinite(spectrum.components).all()


def test_a_rest_of_rounding_errors_is_no_noise():
    assert Spectrum(10, np.zeros(3), np.eye(3)[:2], np.array([2.0, 1.0]), 3.0 + 1e-15).noise == 0.0


@pytest.mark.parametrize("row", [[0.1, -0.9, 0.3], [0.9, 0.2, -0.1], [-0.9, 0.9, 0.0]])
def test_the_largest_loading_becomes_positive(row):
    flipped = oriented(np.array([row]))[0]
    assert flipped[np.argmax(np.abs(row))] > 0
    assert np.allclose(np.abs(flipped), np.abs(row))
