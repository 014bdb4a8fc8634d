import dataclasses
import importlib
import math

import numpy as np
import pytest

from diabolo import Autoencoder, LinearAutoencoder, evaluate
from diabolo.data.samples import people
from diabolo.errors import CollapseWarning, DeadDimensionWarning, DiaboloWarning, OverfittingWarning
from diabolo.frames import Frame

judging = importlib.import_module("diabolo.evaluate.reconstruction")


def correlated(rng: np.random.Generator, n: int, d: int = 12, rank: int = 4) -> np.ndarray:
    return (rng.normal(size=(n, rank)) @ rng.normal(size=(rank, d)) + 0.1 * rng.normal(size=(n, d))).astype(
        np.float32
    )


def test_a_linear_model_is_pca(rng: np.random.Generator):
    X = correlated(rng, 400)
    scores = evaluate.reconstruction(LinearAutoencoder(2).fit(X[:300]), X[300:])
    assert scores.error == pytest.approx(scores.pca_error, rel=1e-5)
    for column in scores.columns:
        assert column.model == pytest.approx(column.pca, rel=1e-4)
        assert column.kept == pytest.approx(column.pca_kept, abs=1e-5)


def test_totals_agree_with_the_model(rng: np.random.Generator):
    X = correlated(rng, 400)
    model = LinearAutoencoder(2).fit(X[:300])
    scores = evaluate.reconstruction(model, X[300:])
    assert scores.error == pytest.approx(model.reconstruction_error(X[300:]).mean(), rel=1e-5)
    assert scores.kept == pytest.approx(model.score(X[300:]), abs=1e-6)
    assert sum(c.mean_error for c in scores.columns) == pytest.approx(scores.mean_error)


def test_rmse_agrees_with_numpy(rng: np.random.Generator):
    X = correlated(rng, 200)
    model = LinearAutoencoder(2).fit(X)
    expected = np.sqrt(np.mean((model.reconstruct(X) - X) ** 2, 0))
    assert [c.model for c in evaluate.reconstruction(model, X).columns] == pytest.approx(expected, rel=1e-4)
    assert [c.mean for c in evaluate.reconstruction(model, X).columns] == pytest.approx(X.std(0), rel=1e-4)


@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
def test_a_perfect_copy_keeps_everything(mixed, known):
    scores = evaluate.reconstruction(known(mixed), mixed)
    assert scores.kept == pytest.approx(1.0, abs=1e-6)
    for column in scores.columns:
        best = 1.0 if column.measure == "accuracy" else 0.0
        assert column.model == pytest.approx(best, abs=1e-3), column
        assert column.kept == pytest.approx(1.0, abs=1e-6)


@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
def test_a_perfect_copy_of_images_is_infinitely_clear(known, rng: np.random.Generator):
    X = rng.integers(0, 256, (20, 8, 8), dtype=np.uint8)
    model = known(X)
    # A mean of zero: nothing is rounded on the way there and back.
    model.reference_ = dataclasses.replace(model.reference_, mean=model.reference_.mean * 0)
    (column,) = evaluate.reconstruction(model, X).columns
    assert (column.model, column.ssim) == (math.inf, pytest.approx(1.0))
    assert column.pca < 20


@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
def test_the_mean_keeps_nothing(mixed, known):
    with pytest.warns(CollapseWarning):
        scores = evaluate.reconstruction(known(mixed, width=0), mixed)
    assert scores.kept == pytest.approx(0.0, abs=1e-6)
    assert all(c.model == c.mean for c in scores.columns)
    most = max(np.unique(mixed["city"], return_counts=True)[1]) / 300
    assert next(c.model for c in scores.columns if c.name == "city") == pytest.approx(most)


@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
@pytest.mark.parametrize("order", [slice(None, None, -1), [2, 0, 1, 5, 3, 4]])
def test_the_order_of_columns_does_not_matter(mixed, known, order):
    names = np.array(list(mixed))[order]
    model = known(mixed, width=3)
    straight = evaluate.reconstruction(model, mixed)
    turned = evaluate.reconstruction(model, {name: mixed[name] for name in names})
    assert turned.columns == straight.columns


def test_columns_of_an_array_go_by_position(rng: np.random.Generator):
    polars = pytest.importorskip("polars")
    X = correlated(rng, 100)
    model = LinearAutoencoder(2).fit(X)
    named = polars.DataFrame({f"sensor {j}": X[:, j] for j in range(12)})
    found = evaluate.reconstruction(model, named).columns
    assert [c.model for c in found] == pytest.approx(
        [c.model for c in evaluate.reconstruction(model, X).columns]
    )


@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
@pytest.mark.parametrize("rows", [7, 64, 299])
def test_rows_may_be_judged_in_parts(mixed, known, rows: int, monkeypatch: pytest.MonkeyPatch):
    model = known(mixed, width=3)
    whole = evaluate.reconstruction(model, mixed)
    monkeypatch.setattr(judging, "ROWS", rows)
    parts = evaluate.reconstruction(model, mixed)
    assert parts.error == pytest.approx(whole.error)
    assert [c.model for c in parts.columns] == pytest.approx([c.model for c in whole.columns])


def test_missing_cells_count_nothing(rng: np.random.Generator):
    X = correlated(rng, 300)
    X[::3, 4] = np.nan
    scores = evaluate.reconstruction(LinearAutoencoder(2).fit(X), X)
    assert scores.columns[4].seen == 200
    assert math.isfinite(scores.error)


@pytest.mark.filterwarnings("ignore::diabolo.errors.LinearFallbackWarning")  # few rows and epochs
@pytest.mark.filterwarnings("ignore::diabolo.errors.DeadDimensionWarning")
def test_levels_have_bits_where_there_is_a_likelihood(mixed):
    table = {**mixed, "town": mixed["city"], "place": mixed["city"]}
    model = Autoencoder(2, max_epochs=3, size="small", random_state=0).fit(Frame.of(table))
    found = {c.name: c for c in evaluate.reconstruction(model, table).columns}
    assert found["age"].bits is None
    assert 0 < found["city"].bits < found["city"].mean_bits < math.log2(3)
    linear = evaluate.reconstruction(LinearAutoencoder(2).fit(table), table)
    assert {c.bits for c in linear.columns} == {None}


def test_sizes_and_speed(rng: np.random.Generator):
    X = correlated(rng, 100)
    scores = evaluate.reconstruction(LinearAutoencoder(3).fit(X), X)
    assert (scores.bytes_before, scores.bytes_after, scores.rows, scores.n_components) == (48.0, 12.0, 100, 3)
    assert scores.parameters == 3 * 12 + 12
    assert scores.encode_rows_per_second > 0


def test_dimensions_that_do_nothing_are_told(rng: np.random.Generator):
    X = np.outer(rng.normal(size=200), np.arange(1.0, 6.0)) + 1e-4 * rng.normal(size=(200, 5))
    with pytest.warns(DeadDimensionWarning, match=r"1 of 2 latent dimensions does nothing \(z2\)"):
        scores = evaluate.reconstruction(LinearAutoencoder(2).fit(X), X)
    assert "z2" in scores.notes[0]


def test_rows_learned_by_heart_are_told(rng: np.random.Generator):
    train, test = rng.normal(size=(20, 15)), rng.normal(size=(200, 15))
    with pytest.warns(OverfittingWarning):
        scores = evaluate.reconstruction(LinearAutoencoder(12).fit(train), test, train=train)
    assert scores.train_error < scores.error / 1.5


@pytest.mark.parametrize("shape", [(500, 784), (500, 28, 28)])
def test_many_columns_are_one_block(shape: tuple[int, ...], rng: np.random.Generator):
    X = (255 * rng.random(shape)).astype(np.uint8)
    scores = evaluate.reconstruction(LinearAutoencoder(10).fit(X), X)
    assert len(scores.columns) == (784 if len(shape) == 2 else 1)
    assert scores.noise_floor == pytest.approx(784 / 12 / (1 if len(shape) == 2 else 255**2), rel=1e-6)


def test_bytes_of_a_row_do_not_hang_on_how_many_there_are():
    table = people(300)
    with pytest.warns(DiaboloWarning):
        model = LinearAutoencoder(2).fit(table)  # leaves an identifier and a constant out
    whole, part = Frame.of(table), Frame.of(table).take(np.arange(0, 300, 30))
    many, few = (evaluate.reconstruction(model, rows) for rows in (whole, part))
    assert many.bytes_before == pytest.approx(few.bytes_before, rel=0.1)  # cities differ in length
