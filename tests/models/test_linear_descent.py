"""The two linear maps: their loss is the squared error over seen cells, and descent recovers a known space."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.datasets import load_wine

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models import LinearAutoencoder, linear_descent
from diabolo.models.linear_descent import LinearReconstruction
from diabolo.train import Trainer


def objective_of(rows, k=2):
    frame = Frame.of(rows)
    schema = Schema.fit(frame)
    return LinearReconstruction(schema, torch.zeros(rows.shape[1]), 1.0, k), schema.to_batch(frame)


def test_the_loss_is_the_squared_error(rng):
    objective, batch = objective_of(rng.normal(size=(6, 4)))
    x, _ = objective.centered(batch)
    expected = (objective.decoder(objective.encoder(x)) - x).square().sum(1)
    assert torch.allclose(objective.losses(batch)["reconstruction"], expected)


def test_missing_cells_have_neither_loss_nor_influence(rng):
    rows = rng.normal(size=(6, 4))
    rows[:, 2] = np.nan
    objective, batch = objective_of(rows)
    objective.losses(batch)["reconstruction"].sum().backward()
    assert objective.decoder.weight.grad is not None
    assert torch.equal(objective.decoder.weight.grad[2], torch.zeros(2))


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_descent_recovers_a_known_space(rng, share):
    truth = np.linalg.qr(rng.normal(size=(12, 2)))[0]
    rows = rng.normal(size=(1_000, 2)) * [3, 2] @ truth.T + 0.1 * rng.normal(size=(1_000, 12)) + 5
    rows[rng.random(rows.shape) < share] = np.nan
    model = LinearAutoencoder(2, solver="sgd", random_state=0, max_epochs=40).fit(rows)
    assert subspace_angles(model.components_.T, truth).max() < (0.05 if share == 0 else 0.3)
    assert np.allclose(model.mean_, 5, atol=0.3)
    assert model.history_.stop_reason in ("max_epochs", "patience")


def scaled(rng: np.random.Generator) -> np.ndarray:
    """Columns whose spreads differ by four orders of magnitude."""
    return rng.normal(size=(500, 8)) @ rng.normal(size=(8, 8)) * np.logspace(-2, 2, 8) + 100


def steep(rng: np.random.Generator) -> np.ndarray:
    """Variances that fall by a factor of four from one direction to the next."""
    return rng.normal(size=(400, 20)) * 2.0 ** -np.arange(20) @ np.linalg.qr(rng.normal(size=(20, 20)))[0]


@pytest.mark.parametrize(
    ("make", "k"), [(scaled, 3), (steep, 5), (lambda _: load_wine().data, 2)], ids=["scaled", "steep", "wine"]
)
def test_descent_with_an_automatic_plan_ends_in_the_space_of_the_components(rng, make, k):
    rows = make(rng)
    exact = LinearAutoencoder(k).fit(rows)
    trained = LinearAutoencoder(k, solver="sgd", random_state=0).fit(rows)
    assert subspace_angles(exact.components_.T, trained.components_.T).max() < 1e-2
    assert np.allclose(trained.explained_variance_, exact.explained_variance_, rtol=1e-3)
    assert trained.history_.plan["l_bfgs"] > 0


@pytest.mark.parametrize("plan", [{"max_epochs": 2}, {"learning_rate": 1e-4, "max_epochs": 1}])
def test_a_plan_of_ones_own_is_followed(rng, plan):
    rows = rng.normal(size=(100, 6))
    history = LinearAutoencoder(2, solver="sgd", random_state=0, **plan).fit(rows).history_
    assert "l_bfgs" not in history.plan
    assert len(history.epochs) == plan["max_epochs"]
    assert history.plan["learning_rate"] == plan.get("learning_rate", history.plan["learning_rate"])


@pytest.mark.parametrize("rows", [5, 90])
def test_condensed_rows_have_the_same_squared_errors(rng, rows, monkeypatch):
    monkeypatch.setattr(linear_descent, "ROWS", 40)
    objective, batch = objective_of(rng.normal(size=(rows, 7)))
    few, seen = linear_descent._condensed(objective, batch)
    x = objective.centered(batch)[0].double()
    assert seen is None
    assert len(few) == min(rows, 7)
    assert torch.allclose(few.T @ few, x.T @ x, atol=1e-5)


def test_the_clock_counts_and_stops_the_last_turns(monkeypatch):
    rows = np.random.default_rng(0).normal(size=(300, 6)) * np.geomspace(1, 0.01, 6)
    whole = LinearAutoencoder(2, solver="sgd", random_state=0).fit(rows).history_
    assert whole.plan["l_bfgs"] > 0
    assert whole.seconds > whole.epochs[-1].seconds
    ticks = iter(np.arange(0.0, 1e9, 1e6))
    monkeypatch.setattr(linear_descent, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    cut = (
        LinearAutoencoder(2, solver="sgd", random_state=0, trainer=Trainer(max_seconds=1e5))
        .fit(rows)
        .history_
    )
    assert (cut.stop_reason, cut.plan["l_bfgs"]) == ("max_seconds", 0)


def test_training_that_ran_out_of_time_gets_no_last_turns():
    rows = np.random.default_rng(0).normal(size=(300, 6))
    model = LinearAutoencoder(2, solver="sgd", random_state=0, trainer=Trainer(max_seconds=1e-9)).fit(rows)
    assert model.history_.stop_reason == "max_seconds"
    assert "l_bfgs" not in model.history_.plan
