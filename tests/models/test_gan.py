"""GAN learns a simple distribution, stops for a named reason, keeps nothing but what it needs, and refuses conditions."""

import os
import signal
import threading
import warnings

import numpy as np
import pandas as pd
import pytest

import diabolo
from diabolo import GAN, Trainer
from diabolo.errors import DivergenceWarning, InterruptedWarning, ParameterError
from diabolo.models import gan as module
from diabolo.models.game import Game
from diabolo.nn import Dense

SMALL = {"architecture": Dense((16,), activation="leaky_relu", norm="none"), "random_state": 0}


def cloud(rows: int = 400) -> np.ndarray:
    random = np.random.default_rng(0)
    return (random.normal(size=(rows, 2)) @ [[2.0, 0.5], [0.0, 0.3]] + [5.0, -1.0]).astype(np.float32)


def test_mean_and_covariance_of_a_cloud():
    rows = cloud(2000)
    model = GAN(max_epochs=25, batch_size=64, size="small", random_state=0).fit(rows)
    made = model.sample(4000, random_state=1)
    assert made.dtype == rows.dtype
    assert np.allclose(made.mean(0), rows.mean(0), atol=0.25)
    assert np.allclose(np.cov(made.T), np.cov(rows.T), atol=0.6)
    assert 0.5 < np.corrcoef(made.T)[0, 1] < 0.95


def test_the_record_holds_both_players_and_the_judgement():
    history = GAN(max_epochs=2, **SMALL).fit(cloud()).history_
    assert set(history.epochs[-1].terms) == {"discriminator", "penalty", "generator"}
    assert set(history.epochs[-1].measures) == {"win_rate", "band", "coverage", "energy"}
    low, high = history.epochs[-1].measures["band"]
    assert high - 0.5 == 0.5 - low == pytest.approx(1.96 / (4 * 40) ** 0.5)  # 40 rows of 400 are held out


def test_the_end_of_the_plan_has_a_name():
    assert GAN(max_epochs=1, **SMALL).fit(cloud()).stop_reason_ == "max_epochs"


def test_a_game_that_nobody_can_win_is_over(monkeypatch):
    coin = {"win_rate": [0.5], "band": [0.4, 0.6], "coverage": [0.9]}
    monkeypatch.setattr(Game, "measures", lambda *_: coin)
    model = GAN(max_epochs=50, **SMALL).fit(cloud())
    assert model.stop_reason_ == "indistinguishable"
    assert len(model.history_.epochs) == 10


def test_a_game_that_explodes_has_diverged():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = GAN(max_epochs=60, learning_rate=1e12, loss="wgan-gp", **SMALL)
        try:
            reason = model.fit(cloud()).stop_reason_
        except diabolo.errors.DivergenceError:
            reason = "diverged"
    assert reason == "diverged"
    assert any(issubclass(w.category, DivergenceWarning) for w in caught)


def test_ctrl_c_keeps_a_model(monkeypatch):
    measured = []

    def measures(game, held_out):
        measured.append(1)
        if len(measured) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return {"win_rate": [0.9], "band": [0.4, 0.6], "coverage": [0.5]}

    assert threading.current_thread() is threading.main_thread()
    monkeypatch.setattr(Game, "measures", measures)
    with pytest.warns(InterruptedWarning):
        model = GAN(max_epochs=50, **SMALL).fit(cloud())
    assert model.stop_reason_ == "interrupted"
    assert np.isfinite(model.sample(3)).all()


def test_an_interrupted_run_goes_on_bit_by_bit(tmp_path):
    """Both players, both optimizers, the average: a run in two parts is the run in one."""
    whole = GAN(max_epochs=4, **SMALL).fit(cloud())
    trainer = Trainer(checkpoint_every=0.0)
    stopped = []
    original = Game.measures

    def stop(game, held_out):
        stopped.append(1)
        if len(stopped) == 3:
            raise KeyboardInterrupt
        return original(game, held_out)

    model = GAN(max_epochs=4, trainer=trainer, **SMALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Game, "measures", stop)
        with pytest.raises(KeyboardInterrupt):
            model.fit(cloud(), run_dir=tmp_path)
    again = model.fit(cloud(), run_dir=tmp_path)
    assert again.history_.plan["resumed_at"] == 2
    assert np.array_equal(again.sample(50, random_state=0), whole.sample(50, random_state=0))
    terms = [(e.terms, e.measures) for e in whole.history_.epochs]
    assert [(e.terms, e.measures) for e in again.history_.epochs] == terms


def test_what_a_person_sets_of_the_trainer_is_kept():
    assert Trainer(max_seconds=9.0, betas=(0.5, 0.9)).settled(**module.OWN) == Trainer(
        max_seconds=9.0, **{**module.OWN, "betas": (0.5, 0.9)}
    )


@pytest.mark.parametrize("loss", ["ns", "hinge", "wgan-gp"])
def test_the_other_losses_train(loss):
    model = GAN(loss=loss, max_epochs=30, batch_size=32, **SMALL).fit(cloud())
    energies = [epoch.measures["energy"][0] for epoch in model.history_.epochs]
    assert energies[-1] < energies[0] - 0.1


def test_a_table_with_gaps_comes_back_as_one():
    random = np.random.default_rng(0)
    data = pd.DataFrame({"a": random.normal(size=200), "b": pd.Categorical(random.choice(["x", "y"], 200))})
    data.loc[random.random(200) < 0.3, "a"] = np.nan
    model = GAN(max_epochs=3, **SMALL).fit(data)
    made = model.sample(300, random_state=0)
    assert made.dtypes.equals(data.dtypes)
    assert 0 < made.a.isna().mean() < 1
    assert not made.b.isna().any()
    assert model.sample(0).dtypes.equals(data.dtypes)


def test_conditions_are_refused_with_who_keeps_them():
    model = GAN(max_epochs=1, **SMALL).fit(cloud())
    with pytest.raises(ParameterError, match="MaskedAutoencoder keeps any condition"):
        model.sample(3, given={"x0": 1.0})


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "lsgan"},
        {"loss": None},
        {"gamma": -1.0},
        {"gamma": "much"},
        {"gamma": (1.0, 2.0, 3.0)},
        {"n_components": 0},
        {"n_components": 2.5},
        {"architecture": Dense((8,))},
        {"architecture": "wide"},
        {"size": "huge"},
    ],
)
def test_refuses_what_cannot_be(wrong):
    with pytest.raises(ParameterError):
        GAN(**{**SMALL, "max_epochs": 1, **wrong}).fit(cloud(30))
