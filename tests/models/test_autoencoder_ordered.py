"""Ordered codes: train once, cut anywhere."""

import numpy as np
import pytest

import diabolo
from diabolo.errors import ParameterError
from diabolo.models.autoencoder import Autoencoder
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

K = 6


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(0)
    scales = np.array([4.0, 3.0, 2.0, 1.0, 0.5, 0.25])
    return (random.normal(size=(600, K)) * scales) @ np.linalg.qr(random.normal(size=(10, K)))[0].T


@pytest.fixture(scope="module")
def ordered(rows):
    return Autoencoder(K, ordered=True, architecture=Dense((48,)), max_epochs=25, random_state=0).fit(
        rows[:450]
    )


def test_more_dimensions_are_never_worse(ordered, rows):
    errors = np.array([ordered.truncate(k).reconstruction_error(rows[450:]).mean() for k in range(1, K + 1)])
    assert (np.diff(errors) <= 0.05 * errors[:-1]).all()
    assert errors[-1] < 0.3 * errors[0]
    assert list(ordered.curve_) == list(range(1, K + 1))


def test_every_width_is_close_to_pca_of_that_width(ordered, rows):
    for k in range(1, K + 1):
        reference = ordered.truncate(k).reference_
        batch = ordered.schema_.to_batch(diabolo.frames.Frame.of(rows[450:]))
        pca = reference.error(ordered.schema_, batch)
        assert ordered.truncate(k).reconstruction_error(rows[450:]).mean() < 1.5 * pca + 0.05


@pytest.mark.parametrize("k", [1, 3, K])
def test_the_code_of_a_truncated_model_is_the_first_columns(ordered, rows, k):
    shorter = ordered.truncate(k)
    assert np.array_equal(shorter.transform(rows), ordered.transform(rows)[:, :k])
    assert shorter.n_components_ == k
    assert ordered.n_components_ == K
    assert len(shorter.get_feature_names_out()) == k
    assert shorter.inverse_transform(shorter.transform(rows)).shape == rows.shape


def test_the_whole_is_not_changed_by_a_cut(ordered, rows):
    before = ordered.reconstruct(rows)
    ordered.truncate(1).reconstruct(rows)
    assert np.array_equal(ordered.reconstruct(rows), before)
    assert np.array_equal(ordered.truncate(K).reconstruct(rows), before)


def test_cutting_twice_is_cutting_once(ordered, rows):
    assert np.array_equal(
        ordered.truncate(4).truncate(2).reconstruct(rows), ordered.truncate(2).reconstruct(rows)
    )


@pytest.mark.parametrize("k", [2, K])
def test_a_truncated_model_is_saved_and_loaded(ordered, rows, tmp_path, k):
    shorter = ordered.truncate(k)
    shorter.save(tmp_path / "m.diabolo")
    again = diabolo.load(tmp_path / "m.diabolo")
    assert np.array_equal(again.transform(rows), shorter.transform(rows))
    assert np.array_equal(again.reconstruct(rows), shorter.reconstruct(rows))
    assert again.curve_ == shorter.curve_


@pytest.mark.parametrize("k", [0, -1, K + 1, 1.5, "2", True])
def test_impossible_cuts_are_refused(ordered, k):
    with pytest.raises(ParameterError, match="n_components="):
        ordered.truncate(k)


def test_only_ordered_models_are_cut(rows):
    plain = Autoencoder(2, architecture=Dense((4,)), max_epochs=1, random_state=0).fit(rows[:60])
    with pytest.raises(ParameterError, match="ordered=True"):
        plain.truncate(1)
