"""Times as text."""

import datetime as dt

import pyarrow as pa
import pytest

from diabolo.data.times import read_times


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-05-01", None], [dt.date(2024, 5, 1), None]),
        (["2024-05-01 10:00", "2024-05-01"], [dt.datetime(2024, 5, 1, 10), dt.datetime(2024, 5, 1)]),
        (["2024-05-01T10:00:00.25"], [dt.datetime(2024, 5, 1, 10, 0, 0, 250000)]),
        (["2024-05-01T10:00:00+02:00"], [dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)]),
        (["2024-05-01 10:00Z"], [dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)]),
    ],
)
def test_times(cells: list, expected: list):
    assert read_times(pa.chunked_array([cells])).to_pylist() == expected


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-13-01"],
        ["2024-05-01", "soon"],
        ["2024-05-01 10:00", "2024-05-01 10:00Z"],
        ["1.5.2024"],
        [None],
        [5],
    ],
)
def test_anything_else_stays(cells: list):
    assert read_times(pa.chunked_array([cells])).to_pylist() == cells
