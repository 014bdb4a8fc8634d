"""The autoencoder: what goes in and out, what is refused, and the promise about PCA."""

import copy
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from sklearn.datasets import load_digits, make_swiss_roll
from sklearn.decomposition import PCA
from torch import nn

import diabolo
from diabolo.data.split import split
from diabolo.errors import (
    ArchitectureError,
    CheckpointError,
    DataError,
    MissingColumnError,
    OvercompleteError,
    ParameterError,
)
from diabolo.models.autoencoder import Autoencoder
from diabolo.nn import Conv, Dense, Modules
from diabolo.terms import Masking, Noise, Sparsity
from diabolo.train import Trainer

pytestmark = pytest.mark.toy

SMALL = Dense((16,))
QUICK = {"max_epochs": 3, "random_state": 0, "architecture": SMALL}


def linear(rows: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(size=(rows, 3)) @ random.normal(size=(3, 8)) + 0.1 * random.normal(size=(rows, 8))


def circle(rows: int) -> np.ndarray:
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, rows)
    return np.column_stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])


DATA = {
    "linear": linear,
    "circle": circle,
    "roll": lambda rows: make_swiss_roll(rows, noise=0.1, random_state=0)[0],
    "noise": lambda rows: np.random.default_rng(0).normal(size=(rows, 6)),
    "digits": lambda rows: load_digits().data[:rows] / 16.0,
}


def table(rows: int = 120) -> pd.DataFrame:
    random = np.random.default_rng(0)
    size = random.normal(170, 10, rows)
    return pd.DataFrame(
        {
            "size": size,
            "weight": size * 0.5 + random.normal(0, 3, rows),
            "smoker": random.choice(["yes", "no"], rows),
            "town": pd.Categorical(random.choice(["Rome", "Oslo", "Bern"], rows)),
            "children": random.poisson(2, rows),
            "when": pd.date_range("2024-01-01", periods=rows, freq="37h", tz="Europe/Rome"),
        }
    )


@pytest.fixture(scope="module")
def fitted() -> Autoencoder:
    """A table's model, for questions that need no good one."""
    return Autoencoder(2, **QUICK).fit(table())


# --- the promise


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("ordered", [False, True])
def test_held_out_rows_are_never_rebuilt_worse_than_by_pca(name, ordered):
    rows = DATA[name](900)
    train, test = rows[:600], rows[600:]
    k = 2
    model = Autoencoder(k, architecture=Dense((32,)), max_epochs=8, ordered=ordered, random_state=0).fit(
        train
    )
    own, _ = split(len(train), 0.1, 0)  # PCA of the rows that the model may learn from
    pca = PCA(k).fit(train[own])
    linear_error = np.square(pca.inverse_transform(pca.transform(test)) - test).sum(1).mean()
    assert model.reconstruction_error(test).mean() <= 1.01 * linear_error


@pytest.mark.parametrize("name", ["circle", "roll"])
def test_curved_data_are_rebuilt_much_better_than_by_pca(name):
    rows = DATA[name](600)
    model = Autoencoder(2, architecture=Dense((64, 64)), max_epochs=60, random_state=0).fit(rows[:450])
    test = rows[450:]
    pca = PCA(2).fit(rows[:450])
    linear_error = np.square(pca.inverse_transform(pca.transform(test)) - test).sum(1).mean()
    assert model.reconstruction_error(test).mean() < 0.6 * linear_error
    assert model.score(test) > 1 - 0.6 * linear_error / np.square(test - rows[:450].mean(0)).sum(1).mean()


def test_a_linear_net_learns_the_subspace_of_pca():
    rows = linear(400)
    net = Dense((), norm="none", linear_path=False)
    trainer = Trainer(validation=0.0, weight_decay=0.0, patience=1.0)
    model = Autoencoder(
        3, architecture=net, max_epochs=120, learning_rate=0.03, random_state=0, trainer=trainer
    ).fit(rows)
    found = model.inverse_transform(np.eye(3, dtype=np.float32)) - model.inverse_transform(np.zeros((1, 3)))
    own = np.linalg.qr(found.T.astype(float))[0]
    cosines = np.linalg.svd(PCA(3).fit(rows).components_ @ own, compute_uv=False)
    assert cosines.min() > 0.999


# --- the width of the code


@pytest.mark.parametrize("k", [8, 9, 100])
def test_a_code_as_wide_as_the_row_is_refused_and_told_why(k):
    with pytest.raises(OvercompleteError) as refused:
        Autoencoder(k, **QUICK).fit(linear(50))
    text = str(refused.value)
    assert f"n_components={k}" in text
    for word in ("copying", "corruption", "penalty", "allow_overcomplete=True"):
        assert word in text


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # after three epochs
@pytest.mark.parametrize(
    "way",
    [
        {"corruption": Noise()},
        {"corruption": Masking()},
        {"penalty": Sparsity()},
        {"allow_overcomplete": True},
    ],
)
def test_a_wide_code_is_allowed_where_copying_is_useless_or_wanted(way):
    model = Autoencoder(9, **QUICK, **way).fit(linear(50))
    assert model.transform(linear(50)).shape == (50, 9)


@pytest.mark.parametrize(("features", "k"), [(2, 1), (3, 2), (8, 2)])
def test_without_a_width_it_is_a_map_where_that_compresses(features, k):
    model = Autoencoder(**QUICK).fit(np.random.default_rng(0).normal(size=(40, features)))
    assert model.n_components_ == k


@pytest.mark.parametrize("name", ["linear", "plane"])
def test_auto_finds_the_dimension_of_an_easy_manifold(name):
    random = np.random.default_rng(0)
    dimension = {"linear": 3, "plane": 2}[name]
    rows = random.normal(size=(500, dimension)) @ np.linalg.qr(random.normal(size=(10, dimension)))[0].T
    rows += 0.01 * random.normal(size=rows.shape)
    model = Autoencoder("auto", architecture=Dense((64,)), max_epochs=40, random_state=0).fit(rows)
    assert abs(model.n_components_ - dimension) <= 1
    assert list(model.curve_) == list(range(1, 10))
    assert model.transform(rows).shape[1] == model.n_components_


# --- what is refused


@pytest.mark.parametrize(
    ("change", "kind", "named"),
    [
        ({"n_components": 0}, ParameterError, "n_components=0"),
        ({"n_components": -1}, ParameterError, "n_components=-1"),
        ({"n_components": 1.5}, ParameterError, "n_components=1.5"),
        ({"n_components": True}, ParameterError, "n_components=True"),
        ({"n_components": "many"}, ParameterError, "n_components='many'"),
        ({"architecture": "resnet"}, ParameterError, "architecture='resnet'"),
        ({"architecture": 12}, ParameterError, "architecture=12"),
        ({"architecture": Dense}, ParameterError, "architecture="),
        ({"architecture": Conv()}, ArchitectureError, "image"),
        ({"size": "huge"}, ParameterError, "size='huge'"),
        ({"size": "huge", "max_epochs": "auto"}, ParameterError, "size='huge'"),
        ({"device": "quantum"}, ParameterError, "device='quantum'"),
        ({"corruption": 0.3}, ParameterError, "corruption=0.3"),
        ({"penalty": "l1"}, ParameterError, "penalty='l1'"),
        ({"trainer": {}}, ParameterError, "trainer={}"),
        ({"max_epochs": 0}, ParameterError, "max_epochs=0"),
        ({"max_epochs": 2.5}, ParameterError, "max_epochs=2.5"),
        ({"batch_size": "big"}, ParameterError, "batch_size='big'"),
        ({"batch_size": None}, ParameterError, "batch_size=None"),
        ({"learning_rate": -1.0}, ParameterError, "learning_rate=-1.0"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_parameters_that_cannot_be_are_refused_by_name(change, kind, named):
    with pytest.raises(kind) as refused:
        Autoencoder(**{**QUICK, "n_components": 2, **change}).fit(linear(40))
    assert named in str(refused.value)


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # after a few epochs
def test_fit_leaves_parameters_alone():
    parameters = {**QUICK, "n_components": 2, "trainer": Trainer(clip=None), "corruption": Noise()}
    model = Autoencoder(**parameters).fit(linear(40))
    assert all(model.get_params(deep=False)[name] is value for name, value in parameters.items())


@pytest.mark.parametrize("batch_size", [1, 2, 1000])
@pytest.mark.parametrize("rows", [3, 5, 33])
def test_any_number_of_rows_fits_any_batch_size(rows, batch_size):
    data = linear(rows)
    model = Autoencoder(1, **QUICK, batch_size=batch_size).fit(data)
    assert np.isfinite(model.reconstruction_error(data)).all()


# --- order and size of what comes in


def test_permuted_columns_change_nothing(fitted):
    frame = table()
    assert np.array_equal(fitted.transform(frame), fitted.transform(frame[frame.columns[::-1]]))


def test_a_missing_column_is_named(fitted):
    with pytest.raises(MissingColumnError, match="town"):
        fitted.transform(table().drop(columns="town"))


@pytest.mark.parametrize("call", ["transform", "reconstruction_error"])
def test_rows_are_independent(fitted, call):
    frame = table()
    whole = getattr(fitted, call)(frame)
    order = np.random.default_rng(0).permutation(len(frame))
    assert np.allclose(getattr(fitted, call)(frame.iloc[order]), whole[order], atol=1e-5)
    parts = [getattr(fitted, call)(frame.iloc[i : i + 7]) for i in range(0, len(frame), 7)]
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (4, 3)], ids=["flat", "wide"])
def test_codes_of_the_wrong_width_are_refused(fitted, shape):
    with pytest.raises((ParameterError, DataError)):
        fitted.inverse_transform(np.zeros(shape))


# --- kinds of data


KINDS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "dicts": lambda frame: pl.from_pandas(frame).to_dicts(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_tables_come_back_as_what_they_were(kind):
    data = KINDS[kind](table())
    model = Autoencoder(2, **QUICK).fit(data)
    codes = model.transform(data)
    assert codes.shape == (120, 2)
    assert codes.dtype == np.float32
    for again in (model.reconstruct(data), model.inverse_transform(codes)):
        assert type(again) is type(data)
        assert len(again) == 120
        if kind == "pandas":
            assert again.dtypes.equals(data.dtypes)
        elif kind == "dicts":
            assert [(n, type(v)) for n, v in again[0].items()] == [(n, type(v)) for n, v in data[0].items()]
        else:
            assert again.schema == data.schema


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("kind", ["numpy", "torch"])
def test_arrays_come_back_as_what_they_were(kind, dtype):
    rows = (10 * linear(60)).astype(dtype)
    data = rows if kind == "numpy" else torch.from_numpy(rows)
    model = Autoencoder(2, **QUICK).fit(data)
    again = model.reconstruct(data)
    assert type(again) is type(data)
    assert again.dtype == data.dtype
    assert again.shape == data.shape
    assert model.inverse_transform(model.transform(data)).dtype == data.dtype


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # noise: the mean is best
@pytest.mark.parametrize("shape", [(8, 8), (7, 9), (7, 9, 3), (5, 5, 1)])
@pytest.mark.parametrize("architecture", [Dense((16,)), Conv((4, 6), hidden=8)], ids=["dense", "conv"])
def test_images_of_any_size_come_back_as_what_they_were(shape, architecture):
    images = np.random.default_rng(0).integers(0, 256, (40, *shape)).astype(np.uint8)
    model = Autoencoder(2, **{**QUICK, "architecture": architecture}).fit(images)
    again = model.reconstruct(images)
    assert again.shape == images.shape
    assert again.dtype == np.uint8
    assert np.isfinite(model.reconstruction_error(images)).all()


# --- gaps


def test_gaps_are_filled_and_count_nothing(fitted):
    frame = table()
    frame["size"] = frame["size"].where(np.arange(len(frame)) % 4 != 0)
    frame["town"] = frame["town"].where(np.arange(len(frame)) % 3 != 0)
    model = Autoencoder(2, **QUICK).fit(frame)
    again = model.reconstruct(frame)
    assert not again.isna().any().any()
    assert table()["size"].min() <= again["size"].min() <= again["size"].max() <= table()["size"].max()
    errors = model.reconstruction_error(frame, by_column=True)
    assert (errors[::4, 0] == 0).all()
    assert (errors[1::4, 0] > 0).all()


def test_a_row_without_any_value_gets_a_code(fitted):
    empty = table().reindex([-1, -2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(fitted.transform(empty)).all()


# --- networks of one's own, randomness


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # after three epochs
def test_networks_of_ones_own_train_and_load_with_the_architecture_given(tmp_path):
    own = Modules(
        nn.Sequential(nn.Linear(8, 5), nn.Tanh(), nn.Linear(5, 2)),
        nn.Sequential(nn.Linear(2, 6), nn.ReLU()),
        6,
    )
    before = copy.deepcopy(own.encoder_net.state_dict())
    rows = linear(60)
    model = Autoencoder(2, architecture=own, max_epochs=3, random_state=0).fit(rows)
    assert all(torch.equal(before[n], t) for n, t in own.encoder_net.state_dict().items())
    model.save(tmp_path / "own.diabolo")
    with pytest.raises(diabolo.errors.ModelFileError, match="architecture="):
        diabolo.load(tmp_path / "own.diabolo")
    again = diabolo.load(tmp_path / "own.diabolo", architecture=own)
    assert np.array_equal(again.transform(rows), model.transform(rows))


@pytest.mark.parametrize("state", [None, 7, np.random.RandomState(0)], ids=["none", "int", "state"])
def test_models_of_any_random_state_are_saved(tmp_path, state):
    rows = linear(40)
    model = Autoencoder(2, **{**QUICK, "random_state": state}).fit(rows)
    model.save(tmp_path / "m.diabolo")
    assert np.array_equal(diabolo.load(tmp_path / "m.diabolo").transform(rows), model.transform(rows))


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # after three epochs
def test_the_seed_decides_and_nothing_else():
    rows, nets = linear(60), Dense((8,), linear_path=False)  # for PCA of all rows there is nothing to decide
    codes = [
        Autoencoder(2, **{**QUICK, "architecture": nets, "random_state": seed}).fit(rows).transform(rows)
        for seed in (0, 0, 1)
    ]
    assert np.array_equal(codes[0], codes[1])
    assert not np.array_equal(codes[0], codes[2])


def test_fitting_again_forgets_the_first_time():
    first, second = linear(60), circle(60)
    model = Autoencoder("auto", **QUICK).fit(first)
    model.set_params(n_components=2).fit(second)
    fresh = Autoencoder(2, **QUICK).fit(second)
    assert np.array_equal(model.transform(second), fresh.transform(second))
    assert model.curve_ == fresh.curve_ == {}


# --- pairs of a damaged and a clean row


def waves(rows: int = 500) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    clean = np.sin(np.linspace(0, 6, 20) + random.uniform(0, 6, (rows, 1)))
    return clean + 0.5 * random.normal(size=clean.shape), clean


def test_given_pairs_teach_to_clean():
    noisy, clean = waves()
    model = Autoencoder(2, architecture=Dense((32,)), max_epochs=25, random_state=0).fit(
        noisy[:400], clean[:400]
    )
    before, after = (
        np.square(rows - clean[400:]).mean() for rows in (noisy[400:], model.reconstruct(noisy[400:]))
    )
    assert after < 0.5 * before
    assert model.history_.plan["pairs"] == 400


@pytest.mark.parametrize("y", [np.arange(50) % 3, list("ab") * 25, np.ones((50, 1)), pd.Series(range(50))])
def test_labels_are_ignored(y):
    rows = linear(50)
    alone, beside = Autoencoder(2, **QUICK).fit(rows), Autoencoder(2, **QUICK).fit(rows, y)
    assert np.array_equal(alone.transform(rows), beside.transform(rows))
    assert "pairs" not in beside.history_.plan


def test_pairs_may_be_images_and_tables():
    images = np.random.default_rng(0).random((60, 6, 5)).astype(np.float32)
    noisy = images + 0.3 * np.random.default_rng(1).normal(size=images.shape).astype(np.float32)
    cleaned = Autoencoder(3, **QUICK).fit(noisy, images).reconstruct(noisy)
    assert cleaned.shape == images.shape
    assert cleaned.min() >= 0
    assert cleaned.max() <= 1
    gaps = table().assign(size=np.where(np.arange(120) % 3 == 0, np.nan, table()["size"]))
    model = Autoencoder(2, **QUICK).fit(gaps, table())
    assert model.reconstruct(gaps).notna().all().all()


@pytest.mark.parametrize(
    ("noisy", "clean", "named"),
    [
        (np.zeros((5, 3)), np.zeros((4, 3)), "5 damaged rows and 4 clean"),
        (np.zeros((5, 3)), np.zeros((5, 2)), "3 columns and clean ones of 2"),
        (np.zeros((5, 4, 4)), np.random.default_rng(0).random((5, 8, 8)), "4 x 4 pixels"),
    ],
)
def test_rows_that_make_no_pairs_are_refused(noisy, clean, named):
    with pytest.raises(DataError, match=named):
        Autoencoder(1, **QUICK).fit(noisy, clean)


def test_a_run_of_pairs_is_not_resumed_with_others(tmp_path):
    noisy, clean = waves(60)
    Autoencoder(2, **QUICK).fit(noisy, clean, run_dir=tmp_path)
    with pytest.raises(CheckpointError, match="data"):
        Autoencoder(2, **QUICK).fit(noisy + 1, clean, run_dir=tmp_path)
