import json

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from torch import nn

import diabolo
from diabolo.attacks import Limits
from diabolo.errors import BoundsError, CapabilityError, EpsilonError, LabelError, ParameterError
from diabolo.evaluate import robustness
from diabolo.evaluate.verdict import Robustness
from tests.evaluate.victims import Noisy, Rounded, plane, rows

WEIGHT = torch.tensor([3.0, 4.0, 0.0]).double()
LENGTH = {"l2": 5.0, "linf": 7.0, "l1": 4.0}  # dual norms


@pytest.fixture(scope="module")
def digits() -> tuple[nn.Module, np.ndarray, np.ndarray]:
    """A small network of the 8 x 8 digits, and 150 rows it has not seen."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10)).double()
    steps = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(80):
        steps.zero_grad()
        nn.functional.cross_entropy(net(torch.tensor(X[:1200])), torch.tensor(y[:1200])).backward()
        steps.step()
    return net.eval(), X[1200:1350], y[1200:1350]


def failed(found: Robustness) -> set[str]:
    return {check.name for check in found.checks if not check.passed}


@pytest.mark.parametrize("norm", LENGTH)
def test_of_a_plane_the_curve_is_that_of_the_distances(rng: np.random.Generator, norm):
    X, y = rows(rng, WEIGHT)
    y[:12] = 1 - y[:12]  # wrong from the start
    found = robustness(plane(WEIGHT), X, y, norm=norm, sigma=None)
    distance = np.abs(X @ WEIGHT.numpy()) / LENGTH[norm]
    distance[:12] = 0.0
    np.testing.assert_allclose(found.distances, distance, rtol=1e-4, atol=1e-6)
    assert found.clean.accuracy == pytest.approx(108 / 120)
    assert found.median_distance == pytest.approx(np.median(distance[12:]), rel=1e-4)
    for point in found.curve[:-1]:
        assert point.accuracy == pytest.approx((distance > point.eps).mean(), abs=1.5 / 120)
        assert point.low <= point.accuracy <= point.high
    assert found.curve[-1].accuracy == 0.0
    assert [point.attack for point in found.confirmed] == ["APGD, cross-entropy and margin"] * 3
    assert found.passed, found.checks


def test_an_undefended_network_passes_every_check(digits):
    net, X, y = digits
    found = robustness(net, X, y, (0, 1), norm="linf")
    assert failed(found) == set()
    assert len(found.checks) == 16
    accuracies = [point.accuracy for point in found.curve]
    assert accuracies == sorted(accuracies, reverse=True)
    assert found.median_distance < 0.2 * found.other_class_distance
    assert 0 < found.certificate.median < 1
    again = net(torch.from_numpy(found.changed)).argmax(1).numpy()
    fooled = (found.distances > 0) & np.isfinite(found.distances)
    assert (again[fooled] != y[fooled]).all()
    assert np.abs(found.changed - X).max(1) == pytest.approx(found.distances, abs=1e-9)


def test_a_masked_gradient_warns(digits):
    net, X, y = digits
    found = robustness(Rounded(net), X, y, (0, 1), norm="linf", eps=0.15, sigma=None)
    assert {"gradient", "any size", "gradient against queries", "planted examples"} <= failed(found)
    assert not found.passed
    assert found.confirmed[0].accuracy < 0.3  # what queries found counts, too


def test_a_model_that_draws_warns(digits):
    net, X, y = digits
    found = robustness(Noisy(net), X, y, (0, 1), norm="linf", eps=0.08, sigma=None)
    assert {"same answer twice", "asked again"} <= failed(found)


def test_probabilities_warn_and_their_logarithm_is_attacked(digits):
    net, X, y = digits
    found = robustness(nn.Sequential(net, nn.Softmax(1)), X, y, (0, 1), norm="linf", sigma=None)
    assert failed(found) == {"logits"}
    assert found.median_distance == pytest.approx(
        robustness(net, X, y, (0, 1), norm="linf", sigma=None).median_distance, rel=0.02
    )


def test_training_mode_warns_and_comes_back(digits):
    net, X, y = digits
    model = nn.Sequential(nn.Dropout(0.5), net).train()
    assert failed(robustness(model, X, y, (0, 1), sigma=None)) == {"evaluation mode"}
    assert model[0].training


def test_labels_of_other_rows_warn(digits):
    net, X, y = digits
    found = robustness(net, X, (y + 1) % 10, (0, 1), eps=0.1)
    assert "clean accuracy" in failed(found)
    assert found.median_distance is None
    assert json.dumps(found.to_json())


def test_without_a_gradient_queries_are_left(digits):
    _, X, y = digits
    forest = RandomForestClassifier(10, random_state=0).fit(X[50:], y[50:])
    found = robustness(forest, X[:30], y[:30], (0, 1), norm="linf", eps=(0.1, 0.3), sigma=None)
    assert failed(found) <= {"gradient", "clean accuracy"}
    assert "gradient" in failed(found)
    assert found.confirmed[0].attack == "Square"
    assert found.confirmed[1].accuracy < found.clean.accuracy


def test_a_table_with_categories_and_gaps_moves_in_its_numbers(rng: np.random.Generator):
    n = 160
    age, income = rng.normal(45, 12, n).round().astype(int), np.exp(rng.normal(8, 1.5, n))
    table = pd.DataFrame({"age": age, "income": income, "city": rng.choice(["Bonn", "Rome"], n)})
    table.loc[::7, "income"] = np.nan
    y = np.where(age + 5 * (table["city"] == "Bonn") > 47, "old", "young")
    model = diabolo.Classifier(max_epochs=30, size="small", random_state=0).fit(table, y)
    found = robustness(model, table, y, checked_rows=40, sigma=None)
    changed = found.changed
    assert "standard deviations" in found.unit
    assert list(changed.columns) == list(table.columns)
    assert changed["city"].equals(table["city"])
    assert changed["age"].dtype == table["age"].dtype
    assert changed["income"].isna().equals(table["income"].isna())
    fooled = (found.distances > 0) & np.isfinite(found.distances)
    assert fooled.mean() > 0.9
    assert (model.predict(changed)[fooled] != y[fooled]).all()
    names = {name for example in found.examples for name, *_ in example.cells}
    assert "age" in names <= {"age", "income"}
    fixed = robustness(model, table, y, Limits(immutable=["income"]), checked_rows=40, sigma=None).changed
    assert fixed["income"].equals(table["income"])


def test_images_move_within_bytes(rng: np.random.Generator):
    images, y = (load_digits().images * 15.9).astype(np.uint8), load_digits().target
    model = diabolo.Classifier(max_epochs=3, size="small", random_state=0).fit(images[:400], y[:400])
    found = robustness(model, images[400:440], y[400:440], norm="linf", checked_rows=10, sigma=None)
    assert found.median_distance == round(found.median_distance)
    example = found.examples[0]
    assert example.before.shape == (1, 8, 8)
    assert 0 <= example.after.min() <= example.after.max() <= 1


def test_few_of_many_rows_are_judged_and_the_seed_decides(digits):
    net, X, y = digits
    one, two, three = (
        robustness(net, X, y, max_rows=20, sigma=None, random_state=seed) for seed in (0, 0, 1)
    )
    assert (one.rows, one.total) == (20, 150)
    assert one.to_json() == two.to_json()
    assert one.index.tolist() != three.index.tolist()
    np.testing.assert_array_equal(y[one.index].shape, (20,))


def test_one_class_has_no_other(digits):
    net, X, y = digits
    assert robustness(net, X[y == 3], y[y == 3], (0, 1), sigma=None).other_class_distance is None


def test_a_table_for_scikit_learn_comes_back_as_a_table(rng: np.random.Generator):
    X, y = rows(rng, WEIGHT)
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    model = LogisticRegression().fit(X, y)
    found = robustness(model, table, y, checked_rows=20, sigma=None)
    assert isinstance(found.changed, pd.DataFrame)
    assert {name for example in found.examples for name, *_ in example.cells} <= {"a", "b", "c"}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"y": [0, 1]}, LabelError, "2 labels for 150 rows"),
        ({"y": np.full(150, 77)}, LabelError, "none of the model's 10 classes"),
        ({"eps": 0.0}, EpsilonError, "positive"),
        ({"eps": 8.0, "norm": "linf"}, EpsilonError, "larger than the whole range"),
        ({"norm": "l3"}, ParameterError, "l2, linf, l1"),
        ({"max_rows": 0}, ParameterError, "at least 1"),
        ({"bounds": (0.4, 0.5)}, BoundsError, "outside its bounds"),
    ],
)
def test_bad_input(digits, change: dict, error: type, words: str):
    net, X, y = digits
    given = {"y": y, "bounds": (0, 1)} | change
    with pytest.raises(error, match=words):
        robustness(net, X, **given)


def test_no_classifier(digits):
    _, X, _ = digits
    model = diabolo.LinearAutoencoder(2).fit(X)
    with pytest.raises(CapabilityError, match="no labels to be wrong about"):
        robustness(model, X, np.zeros(len(X), int))
