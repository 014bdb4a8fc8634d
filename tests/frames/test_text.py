"""Columns of Python objects, and numbers and times as text."""

import datetime as dt
import decimal
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import diabolo
from diabolo.errors import DataError, MixedTypeWarning, NumbersAsTextWarning, TimesAsTextWarning
from diabolo.frames import Frame
from diabolo.frames.text import forced_numbers, forced_times, read_columns, read_objects, read_text, unclear

GAPS = ["-", "--", "–", ".", "n/a", "N/A", "nil", "missing", "#N/A", "NULL", "", " ", "?", "unknown", "n.a."]
AS_TEXT = "ignore::diabolo.errors.DiaboloWarning"


def column(cells: list, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([cells], kind or pa.string())


def read(cells: list) -> list | None:
    found = read_text(column(cells), "price")
    return None if found is None else found[0].to_pylist()


def stays(cells: list) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(cells) is None


@pytest.mark.parametrize("gap", GAPS)
def test_gap_marks_among_numbers(gap: str):
    with pytest.warns(NumbersAsTextWarning, match="'price' holds numbers as text.*as missing") as told:
        assert read(["12.5", gap, "3", None]) == [12.5, None, 3.0, None]
    assert repr(gap) in str(told[0].message)


@pytest.mark.parametrize("gap", GAPS)
def test_gap_marks_among_dates(gap: str):
    with pytest.warns(TimesAsTextWarning, match="as missing"):
        assert read([gap, "31.01.2026", "1.2.2026"]) == [None, dt.date(2026, 1, 31), dt.date(2026, 2, 1)]


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("rest", [["a", "b"], ["+", "0"], ["A1", "2"], ["5"], ["5", "5"], ["007", "12"], []])
def test_a_mark_among_other_text_is_a_level(gap: str, rest: list):
    stays([gap, *rest, gap])


def test_the_warning_says_what_was_made_of_a_cell():
    with pytest.warns(
        NumbersAsTextWarning, match=r"such as '1\.234,56 €', and is read as numbers, here 1234\.56\."
    ):
        read([None, "1.234,56 €", "12 €"])


def test_other_types_are_no_text():
    assert read_text(column([1], pa.int8()), "a") is None


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
@pytest.mark.filterwarnings(AS_TEXT)
def test_every_type_of_text(kind: pa.DataType):
    numbers = read_text(column(["1,234", "-", "7"]).cast(kind), "a")
    times = read_text(column(["31/01/2026 9:05", "n/a", "01/02/2026"]).cast(kind), "a")
    assert numbers is not None
    assert times is not None
    assert numbers[0].to_pylist() == [1234, None, 7]
    assert times[0].to_pylist() == [dt.datetime(2026, 1, 31, 9, 5), None, dt.datetime(2026, 2, 1)]


CELLS = st.one_of(
    st.lists(st.integers(-(10**17), 10**17).map(str)),
    st.lists(st.floats(allow_nan=False, allow_infinity=False).map(repr)),
    st.lists(st.from_regex(r"0?[1-9]\d{0,3}(\.\d\d?)?", fullmatch=True)),
    st.lists(st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1)).map(str)),
    st.lists(st.sampled_from(["a", "b7", "12 Main St", "1.2.3", "x,y"])),
)


@given(cells=CELLS.filter(lambda cells: len(set(cells)) > 1), gap=st.sampled_from(["", "NA", "?", "null"]))
@pytest.mark.filterwarnings(AS_TEXT)
def test_text_of_any_library_is_read_as_the_text_of_a_file(tmp_path_factory, cells: list, gap: str):
    path = tmp_path_factory.mktemp("text") / "a.csv"
    cells = [*cells, gap]
    path.write_text("a,n\n" + "".join(f'"{cell}",7\n' for cell in cells))
    of_file = Frame.of(diabolo.read(path)).arrow("a")
    for table in (pl.DataFrame({"a": cells}), pd.DataFrame({"a": cells}), pa.table({"a": cells})):
        found = Frame.of(table).arrow("a")
        if pa.types.is_string(of_file.type):  # of words, marks are not taken from who wrote them on purpose
            assert found.to_pylist() == cells
        else:
            assert (found.type, found.to_pylist()) == (of_file.type, of_file.to_pylist())


@pytest.mark.parametrize("library", [pl.DataFrame, pd.DataFrame, pa.table])
@pytest.mark.filterwarnings(AS_TEXT)
def test_what_was_text_comes_back_as_what_it_was_read_as(library):
    table = library(
        {
            "price": [f"{i % 17},{i % 10} €" for i in range(40)],
            "day": [f"{i % 28 + 1:02}.{i % 12 + 1:02}.2026" for i in range(40)],
            "sign": ["-", "a", "b", "c"] * 10,
        }
    )
    rebuilt = Frame.of(diabolo.LinearAutoencoder(2).fit(table).reconstruct(table))
    assert rebuilt.kind == Frame.of(table).kind
    assert rebuilt.type("price") == pa.float64()
    assert rebuilt.type("day") == pa.date32()
    assert set(rebuilt.arrow("sign").to_pylist()) <= {"-", "a", "b", "c"}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["01/02/2026", "-"], "holds dates that may have the day or the month first"),
        (["31.01.26"], "holds dates that have years of two digits"),
        (["1.234 €", "5 €"], "holds numbers whose mark may be for thousands or decimals"),
        (["31/01/2026"], None),
        (["a"], None),
        ([None], None),
    ],
)
def test_why_text_stays_text(cells: list, words: str | None):
    assert unclear(column(cells)) == words


@pytest.mark.parametrize(
    ("cells", "numbers"), [(["-"], [None]), (["007", "-"], [7, None]), (["5 %"], [5]), (["five"], None)]
)
def test_numbers_on_demand(cells: list, numbers: list | None):
    found = forced_numbers(column(cells))
    assert (found and found.to_pylist()) == numbers


@pytest.mark.parametrize(
    ("cells", "order", "times"),
    [
        (["-"], None, [None]),
        (["01/02/2026", "-"], "day", [dt.date(2026, 2, 1), None]),
        (["01/02/2026"], "month", [dt.date(2026, 1, 2)]),
        (["13/02/2026"], "month", [dt.date(2026, 2, 13)]),  # what is proved counts
        (["01/02/2026"], None, None),
        (["soon"], "day", None),
    ],
)
def test_times_on_demand(cells: list, order: str | None, times: list | None):
    found = forced_times(column(cells), order)
    assert (found and found.to_pylist()) == times


def test_columns_of_a_file_without_types():
    table = read_columns({"day": ["2026-01-31", None], "n": [1, 2.5], "word": ["1", "x"]})
    assert table.schema.types == [pa.date32(), pa.float64(), pa.string()]


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
