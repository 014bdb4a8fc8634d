"""Dimensions that are known: subspaces, curves, spheres, with and without noise."""

import numpy as np
import pytest
from scipy.special import digamma
from sklearn.decomposition import PCA

from diabolo.errors import DataError, TooFewRowsError
from diabolo.evaluate import dimension, intrinsic_dimension, minka, mle, two_nn

Rng = np.random.Generator
RULES = (two_nn, mle, intrinsic_dimension)


def subspace(rng: Rng, d: int, n: int = 1000, width: int = 30, noise: float = 0.0) -> np.ndarray:
    turn, _ = np.linalg.qr(rng.normal(size=(width, d)))
    X = rng.uniform(-1, 1, (n, d)) @ turn.T
    return X + noise * X.std() * rng.normal(size=X.shape)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_a_clean_subspace(rule, d: int, rng: Rng):
    assert rule(subspace(rng, d)) == pytest.approx(d, rel=0.15)


@pytest.mark.parametrize("rule", RULES)
def test_turning_shifting_and_scaling_change_nothing(rule, rng: Rng):
    X = subspace(rng, 3, 300, noise=0.02)
    turn, _ = np.linalg.qr(rng.normal(size=(30, 30)))
    assert rule(7.0 * X @ turn + 100.0) == pytest.approx(rule(X), rel=1e-4)


def test_two_nn_against_its_law(rng: Rng):
    """Ratios drawn from P(mu <= x) = 1 - x^-d themselves give d; the slope is fitted as in the paper."""
    mu = np.sort(-np.log(rng.uniform(size=20_000)) / 4)[:18_000]
    y = -np.log1p(-np.arange(1, 18_001) / 20_000)
    assert mu @ y / (mu @ mu) == pytest.approx(4.0, rel=0.03)
    line = np.cumsum(rng.exponential(size=400))[:, None]
    r = dimension.neighbor_distances(line, 2)
    logs = np.sort(np.log(r[:, 1] / r[:, 0]))[:360]
    slope = float(logs @ -np.log1p(-np.arange(1, 361) / 400) / (logs @ logs))
    assert two_nn(line) == pytest.approx(slope, rel=1e-6)


def test_mle_is_the_inverse_of_the_mean_log_ratio(rng: Rng):
    X = rng.uniform(size=(60, 2))
    distances = np.sort(np.linalg.norm(X[:, None] - X, axis=2), 1)[:, 1:]
    expected = 1 / np.mean([np.log(row[4] / row[j]) for row in distances for j in range(4)])
    assert mle(X, k=(5, 5)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("k", [1, 4, 32])
def test_the_ratio_is_unbiased_on_a_circle(k: int, rng: Rng):
    angle = rng.uniform(0, 2 * np.pi, 2000)
    r = dimension.neighbor_distances(np.stack([np.cos(angle), np.sin(angle)], 1), 2 * k)
    found = (digamma(2 * k) - digamma(k)) / np.log(r[:, 2 * k - 1] / r[:, k - 1]).mean()
    assert found == pytest.approx(1.0, rel=0.08)


@pytest.mark.parametrize("d", [1, 2, 4, 6])
def test_noise_is_not_taken_for_dimensions(d: int, rng: Rng):
    points = rng.normal(size=(1500, d + 1))
    sphere = points / np.linalg.norm(points, axis=1, keepdims=True) @ rng.normal(size=(d + 1, 40))
    noisy = sphere + 0.04 * sphere.std() * rng.normal(size=sphere.shape)
    assert round(intrinsic_dimension(noisy)) == d
    if d < 3:
        assert two_nn(noisy) > d + 0.9  # what it is all for


def test_few_rows_in_many_dimensions_are_corrected(rng: Rng):
    X = subspace(rng, 9, 800)
    assert mle(X) < 7.5
    assert intrinsic_dimension(X) == pytest.approx(9, abs=0.8)


def test_it_is_no_more_than_the_components_above_the_noise(rng: Rng):
    assert intrinsic_dimension(rng.normal(size=(500, 2))) <= 2.0
    assert intrinsic_dimension(rng.normal(size=(500, 1))) <= 1.0


@pytest.mark.parametrize("rule", RULES)
def test_equal_rows_count_once(rule, rng: Rng):
    X = subspace(rng, 2, 300)
    assert rule(np.repeat(X, 3, axis=0)) == pytest.approx(rule(X), rel=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_of_many_rows_a_sample_is_looked_at(rule, rng: Rng, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dimension, "MOST_ROWS", 400)
    monkeypatch.setattr(dimension, "SAMPLE", 400)
    X = subspace(rng, 2, 2000)
    assert rule(X, random_state=1) == rule(X, random_state=1) != rule(X, random_state=2)


@pytest.mark.parametrize("rule", RULES)
def test_what_cannot_be_told(rule):
    with pytest.raises(TooFewRowsError, match="29 rows differ"):
        rule(np.arange(29.0)[:, None])
    with pytest.raises(DataError, match="fill gaps"):
        rule(np.full((50, 2), np.nan))


@pytest.mark.parametrize("rule", RULES)
def test_images_and_more_columns_than_rows(rule, rng: Rng):
    X = subspace(rng, 2, 100, 144, noise=0.01)
    assert rule(X.reshape(100, 12, 12)) == pytest.approx(rule(X), rel=1e-9)
    assert 1.5 < rule(X) < 4.0


def test_minka(rng: Rng):
    X = subspace(rng, 4, 400, 12, noise=0.1)
    assert minka(X) == 4 == PCA("mle").fit(X).n_components_
    assert minka(X[:10]) is None
    assert minka(X[:, :1]) is None


GRIDS = {
    "a line of whole numbers": (np.arange(400.0)[:, None], 1),
    "a line in space": (np.arange(400.0)[:, None] * [1, 2, 3], 1),
    "a full square": (np.stack(np.meshgrid(*[np.arange(20.0)] * 2), -1).reshape(-1, 2), 2),
    "half a square": (np.stack(np.meshgrid(*[np.arange(30.0)] * 2), -1).reshape(-1, 2)[::2], 2),
    "a full cube": (np.stack(np.meshgrid(*[np.arange(9.0)] * 3), -1).reshape(-1, 3), 3),
}


@pytest.mark.parametrize("name", GRIDS)
def test_rows_on_a_grid(name: str):
    rows, d = GRIDS[name]
    assert two_nn(rows) == pytest.approx(d, rel=0.35)
    found = mle(rows)
    assert found is not None
    assert np.isfinite(found)


def test_a_grid_with_gaps_and_rows_many_times(rng: Rng):
    rows = rng.integers(0, 40, size=(3000, 2)).astype(float)
    assert two_nn(rows) == pytest.approx(2, rel=0.35)
    assert two_nn(np.round(rng.uniform(size=(2000, 3)), 2)) == pytest.approx(3, rel=0.25)


@pytest.mark.parametrize("rule", [two_nn, mle])
def test_rows_equally_far_from_each_other_tell_nothing(rule):
    assert rule(np.eye(60)) is None
