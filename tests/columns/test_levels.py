"""Distinct values as codes."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest

from diabolo.columns.levels import MISSING, UNKNOWN, codes, count_levels, decoded, encoded, plain
from diabolo.errors import UnknownCategoryWarning
from diabolo.frames import Frame


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pa.array([1.5, float("nan"), None]), [1.5, None, None]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array([True, None]), [True, None]),
        (pa.array([dt.date(2020, 1, 2)]), ["2020-01-02"]),
        (pa.array([decimal.Decimal("1.50")]), ["1.50"]),
        (pa.chunked_array([["a"], ["b"]]), ["a", "b"]),
    ],
)
def test_plain_values_are_what_json_holds(cells, expected):
    assert plain(cells).to_pylist() == expected


def test_levels_are_counted_most_frequent_first_ties_in_order():
    cells = pa.array(["b", "a", "c", "c", None, "b", "d"])
    assert count_levels(cells) == (["b", "c", "a", "d"], [2, 2, 1, 1])


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (pa.array([1, 2, 9, None]), [2, 1]),
        (pa.array([1.0, 2.0, 9.5, None]), [2, 1]),
        (pa.array(["1", "2", "x", None]), [2, 1]),
        (pa.array([1, 2, 9, None]), ["2", "1"]),
        (pa.array([1, 2, 9, None], pa.int8()), [2.0, 1.0]),
        (pa.array([1, 0, 9, None]), [1.0, 0.0, 2.0]),
    ],
)
def test_codes_meet_across_types(cells, levels):
    found = codes(cells, levels)
    assert found[0] == [float(level) for level in levels].index(1.0)
    assert found[2] == UNKNOWN
    assert found[3] == MISSING


def test_codes_and_cells_are_inverse():
    levels = [["x", "y", "z"], [10, 20]]
    found = np.array([[2, 0], [0, 1]])
    cells = decoded(found, ["a", "b"], levels)
    assert cells["a"].to_pylist() == ["z", "x"]
    frame = Frame.of({"a": cells["a"], "b": cells["b"]})
    assert (encoded(frame, ["a", "b"], levels, "") == found).all()


def test_new_levels_are_told_once_with_examples():
    frame = Frame.of({"city": ["Bonn", "Oslo", "Rome", "Oslo", "Kiel", "Graz", "Bern"]})
    with pytest.warns(
        UnknownCategoryWarning, match=r"'city'.*'Oslo', 'Rome', 'Kiel' and 2 more; 6 rows.*: gone"
    ) as told:
        encoded(frame, ["city"], [["Bonn"]], "gone")
    assert len(told) == 1
