"""Numbers written as text: thousands separators, decimal commas, percent signs, currencies."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

from diabolo.frames.patterns import all_match, any_match

__all__ = ["read_numbers", "unclear_numbers"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

SPACES = " \u00a0\u2009\u202f'’"
SIGN = "[+\u2212-]?"  # the minus of typesetters counts too
WHOLE = r"0|[1-9]\d*"
CODE = r"0\d+|\d{19,}"  # digits that a number would not keep: leading zeros, more than an integer has
POINT = rf"{SIGN}(\d+\.?\d*|\.\d+)([eE][+-]?\d{{1,3}})?|[+-]?(?i:inf(inity)?)"
# Ways to write numbers: (all cells match, at least one matches, thousands separators, decimal mark).
STYLES = (
    (POINT, ".+", "", "."),
    (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}(,\d{{3}})+)(\.\d+)?", r".*,.*", ",", "."),
    (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(\.\d+)?", rf".*\d[{SPACES}]\d.*", SPACES, "."),
    (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(,\d+)?", rf".*\d[{SPACES}]\d.*", SPACES, ","),
    (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}(\.\d{{3}})+)(,\d+)?", r".*,.*|.*\..*\..*", ".", ","),
)
CURRENCY = r"US\$|[$€£¥₹₩₽₺]|CHF|EUR|USD|GBP|JPY"
UNIT = rf"(?:{CURRENCY}|%)"
WITH_UNIT = rf"{SIGN}\s*(?:{CURRENCY})\s*{SIGN}[\d.,][^%]*|{SIGN}(?:[\d.,].*)?\d\.?\s*{UNIT}"


def read_numbers(column: pa.ChunkedArray, *, codes: bool = False) -> pa.ChunkedArray | None:
    """The numbers of a column whose every cell is a number in one way of writing, None for other columns.

    Read are ``12.5``, ``1e3``, ``1,234.5``, ``1 234.5``, ``1'234``, ``1 234,5`` and ``1.234,5``, each also
    with a percent sign, whose number stands for itself (``12 %`` is 12), or with one and the same currency
    in every cell. Digits with leading zeros and of more than 18 places are codes.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text, shape (n,)
    codes : bool
        Whether to read codes as well, because numbers were asked for.

    Examples
    --------
    >>> read_numbers(pa.chunked_array([["1.234,56 €", "12 €", None]])).to_pylist()
    [1234.56, 12.0, None]
    >>> read_numbers(pa.chunked_array([["00501", "10001"]])) is None
    True
    """
    bare, unit = _without_unit(column)
    if unit and _unclear(bare, unit):
        return None
    for every, some, separators, mark in STYLES:
        if all_match(bare, every) and any_match(bare, some):
            return (
                None if not codes and not unit and any_match(bare, CODE) else _parse(bare, separators, mark)
            )
    return None


def unclear_numbers(column: pa.ChunkedArray) -> bool:
    """Whether all cells are numbers with a unit that may be thousands or thousandths: ``1.234 €``.

    Examples
    --------
    >>> unclear_numbers(pa.chunked_array([["1.234 €", "12 €"]]))
    True
    """
    bare, unit = _without_unit(column)
    return bool(unit) and _unclear(bare, unit)


def _without_unit(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, str]:
    """The column without the unit that all its cells share, and that unit."""
    if column.null_count == len(column) or not all_match(column, WITH_UNIT):
        return column, ""
    units = pc.unique(pc.struct_field(pc.extract_regex(column, f"(?P<unit>{UNIT})"), "unit")).drop_null()
    if len(units) != 1:
        return column, ""
    return pc.replace_substring_regex(column, rf"\s*{UNIT}\s*", ""), units[0].as_py()


def _unclear(bare: pa.ChunkedArray, unit: str) -> bool:
    """Whether every mark in a column has three digits behind it; a comma in money is for thousands."""
    marks = "[.,]" if unit == "%" else r"\."
    return all_match(bare, rf"{SIGN}(\d+|\d{{1,3}}{marks}\d{{3}})") and any_match(bare, f".*{marks}.*")


def _parse(column: pa.ChunkedArray, separators: str, mark: str) -> pa.ChunkedArray:
    """Numbers out of text: integers where no cell has a decimal mark."""
    plain = pc.replace_substring(pc.utf8_trim_whitespace(column), "\u2212", "-")
    if separators:
        plain = pc.replace_substring_regex(plain, f"[{re.escape(separators)}]", "")
    plain = pc.replace_substring_regex(pc.replace_substring(plain, mark, "."), r"^\+", "")
    return plain.cast(pa.int64() if all_match(plain, r"-?\d{1,18}") else pa.float64())
