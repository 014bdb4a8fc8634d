"""Twins of scikit-learn's models answer what these answer."""

import numpy as np
import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC

from diabolo.attacks import Minimal
from diabolo.attacks.twins import twin

X = np.random.default_rng(0).normal(1.0, 2.0, size=(120, 5))
LABELS = {2: (X[:, 0] > 1).astype(int), 3: np.digitize(X[:, 0], [0.0, 2.0])}
LINEAR = [
    LogisticRegression(max_iter=500),
    LinearSVC(max_iter=20_000),
    RidgeClassifier(),
    SGDClassifier(random_state=0),
    Perceptron(),
    LinearDiscriminantAnalysis(),
]


def answers(model, rows) -> np.ndarray:
    return twin(model)(torch.as_tensor(rows)).detach().numpy()


@pytest.mark.parametrize("classes", LABELS)
@pytest.mark.parametrize("model", LINEAR, ids=lambda model: type(model).__name__)
def test_linear_models(model, classes):
    model.fit(X, LABELS[classes])
    assert np.allclose(answers(model, X).squeeze(), model.decision_function(X))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("classes", LABELS)
def test_perceptrons(activation, classes):
    model = MLPClassifier((7, 4), activation=activation, max_iter=20, random_state=0).fit(X, LABELS[classes])
    logits = torch.from_numpy(answers(model, X))
    shares = torch.cat([1 - logits.sigmoid(), logits.sigmoid()], 1) if classes == 2 else logits.softmax(1)
    assert np.allclose(shares, model.predict_proba(X))


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        MinMaxScaler((-1, 2)),
        MaxAbsScaler(),
        RobustScaler(),
    ],
    ids=str,
)
def test_scalers_before_them(scaler):
    model = make_pipeline(scaler, LogisticRegression()).fit(X, LABELS[3])
    assert np.allclose(answers(model, X), model.decision_function(X))


@pytest.mark.parametrize(
    "model",
    [
        KNeighborsClassifier(),
        SVC(),
        SVC(kernel="linear", decision_function_shape="ovo"),
        make_pipeline(QuantileTransformer(n_quantiles=20), LogisticRegression()),
        make_pipeline(MinMaxScaler(clip=True), LogisticRegression()),
    ],
    ids=str,
)
def test_others_have_none(model):
    assert twin(model.fit(X, LABELS[3])) is None


def test_the_smallest_change_of_a_logistic_regression_is_the_distance_to_its_plane():
    model = LogisticRegression().fit(X, LABELS[2])
    found = Minimal().run(model, X)
    assert found.success.all()
    assert found.norm == pytest.approx(
        np.abs(model.decision_function(X)) / np.linalg.norm(model.coef_), rel=1e-6
    )
    assert (model.predict(found.X) != model.predict(X)).all()
