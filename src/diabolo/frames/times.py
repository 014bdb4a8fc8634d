"""Dates and times written as text."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

from diabolo.frames.patterns import all_match, is_text

__all__ = ["read_iso", "read_times", "unclear_dates"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

DATE = r"\d{4}-\d\d-\d\d"
TIME = DATE + r"[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
ISO = (
    (DATE, pa.date32()),
    (r"\d\d:\d\d(:\d\d)?", pa.time32("s")),
    (f"{DATE}|{TIME}", pa.timestamp("us")),
    (TIME + r"(Z|[+-]\d\d:?\d\d)", pa.timestamp("us", "UTC")),
)
# Month names of English and German, by number.
MONTHS = (
    "jan(?:uary|uar)?|jänner",
    "feb(?:ruary|ruar)?",
    "mar(?:ch)?|mär(?:z)?|mrz",
    "apr(?:il)?",
    "may|mai",
    "june?|juni",
    "july?|juli",
    "aug(?:ust)?",
    "sept?(?:ember)?",
    "o[ck]t(?:ober)?",
    "nov(?:ember)?",
    "de[cz](?:ember)?",
)
NAME = f"(?i:{'|'.join(MONTHS)})"
CLOCK = r"(?:(?:,? +\d\d?|T\d\d):\d\d(?::\d\d)?)?"
TWO = r"\d\d?"
# What every cell looks like, and how to put year, month and day in order once all have two digits.
WRITTEN = (
    (rf"\d{{4}}[/.]{TWO}[/.]{TWO}{CLOCK}", r"^(\d{4}).(\d\d).(\d\d)", r"\1-\2-\3"),
    (
        rf"{TWO}(?:\.? |-){NAME}(?:\.? |-)\d{{4}}{CLOCK}",
        r"^(\d\d)[. -]+([^\d. -]+)[. -]+(\d{4})",
        r"\3-\2-\1",
    ),
    (rf"{NAME}\.? {TWO},? \d{{4}}{CLOCK}", r"^([^\d. ]+)\.? (\d\d),? (\d{4})", r"\3-\1-\2"),
)
NUMERIC = rf"{TWO}(?:/{TWO}/|-{TWO}-|\.{TWO}\.)\d{{4}}{CLOCK}"
FIRST, SECOND = r"^\s*(?:1[3-9]|[23]\d)\D", r"^\s*\d\d?\D(?:1[3-9]|[23]\d)\D"  # more than twelve
ORDERS = {"day": r"\3-\2-\1", "month": r"\3-\1-\2"}
SHORT_YEAR = rf"{TWO}(?:/{TWO}/|-{TWO}-|\.{TWO}\.)\d\d{CLOCK}"


def read_iso(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of ISO text as dates or times, UTC where the text says a zone; any other column as it is.

    Examples
    --------
    >>> read_iso(pa.chunked_array([["2024-05-01", None]])).type
    DataType(date32[day])
    """
    if not is_text(column.type) or column.null_count == len(column):
        return column
    for pattern, kind in ISO:
        if all_match(column, pattern):
            try:
                return _cast(pc.utf8_trim_whitespace(column), kind)
            except pa.ArrowInvalid:  # the 13th month
                return column
    return column


def _cast(text: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """ISO text in a type of times; Arrow reads times of day only behind a date."""
    if not pa.types.is_time(kind):
        return text.cast(kind)
    day, blank = (pa.scalar(part, text.type) for part in ("1970-01-01", " "))
    return pc.binary_join_element_wise(day, text, blank).cast(pa.timestamp("s")).cast(kind)


def read_times(
    column: pa.ChunkedArray, order: str | None = None
) -> tuple[pa.ChunkedArray, str | None] | None:
    """Dates and times, and what comes first in them; None for a column that holds others or unclear ones.

    Read are ISO dates, ``2026/01/31``, ``31.01.2026`` (dots are written day first), ``31 Jan 2026``, ``Jan
    31, 2026`` and ``31/01/2026``, each also followed by a time such as ``14:05``. Of dates with slashes or
    dashes a number beyond twelve, somewhere in the column, has to prove what comes first.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text, shape (n,)
    order : {"day", "month"}, optional
        What comes first where the column does not prove it.

    Returns
    -------
    times : pyarrow.ChunkedArray, shape (n,)
    order : {"day", "month"} or None
        What came first, where it might have been the other.

    Examples
    --------
    >>> times, order = read_times(pa.chunked_array([["31/01/2026", "01/02/2026"]]))
    >>> times[1].as_py(), order
    (datetime.date(2026, 2, 1), 'day')
    """
    if column.null_count == len(column):
        return None
    if not is_text((iso := read_iso(column)).type):
        return iso, None
    for pattern, parts, sequence in WRITTEN:
        if all_match(column, pattern):
            return _rewritten(column, parts, sequence, None)
    if not all_match(column, NUMERIC):
        return None
    order = _proved(column) or order
    return None if order is None else _rewritten(column, r"^(\d\d).(\d\d).(\d{4})", ORDERS[order], order)


def unclear_dates(column: pa.ChunkedArray) -> str | None:
    """Why a column of dates is not read: the end of a sentence, None for columns that hold something else.

    Examples
    --------
    >>> unclear_dates(pa.chunked_array([["01/02/2026"]]))
    'may have the day or the month first'
    """
    if column.null_count == len(column):
        return None
    if all_match(column, SHORT_YEAR):
        return "have years of two digits"
    shapes = (DATE, NUMERIC, *(pattern for pattern, _, _ in WRITTEN))
    if not any(all_match(column, shape) for shape in shapes):
        return None
    if not all_match(column, NUMERIC) or _proved(column):
        return None if read_times(column) else "name a day that no calendar has"
    if _beyond(column, FIRST):
        return "have the day first in some cells and the month first in others"
    return "may have the day or the month first"


def _proved(column: pa.ChunkedArray) -> str | None:
    """What comes first, if some number beyond twelve says so and none says otherwise."""
    day, month = _beyond(column, FIRST), _beyond(column, SECOND)
    if day != month:
        return "day" if day else "month"
    return "day" if not day and all_match(column, r"[^/-]*") else None


def _beyond(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether a number of some cell is no month."""
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def _rewritten(
    column: pa.ChunkedArray, parts: str, sequence: str, order: str | None
) -> tuple[pa.ChunkedArray, str | None] | None:
    """The times of text after it was put into ISO format; None if there is a day that no month has."""
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"\b(\d)\b", r"0\1")
    text = pc.utf8_lower(pc.replace_substring_regex(text, parts, sequence))
    for number, names in enumerate(MONTHS, start=1):
        text = pc.replace_substring_regex(text, f"-(?:{names})-", f"-{number:02}-")
    times = read_iso(pc.replace_substring_regex(text, r"(\d)(?:,? +|t)(\d)", r"\1 \2"))
    return None if is_text(times.type) else (times, order)
