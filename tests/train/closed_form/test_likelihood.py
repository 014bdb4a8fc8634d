"""Log-density of rows under probabilistic PCA: scikit-learn's, and the normal distribution's own marginals."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA

from diabolo.train.closed_form import log_likelihood


@pytest.fixture
def rows() -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(size=(50, 6)) @ random.normal(size=(6, 6)) * 3 + 100


def of(pca: PCA, rows: np.ndarray) -> np.ndarray:
    return log_likelihood(rows, pca.mean_, pca.components_, pca.explained_variance_, pca.noise_variance_)


@pytest.mark.parametrize("k", [1, 2, 5, 6])
def test_complete_rows_have_scikit_learns_density(rows, k):
    pca = PCA(k).fit(rows)
    assert np.allclose(of(pca, rows), pca.score_samples(rows), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_missing_cells_are_integrated_out(rows, k):
    pca = PCA(k).fit(rows)
    holes = rows.copy()
    holes[np.random.default_rng(1).random(rows.shape) < 0.4] = np.nan
    covariance = pca.get_covariance()
    for row, density in zip(holes, of(pca, holes), strict=True):
        seen = ~np.isnan(row)
        if seen.any():
            marginal = multivariate_normal(pca.mean_[seen], covariance[np.ix_(seen, seen)])
            assert density == pytest.approx(marginal.logpdf(row[seen]), rel=1e-6)


def test_a_row_without_cells_says_nothing(rows):
    assert of(PCA(2).fit(rows), np.full((1, 6), np.nan))[0] == pytest.approx(0.0, abs=1e-12)


def test_rows_in_a_subspace_have_a_finite_density(rows):
    flat = np.hstack([rows[:, :2], rows[:, :1]])
    inside, outside = of(PCA(2).fit(flat), np.vstack([flat, flat[:1] + np.eye(3)[2]]))[[0, -1]]
    assert np.isfinite([inside, outside]).all()
    assert outside < inside
