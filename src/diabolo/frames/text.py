"""Columns of Python objects, and numbers written as text."""

import datetime
import decimal
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as is_

from diabolo.errors import DataError, MixedTypeWarning, NumbersAsTextWarning

__all__ = ["read_objects", "read_text"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

PROBE = 200  # cells looked at before a whole column is
NUMERIC = (bool, int, float, decimal.Decimal, np.number, np.bool_)
SPACES = " \u00a0\u2009\u202f'’"
PLAIN = r"0|[1-9]\d*"  # no leading zeros: 007 is a code
# Ways to write numbers: (all cells match, at least one matches, thousands separators, decimal mark).
STYLES = (
    (rf"[+-]?({PLAIN}|[1-9]\d{{0,2}}(,\d{{3}})+)(\.\d+)?", r".*,.*", ",", "."),
    (rf"[+-]?({PLAIN}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(\.\d+)?", rf".*\d[{SPACES}]\d.*", SPACES, "."),
    (rf"[+-]?({PLAIN}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(,\d+)?", rf".*\d[{SPACES}]\d.*", SPACES, ","),
    (rf"[+-]?({PLAIN}|[1-9]\d{{0,2}}(\.\d{{3}})+)(,\d+)?", r".*,.*|.*\..*\..*", ".", ","),
)


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


def _read_mixed(cells: list[Any], name: str) -> pa.Array:
    """Numbers of different kinds as floats, dates as times, the rest as text."""
    present = [cell for cell in cells if not _is_missing(cell)]
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
    warnings.warn(
        f"Column {name!r} mixes {', '.join(kinds)} and is read as text; give it one type to change that.",
        MixedTypeWarning,
        stacklevel=2,
    )
    return _map(str, cells, pa.string())


def _map(function: Callable[[Any], Any], cells: list[Any], kind: pa.DataType) -> pa.Array:
    """Apply a function to the cells that are there."""
    return pa.array([None if _is_missing(cell) else function(cell) for cell in cells], kind, from_pandas=True)


def _is_missing(cell: Any) -> bool:
    """None, NaN, NaT and pandas.NA."""
    return (
        cell is None
        or type(cell).__name__ in ("NAType", "NaTType")
        or (isinstance(cell, float) and cell != cell)
    )


def _as_datetime(day: datetime.date) -> datetime.datetime:
    """Midnight of a day."""
    return day if isinstance(day, datetime.datetime) else datetime.datetime(day.year, day.month, day.day)


def read_text(table: pa.Table, field: pa.Field) -> pa.ChunkedArray | None:
    """The numbers of a text column whose every cell is a number in one unambiguous way of writing.

    Read are ``1,234.5``, ``1 234.5``, ``1'234``, ``1 234,5`` and ``1.234,5``: with a thousands separator or a
    decimal comma somewhere. Plain digits stay text, for they may be codes. None stands for a column that
    stays as it is.

    Warns
    -----
    NumbersAsTextWarning
        The column is read as numbers.

    Examples
    --------
    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> table = pa.table({"price": ["1,234.50", "12"]})
    >>> read_text(table, table.schema.field(0)).to_pylist()
    [1234.5, 12.0]
    """
    if not (is_.is_string(field.type) or is_.is_large_string(field.type)):
        return None
    column = table.column(field.name)
    probe = column.slice(0, PROBE)
    for every, some, separators, mark in STYLES:
        if _all_match(probe, every) and _all_match(column, every) and _any_match(column, some):
            return _parse(column, field.name, separators, mark)
    return None


def _all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether every cell that is there matches."""
    return bool(pc.all(pc.match_substring_regex(column, f"^\\s*(?:{pattern})\\s*$"), min_count=0).as_py())


def _any_match(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether some cell matches."""
    return bool(pc.any(pc.match_substring_regex(column, f"^\\s*(?:{pattern})\\s*$")).as_py())


def _parse(column: pa.ChunkedArray, name: str, separators: str, mark: str) -> pa.ChunkedArray:
    """Numbers out of text."""
    warnings.warn(
        f"Column {name!r} holds numbers as text, such as {column.drop_null()[0].as_py()!r}, and is read as "
        "numbers.",
        NumbersAsTextWarning,
        stacklevel=2,
    )
    plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), f"[{re.escape(separators)}]", "")
    plain = pc.replace_substring(plain, mark, ".") if mark != "." else plain
    plain = pc.replace_substring_regex(plain, r"^\+", "")
    whole = not pc.any(pc.match_substring(plain, ".")).as_py() and pc.max(pc.utf8_length(plain)).as_py() < 18
    return plain.cast(pa.int64() if whole else pa.float64())
