"""Scores, thresholds and labels as scikit-learn's outlier detectors give them, by models that need no training."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

import diabolo
from diabolo import Autoencoder, LinearAutoencoder, Schema
from diabolo.errors import InfiniteValueWarning, ParameterError, UnknownCategoryWarning
from diabolo.frames import Frame
from diabolo.models.scoring import CONTAMINATION, as_share


@pytest.fixture
def rows() -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(size=(1000, 3)) @ random.normal(size=(3, 6)) + 0.2 * random.normal(size=(1000, 6))


@pytest.mark.parametrize("k", [1, 3, 6])
def test_the_linear_score_is_scikit_learns(rows, k):
    expected = PCA(k).fit(rows).score_samples(rows)
    assert np.allclose(LinearAutoencoder(k).fit(rows).score_samples(rows), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("contamination", [0.01, 0.05, 0.2, 0.5])
def test_the_threshold_flags_that_share_of_the_training_rows(rows, contamination):
    model = LinearAutoencoder(3).fit(rows)
    labels = model.predict(rows, contamination=contamination)
    assert set(labels) == {-1, 1}
    assert (labels == -1).mean() == pytest.approx(contamination, abs=0.002)
    decision = model.decision_function(rows, contamination=contamination)
    assert np.array_equal(labels == -1, decision < 0)
    assert np.allclose(decision, model.score_samples(rows) - model.threshold(contamination))


def test_the_default_threshold_is_the_offset(rows):
    model = LinearAutoencoder(3).fit(rows)
    assert CONTAMINATION == 0.05
    assert model.offset_ == model.threshold(0.05)
    assert np.array_equal(model.decision_function(rows), model.score_samples(rows) - model.offset_)


def test_a_row_far_away_is_odd_and_a_usual_one_is_not(rows):
    model = LinearAutoencoder(3).fit(rows)
    assert model.predict(np.stack([rows.mean(0), rows[0] + 100])).tolist() == [1, -1]


def test_rows_added_in_parts_have_a_threshold(rows):
    parts = LinearAutoencoder(3).partial_fit(rows[:500]).partial_fit(rows[500:])
    assert (parts.predict(rows) == -1).mean() == pytest.approx(0.05, abs=0.02)


def test_numbers_beyond_all_squares_are_as_odd_as_can_be(rows):
    model = LinearAutoencoder(3).fit(rows)
    huge = rows[:2].copy()
    huge[1, 0] = 1e200
    assert np.isfinite(model.score_samples(huge)).all()
    assert model.predict(huge)[1] == -1


@pytest.mark.parametrize("share", [0, -0.1, 0.51, 5, "0.1", True, None, float("nan")])
def test_a_share_lies_above_zero_and_up_to_a_half(share):
    with pytest.raises(ParameterError, match=r"contamination=.* up to 0\.5"):
        as_share("contamination", share)


def test_a_wrong_share_is_refused_by_every_method(rows):
    model = LinearAutoencoder(3).fit(rows)
    for method in (model.predict, model.decision_function):
        with pytest.raises(ParameterError, match=r"contamination=0\.9"):
            method(rows, contamination=0.9)
    with pytest.raises(ParameterError, match=r"contamination=0\.9"):
        model.threshold(0.9)


@pytest.mark.parametrize("method", ["score_samples", "decision_function", "predict"])
def test_an_unfitted_model_says_so(rows, method):
    with pytest.raises(NotFittedError):
        getattr(diabolo.Autoencoder(2), method)(rows)


@pytest.mark.parametrize("form", ["table", "array"])
@pytest.mark.parametrize("how", ["closed", "sgd", "auto", "partial", "networks"])
@pytest.mark.filterwarnings("ignore::diabolo.errors.LinearFallbackWarning")
def test_a_fit_tells_once_of_infinite_numbers(form: str, how: str, rng: np.random.Generator):
    x = rng.normal(size=(200, 4))
    x[5, 1] = np.inf
    rows = x if form == "array" else pd.DataFrame(x, columns=list("abcd"))
    fit = {
        "closed": LinearAutoencoder(2).fit,
        "sgd": LinearAutoencoder(2, solver="sgd", random_state=0).fit,
        "auto": LinearAutoencoder("auto").fit,
        "partial": LinearAutoencoder(2).partial_fit,
        "networks": Autoencoder(2, max_epochs=1, random_state=0).fit,
    }[how]
    with warnings.catch_warnings(record=True, action="always") as told:
        fit(rows)
    assert sum(issubclass(w.category, InfiniteValueWarning) for w in told) == 1


def test_a_fit_tells_once_of_levels_that_its_schema_lacks(rng: np.random.Generator):
    table = pd.DataFrame({"x": rng.normal(size=60), "c": rng.choice(list("abc"), 60)})
    schema = Schema.fit(Frame.of(table))
    table.loc[7, "c"] = "new"
    with pytest.warns(UnknownCategoryWarning) as told:
        LinearAutoencoder(1).fit(table, schema=schema)
    assert len(told) == 1
