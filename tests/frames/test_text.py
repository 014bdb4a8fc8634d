"""Columns of Python objects, and numbers as text."""

import datetime as dt
import decimal
import warnings

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.errors import DataError, MixedTypeWarning, NumbersAsTextWarning
from diabolo.frames.text import read_objects, read_text


def read(cells: list) -> list | None:
    table = pa.table({"price": pa.array(cells, pa.string())})
    column = read_text(table, table.schema.field(0))
    return None if column is None else column.to_pylist()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,234", "12", None], [1234, 12, None]),
        (["1,234.50", "-12"], [1234.5, -12.0]),
        (["1,234,567", "+5"], [1234567, 5]),
        (["1 234", "5"], [1234, 5]),
        (["1\u202f234,5", "5"], [1234.5, 5.0]),
        (["1'234.5", "5"], [1234.5, 5.0]),
        (["1.234,5", "12"], [1234.5, 12.0]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1,5", "0,25"], [1.5, 0.25]),
        (["0,123", "1,5"], [0.123, 1.5]),
        ([" 1,234 ", "12"], [1234, 12]),
        (["12,345,678,901,234,567,890"], [12345678901234567890.0]),
    ],
)
def test_numbers_in_text(cells: list, numbers: list):
    with pytest.warns(NumbersAsTextWarning, match="'price' holds numbers as text"):
        assert read(cells) == numbers


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2"],  # digits may be codes
        ["1.234", "5.678"],  # 1.234 or 1234?
        ["00,123"],
        ["1,234", "many"],
        ["1,2,3"],
        ["2024-05-01"],
        ["12 Main St"],
        ["10.0.0.1"],
        [None, None],
    ],
)
def test_other_text_stays(cells: list):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(cells) is None


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1).filter(lambda n: max(map(abs, n)) >= 1000))
def test_thousands_separators_come_off(numbers: list[int]):
    with pytest.warns(NumbersAsTextWarning):
        assert read([f"{n:,}" for n in numbers]) == numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([True, 0, 1], [1.0, 0.0, 1.0]),
        ([2**70, 1], [float(2**70), 1.0]),
        ([decimal.Decimal("1.5"), 2.0], [1.5, 2.0]),
        ([np.float32(1), None], [1.0, None]),
        ([float("nan"), "a"], [None, "a"]),
        (
            [dt.date(2020, 1, 1), dt.datetime(2020, 1, 2, 3)],
            [dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 2, 3)],
        ),
        ([None, None], [None, None]),
    ],
)
def test_objects_of_one_family(cells: list, expected: list):
    assert read_objects(cells, "a").to_pylist() == expected


@pytest.mark.parametrize("cells", [[1, "a"], ["a", 1.5], [dt.date(2020, 1, 1), "a"], [True, "yes"]])
def test_mixed_objects_are_text(cells: list):
    with pytest.warns(MixedTypeWarning, match="'a' mixes"):
        assert read_objects(cells, "a").to_pylist() == [str(cell) for cell in cells]


@pytest.mark.parametrize("cells", [[1, [2]], [object(), 1], np.ones((2, 2))])
def test_objects_that_are_no_cells(cells):
    with pytest.raises(DataError, match="Column 'a'"):
        read_objects(cells, "a")
