"""Times as text."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.frames.times import read_iso, read_times, unclear_dates

JAN = dt.date(2026, 1, 31)


def read(cells: list, order: str | None = None) -> tuple[list, str | None] | None:
    found = read_times(pa.chunked_array([cells], pa.string()), order)
    return None if found is None else (found[0].to_pylist(), found[1])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2024-05-01", None], [dt.date(2024, 5, 1), None]),
        (["2024-05-01 10:00", "2024-05-01"], [dt.datetime(2024, 5, 1, 10), dt.datetime(2024, 5, 1)]),
        (["2024-05-01T10:00:00.25"], [dt.datetime(2024, 5, 1, 10, 0, 0, 250000)]),
        (["2024-05-01T10:00:00+02:00"], [dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)]),
        (["2024-05-01 10:00Z"], [dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)]),
        (["10:30", "23:59:59", None], [dt.time(10, 30), dt.time(23, 59, 59), None]),
    ],
)
def test_iso(cells: list, expected: list):
    assert read_iso(pa.chunked_array([cells])).to_pylist() == expected
    assert read(cells) == (expected, None)


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-13-01"],
        ["2024-05-01", "soon"],
        ["2024-05-01 10:00", "2024-05-01 10:00Z"],
        ["1.5.2024"],
        ["25:00"],
        [None],
        [5],
    ],
)
def test_anything_else_is_not_iso(cells: list):
    assert read_iso(pa.chunked_array([cells])).to_pylist() == cells


@pytest.mark.parametrize(
    ("cells", "expected", "order"),
    [
        (["2026/01/31", "2026/2/1"], [JAN, dt.date(2026, 2, 1)], None),
        (["2026.01.31"], [JAN], None),
        (["31.01.2026"], [JAN], "day"),
        (["1.2.2026"], [dt.date(2026, 2, 1)], "day"),  # dots mean the day comes first
        (["01.31.2026"], [JAN], "month"),
        (["31/01/2026", "01/02/2026"], [JAN, dt.date(2026, 2, 1)], "day"),
        (["01/31/2026", "01/02/2026"], [JAN, dt.date(2026, 1, 2)], "month"),
        (["31-01-2026"], [JAN], "day"),
        (["31 Jan 2026"], [JAN], None),
        (["31. Januar 2026", "1. März 2026"], [JAN, dt.date(2026, 3, 1)], None),
        (["31-JAN-2026"], [JAN], None),
        (["Jan 31, 2026", "December 1, 2025"], [JAN, dt.date(2025, 12, 1)], None),
        (["31.01.2026 9:05"], [dt.datetime(2026, 1, 31, 9, 5)], "day"),
        (
            ["31/01/2026, 14:05:59", "1/2/2026"],
            [dt.datetime(2026, 1, 31, 14, 5, 59), dt.datetime(2026, 2, 1)],
            "day",
        ),
        (["31 Jan 2026 14:05"], [dt.datetime(2026, 1, 31, 14, 5)], None),
        ([" 31.01.2026 ", None], [JAN, None], "day"),
    ],
)
def test_dates_that_prove_their_order(cells: list, expected: list, order: str | None):
    assert read(cells) == (expected, order)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["01/02/2026", "12/12/2026"], "may have the day or the month first"),
        (["31/01/2026", "01/31/2026"], "have the day first in some cells"),
        (["31.02.2026"], "name a day that no calendar has"),
        (["2026-13-01"], "name a day that no calendar has"),
        (["32 Jan 2026"], "name a day that no calendar has"),
        (["31.01.26"], "have years of two digits"),
        (["soon"], None),
        (["12.5"], None),
        (["1.2.3"], None),
        (["31.01.2026", "soon"], None),
        (["31.01.2026", "2026-01-31"], None),
        ([None], None),
    ],
)
def test_what_stays_text(cells: list, words: str | None):
    assert read(cells) is None
    found = unclear_dates(pa.chunked_array([cells], pa.string()))
    assert (found is None) if words is None else words in str(found)


def test_an_order_that_was_told():
    assert read(["01/02/2026"], "day") == ([dt.date(2026, 2, 1)], "day")
    assert read(["01/02/2026"], "month") == ([dt.date(2026, 1, 2)], "month")


FORMATS = [
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%B %d, %Y",
    "%Y-%m-%d",
]


@given(
    days=st.lists(st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2250, 1, 1))),
    written=st.sampled_from(FORMATS),
    clock=st.sampled_from(["", " %H:%M:%S", ", %H:%M:%S"]),
)
def test_dates_come_back_from_any_way_of_writing(days: list[dt.datetime], written: str, clock: str):
    clock = clock.removeprefix(",") if written == "%Y-%m-%d" else clock
    days = [
        day.replace(microsecond=0) for day in [dt.datetime(2026, 1, 31), *days]
    ]  # the first proves the order
    found = read([day.strftime(written + clock) for day in days])
    assert found is not None
    assert found[0] == [day if clock else day.date() for day in days]
