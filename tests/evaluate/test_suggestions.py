import numpy as np
import pytest

from diabolo.evaluate import knee, within
from diabolo.evaluate.suggestions import RULES, estimates, recommended

K = [1, 2, 3, 4, 6, 8]


@pytest.mark.parametrize("at", [2, 3, 4, 6])
def test_the_knee_is_where_a_steep_fall_becomes_a_gentle_one(at: int):
    error = [np.exp(-1.5 * min(k, at) - 0.05 * max(0, k - at)) for k in K]
    assert knee(K, error) == at


@pytest.mark.parametrize(
    "error",
    [
        [2.0**-k for k in K],  # the same share with every number
        [3.0, 3.0, 3.0, 3.0, 3.0, 3.0],
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        [10.0 - k for k in K],  # ever steeper
    ],
)
def test_a_curve_without_a_knee(error: list[float]):
    assert knee(K, error) is None


def test_two_points_have_no_knee():
    assert knee([1, 2], [2.0, 1.0]) is None


def test_the_knee_does_not_depend_on_the_unit():
    error = np.array([9.0, 4.0, 1.0, 0.9, 0.8, 0.7])
    assert knee(K, error) == knee(K, 1e6 * error) == 3


@pytest.mark.parametrize(
    ("error", "k"),
    [
        ([9.0, 4.0, 2.0, 1.05, 1.0, 1.0], 4),
        ([9.0, 4.0, 2.0, 1.06, 1.0, 1.0], 6),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 1),
        ([9.0, 1e-9, 1e-12, 1e-13, 0.0, 1e-14], 2),  # all but the first are rounding
    ],
)
def test_within_five_percent_of_the_best(error: list[float], k: int):
    assert within(K, error) == k


def test_rounding_has_no_knee_of_its_own():
    assert knee(K, [9.0, 1e-12, 1e-13, 1e-14, 0.0, 1e-16]) == 2


def test_estimates_name_rules_that_are_explained(rng: np.random.Generator):
    X = rng.normal(size=(120, 2)) @ rng.normal(size=(2, 5))
    found = estimates(X + 0.01 * rng.normal(size=X.shape))
    assert set(found) == {"dimension", "two_nn", "mle", "minka"} <= set(RULES)
    assert "minka" not in estimates(X, images=True)
    assert "minka" not in estimates(np.repeat(X, 30, axis=1))


def test_too_few_rows_give_no_estimate(rng: np.random.Generator):
    assert estimates(rng.normal(size=(20, 3))) == {}


def test_the_dimension_of_the_rows_comes_first():
    assert recommended({"within_5_percent": 8, "knee": 4, "dimension": 3}) == "dimension"
    assert recommended({"within_5_percent": 8}) == "within_5_percent"
    assert recommended({"mle": 2}) is None


def test_a_rule_that_distances_tell_nothing_is_absent():
    assert set(estimates(np.eye(60), images=True)) == {"dimension"}
