import numpy as np
import pytest

import diabolo
from diabolo import Autoencoder, LinearAutoencoder, SemiSupervisedClassifier
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

METHODS = ("joint", "spread", "probe", "knn")


def model(method="spread", **more):
    return SemiSupervisedClassifier(
        3, **{"method": method, "encoder": LinearAutoencoder(2), "max_epochs": 30, **more}, random_state=0
    )


@pytest.fixture
def rows(rng):
    truth = np.arange(90) % 3
    X = rng.normal(size=(90, 5)) + 7 * np.eye(5)[truth]
    return X, truth, np.where(np.arange(90) < 12, truth, -1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("names", [None, np.array(["ant", "bee", "cow"])])
def test_all_methods_answer_alike(rows, method, names):
    X, truth, y = rows
    if names is not None:
        truth, y = names[truth], np.where(y >= 0, names[y], None)
    fitted = model(method).fit(X, y)
    assert fitted.classes_.tolist() == sorted(set(truth.tolist()))
    assert (fitted.transduction_ == truth).mean() > 0.95
    assert fitted.score(X, truth) > 0.95
    shares = fitted.predict_proba(X)
    assert shares.shape == (90, 3)
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    assert fitted.label_distributions_[:12].max(1).tolist() == [1.0] * 12
    assert fitted.coverage_ == 1.0


@pytest.mark.parametrize("method", METHODS)
def test_a_file_keeps_the_answers(rows, method, tmp_path):
    X, _, y = rows
    fitted = model(method, threshold=0.6).fit(X, y)
    fitted.save(tmp_path / "m.diabolo")
    again = diabolo.load(tmp_path / "m.diabolo")
    assert np.array_equal(again.predict_proba(X), fitted.predict_proba(X))
    assert np.array_equal(again.transform(X), fitted.transform(X))
    assert np.array_equal(again.transduction_, fitted.transduction_)
    assert again.comparison_ == fitted.comparison_
    assert again.calibration_ == fitted.calibration_
    assert again.coverage_ == fitted.coverage_
    assert again.suggest(5).tolist() == fitted.suggest(5).tolist()
    assert again.encoder.get_params() == fitted.encoder.get_params()


def test_below_the_threshold_questions_stay_open(rows):
    X, _, y = rows
    sure, unsure = model().fit(X, y), model(threshold=1.0).fit(X, y)
    assert sure.coverage_ == 1.0
    assert unsure.coverage_ < 0.5
    opened = unsure.transduction_ == -1
    assert (~opened[78:]).mean() == pytest.approx(unsure.coverage_, abs=0.5)
    assert unsure.coverage_ == pytest.approx((~opened[12:]).mean())
    assert not opened[:12].any()


def test_minus_one_is_a_class_or_the_mark_of_an_open_question_but_not_both(rows):
    X, truth, y = rows
    two = truth < 2
    given = np.array([None if label < 0 else [-1, 1][label] for label in y[two]], dtype=object)
    fitted = model(threshold=1.0).fit(X[two], given)
    answers = fitted.transduction_
    assert fitted.classes_.tolist() == [-1, 1]
    assert answers[:8].tolist() == given[:8].tolist()
    assert None in answers[8:].tolist()
    assert None in fitted.predict(X[two]).tolist()


def test_open_questions_are_not_counted_as_errors(rows):
    X, truth, y = rows
    fitted = model(threshold=0.9).fit(X, y)
    answered = fitted.predict(X) != -1
    assert fitted.score(X, truth) == (fitted.predict(X) == truth)[answered].mean()


def test_the_next_rows_to_label_have_none(rows):
    X, _, y = rows
    asked = model().fit(X, y).suggest(6)
    assert len(set(asked.tolist())) == 6
    assert (y[asked] == -1).all()


@pytest.mark.parametrize("n", [0, 2.5, True, "3"])
def test_a_number_of_rows_to_label_that_cannot_be(rows, n):
    with pytest.raises(ParameterError, match="whole number of rows"):
        model().fit(rows[0], rows[2]).suggest(n)


def test_where_every_row_has_a_label_there_is_none_to_ask_for(rows):
    X, truth, _ = rows
    asked = model().fit(X, truth).suggest(3)
    assert asked.shape == (0,)
    assert asked.dtype == np.int64


@pytest.mark.parametrize("method", ["joint", "spread", "knn"])
def test_no_rows_have_no_labels(rows, method):
    X, _, y = rows
    none = Frame.of(X).take(np.arange(0))
    fitted = model(method, max_epochs=2).fit(X, y)
    assert fitted.predict_proba(none).shape == (0, 3)
    assert fitted.predict(none).shape == (0,)
    assert fitted.transform(none).shape == (0, fitted.n_components_)


def test_a_fitted_encoder_is_used_as_it_is(rows):
    X, _, y = rows
    encoder = LinearAutoencoder(2).fit(X[:50])
    fitted = model(encoder=encoder).fit(X, y)
    assert fitted.encoder_ is encoder
    assert np.array_equal(fitted.transform(X), encoder.transform(X))


def test_any_model_that_encodes_may_carry_the_labels(rows):
    X, _, y = rows
    encoder = Autoencoder(2, architecture=Dense((8,)), max_epochs=3)
    fitted = model(encoder=encoder).fit(X, y)
    assert fitted.encoder_ is not encoder
    assert not hasattr(encoder, "schema_")
    assert fitted.n_components_ == 2
    assert list(fitted.get_feature_names_out()) == ["z1", "z2"]


def test_tables_with_gaps_and_the_kind_of_a_column(rng):
    truth = np.arange(60) % 2
    table = {
        "id": [f"r{i}" for i in range(60)],
        "pay": np.where(np.arange(60) % 7 == 0, np.nan, rng.normal(size=60) + 8 * truth).tolist(),
        "town": np.where(truth == 1, "Rome", "Oslo").tolist(),
    }
    fitted = model().fit(table, np.where(np.arange(60) < 10, truth, -1), schema={"id": None})
    assert (fitted.transduction_ == truth).all()
    assert fitted.schema_.names == ("pay", "town")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "magic"}, "method='magic' is not one of knn, probe, spread, joint"),
        ({"threshold": 1.5}, "threshold=1.5 is not a probability"),
        ({"n_neighbors": 0}, "n_neighbors=0"),
        ({"encoder": "pca"}, "encoder='pca' is not a model"),
    ],
)
def test_parameters_that_cannot_be(rows, parameters, message):
    X, _, y = rows
    with pytest.raises(ParameterError, match=message):
        model(**parameters).fit(X, y)
