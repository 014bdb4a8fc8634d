"""Times that a file keeps as text."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

__all__ = ["read_times"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

DATE = r"\d{4}-\d\d-\d\d"
TIME = DATE + r"[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
FORMATS = (
    (DATE, pa.date32()),
    (f"{DATE}|{TIME}", pa.timestamp("us")),
    (TIME + r"(Z|[+-]\d\d:?\d\d)", pa.timestamp("us", "UTC")),
)


def read_times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of ISO text as dates or times, UTC where the text says a zone; any other column as it is.

    Examples
    --------
    >>> read_times(pa.chunked_array([["2024-05-01", None]])).type
    DataType(date32[day])
    """
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not is_text or column.null_count == len(column):
        return column
    for pattern, kind in FORMATS:
        if pc.all(pc.match_substring_regex(column, f"^({pattern})$")).as_py():
            try:
                return column.cast(kind)
            except pa.ArrowInvalid:  # the 13th month
                return column
    return column
