import json

import numpy as np
import pytest

from diabolo import maps
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.maps.interpolate import _arc


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_it_begins_and_ends_at_the_reconstructions(pair, method):
    model, X = pair
    found = maps.interpolate(model, 2, 9, 5, method, X=X)
    ends = model.transform(Frame.of(X).take(np.array([2, 9])))
    np.testing.assert_allclose(found.codes[[0, -1]], ends, atol=1e-5)
    assert found.t.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert Frame.of(found.rows).n_rows == 5
    json.dumps(found.to_json())


def test_the_chord_of_a_linear_model_is_straight(of_array, array):
    found = maps.interpolate(of_array, array[0], array[1], 3)
    np.testing.assert_allclose(found.rows[1], (found.rows[0] + found.rows[2]) / 2, atol=1e-4)


def test_the_arc_keeps_the_length_and_goes_at_equal_angles():
    a, b = np.array([3.0, 0.0, 0.0]), np.array([0.0, 3.0, 0.0])
    arc = _arc(a, b, np.linspace(0, 1, 7))
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), 3.0)
    steps = np.arccos((arc[1:] * arc[:-1]).sum(1) / 9)
    np.testing.assert_allclose(steps, np.pi / 12)


def test_an_arc_of_no_angle_is_its_chord():
    t = np.linspace(0, 1, 3)
    np.testing.assert_allclose(_arc(np.zeros(2), np.ones(2), t)[1], 0.5)
    np.testing.assert_allclose(_arc(np.ones(2), 3 * np.ones(2), t)[1], 2.0)
    with pytest.raises(ParameterError, match="opposite directions"):
        _arc(np.ones(2), -np.ones(2), t)


@pytest.mark.parametrize(
    ("steps", "method", "words"),
    [
        (1, "linear", "steps=1"),
        (2.5, "linear", "steps=2.5 is not a whole number, at least 2"),
        ("9", "linear", "steps='9'"),
        (None, "linear", "steps=None"),
        (3, "cubic", "'cubic'"),
    ],
)
def test_what_cannot_be(of_array, array, steps, method, words):
    with pytest.raises(ParameterError, match=words):
        maps.interpolate(of_array, 0, 1, steps, method, X=array)
