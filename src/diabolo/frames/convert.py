"""Arrow columns as numbers and pixels, and numbers as Arrow columns of a given type."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as is_

from diabolo.errors import DataError

__all__ = ["as_dtype", "cast", "float_type", "number_type", "to_numbers", "to_pixels"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
DAY = 86_400  # seconds


def float_type(dtype: np.dtype) -> np.dtype:
    """float32 where it holds every value of the type, else float64.

    Examples
    --------
    >>> float_type(np.dtype("uint8")), float_type(np.dtype("int64"))
    (dtype('float32'), dtype('float64'))
    """
    return min(np.result_type(dtype, np.float32), np.dtype(np.float64), key=lambda kind: kind.itemsize)


def number_type(kind: pa.DataType, name: str = "") -> np.dtype:
    """The float type in which cells of an Arrow type are numbers.

    Raises
    ------
    DataError
        Cells of this type are no numbers.

    Examples
    --------
    >>> number_type(pa.int16()), number_type(pa.timestamp("us"))
    (dtype('float32'), dtype('float64'))
    """
    if is_.is_dictionary(kind):
        return number_type(kind.value_type, name)
    if is_.is_boolean(kind) or is_.is_integer(kind) or is_.is_floating(kind):
        return float_type(np.dtype(kind.to_pandas_dtype()))
    if is_.is_null(kind) or is_.is_decimal(kind) or is_.is_temporal(kind):
        return np.dtype(np.float64)
    raise DataError(f"Column {name!r} holds {_in_words(kind)}, not numbers.")


def to_numbers(column: pa.ChunkedArray) -> np.ndarray:
    """A column as floats (n,), NaN where missing; times are seconds (since 1970 in UTC, or of the day).

    Examples
    --------
    >>> to_numbers(pa.chunked_array([[True, None]]))
    array([ 1., nan])
    """
    kind = column.type
    if is_.is_dictionary(kind):
        return to_numbers(column.cast(kind.value_type))
    if is_.is_null(kind):
        return np.full(len(column), np.nan)
    if is_.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif is_.is_decimal(kind):
        column = column.cast(pa.float64())
    elif is_.is_temporal(kind):
        return _seconds(column)
    return column.to_numpy()


def _seconds(column: pa.ChunkedArray) -> np.ndarray:
    """Times as seconds."""
    kind = column.type
    if is_.is_date(kind):
        column, kind = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
    whole = column.cast(pa.int32()).cast(pa.int64()) if is_.is_time32(kind) else column.cast(pa.int64())
    return whole.to_numpy() / PER_SECOND[kind.unit]


def to_pixels(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """A column of images as one array (n, y, x) or (n, y, x, c).

    Raises
    ------
    DataError
        An image is missing.

    Examples
    --------
    >>> images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.zeros((3, 8, 8), np.uint8))
    >>> to_pixels(pa.chunked_array([images]), "image").shape
    (3, 8, 8)
    """
    if column.null_count:
        raise DataError(f"Column {name!r} lacks {column.null_count} of its images: drop those rows first.")
    parts = [chunk.to_numpy_ndarray() for chunk in column.chunks if len(chunk)]
    if not parts:
        return np.empty((0, *column.type.shape), column.type.value_type.to_pandas_dtype())
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def cast(column: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """A column as an Arrow type.

    What a model gives back has to fit the type that came in: numbers become integers by rounding and clipping
    to the type's range, seconds become times, NaN becomes null, and what cannot be read becomes null.

    Parameters
    ----------
    column : pyarrow Array or ChunkedArray, or ndarray, shape (n,)
    kind : pyarrow.DataType

    Examples
    --------
    >>> cast(np.array([1.6, -300.0, np.nan]), pa.int8()).to_pylist()
    [2, -128, None]
    """
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        column = pa.array(column, from_pandas=True)
    if column.type == kind:
        return column
    if is_.is_dictionary(column.type):
        return cast(column.cast(column.type.value_type), kind)
    if is_.is_null(kind) or is_.is_null(column.type):
        return pa.nulls(len(column), kind)
    if isinstance(kind, pa.FixedShapeTensorType):
        return _images(column, kind)
    if is_.is_floating(column.type) or is_.is_integer(column.type):
        return _from_numbers(column, kind)
    return column.cast(kind, safe=False)


def _images(column: Any, kind: pa.FixedShapeTensorType) -> pa.Array:
    """Images in another number type."""
    pixels = to_pixels(column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column]), "image")
    pixels = as_dtype(pixels.reshape(-1, *kind.shape), np.dtype(kind.value_type.to_pandas_dtype()))
    return pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(pixels))


def as_dtype(numbers: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Numbers in a dtype; integers are rounded and clipped to its range, truth is one half and above.

    Examples
    --------
    >>> as_dtype(np.array([0.4, 256.0]), np.dtype("uint8"))
    array([  0, 255], dtype=uint8)
    """
    if numbers.dtype == dtype:
        return numbers
    if dtype.kind == "b":
        return numbers >= 0.5
    if dtype.kind in "iu" and numbers.dtype.kind == "f":
        limits = np.iinfo(dtype)
        inside = (numbers >= limits.min) & (numbers < float(limits.max))
        whole = np.rint(np.where(inside, numbers, 0.0)).astype(dtype)
        return np.where(inside, whole, np.where(numbers > 0, limits.max, limits.min).astype(dtype))
    return numbers.astype(dtype)


def _from_numbers(column: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Numbers as booleans, integers, decimals, seconds or text."""
    if is_.is_boolean(kind):
        return pc.greater_equal(column, 0.5)
    if is_.is_integer(kind) and is_.is_floating(column.type):
        return _rounded(column, np.dtype(kind.to_pandas_dtype()))
    if is_.is_temporal(kind):
        return _times(column, kind)
    if is_.is_decimal(kind):
        limit = float(10 ** (kind.precision - kind.scale) - 1)
        column = pc.max_element_wise(
            pc.min_element_wise(column.cast(pa.float64()), limit), -limit, skip_nulls=False
        )
    return column.cast(kind, safe=False)


def _rounded(column: Any, dtype: np.dtype) -> pa.Array:
    """Floats as integers; NaN as null."""
    numbers = np.asarray(
        column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    )
    missing = np.isnan(numbers)
    return pa.array(as_dtype(np.where(missing, 0.0, numbers), dtype), mask=missing)


def _times(column: Any, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Seconds as points in time, durations or times of day."""
    if is_.is_date(kind):
        return _times(column, pa.timestamp("s")).cast(kind, safe=False)
    factor = PER_SECOND[kind.unit]
    if is_.is_time(kind):
        column = pc.max_element_wise(
            pc.min_element_wise(column, DAY - 1 / factor, skip_nulls=False), 0, skip_nulls=False
        )
    ticks = _rounded(pc.multiply(column.cast(pa.float64(), safe=False), float(factor)), np.dtype(np.int64))
    return ticks.cast(pa.int32()).cast(kind) if is_.is_time32(kind) else ticks.cast(kind)


def _in_words(kind: pa.DataType) -> str:
    """An Arrow type for people."""
    return "text" if is_.is_string(kind) or is_.is_large_string(kind) else str(kind)
