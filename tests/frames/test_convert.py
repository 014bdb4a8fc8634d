"""Numbers as cells of a given type."""

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.errors import DataError
from diabolo.frames.convert import as_dtype, cast, float_type, number_type, to_numbers, to_pixels


@pytest.mark.parametrize(
    ("numbers", "kind", "cells"),
    [
        ([0.4, 0.6, np.nan], pa.bool_(), [False, True, None]),
        ([1.5, -7.0, 1e9], pa.uint8(), [2, 0, 255]),
        ([1e300, -1e300, np.inf], pa.int64(), [2**63 - 1, -(2**63), 2**63 - 1]),
        ([1.5], pa.float32(), [1.5]),
        ([1.005, 1e30], pa.decimal128(5, 2), [decimal.Decimal("1.00"), decimal.Decimal("999.00")]),
        ([86400.5], pa.timestamp("ms"), [dt.datetime(1970, 1, 2, 0, 0, 0, 500000)]),
        ([86400.5], pa.date32(), [dt.date(1970, 1, 2)]),
        ([1.5], pa.duration("us"), [dt.timedelta(seconds=1.5)]),
        ([90.2, -5.0, 1e9], pa.time32("s"), [dt.time(0, 1, 30), dt.time(0), dt.time(23, 59, 59)]),
        ([1.5], pa.time64("us"), [dt.time(0, 0, 1, 500000)]),
        ([3.0, np.nan], pa.string(), ["3", None]),
        ([1.0, 2.0], pa.null(), [None, None]),
    ],
)
def test_numbers_become_cells(numbers: list, kind: pa.DataType, cells: list):
    column = cast(np.array(numbers), kind)
    assert column.type == kind
    assert column.to_pylist() == cells


@pytest.mark.parametrize(
    ("column", "kind", "cells"),
    [
        (pa.array(["1", None]), pa.int64(), [1, None]),
        (pa.array(["true", "false"]), pa.bool_(), [True, False]),
        (pa.array(["a", "b"]).dictionary_encode(), pa.string(), ["a", "b"]),
        (pa.nulls(2), pa.int8(), [None, None]),
        (pa.array([dt.datetime(2020, 1, 1, 5)]), pa.date32(), [dt.date(2020, 1, 1)]),
        (pa.array([1500], pa.timestamp("ms")), pa.timestamp("s"), [dt.datetime(1970, 1, 1, 0, 0, 1)]),
        (pa.chunked_array([[1.2], [3.8]]), pa.int8(), [1, 4]),
    ],
)
def test_cells_become_other_cells(column, kind: pa.DataType, cells: list):
    assert cast(column, kind).to_pylist() == cells


def test_zones_change_the_clock_but_not_the_time():
    noon = pa.array([dt.datetime(2020, 1, 1, 12)], pa.timestamp("us", "UTC"))
    assert cast(noon, pa.timestamp("us", "Asia/Tokyo")).cast(pa.int64()) == noon.cast(pa.int64())


@given(st.lists(st.integers(-(2**53), 2**53), min_size=1))
def test_integers_survive_float64(whole: list[int]):
    assert cast(np.array(whole, np.float64), pa.int64()).to_pylist() == whole


@given(
    st.lists(st.floats(allow_nan=False, width=32), min_size=1),
    st.sampled_from(["int8", "uint16", "int32", "uint64"]),
)
def test_integers_stay_in_range(numbers: list[float], dtype: str):
    limits = np.iinfo(dtype)
    whole = as_dtype(np.array(numbers, np.float32), np.dtype(dtype))
    expected = [
        min(max(round(x) if np.isfinite(x) else x, int(limits.min)), int(limits.max)) for x in numbers
    ]
    assert whole.dtype == dtype
    assert whole.tolist() == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@given(st.lists(st.integers(-(10**9), 10**10), min_size=1))
def test_times_survive_as_seconds(unit: str, seconds: list[int]):
    times = pa.chunked_array([pa.array(seconds, pa.timestamp("s")).cast(pa.timestamp(unit, "UTC"))])
    assert cast(to_numbers(times), times.type).to_pylist() == times.to_pylist()


def test_images_change_their_numbers():
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.full((2, 3, 4), 7.6, np.float32))
    cast_images = cast(images, pa.fixed_shape_tensor(pa.uint8(), (3, 4)))
    np.testing.assert_array_equal(to_pixels(pa.chunked_array([cast_images]), "i"), np.full((2, 3, 4), 8))


def test_missing_images_are_refused():
    kind = pa.fixed_shape_tensor(pa.uint8(), (1, 2))
    storage = pa.array([[1, 2], None], pa.list_(pa.uint8(), 2))
    images = pa.chunked_array([pa.ExtensionArray.from_storage(kind, storage)])
    with pytest.raises(DataError, match="'i' lacks 1 of its images"):
        to_pixels(images, "i")


def test_the_type_of_numbers():
    assert number_type(pa.dictionary(pa.int8(), pa.int16())) == np.float32
    assert float_type(np.dtype("longdouble")) == np.float64
    with pytest.raises(DataError, match="'a' holds text"):
        number_type(pa.large_string(), "a")
