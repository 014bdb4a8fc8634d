"""What every estimator of the registry must do: scikit-learn's contract, a seed, a file, and data as they were."""

import pickletools
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

import diabolo
from diabolo import models
from diabolo.errors import ParameterError
from diabolo.models.base import Decodes, Encodes, Predicts
from diabolo.models.sampling import Samples
from diabolo.models.scoring import Scores
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

OWN = {
    "Classifier": {"max_epochs": 20},
    "RobustClassifier": {"max_epochs": 20, "method": "fgsm"},
    "GAN": {"architecture": Dense((8,), activation="leaky_relu", norm="none")},
}
CHEAP = {"max_epochs": 3, "architecture": Dense((8,)), "method": "spread", "random_state": 0}


def cheap(name: str, **more):
    """An estimator with parameters that make it quick, where it has them."""
    kind = getattr(models, name)
    allowed = kind._get_param_names()
    return kind(
        **{key: value for key, value in {**CHEAP, **OWN.get(name, {}), **more}.items() if key in allowed}
    )


def checks():
    for name in models.__all__:
        for estimator, check in estimator_checks_generator(cheap(name)):
            label = getattr(check, "func", check).__name__
            yield pytest.param(estimator, check, id=f"{name}-{label}")


def array() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(60, 5))


def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": random.normal(170, 10, 60),
            "town": pd.Categorical(random.choice(["Rome", "Oslo", "Bern"], 60)),
            "smoker": random.choice(["yes", "no"], 60),
            "children": random.poisson(2, 60),
        }
    )


def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (60, 6, 5)).astype(np.uint8)


DATA = {"array": array, "table": table, "images": images}


REBUILD = [name for name in models.__all__ if issubclass(getattr(models, name), Decodes)]
PREDICT = [name for name in models.__all__ if issubclass(getattr(models, name), Predicts)]


@pytest.fixture(params=REBUILD)
def name(request) -> str:
    return request.param


@pytest.fixture(params=PREDICT)
def classifier(request) -> str:
    return request.param


def labels_for(classifier: str) -> np.ndarray:
    """Labels of all rows, or of a few where the model fills in the rest."""
    everything = np.arange(60) % 3
    few = issubclass(getattr(models, classifier), Encodes)
    return np.where(np.arange(60) < 12, everything, -1) if few else everything


@pytest.fixture(params=DATA)
def data(request):
    return DATA[request.param]()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), list(checks()))
def test_scikit_learns_contract(estimator, check):
    check(estimator)


def test_a_seed_gives_the_same_bits(name, data):
    codes = [cheap(name, n_components=2).fit(data).transform(data) for _ in range(2)]
    assert codes[0].dtype == np.float32
    assert codes[0].shape == (60, 2)
    assert np.array_equal(*codes)


def test_a_file_keeps_every_bit(name, data, tmp_path):
    model = cheap(name, n_components=2).fit(data)
    model.save(tmp_path / "model.diabolo")
    again = diabolo.load(tmp_path / "model.diabolo")
    codes = model.transform(data)
    assert type(again) is type(model)
    assert again.get_params().keys() == model.get_params().keys()
    assert np.array_equal(again.transform(data), codes)
    assert np.array_equal(again.reconstruction_error(data), model.reconstruction_error(data))
    if isinstance(model, Scores):
        assert np.array_equal(again.score_samples(data), model.score_samples(data))
        assert np.array_equal(again.predict(data), model.predict(data))
    assert _same(again.inverse_transform(codes), model.inverse_transform(codes))
    assert again.history_ == model.history_
    again.save(tmp_path / "again.diabolo")
    assert (tmp_path / "again.diabolo").read_bytes() == (tmp_path / "model.diabolo").read_bytes()


def test_to_fit_load_and_ask_leaves_the_global_generators_alone(name, tmp_path):
    torch.manual_seed(1)
    np.random.seed(1)
    model = cheap(name, n_components=2).fit(array())
    model.save(tmp_path / "model.diabolo")
    diabolo.load(tmp_path / "model.diabolo").transform(array())
    found = torch.rand(1), np.random.rand()
    torch.manual_seed(1)
    np.random.seed(1)
    assert found == (torch.rand(1), np.random.rand())


def test_a_file_holds_no_pickle(name, tmp_path):
    path = tmp_path / "model.diabolo"
    cheap(name, n_components=2).fit(array()).save(path)
    assert not zipfile.is_zipfile(path)
    with pytest.raises(ValueError):
        list(pickletools.genops(path.read_bytes()))


def test_data_come_back_as_what_they_were(name, data):
    model = cheap(name, n_components=2).fit(data)
    for again in (model.reconstruct(data), model.inverse_transform(model.transform(data))):
        assert type(again) is type(data)
        assert again.shape == data.shape
        if isinstance(data, pd.DataFrame):
            assert again.dtypes.equals(data.dtypes)
            assert list(again.columns) == list(data.columns)
        else:
            assert again.dtype == data.dtype


def test_fit_is_repeatable_on_a_clone(name):
    model = cheap(name, n_components=2).fit(array())
    assert np.array_equal(clone(model).fit(array()).transform(array()), model.transform(array()))


MAKE = [name for name in models.__all__ if issubclass(getattr(models, name), Samples)]


@pytest.mark.parametrize("maker", MAKE)
@pytest.mark.parametrize("kind", DATA)
def test_new_rows_are_like_the_old_and_a_file_keeps_how_they_are_made(maker, kind, tmp_path):
    data = DATA[kind]()
    model = cheap(maker).fit(data)
    made = model.sample(7, random_state=1)
    assert type(made) is type(data)
    assert made.shape == (7, *data.shape[1:])
    assert made.dtypes.equals(data.dtypes) if kind == "table" else made.dtype == data.dtype
    assert _same(model.sample(7, random_state=1), made)
    assert not _same(model.sample(7, random_state=2), made)
    empty = model.sample(0)
    assert empty.shape == (0, *data.shape[1:])
    assert empty.dtypes.equals(data.dtypes) if kind == "table" else empty.dtype == data.dtype
    model.save(tmp_path / "model.diabolo")
    again = diabolo.load(tmp_path / "model.diabolo")
    assert _same(again.sample(7, random_state=1), made)
    again.save(tmp_path / "again.diabolo")
    assert (tmp_path / "again.diabolo").read_bytes() == (tmp_path / "model.diabolo").read_bytes()


@pytest.mark.parametrize("maker", MAKE)
@pytest.mark.parametrize("n", [-1, 2.5, True])
def test_a_number_of_rows_that_is_none_is_refused(maker, n):
    with pytest.raises(ParameterError, match="number of rows"):
        cheap(maker).fit(array()).sample(n)


@pytest.mark.parametrize("maker", MAKE)
@pytest.mark.parametrize(
    "given",
    [
        {"planet": "Mars"},
        {"town": "Paris"},
        {"town": []},
        {"smoker": "perhaps"},
        {"size": (190.0, 150.0)},
        {"size": (1.0, 2.0, 3.0)},
        {"size": "tall"},
        {"town": "Rome", "planet": "Mars"},
    ],
    ids=str,
)
def test_a_condition_that_cannot_be_is_refused_by_its_name(maker, given):
    model = cheap(maker, condition=["town", "smoker", "size"]).fit(table())
    with pytest.raises(ParameterError, match="town|planet" if len(given) > 1 else next(iter(given))):
        model.sample(3, given=given)


def prices() -> pd.DataFrame:
    """Cents, whole amounts in a float column, and halves."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "price": np.round(random.lognormal(3, 1, 80), 2),
            "pay": np.round(random.normal(3e4, 8e3, 80)),
            "mark": random.integers(0, 60, 80) / 2,
            "free": random.normal(size=80),
        }
    )


def _assert_rounded(cells: pd.DataFrame) -> None:
    assert (cells["price"].round(2) == cells["price"]).all()
    assert (cells["pay"].round(0) == cells["pay"]).all()
    assert ((cells["mark"] * 2).round(0) == cells["mark"] * 2).all()
    assert (cells["free"].round(4) != cells["free"]).all()


@pytest.mark.parametrize("maker", MAKE)
def test_new_numbers_have_the_decimals_of_training(maker):
    _assert_rounded(cheap(maker).fit(prices()).sample(50, random_state=0))


def test_rebuilt_numbers_have_the_decimals_of_training(name):
    model = cheap(name, n_components=2).fit(prices())
    _assert_rounded(model.inverse_transform(model.transform(prices()) + 0.1))


SCORING = [name for name in models.__all__ if issubclass(getattr(models, name), Scores)]


def related() -> np.ndarray:
    """Columns that go together, so that shuffling each by itself makes odd rows of usual cells."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(300, 2)) @ random.normal(size=(2, 6)) + 0.1 * random.normal(size=(300, 6))
    return rows.astype(np.float32)


def test_models_that_score_are_known():
    assert {"Autoencoder", "LinearAutoencoder"} <= set(SCORING)


@pytest.mark.parametrize("scoring", SCORING)
def test_scores_are_finite_and_do_not_hang_on_the_order_of_rows(scoring, data):
    model = cheap(scoring, n_components=2).fit(data)
    scores = model.score_samples(data)
    assert scores.shape == (60,)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    backwards = data.iloc[::-1] if isinstance(data, pd.DataFrame) else data[::-1].copy()
    assert np.allclose(model.score_samples(backwards), scores[::-1], rtol=1e-5, atol=1e-5)
    assert set(model.predict(data)) <= {-1, 1}
    assert (model.predict(data) == -1).sum() == pytest.approx(3, abs=1)


@pytest.mark.parametrize("scoring", SCORING)
def test_rows_are_likelier_than_rows_whose_columns_were_shuffled(scoring):
    rows = related()
    random = np.random.default_rng(1)
    shuffled = np.stack([random.permutation(column) for column in rows.T], 1)
    model = cheap(scoring, n_components=2).fit(rows)
    assert model.score_samples(rows).mean() > model.score_samples(shuffled).mean() + 1


@pytest.mark.parametrize("scoring", SCORING)
@pytest.mark.parametrize("kind", ["array", "table"])
def test_cells_that_are_missing_count_nothing(scoring, kind):
    data = DATA[kind]()
    model = cheap(scoring, n_components=2).fit(data)
    gaps = data.copy()
    if kind == "table":
        gaps.loc[:29, "size"] = np.nan
        gaps.loc[10:40, "smoker"] = None
        everything = gaps.iloc[:1].assign(size=np.nan, town=None, smoker=None, children=np.nan)
    else:
        gaps[:30, 0] = np.nan
        everything = np.full((1, 5), np.nan)
    assert np.isfinite(model.score_samples(gaps)).all()
    assert np.isfinite(model.score_samples(everything)).all()


@pytest.mark.filterwarnings(
    "ignore::diabolo.errors.NotHardenedWarning"
)  # by a few epochs on labels at random
def test_a_classifiers_seed_gives_the_same_bits(classifier, data):
    shares = [cheap(classifier).fit(data, labels_for(classifier)).predict_proba(data) for _ in range(2)]
    assert shares[0].shape == (60, 3)
    assert np.array_equal(*shares)


def test_a_classifiers_file_keeps_every_bit(classifier, data, tmp_path):
    model = cheap(classifier).fit(data, labels_for(classifier))
    model.save(tmp_path / "model.diabolo")
    again = diabolo.load(tmp_path / "model.diabolo")
    assert np.array_equal(again.predict_proba(data), model.predict_proba(data))
    assert np.array_equal(again.predict(data), model.predict(data))
    if isinstance(model, Encodes):
        assert np.array_equal(again.transform(data), model.transform(data))
    again.save(tmp_path / "again.diabolo")
    assert (tmp_path / "again.diabolo").read_bytes() == (tmp_path / "model.diabolo").read_bytes()


def _same(a, b) -> bool:
    return a.equals(b) if isinstance(a, pd.DataFrame) else np.array_equal(a, b)
