import dataclasses
import importlib

import numpy as np
import pytest
from sklearn.decomposition import PCA

import diabolo
from diabolo import evaluate
from diabolo.errors import OvercompleteError, ParameterError, TooFewRowsError
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

module = importlib.import_module("diabolo.evaluate.sweep")
QUICK = {"max_epochs": 2, "architecture": Dense((8,))}


@pytest.fixture
def X(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(200, 3)) @ rng.normal(size=(3, 8)) + 0.05 * rng.normal(size=(200, 8)) + 5.0


def halves(X: np.ndarray, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rows, held_out = module._split(module.as_frame(X), 0.1, seed)
    return rows.matrix, held_out.matrix


def test_it_is_the_public_name():
    assert diabolo.sweep is evaluate.sweep


def test_the_linear_curve_is_that_of_scikit_learn(X: np.ndarray):
    found = evaluate.sweep(X, [1, 2, 3, 5], model="linear")
    rows, held_out = halves(X)
    for i, k in enumerate((1, 2, 3, 5)):
        pca = PCA(k).fit(rows)
        expected = np.square(held_out - pca.inverse_transform(pca.transform(held_out))).sum(1).mean()
        assert found.linear_error[i] == pytest.approx(expected, rel=1e-4)
    assert found.baseline_error == pytest.approx(np.square(held_out - rows.mean(0)).sum(1).mean(), rel=1e-5)
    assert np.array_equal(found.error, found.linear_error)
    assert (found.rows, found.held_out, found.seeds, found.seconds) == (180, 20, (), 0)


def test_three_hidden_numbers_are_found_by_every_rule(X: np.ndarray):
    found = evaluate.sweep(X, [1, 2, 3, 4, 6], model="linear")
    assert {rule: found.suggested[rule] for rule in ("dimension", "knee", "minka")} == {
        "dimension": 3,
        "knee": 3,
        "minka": 3,
    }
    assert found.recommended == 3
    assert "PCA 99" in found.headline


def test_the_default_widths_come_from_the_rows(X: np.ndarray):
    assert evaluate.sweep(X, model="linear").n_components.tolist() == [1, 2, 3, 4, 8]
    assert evaluate.sweep(X[:, :2], model="linear").n_components.tolist() == [1, 2]


def test_default_widths_of_autoencoders_stay_below_the_features(X: np.ndarray):
    found = module._widths(
        None, module.Schema.fit(module.as_frame(X)), module.as_frame(X), {}, "autoencoder", {}
    )
    assert found == (1, 2, 4)


def test_models_of_their_own(X: np.ndarray):
    found = evaluate.sweep(X, [1, 3], seeds=2, **QUICK)
    rows, held_out = halves(X)
    schema = module.Schema.fit(module.as_frame(rows))
    errors = [
        diabolo.Autoencoder(3, random_state=seed, **QUICK)
        .fit(rows, schema=schema)
        .reconstruction_error(held_out)
        .mean()
        for seed in (0, 1)
    ]
    assert found.error[1] == pytest.approx(np.mean(errors), rel=1e-6)
    assert found.error_std[1] == pytest.approx(np.std(errors, ddof=1), rel=1e-4)
    assert found.seeds == (0, 1)
    assert found.seconds > 0


def test_one_ordered_model_gives_the_whole_curve(X: np.ndarray, monkeypatch: pytest.MonkeyPatch):
    fits = []
    fit = diabolo.Autoencoder.fit
    monkeypatch.setattr(
        diabolo.Autoencoder, "fit", lambda self, *a, **o: fits.append(self.n_components) or fit(self, *a, **o)
    )
    found = evaluate.sweep(X, [1, 2, 4], model="ordered", **QUICK)
    assert fits == [4]
    assert found.separate_error is None
    assert np.isnan(found.error_std).all()
    checked = evaluate.sweep(X, [1, 2, 4], model="ordered", check=[2], **QUICK)
    assert fits == [4, 4, 2]
    assert np.array_equal(checked.error, found.error)
    assert np.isnan(checked.separate_error).tolist() == [True, False, True]
    assert checked.separate_error[1] == evaluate.sweep(X, [2], **QUICK).error[0]


def test_columns_add_up(rng: np.random.Generator, mixed):
    table = {name: mixed[name] for name in ("age", "weight", "city", "smoker")}
    found = evaluate.sweep(table, [1, 2], by_column=True, **QUICK)
    assert found.columns == ("age", "weight", "city", "smoker")
    assert found.column_error.sum(1) == pytest.approx(found.error)
    assert found.column_linear_error.sum(1) == pytest.approx(found.linear_error)
    assert found.column_baseline_error.sum() == pytest.approx(found.baseline_error[0])
    assert evaluate.sweep(table, [1, 2], model="linear").column_error is None


def test_gaps_and_images(rng: np.random.Generator, X: np.ndarray):
    gappy = np.where(rng.random(X.shape) < 0.05, np.nan, X)
    assert np.isfinite(evaluate.sweep(gappy, [1, 3], model="linear").error).all()
    images = evaluate.sweep(rng.integers(0, 256, (60, 4, 4), dtype=np.uint8), [1, 4], model="linear")
    assert images.error[1] < images.error[0] < images.baseline_error[0]
    assert "minka" not in images.suggested


def test_it_goes_on_where_it_was(X: np.ndarray, tmp_path, monkeypatch: pytest.MonkeyPatch):
    first = evaluate.sweep(X, [1, 2], run_dir=tmp_path, **QUICK)
    monkeypatch.setattr(diabolo.Autoencoder, "fit", lambda *a, **o: pytest.fail("trained again"))
    again = evaluate.sweep(X, [1, 2], run_dir=tmp_path, **QUICK)
    assert {**again.to_json(), "seconds": 0} == {**first.to_json(), "seconds": 0}


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same(X: np.ndarray):
    one, two = (evaluate.sweep(X, [1, 2], seeds=2, n_jobs=n, **QUICK) for n in (1, 2))
    assert {**one.to_json(), "seconds": 0} == {**two.to_json(), "seconds": 0}


BAD = {
    "unknown model": ({"model": "forest"}, ParameterError, "not one of autoencoder, ordered, linear"),
    "zero": ({"n_components": [0, 1]}, ParameterError, "n_components=0"),
    "half": ({"n_components": [1.5]}, ParameterError, "n_components=1.5"),
    "one number": ({"n_components": 3}, ParameterError, "not a list of widths"),
    "text": ({"n_components": "auto"}, ParameterError, "not a list of widths"),
    "nothing": ({"n_components": []}, ParameterError, "smallest first"),
    "unsorted": ({"n_components": [4, 2]}, ParameterError, "smallest first"),
    "twice": ({"n_components": [2, 2]}, ParameterError, "smallest first"),
    "as wide as the rows": ({"n_components": [8]}, OvercompleteError, "at most 7"),
    "wider than the rows": ({"n_components": [9], "model": "linear"}, ParameterError, "at most 8"),
    "share": ({"held_out": 0.9}, ParameterError, "held_out=0.9"),
    "jobs": ({"n_jobs": 0}, ParameterError, "n_jobs=0"),
    "no seed": ({"seeds": 0}, ParameterError, "seeds=0"),
    "seeds twice": ({"seeds": [1, 1]}, ParameterError, "different"),
    "a negative seed": ({"random_state": -1}, ParameterError, "random_state=-1"),
    "unknown parameter": ({"depth": 3}, ParameterError, "no parameter 'depth'"),
    "ordered by hand": ({"ordered": True}, ParameterError, "no parameter 'ordered'"),
    "epochs of PCA": ({"model": "linear", "max_epochs": 3}, ParameterError, "closed form"),
    "check of nothing": ({"check": True}, ParameterError, "model='ordered'"),
    "check elsewhere": (
        {"model": "ordered", "n_components": [1, 2], "check": [3]},
        ParameterError,
        "not in n_components",
    ),
    "resume by chance": ({"random_state": None, "run_dir": "x"}, ParameterError, "random_state"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case: str, X: np.ndarray):
    given, error, words = BAD[case]
    with pytest.raises(error, match=words):
        evaluate.sweep(X, **given)


def test_copying_may_be_made_useless(X: np.ndarray):
    found = evaluate.sweep(X, [2, 12], corruption=diabolo.terms.Noise(0.5), **QUICK)
    assert np.isfinite(found.error).all()
    assert found.linear_error[1] == pytest.approx(0.0, abs=1e-4)


def test_too_few_rows(X: np.ndarray):
    with pytest.raises(TooFewRowsError, match="1 row:"):
        evaluate.sweep(X[:1])
    with pytest.raises(TooFewRowsError, match="9 rows"):
        evaluate.sweep(X[:9])
    few = evaluate.sweep(X[:10], [1, 2], model="linear")
    assert few.held_out == 1
    assert set(few.suggested) <= {"knee", "within_5_percent", "minka"}


def test_the_record_is_frozen(X: np.ndarray):
    with pytest.raises(dataclasses.FrozenInstanceError):
        evaluate.sweep(X, [1], model="linear").rows = 3
