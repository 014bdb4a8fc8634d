import numpy as np
import pytest

from diabolo.train.closed_form.calibration import calibrate, calibration_error


def scores_of(rng, n, factor):
    logits = rng.normal(size=(n, 3)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return logits * factor, np.array([rng.choice(3, p=p) for p in shares])


@pytest.mark.parametrize("factor", [0.2, 1.0, 5.0])
def test_the_temperature_undoes_a_factor_on_the_scores(rng, factor):
    scores, classes = scores_of(rng, 4000, factor)
    found = calibrate(scores, classes, "held out")
    assert found.temperature == pytest.approx(factor, rel=0.1)
    assert found.ece is not None
    assert found.ece < 0.03
    assert calibration_error(found.probabilities(scores), classes) < 0.03


def test_a_few_rows_that_are_all_right_do_not_make_certain():
    found = calibrate(np.eye(2)[[0, 1, 0, 1]] * 5, np.array([0, 1, 0, 1]), "leave-one-out")
    assert found.probabilities(np.array([[5.0, 0.0]])).max() < 0.95


def test_without_rows_nothing_is_claimed():
    found = calibrate(np.empty((0, 3)), np.empty(0, int), "leave-one-out")
    assert (found.temperature, found.ece, found.rows) == (1.0, None, 0)


def test_the_error_of_certain_and_always_wrong_answers_is_one():
    assert calibration_error(np.array([[1.0, 0.0]] * 3), np.array([1, 1, 1])) == 1.0
