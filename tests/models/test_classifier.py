"""The supervised network: as good as logistic regression where that is right, better where it is not."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from torch import nn

import diabolo
from diabolo import Classifier
from diabolo.errors import ParameterError
from diabolo.nn import Dense, Modules
from diabolo.terms import Blur, Noise

pytestmark = pytest.mark.toy


def test_without_hidden_layers_it_is_logistic_regression(rng):
    X = rng.normal(size=(600, 3))
    y = rng.random(600) < 1 / (1 + np.exp(-X @ [1.0, -2.0, 0.5] - 0.3))
    trainer = diabolo.Trainer(weight_decay=0.0, validation=0.0, progress=False)
    plan = {"max_epochs": 150, "batch_size": 600, "learning_rate": 0.1}
    model = Classifier(architecture=Dense(()), trainer=trainer, random_state=0, **plan).fit(X, y)
    exact = LogisticRegression(C=1e6).fit(X, y)
    assert model.classes_.tolist() == [False, True]
    np.testing.assert_allclose(model.predict_proba(X), exact.predict_proba(X), atol=2e-3)


def test_what_no_plane_divides_is_learned(rng):
    X = rng.normal(size=(500, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    model = Classifier(architecture=Dense((32,)), max_epochs=40, random_state=0).fit(X[:400], y[:400])
    assert LogisticRegression().fit(X[:400], y[:400]).score(X[400:], y[400:]) < 0.7
    assert model.score(X[400:], y[400:]) > 0.9


def test_digits_are_read():
    digits = load_digits()
    images, y = (digits.images / 16).astype(np.float32), digits.target
    order = np.random.default_rng(0).permutation(len(y))
    train, test = order[:1400], order[1400:]
    model = Classifier(size="small", max_epochs=12, random_state=0).fit(images[train], y[train])
    assert model.score(images[test], y[test]) > 0.95
    accuracy = [epoch.measures["accuracy"][0] for epoch in model.history_.epochs]
    assert accuracy[-1] > 0.9 > accuracy[0] - 1
    assert set(model.history_.epochs[0].terms) == {"log_loss"}


def test_a_network_of_ones_own(rng, tmp_path):
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 2
    architecture = Modules(nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)))
    model = Classifier(architecture=architecture, max_epochs=2, random_state=0).fit(X, y)
    model.save(tmp_path / "own.diabolo")
    again = diabolo.load(tmp_path / "own.diabolo", architecture=architecture)
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


def test_where_it_is_unsure_it_does_not_answer(rng):
    X, y = rng.normal(size=(60, 4)), np.array(["a", "b"] * 30)
    model = Classifier(architecture=Dense((4,)), max_epochs=1, random_state=0, threshold=0.999).fit(X, y)
    assert model.predict(X).tolist().count(None) > 50


def test_a_corruption_acts_in_training_only(rng):
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 2
    plain, noisy = (
        Classifier(architecture=Dense((4,)), corruption=corruption, max_epochs=2, random_state=0).fit(X, y)
        for corruption in (None, Noise(1.0))
    )
    assert not np.array_equal(plain.predict_proba(X), noisy.predict_proba(X))
    assert np.array_equal(noisy.predict_proba(X), noisy.predict_proba(X))
    with pytest.raises(ParameterError, match="Blur needs images"):
        Classifier(corruption=Blur(1.0)).fit(X, y)
    with pytest.raises(ParameterError, match="corruption"):
        Classifier(corruption="noise").fit(X, y)
