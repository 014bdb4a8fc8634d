import numpy as np
import pytest

from diabolo.maps.paths import Path, walk


def test_a_path_that_stays_moves_nothing(pair):
    model, _ = pair
    found = walk(model, np.zeros((3, model.n_components_)))
    assert found.spread == pytest.approx(0.0, abs=1e-9)
    assert all(m.text == "" for m in found.movements)


def test_the_spread_is_the_squared_step_of_a_linear_model(of_array):
    codes = np.array([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(walk(of_array, codes).spread, 1.0, rtol=1e-5)


def test_the_picture_in_words():
    difference = np.zeros((1, 4, 4))
    difference[0, 1, 2], difference[0, 3, 3] = -0.8, 0.3
    found = Path(np.zeros((2, 1)), None, (), 1.0, difference[None], difference)
    assert found.picture() == "2 of 16 pixels change, most in row 2, column 3: darker by 0.80"
    still = Path(np.zeros((2, 1)), None, (), 1.0, difference[None], 0 * difference)
    assert still.picture() == "no pixel changes by more than a tenth of the light"
