"""The face of a frame: names, numbers, pixels, rows."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.errors import DataError, DiaboloWarning, DuplicateColumnError, EmptyDataError, MissingColumnError
from diabolo.frames import Frame

ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
SAME = {
    "pandas": pd.DataFrame(ROWS),
    "polars": pl.DataFrame(ROWS),
    "pyarrow": pa.Table.from_pylist(ROWS),
    "dicts": ROWS,
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_table_in_every_kind(kind: str):
    frame = Frame.of(SAME[kind])
    assert (frame.kind, frame.names, frame.n_rows, len(frame)) == (kind, ("a", "b"), 2, 2)
    assert frame.arrow("b").to_pylist() == ["x", None]
    assert frame.numbers(("a",)).tolist() == [[1.0], [2.0]]
    assert frame.matrix is None
    assert frame.images == ()


def test_a_dict_of_columns_is_a_pyarrow_table():
    assert Frame.of({"a": [1, 2], "b": np.array([0.5, 1])}).kind == "pyarrow"


def test_a_frame_of_a_frame_is_the_same():
    frame = Frame.of(ROWS)
    assert Frame.of(frame) == frame


@pytest.mark.parametrize("make", [np.asarray, torch.tensor])
def test_a_matrix_is_not_copied(make):
    x = make(np.arange(6, dtype=np.float32).reshape(3, 2))
    frame = Frame.of(x)
    assert frame.names == ("x0", "x1")
    assert np.shares_memory(frame.numbers(), np.asarray(x))
    assert frame.matrix is not None
    assert frame.numbers(("x1", "x0")).tolist() == [[1, 0], [3, 2], [5, 4]]


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("float32", "float32"), ("float64", "float64"), ("float16", "float32"), ("uint8", "float32"),
        ("int16", "float32"), ("bool", "float32"), ("int32", "float64"), ("int64", "float64"),
    ],
)  # fmt: skip
def test_numbers_are_float32_where_that_is_exact(dtype: str, expected: str):
    x = np.ones((2, 2), dtype)
    assert Frame.of(x).numbers().dtype == expected
    assert Frame.of(pd.DataFrame(x, columns=["a", "b"])).numbers().dtype == expected


@pytest.mark.parametrize(
    ("cells", "kind", "seconds"),
    [
        ([True, None, False], pa.bool_(), [1, np.nan, 0]),
        ([1, None], pa.int8(), [1, np.nan]),
        ([None, None], pa.null(), [np.nan, np.nan]),
        ([decimal.Decimal("1.25"), None], pa.decimal128(5, 2), [1.25, np.nan]),
        ([dt.datetime(1970, 1, 2), None], pa.timestamp("us"), [86400, np.nan]),
        ([dt.datetime(1970, 1, 1, 0, 0, 0, 250000)], pa.timestamp("ns", "Europe/Berlin"), [0.25]),
        ([dt.date(1970, 1, 3), None], pa.date32(), [172800, np.nan]),
        ([dt.date(1969, 12, 31)], pa.date64(), [-86400]),
        ([dt.timedelta(seconds=1.5), None], pa.duration("ms"), [1.5, np.nan]),
        ([dt.time(0, 1, 30), None], pa.time32("s"), [90, np.nan]),
        ([dt.time(0, 0, 1, 500000)], pa.time64("us"), [1.5]),
    ],
)
def test_what_numbers_mean(cells: list, kind: pa.DataType, seconds: list):
    frame = Frame.of(pa.table({"a": pa.array(cells, kind)}))
    np.testing.assert_array_equal(frame.numbers()[:, 0], seconds)


def test_categories_of_numbers_are_numbers():
    frame = Frame.of(pd.DataFrame({"a": pd.Categorical([3, 1, None], categories=[3, 2, 1])}))
    np.testing.assert_array_equal(frame.numbers()[:, 0], [3, 1, np.nan])


def test_text_is_no_number():
    with pytest.raises(DataError, match="'b' holds text, not numbers"):
        Frame.of(ROWS).numbers(("b",))


def test_huge_integers_stay_exact_in_arrow():
    big = 2**60 + 1
    assert Frame.of([{"a": big}]).arrow("a").to_pylist() == [big]


@pytest.mark.parametrize("shape", [(3, 4, 5), (3, 4, 5, 1), (3, 4, 5, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_arrays_of_images(shape: tuple[int, ...], dtype: str):
    x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    frame = Frame.of(x)
    assert frame.names == frame.images == ("image",)
    assert frame.matrix is None
    assert frame.pixels("image") is x
    assert tuple(frame.type("image").shape) == shape[1:]
    table = Frame.of(pa.table({"image": frame.arrow("image")}))
    np.testing.assert_array_equal(table.pixels("image"), x)
    np.testing.assert_array_equal(table.take(np.array([2, 0])).pixels("image"), x[[2, 0]])


def test_torch_images_have_channels_first():
    x = torch.rand(2, 3, 5, 6)
    np.testing.assert_array_equal(Frame.of(x).pixels("image"), x.movedim(1, 3))


def test_images_in_several_chunks():
    x = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    part = pa.table({"i": pa.FixedShapeTensorArray.from_numpy_ndarray(x)})
    frame = Frame.of(pa.concat_tables([part, part]))
    np.testing.assert_array_equal(frame.pixels("i"), np.concatenate([x, x]))


def test_only_images_have_pixels():
    with pytest.raises(DataError, match="not images"):
        Frame.of(ROWS).pixels("a")


@pytest.mark.parametrize(
    "data", [*SAME.values(), np.arange(4.0).reshape(2, 2)], ids=lambda d: type(d).__name__
)
def test_take(data):
    frame = Frame.of(data)
    name = frame.names[0]
    cells = frame.arrow(name).to_pylist()
    assert frame.take(np.array([1, 1, 0])).arrow(name).to_pylist() == [cells[1], cells[1], cells[0]]
    assert frame.take(np.array([False, True])).arrow(name).to_pylist() == [cells[1]]


def test_missing_cells_of_a_matrix_are_null():
    assert Frame.of(np.array([[1.0], [np.nan]])).arrow("x0").to_pylist() == [1.0, None]


def test_an_absent_column():
    with pytest.raises(MissingColumnError, match="no column 'c'; the data have 'a', 'b'"):
        Frame.of(ROWS).arrow("c")


def test_a_misspelled_column_is_asked_after():
    with pytest.raises(MissingColumnError, match="no column 'citty'; did you mean 'city'\\? the data have"):
        Frame.of({"city": ["Bonn"], "age": [1]}).arrow("citty")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), DuplicateColumnError),
        (pa.table([[1], [2]], names=["a", "a"]), DuplicateColumnError),
        ([{"1": 0, 1: 0}], DuplicateColumnError),
        (pd.DataFrame({"a": []}), EmptyDataError),
        (pl.DataFrame({"a": []}), EmptyDataError),
        (pa.table({"a": pa.nulls(0)}), EmptyDataError),
        (np.empty((0, 3)), EmptyDataError),
        (pd.DataFrame(index=[1, 2]), DataError),
        ("people.csv", DataError),
        (None, DataError),
        (3.5, DataError),
        ({1, 2}, DataError),
    ],
)
def test_bad_data(data, error: type[Exception]):
    with pytest.raises(error):
        Frame.of(data)


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_numbers_are_the_cells(cells: list):
    expected = [np.nan if cell is None else cell for cell in cells]
    for data in (pa.table({"a": pa.array(cells, pa.float64())}), [{"a": cell} for cell in cells]):
        np.testing.assert_array_equal(Frame.of(data).numbers()[:, 0], expected)


def test_text_is_numbers_where_numbers_are_asked():
    frame = Frame.of({"a": ["007", "-"], "b": ["-", "-"]})
    assert pa.types.is_string(frame.type("a"))
    np.testing.assert_array_equal(frame.numbers(), [[7, np.nan], [np.nan, np.nan]])


def test_times_out_of_text():
    frame = Frame.of({"a": ["01/02/2026"], "b": ["soon"], "c": [1]})
    assert frame.times("a", "month").to_pylist() == [dt.date(2026, 1, 2)]
    assert frame.times("a").to_pylist() == ["01/02/2026"]
    assert frame.times("b", "day").to_pylist() == ["soon"]
    assert frame.times("c").to_pylist() == [1]


@pytest.mark.filterwarnings("ignore::diabolo.errors.TimesAsTextWarning")
def test_the_order_of_dates_is_kept_with_the_rows():
    frame = Frame.of({"a": ["31/01/2026", "01/02/2026"], "b": ["2026-01-31", "2026-02-01"]}).take(
        np.array([1])
    )
    assert (frame.order("a"), frame.order("b")) == ("day", None)


@pytest.mark.parametrize("data", [np.arange(8.0).reshape(8, 1), {"a": list("abcdefgh")}])
def test_rows_remember_where_they_stood(data):
    frame = Frame.of(data)
    assert frame.origin.tolist() == list(range(8))
    part = frame.take(np.array([5, 2, 7])).take(np.array([False, True, True]))
    assert part.origin.tolist() == [2, 7]
    assert Frame.of(part).origin.tolist() == [2, 7]


def test_what_a_model_has_made_is_told_of_no_more():
    text = {"born": ["2026-01-31", "2026-02-01"], "size": ["1.5", "2"]}
    with pytest.warns(DiaboloWarning):
        told = Frame.of(text)
    assert Frame.decoded(text).arrow("born").equals(told.arrow("born"))
