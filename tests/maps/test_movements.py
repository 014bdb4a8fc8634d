import datetime as dt

import numpy as np
import pytest

from diabolo import Schema
from diabolo.frames import Frame
from diabolo.maps.movements import Movement, movements, sentence, squares_by_column

DAYS = [dt.date(2020, 1, 1) + dt.timedelta(days=100 * i) for i in range(4)]
CASES = {
    "up": ([1.0, 2.0, 3.0, 12000.0], "x up from 1 to 12,000"),
    "down": ([4.5, 3.0, 2.0, 1.0], "x down from 4.5 to 1"),
    "there and back": ([1.0, 5.5, 3.0, 1.5], "x from 1 to 5.5 and back to 1.5"),
    "down and back": ([4.0, 0.5, 3.0, 4.5], "x from 4 to 0.5 and back to 4.5"),
    "down and up beyond": ([2.0, 0.5, 3.0, 5.0], "x from 2 to 0.5 and then to 5"),
    "later": (DAYS, "x later: from 2020-01-01 to 2020-10-27"),
    "earlier": (DAYS[::-1], "x earlier: from 2020-10-27 to 2020-01-01"),
    "another level": (["a", "a", "b", "c"], "x to c"),
    "another level and back": (["a", "b", "a", "a"], "x to b and back"),
    "truth": ([False, False, True, True], "x to True"),
}


def of(cells, kinds=None):
    frame = Frame.of({"x": cells, "still": [1.0, 2.5, 2.0, 4.0]})
    schema = Schema.fit(frame, kinds)
    path = schema.coordinates(schema.to_batch(frame)).double().numpy()
    path[:, schema.owners.numpy() == 1] = 0.0
    rows = {"x": cells, "still": [1.0] * 4}
    return movements(schema, path, rows)


@pytest.mark.parametrize("case", CASES)
def test_how_a_column_goes(case):
    cells, text = CASES[case]
    kind = {"x": "continuous"} if isinstance(cells[0], float) else {}
    first, second = of(cells, kind or None)
    assert first.text == text
    assert (first.column, first.share, second.share) == ("x", 1.0, 0.0)
    assert second.text == ""


@pytest.mark.parametrize(("kind", "level"), [("binary", "b"), ("categorical", "b")])
def test_a_level_that_gains_without_winning_is_told(kind, level):
    frame = Frame.of({"x": ["a", "b", "a", "b"]})
    schema = Schema.fit(frame, {"x": kind})
    p = np.array([[0.1], [0.4]])
    path = p if kind == "binary" else np.column_stack([0 * p, 1 - p, p]) * 0.5**0.5
    (found,) = movements(schema, path, {"x": ["a", "a"]})
    assert found.text == f"x {level} more likely (10 % to 40 %)"
    (still,) = movements(schema, path[[0, 0]], {"x": ["a", "a"]})
    assert still.text == ""


def test_the_sentence_is_short_and_leaves_out_what_hardly_moves():
    many = [Movement(f"c{i}", 0.15, 1.0, 0, 1, f"c{i} up") for i in range(6)]
    little = Movement("little", 0.001, 1.0, 0, 1, "little up")
    assert sentence("z1", [*many, little]) == "z1: c0 up, c1 up, c2 up, c3 up, and 2 more columns"
    assert sentence("z1", []) == "z1: no column moves so that one could see it"


def test_squares_are_summed_within_columns():
    frame = Frame.of({"city": ["a", "b", "c", "a"], "n": [0.5, 1.5, 2.25, 3.0]})
    schema = Schema.fit(frame)
    x = np.random.default_rng(0).normal(size=(3, schema.n_coordinates))
    found = squares_by_column(schema, x)
    owners = schema.owners.numpy()
    for c in range(2):
        np.testing.assert_allclose(found[:, c], np.square(x[:, owners == c]).sum(1))
