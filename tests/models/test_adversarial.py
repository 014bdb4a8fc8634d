"""Hardened classifiers: harder than the plain one at about its accuracy, honest about failure, kept in a file."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from torch import nn

import diabolo
from diabolo import Classifier, RobustClassifier, Trainer
from diabolo.attacks import L2, PGD, Linf
from diabolo.errors import (
    CatastrophicOverfittingWarning,
    EpsilonError,
    LabelError,
    NotHardenedWarning,
    ParameterError,
)
from diabolo.models.adversarial import METHODS
from diabolo.models.hardening import OVERFITTED, Hardened
from diabolo.nn import Dense, Modules

pytestmark = pytest.mark.toy

EPS = 0.2


@pytest.fixture(scope="module")
def digits():
    """Training and test images of 8 x 8 pixels in [0, 1], with labels."""
    data = load_digits()
    images, order = (data.images / 16).astype(np.float32), np.random.default_rng(0).permutation(1797)
    train, test = order[:1000], order[1400:]
    return images[train], data.target[train], images[test], data.target[test]


def withstood(model, X, y) -> float:
    """Accuracy after twenty steps of search."""
    found = PGD(Linf(EPS), steps=20).run(model, X, y, bounds=(0, 1))
    return float(1 - (found.success | (found.reason == "skipped_wrong")).mean())


@pytest.fixture(scope="module")
def plain(digits):
    X, y, test, truth = digits
    model = Classifier(size="small", max_epochs=10, random_state=0).fit(X, y)
    return model.score(test, truth), withstood(model, test, truth)


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("fgsm", {}),
        ("pgd", {"steps": 4}),
        ("trades", {"weight": 2.0, "steps": 4}),
        ("vat", {"ball": L2(1.0), "weight": 2.0}),
    ],
)
def test_every_method_hardens(method, more, digits, plain):
    X, y, test, truth = digits
    given = {"ball": Linf(EPS), "size": "small", "max_epochs": 10, "random_state": 0, **more}
    model = RobustClassifier(method, **given).fit(X, y)
    accuracy, held = plain
    assert held < 0.05
    assert model.score(test, truth) > accuracy - 0.06
    assert withstood(model, test, truth) > held + 0.15
    told = model.history_.epochs[-1].measures
    assert 0 < told["robust_accuracy"][0] < told["accuracy"][0] <= 1


def test_catastrophic_overfitting_ends_training_and_is_told(digits, monkeypatch):
    X, y, _, _ = digits
    monkeypatch.setattr(Hardened, "verdict", lambda self, epochs: OVERFITTED if len(epochs) == 3 else None)
    model = RobustClassifier(ball=Linf(EPS), size="small", max_epochs=6, random_state=0)
    with pytest.warns(CatastrophicOverfittingWarning, match=r"falls for ten steps \(robust accuracy"):
        model.fit(X, y)
    assert model.history_.stop_reason == OVERFITTED
    assert len(model.history_.epochs) == 3


def test_a_ball_that_nothing_withstands_is_told(digits):
    X, y, _, _ = digits
    with pytest.warns(NotHardenedWarning, match="less than one that answers every row alike"):
        RobustClassifier("vat", weight=0.0, ball=Linf(0.9), size="small", max_epochs=3, random_state=0).fit(
            X, y
        )


def test_the_rate_is_a_triangle_unless_a_trainer_says_otherwise(digits):
    X, y, _, _ = digits
    given = {
        "architecture": Dense((8,)),
        "ball": Linf(EPS),
        "max_epochs": 5,
        "learning_rate": 0.01,
        "random_state": 0,
    }
    rates = [e.learning_rate for e in RobustClassifier(**given).fit(X, y).history_.epochs]
    np.testing.assert_allclose(rates, [0.005, 0.01, 0.0067, 0.0033, 0.0], atol=4e-4)
    model = RobustClassifier(**given, trainer=Trainer(warmup=0.2)).fit(X, y)
    assert model.history_.epochs[0].learning_rate == pytest.approx(0.01, abs=4e-4)


def test_the_levels_of_a_table_stay_and_its_numbers_move():
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {"a": random.normal(0, 100, 200), "b": random.normal(size=200), "town": ["x", "y"] * 100}
    )
    y = (table["a"] / 100 + table["b"] > 0).to_numpy()
    model = RobustClassifier("fgsm", ball=Linf(0.2), architecture=Dense((8,)), max_epochs=40, random_state=0)
    assert model.fit(table, y).score(table, y) > 0.8
    assert model.history_.epochs[-1].measures["robust_accuracy"][0] < 1


def test_a_file_keeps_method_and_ball(digits, tmp_path):
    X, y, test, _ = digits
    net = nn.Sequential(nn.Linear(64, 10))
    model = RobustClassifier(
        "vat", ball=L2(0.5), weight=0.3, architecture=Dense((4,)), max_epochs=1, random_state=0
    )
    model.fit(X, y).save(tmp_path / "hard.diabolo")
    again = diabolo.load(tmp_path / "hard.diabolo")
    assert (again.method, again.ball, again.weight) == ("vat", L2(0.5), 0.3)
    assert np.array_equal(again.predict_proba(test), model.predict_proba(test))
    own = RobustClassifier(architecture=Modules(net), max_epochs=1, random_state=0).fit(X, y)
    assert own.score(X, y) > 0.05


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"method": "magic"}, "method='magic' is not one of fgsm, pgd, trades, vat"),
        ({"method": None}, "method=None"),
        ({"ball": 0.3}, "ball=0.3 is no ball of finite size"),
        ({"ball": Linf(float("inf"))}, "no ball of finite size"),
        ({"steps": 3}, "fgsm takes one"),
        ({"method": "pgd", "steps": 0}, "steps=0"),
        ({"step_size": -1.0}, "step_size=-1.0"),
        ({"weight": 0.0}, r"weight=0.0 is not a share of changed rows in \(0, 1\]"),
        ({"weight": 1.5}, "weight=1.5"),
        ({"method": "trades", "weight": -1.0}, "weight=-1.0 is not a number from 0"),
    ],
)
def test_what_makes_no_sense_is_refused(bad, says, digits):
    with pytest.raises(ParameterError, match=says):
        RobustClassifier(**bad).fit(*digits[:2])


def test_a_ball_in_the_wrong_unit_is_refused(digits):
    X, y, _, _ = digits
    with pytest.raises(EpsilonError, match="larger than the whole range"):
        RobustClassifier(ball=Linf(30.0)).fit(X, y)
    with pytest.raises(EpsilonError, match="changes nothing of images that came as bytes"):
        RobustClassifier(ball=Linf(0.3)).fit((255 * X).astype(np.uint8), y)
    with pytest.raises(LabelError, match="have no label"):
        RobustClassifier(ball=Linf(0.3)).fit(X, np.where(np.arange(len(y)) > 3, y, np.nan))


def test_methods_are_those_of_the_documentation():
    assert list(METHODS) == ["fgsm", "pgd", "trades", "vat"]
