"""Whole columns of text against a pattern, and the marks that stand for a gap."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

__all__ = ["all_match", "any_match", "is_text", "without_gaps"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

PROBE = 200  # cells looked at before a whole column is
GAP = r"(?i)^\s*(?:\?|-{1,3}|[–—]|\.{1,3}|n/?a|n\.a\.|#n/?a|nan|null|none|nil|missing|unknown)?\s*$"


def is_text(kind: pa.DataType) -> bool:
    """Whether cells are text.

    Examples
    --------
    >>> is_text(pa.large_string()), is_text(pa.int8())
    (True, False)
    """
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    r"""Whether every cell that is there is of a pattern, blanks around it aside; few cells are tried first.

    Examples
    --------
    >>> all_match(pa.chunked_array([["12", None, " 7 "]]), r"\d+")
    True
    """
    return all(
        pc.all(_matches(part, pattern), min_count=0).as_py() for part in (column.slice(0, PROBE), column)
    )


def any_match(column: pa.ChunkedArray, pattern: str) -> bool:
    """Whether some cell is of a pattern.

    Examples
    --------
    >>> any_match(pa.chunked_array([["12", "seven"]]), "[a-z]+")
    True
    """
    return bool(pc.any(_matches(column, pattern)).as_py())


def _matches(column: pa.ChunkedArray, pattern: str) -> Any:
    """Which cells are of a pattern."""
    return pc.match_substring_regex(column, f"^\\s*(?:{pattern})\\s*$")


def without_gaps(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, list[str]]:
    """The column with null where a mark such as ``-`` or ``n/a`` stands, and the marks that were met.

    Examples
    --------
    >>> column, marks = without_gaps(pa.chunked_array([["12", "-", "n/a"]]))
    >>> column.to_pylist(), marks
    (['12', None, None], ['-', 'n/a'])
    """
    if pa.types.is_string_view(column.type):  # Arrow has no patterns for these
        column = column.cast(pa.large_string())
    gap = pc.match_substring_regex(column, GAP)
    marks = pc.unique(column.filter(gap)).to_pylist()
    return (pc.if_else(gap, pa.scalar(None, column.type), column), marks) if marks else (column, [])
