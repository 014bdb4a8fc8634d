import math

import numpy as np
import pytest

from diabolo.errors import DataError, TooFewRowsError
from diabolo.evaluate import fresh_judge


def test_equal_distributions_stay_within_the_band_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [fresh_judge(*rng.normal(size=(2, 120, 2)), random_state=i) for i in range(20)]
    assert sum(judge.fooled for judge in found) >= 17
    assert np.mean([judge.accuracy for judge in found]) == pytest.approx(0.5, abs=0.03)


def test_the_band_is_that_of_the_paper():
    rng = np.random.default_rng(0)
    found = fresh_judge(*rng.normal(size=(2, 400, 1)))
    assert found.rows == 400
    assert found.high - 0.5 == pytest.approx(1.96 * math.sqrt(1 / (4 * 400)), rel=1e-3)
    z = (found.accuracy - 0.5) * 2 * math.sqrt(400)
    assert found.p_value == pytest.approx(0.5 * math.erfc(z / math.sqrt(2)))


def test_a_shift_is_found_out_in_tables_and_in_images():
    rng = np.random.default_rng(0)
    real, made = rng.random((2, 100, 4, 4))
    assert not fresh_judge(real, made + 1).fooled
    table = {"x": rng.normal(size=90), "c": rng.choice(["a", "b"], 90)}
    assert fresh_judge(table, table | {"c": ["z"] * 90}).accuracy == 1.0


def test_bad_input():
    rng = np.random.default_rng(0)
    with pytest.raises(TooFewRowsError, match="at least 10"):
        fresh_judge(rng.random((99, 2)), rng.random((9, 2)))
    with pytest.raises(DataError, match="one size"):
        fresh_judge(rng.random((20, 4, 4)), rng.random((20, 5, 5)))
    with pytest.raises(DataError, match="of one kind"):
        fresh_judge(rng.random((20, 4, 4)), rng.random((20, 16)))


def test_a_column_without_any_number_is_found_out():
    rng = np.random.default_rng(0)
    real = {"x": rng.normal(size=90), "c": rng.choice(["a", "b"], 90)}
    assert fresh_judge(real, real | {"x": np.full(90, np.nan)}).accuracy == 1.0
