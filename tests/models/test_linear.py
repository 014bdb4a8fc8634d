"""The linear autoencoder is PCA: scikit-learn's numbers, for arrays, images and tables, with and without gaps."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import diabolo
from diabolo import LinearAutoencoder
from diabolo.errors import DataError, InfiniteValueWarning, ParameterError, SchemaError, TooFewRowsError

X = load_digits().data
ATTRIBUTES = (
    "components_",
    "mean_",
    "explained_variance_",
    "explained_variance_ratio_",
    "singular_values_",
    "noise_variance_",
)


def people(rows=300):
    rng = np.random.default_rng(0)
    height = rng.normal(1.7, 0.1, rows)
    table = pd.DataFrame(
        {
            "height": height,
            "weight": 60 + 80 * (height - 1.7) + rng.normal(0, 5, rows),
            "city": rng.choice(["Bonn", "Kiel", "Ulm"], rows),
            "children": rng.poisson(1.5, rows),
            "smoker": rng.random(rows) < 0.3,
        }
    )
    table.loc[::9, "weight"] = np.nan
    return table


@parametrize_with_checks([LinearAutoencoder()])
def test_scikit_learns_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("k", [1, 10, 64])
@pytest.mark.parametrize("offset", [0.0, 1_000.0])
def test_equals_scikit_learns_pca(whiten, k, offset):
    rows = X + offset
    ours, theirs = (
        LinearAutoencoder(k, whiten=whiten).fit(rows),
        PCA(k, whiten=whiten, svd_solver="full").fit(rows),
    )
    kept = theirs.explained_variance_ > 1e-9  # vectors without variance are anybody's
    for name in ATTRIBUTES:
        one, other = getattr(ours, name), getattr(theirs, name)
        per_dimension = name not in ("mean_", "noise_variance_")
        assert np.allclose(
            one[kept] if per_dimension else one, other[kept] if per_dimension else other, atol=1e-8
        )
    assert np.allclose(ours.transform(rows)[:, kept], theirs.transform(rows)[:, kept], atol=2e-5)
    assert np.allclose(
        ours.inverse_transform(ours.transform(rows)),
        theirs.inverse_transform(theirs.transform(rows)),
        atol=2e-4,
    )


@pytest.mark.parametrize("solver", ["exact", "randomized"])
@pytest.mark.parametrize("shape", [(300, 40), (40, 300)])
def test_every_solver_finds_the_same(rng, solver, shape):
    rows = rng.normal(size=(shape[0], 5)) * [9, 7, 5, 3, 2] @ rng.normal(size=(5, shape[1])) + rng.normal(
        size=shape
    )
    ours = LinearAutoencoder(4, solver=solver, random_state=0).fit(rows)
    assert np.allclose(ours.components_, PCA(4, svd_solver="full").fit(rows).components_, atol=1e-5)


def test_float32_with_an_offset_stays_exact(rng):
    rows = (rng.normal(size=(20_000, 12)) * np.linspace(6, 1, 12) + 1_000).astype(np.float32)
    truth = PCA(4, svd_solver="full").fit(rows.astype(float))
    assert np.allclose(LinearAutoencoder(4).fit(rows).components_, truth.components_, atol=1e-5)


@pytest.mark.parametrize("kind", ["numpy", "float32", "uint8", "torch", "fortran", "lists"])
def test_kinds_of_arrays_give_one_answer_and_come_back_as_they_were(kind):
    made = {
        "numpy": lambda: X,
        "float32": lambda: X.astype(np.float32),
        "uint8": lambda: X.astype(np.uint8),
        "torch": lambda: torch.from_numpy(X),
        "fortran": lambda: np.asfortranarray(X),
        "lists": lambda: X.tolist(),
    }
    rows = made[kind]()
    model = LinearAutoencoder(3).fit(rows)
    assert np.allclose(model.transform(rows), LinearAutoencoder(3).fit_transform(X), atol=1e-4)
    back = model.reconstruct(rows)
    assert type(back) is (type(rows) if kind != "lists" else np.ndarray)
    assert getattr(back, "dtype", None) == getattr(rows, "dtype", np.float64)


@pytest.mark.parametrize("sizes", [[300] * 5, [2, 1, 1, 50]])
def test_partial_fit_is_fit_on_all_rows(sizes):
    model = LinearAutoencoder(5)
    for piece in np.split(X, np.cumsum(sizes)):
        model.partial_fit(piece)
    whole = LinearAutoencoder(5).fit(X)
    for name in ATTRIBUTES:
        assert np.allclose(getattr(model, name), getattr(whole, name), atol=1e-8)
    assert np.allclose(model.transform(X), whole.transform(X), atol=1e-4)
    assert model.n_samples_seen_ == len(X)


@pytest.mark.parametrize("gaps_from", [None, 0, 900])
def test_partial_fit_goes_on_after_loading(rng, tmp_path, gaps_from):
    rows = X.copy()
    if gaps_from is not None:
        rows[gaps_from:][rng.random(rows[gaps_from:].shape) < 0.1] = np.nan
    pieces = np.split(rows, 3)
    straight, stopped = LinearAutoencoder(4), LinearAutoencoder(4)
    for piece in pieces:
        straight.partial_fit(piece)
    stopped.partial_fit(pieces[0]).partial_fit(pieces[1]).save(tmp_path / "half.diabolo")
    resumed = diabolo.load(tmp_path / "half.diabolo").partial_fit(pieces[2])
    assert np.array_equal(resumed.components_, straight.components_)
    assert subspace_angles(straight.components_.T, LinearAutoencoder(4).fit(X).components_.T).max() < 0.2


def test_partial_fit_after_fit_starts_anew():
    model = LinearAutoencoder(2).fit(X)
    assert model.partial_fit(X[:100]).n_samples_seen_ == 100


def test_gaps_cost_little(rng):
    holes = np.where(rng.random(X.shape) < 0.2, np.nan, X)
    full, found = LinearAutoencoder(6).fit(X), LinearAutoencoder(6).fit(holes)
    assert found.score(X) > full.score(X) - 0.01
    filled, mean = found.reconstruct(holes), np.nanmean(holes, axis=0)
    missing = np.isnan(holes)
    error = ((filled - X)[missing] ** 2).mean()
    assert error < 0.6 * ((mean - X)[missing] ** 2).mean()


def test_infinite_cells_are_missing_ones():
    rows = X.copy()
    rows[3, 20] = np.inf
    with pytest.warns(InfiniteValueWarning, match="x20"):
        model = LinearAutoencoder(3).fit(rows)
    rows[3, 20] = np.nan
    assert np.allclose(model.components_, LinearAutoencoder(3).fit(rows).components_)


def test_images_are_pca_of_their_pixels():
    images = (X.reshape(-1, 8, 8) * 15).astype(np.uint8)
    model = LinearAutoencoder(8).fit(images)
    pixels = images.reshape(len(images), -1) / 255
    pca = PCA(8, svd_solver="full").fit(pixels)
    assert np.allclose(model.components_, pca.components_, atol=1e-4)
    error = ((pca.inverse_transform(pca.transform(pixels)) - pixels) ** 2).sum(axis=1)
    assert np.allclose(model.reconstruction_error(images), error, atol=1e-3)
    assert model.reconstruct(images).shape == images.shape


def test_a_table_comes_back_as_a_table():
    table = people()
    model = LinearAutoencoder(3).fit(table)
    back = model.reconstruct(table)
    assert list(back.columns) == list(table.columns)
    assert (back.dtypes == table.dtypes).all()
    assert set(back["city"]) <= {"Bonn", "Kiel", "Ulm"}
    assert back["weight"].notna().all()
    assert 0 < model.score(table) < 1


def test_numbers_of_a_table_are_pca_of_standardized_columns(rng):
    table = pd.DataFrame(rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4)), columns=list("abcd")) * [
        1,
        10,
        0.1,
        1,
    ]
    ours = LinearAutoencoder(2).fit(table)
    theirs = PCA(2).fit(StandardScaler().fit_transform(table))
    assert np.allclose(ours.explained_variance_ratio_, theirs.explained_variance_ratio_, atol=1e-3)


@pytest.mark.parametrize("rows", [X, people()], ids=["array", "table"])
@pytest.mark.parametrize("whiten", [False, True])
def test_the_file_gives_the_same_model(tmp_path, rows, whiten):
    model = LinearAutoencoder(3, whiten=whiten).fit(rows)
    model.save(tmp_path / "m.diabolo")
    loaded = diabolo.load(tmp_path / "m.diabolo")
    assert loaded.get_params() == model.get_params()
    assert np.array_equal(loaded.transform(rows), model.transform(rows))
    for name in ATTRIBUTES:
        assert np.array_equal(getattr(loaded, name), getattr(model, name))


def test_gradient_descent_reaches_the_same_space(tmp_path):
    ours = LinearAutoencoder(4, solver="sgd", random_state=0).fit(X, run_dir=tmp_path)
    exact = LinearAutoencoder(4).fit(X)
    assert subspace_angles(ours.components_.T, exact.components_.T).max() < 0.1
    assert 0.998 * exact.score(X) < ours.score(X) <= exact.score(X) + 1e-9
    again = LinearAutoencoder(4, solver="sgd", random_state=0).fit(X, run_dir=tmp_path)
    assert np.array_equal(again.components_, ours.components_)


def test_auto_keeps_what_it_promises(rng):
    rows = rng.normal(size=(800, 3)) * [5, 4, 3] @ rng.normal(size=(3, 15)) + 0.1 * rng.normal(size=(800, 15))
    model = LinearAutoencoder("auto", random_state=0).fit(rows)
    assert model.n_components_ == 3
    assert list(model.curve_) == list(range(1, 15))
    assert model.components_.shape == (3, 15)


def test_the_widths_of_the_curve_are_numbers_after_loading(tmp_path):
    model = LinearAutoencoder("auto", random_state=0).fit(X)
    model.save(tmp_path / "m.diabolo")
    assert diabolo.load(tmp_path / "m.diabolo").curve_ == model.curve_


def test_auto_is_refused_piece_by_piece():
    with pytest.raises(ParameterError, match=r"n_components='auto'.*give partial_fit a number"):
        LinearAutoencoder("auto").partial_fit(X)


def test_default_width_is_a_map_and_never_too_wide(rng):
    assert LinearAutoencoder().fit(X).n_components_ == 2
    assert LinearAutoencoder().fit(rng.normal(size=(2, 1))).n_components_ == 1
    assert LinearAutoencoder().fit(rng.normal(size=(2, 9))).n_components_ == 2


@pytest.mark.parametrize(
    ("parameters", "rows", "error", "says"),
    [
        ({"n_components": 0}, X, ParameterError, "n_components=0"),
        ({"n_components": 65}, X, ParameterError, "at most 64"),
        ({"n_components": 11}, X[:10], ParameterError, "at most 10"),
        ({"n_components": "many"}, X, ParameterError, "'auto'"),
        ({"max_epochs": -3}, X, ParameterError, "max_epochs=-3"),
        ({"solver": "magic"}, X, ParameterError, "sgd"),
        ({"trainer": 3}, X, ParameterError, "Trainer"),
        ({}, X[:1], TooFewRowsError, "1 row"),
    ],
)
def test_what_cannot_be_is_said(parameters, rows, error, says):
    with pytest.raises(error, match=says):
        LinearAutoencoder(**parameters).fit(rows)


@pytest.mark.parametrize(
    "parameters", [{}, {"solver": "randomized"}, {"solver": "sgd"}, {"n_components": "auto"}], ids=str
)
@pytest.mark.parametrize("shape", [(40, 4), (10, 1200)])
@pytest.mark.parametrize("gap", [0.0, np.nan])
def test_numbers_whose_squares_overflow_are_no_gaps(rng, parameters, shape, gap):
    rows = rng.normal(size=shape) * 1e200
    rows[0, 0] += gap
    with pytest.raises((DataError, SchemaError), match=r"too large.*rescale"):
        LinearAutoencoder(random_state=0, **parameters).fit(rows)


def test_overflow_is_told_from_gaps_piece_by_piece_and_at_transform(rng):
    with pytest.raises(DataError, match=r"too large.*rescale"):
        LinearAutoencoder().partial_fit(rng.normal(size=(20, 3)) * 1e200)
    with pytest.raises(DataError, match="column 'x1' holds numbers that are too large"):
        LinearAutoencoder().fit(rng.normal(size=(20, 3))).transform([[0.0, 1e200, 0.0]])


@pytest.mark.parametrize("method", ["transform", "partial_fit"])
def test_another_number_of_columns_is_refused(method):
    model = LinearAutoencoder(2).partial_fit(X)
    with pytest.raises(DataError, match="X has 3 features, but LinearAutoencoder is expecting 64"):
        getattr(model, method)(X[:, :3])


def test_works_in_a_pipeline_and_clones():
    model = make_pipeline(StandardScaler(), LinearAutoencoder(3, whiten=True))
    codes = clone(model).fit_transform(X)
    assert np.allclose(codes.std(axis=0, ddof=1), 1, atol=1e-4)


def test_the_history_tells_the_training_error():
    model = LinearAutoencoder(5).fit(X)
    assert np.isclose(model.history_.best, model.reconstruction_error(X).mean(), rtol=1e-5)
    assert model.history_.stop_reason == "exact"
    assert model.history_.parameters == 6 * 64


@pytest.mark.slow
@pytest.mark.parametrize(("k", "error"), [(2, 43.645), (10, 26.714), (30, 13.866), (64, 7.093)])
def test_mnist_test_error(mnist, k, error):
    model = LinearAutoencoder(k).fit(mnist["x_train"])
    assert model.reconstruction_error(mnist["x_test"]).mean() == pytest.approx(error, abs=1e-3)
