import numpy as np
import pytest

from diabolo.errors import CapabilityError, DataError, MissingColumnError
from diabolo.evaluate.generated.cells import read
from diabolo.frames import Frame


def test_kinds_and_gaps(cells):
    assert cells[0].names == ("size", "weight", "color", "born", "likes")
    assert [cells[0].is_number(j) for j in range(5)] == [True, True, False, True, False]
    assert [bool(cells[0].missing(j).any()) for j in range(5)] == [False, True, False, False, False]


def test_times_are_seconds_however_they_come():
    a = Frame.of({"day": np.array(["2020-01-01", "2020-01-03", "2020-01-02"], "datetime64[D]")})
    b = Frame.of({"day": np.array(["2020-01-02T00:00", "2020-01-01T12:00"], "datetime64[s]")})
    first, second = read(a, b)
    np.testing.assert_array_equal(second.columns[0] - first.columns[0][0], [86_400, 43_200])


def test_levels_that_only_generated_rows_have_are_levels_of_their_own():
    first, second = read(Frame.of({"x": ["a", "b", "a"]}), Frame.of({"x": ["z", "y", "z", None]}))
    assert second.levels == first.levels == (("a", "b", "z", "y"),)
    assert second.columns[0].tolist() == [2, 3, 2, -1]


def test_numbers_as_levels_match_whatever_their_type():
    _first, second = read(
        Frame.of({"x": [0, 1, 1], "y": [0.5, 1.5, 2.5]}), Frame.of({"x": [1.0, 0.0], "y": [1, 2]})
    )
    assert second.columns[0].tolist() == [0, 1]


def test_columns_may_come_in_any_order():
    _first, second = read(
        Frame.of({"x": [1.5, 2.5], "y": ["a", "b"]}), Frame.of({"y": ["b", "b"], "x": [3.5, 4.5]})
    )
    assert second.names == ("x", "y")
    assert second.columns[0].tolist() == [3.5, 4.5]


def test_what_cannot_be_compared_is_refused():
    real = Frame.of({"x": [1.5, 2.5], "y": ["a", "b"]})
    with pytest.raises(MissingColumnError, match="'y'"):
        read(real, Frame.of({"x": [1.5]}))
    with pytest.raises(DataError, match="not numbers"):
        read(real, Frame.of({"x": ["low", "high"], "y": ["a", "b"]}))
    with pytest.raises(CapabilityError, match="image_generation"):
        read(Frame.of(np.random.default_rng(0).random((3, 4, 4))))


def test_shuffled_keeps_every_column_and_nothing_else(cells):
    many = cells[0].shuffled(1200, np.random.default_rng(0))
    for own, other in zip(cells[0].columns, many.columns, strict=True):
        np.testing.assert_array_equal(np.sort(np.tile(own, 2)), np.sort(other))
    assert len(cells[0].shuffled(7, np.random.default_rng(0))) == 7
