"""Columns of Python objects, and text that holds numbers or times."""

import datetime
import decimal
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as is_

from diabolo.errors import DataError, MixedTypeWarning, NumbersAsTextWarning, TimesAsTextWarning
from diabolo.frames.numerals import may_be_thousands, read_numbers, unclear_numbers
from diabolo.frames.patterns import is_text, without_gaps
from diabolo.frames.times import read_iso, read_times, unclear_dates
from diabolo.notices import warn

__all__ = [
    "forced_numbers",
    "forced_times",
    "is_missing",
    "read_columns",
    "read_objects",
    "read_text",
    "unclear",
]

NUMERIC = (bool, int, float, decimal.Decimal, np.number, np.bool_)


def read_objects(cells: Any, name: str) -> pa.Array | pa.ChunkedArray:
    """A column of Python objects as Arrow; NaN counts as missing.

    Numbers of different kinds become one kind; anything else that is mixed is read as text.

    Raises
    ------
    DataError
        Cells are lists, dicts or other objects.

    Warns
    -----
    MixedTypeWarning
        Cells of different types were read as text.

    Examples
    --------
    >>> read_objects([True, 2, None], "a").to_pylist()
    [1.0, 2.0, None]
    """
    if isinstance(cells, np.ndarray) and cells.ndim != 1:
        raise DataError(
            f"Column {name!r} has {cells.ndim} axes (shape={cells.shape}); a column has one cell per row."
        )
    cells = cells.tolist() if isinstance(cells, np.ndarray) and cells.dtype == object else cells
    try:
        column = pa.array(cells, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return _read_mixed(list(cells), name)
    mixed_dates = is_.is_date(column.type) and any(isinstance(cell, datetime.datetime) for cell in cells)
    return _read_mixed(list(cells), name) if mixed_dates else column


def read_columns(cells: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Columns of Python objects out of a file that has no type for times, and keeps them as ISO text.

    Raises
    ------
    DataError, MixedTypeWarning
        As :func:`read_objects`.

    Examples
    --------
    >>> read_columns({"day": ["2024-05-01", None]}).to_pylist()
    [{'day': datetime.date(2024, 5, 1)}, {'day': None}]
    """
    columns = {name: pa.chunked_array([read_objects(list(column), name)]) for name, column in cells.items()}
    return pa.table({name: read_iso(column) for name, column in columns.items()})


def _read_mixed(cells: list[Any], name: str) -> pa.Array:
    """Numbers of different kinds as floats, dates as times, the rest as text."""
    present = [cell for cell in cells if not is_missing(cell)]
    if all(isinstance(cell, NUMERIC) for cell in present):
        return _map(float, cells, pa.float64())
    if all(isinstance(cell, datetime.date) for cell in present):
        return _map(_as_datetime, cells, pa.timestamp("us"))
    kinds = sorted({type(cell).__name__ for cell in present})
    plain = (str, bytes, datetime.date, datetime.time, datetime.timedelta, *NUMERIC)
    if strange := [cell for cell in present if not isinstance(cell, plain)]:
        raise DataError(
            f"Column {name!r} holds cells of type {type(strange[0]).__name__}; allowed are numbers, text and "
            "times. Give each part a column of its own, or leave the column out."
        )
    warn(
        f"Column {name!r} mixes {', '.join(kinds)} and is read as text; give it one type to change that.",
        MixedTypeWarning,
    )
    return _map(str, cells, pa.string())


def _map(function: Callable[[Any], Any], cells: list[Any], kind: pa.DataType) -> pa.Array:
    """Apply a function to the cells that are there."""
    return pa.array([None if is_missing(cell) else function(cell) for cell in cells], kind, from_pandas=True)


def is_missing(cell: Any) -> bool:
    """Whether a cell is None, NaN, NaT or pandas.NA.

    Examples
    --------
    >>> is_missing(float("nan")), is_missing("")
    (True, False)
    """
    return (
        cell is None
        or type(cell).__name__ in ("NAType", "NaTType")
        or (isinstance(cell, float | np.floating) and cell != cell)
    )


def _as_datetime(day: datetime.date) -> datetime.datetime:
    """Midnight of a day."""
    return day if isinstance(day, datetime.datetime) else datetime.datetime(day.year, day.month, day.day)


def read_text(column: pa.ChunkedArray, name: str) -> tuple[pa.ChunkedArray, str | None] | None:
    """What a text column holds whose every cell is a number, or a date or time, and None for other columns.

    Ways of writing are those of :func:`read_numbers` and :func:`read_times`. Marks such as ``-`` and ``n/a``
    count as missing if all other cells are of one kind and at least two of them differ.

    Returns
    -------
    column : pyarrow.ChunkedArray, shape (n,)
    way : str or None
        How its numbers are written, such as ``"1,234.5"``; or what came first in its dates, where it might
        have been the other: ``"day"`` or ``"month"``.

    Warns
    -----
    NumbersAsTextWarning, TimesAsTextWarning
        The column is read.

    Examples
    --------
    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> read_text(pa.chunked_array([["1,234.50", "-", "12"]]), "price")[0].to_pylist()
    [1234.5, None, 12.0]
    """
    found, marks = _read(column)
    if found is None:
        return None
    what, warning = _KINDS[pa.types.is_temporal(found[0].type)]
    place = found[0].is_valid().index(True).as_py()
    gaps = f"; {', '.join(map(repr, marks))} count{'s' * (len(marks) == 1)} as missing" if marks else ""
    told = what == "numbers" and may_be_thousands(without_gaps(column)[0])
    fitted = "; a fitted model reads its marks as it read those of its training rows" if told else ""
    warn(
        f"Column {name!r} holds {what} as text, such as {column[place].as_py()!r}, and is read as {what}, "
        f"here {found[0][place].as_py()}{gaps}{fitted}.",
        warning,
    )
    return found


_KINDS = {False: ("numbers", NumbersAsTextWarning), True: ("times", TimesAsTextWarning)}


def _read(column: pa.ChunkedArray) -> tuple[tuple[pa.ChunkedArray, str | None] | None, list[str]]:
    """What a text column holds, and its marks of gaps."""
    if not is_text(column.type):
        return None, []
    present, marks = without_gaps(column)
    numbers = None if present.null_count == len(present) else read_numbers(present)
    found = read_times(present) if numbers is None else numbers
    if found is None or (marks and len(found[0].unique().drop_null()) < 2):
        return None, []
    return found, marks


def unclear(column: pa.ChunkedArray) -> str | None:
    """Why a text column that seems to hold numbers or dates stays text: the end of a sentence.

    Examples
    --------
    >>> unclear(pa.chunked_array([["01/02/2026", "-"]]))
    'holds dates that may have the day or the month first'
    """
    present, _ = without_gaps(column)
    if (why := unclear_dates(present)) is not None:
        return f"holds dates that {why}"
    return "holds numbers whose mark may be for thousands or decimals" if unclear_numbers(present) else None


def forced_numbers(column: pa.ChunkedArray, style: str | None = None) -> pa.ChunkedArray | None:
    """The numbers of a text column of which numbers were asked: codes and columns of gaps alone are read too.

    A `style` allows one way of writing, that of :func:`read_numbers`.

    Examples
    --------
    >>> forced_numbers(pa.chunked_array([["007", "-"]])).to_pylist()
    [7, None]
    """
    present, _ = without_gaps(column)
    if present.null_count == len(present):
        return pa.chunked_array([pa.nulls(len(present), pa.float64())])
    found = read_numbers(present, style, codes=True)
    return None if found is None else found[0]


def forced_times(column: pa.ChunkedArray, order: str | None) -> pa.ChunkedArray | None:
    """The times of a text column of which times were asked, with what comes first in its dates.

    Examples
    --------
    >>> forced_times(pa.chunked_array([["01/02/2026"]]), "day").to_pylist()
    [datetime.date(2026, 2, 1)]
    """
    present, _ = without_gaps(column)
    if present.null_count == len(present):
        return pa.chunked_array([pa.nulls(len(present), pa.timestamp("us"))])
    found = read_times(present, order)
    return None if found is None else found[0]
