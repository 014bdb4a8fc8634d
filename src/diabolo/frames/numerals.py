"""Numbers written as text: thousands separators, decimal commas, percent signs, currencies."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

from diabolo.frames.patterns import all_match, any_match

__all__ = ["THOUSANDTHS", "as_text", "may_be_thousands", "read_numbers", "thousandths", "unclear_numbers"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

SPACES = " \u00a0\u2009\u202f'’"
SIGN = "[+\u2212-]?"  # the minus of typesetters counts too
WHOLE = r"0|[1-9]\d*"
CODE = r"0\d+|\d{19,}"  # digits that a number would not keep: leading zeros, more than an integer has
POINT = rf"{SIGN}(\d+\.?\d*|\.\d+)([eE][+-]?\d{{1,3}})?|[+-]?(?i:inf(inity)?)"
# Ways to write numbers, by an example: (all cells match, at least one matches, thousands separators, decimal mark).
STYLES = {
    "1234.5": (POINT, ".+", "", "."),
    "1,234.5": (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}(,\d{{3}})+)(\.\d+)?", r".*,.*", ",", "."),
    "1 234.5": (
        rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(\.\d+)?",
        rf".*\d[{SPACES}]\d.*",
        SPACES,
        ".",
    ),
    "1 234,5": (
        rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}([{SPACES}]\d{{3}})+)(,\d+)?",
        rf".*\d[{SPACES}]\d.*",
        SPACES,
        ",",
    ),
    "1.234,5": (rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}(\.\d{{3}})+)(,\d+)?", r".*,.*|.*\..*\..*", ".", ","),
}
THOUSANDTHS = (
    b"thousandths"  # what a field says whose numbers a file wrote as 1.234: which cells have a point
)
CURRENCY = r"US\$|[$€£¥₹₩₽₺]|CHF|EUR|USD|GBP|JPY"
UNIT = rf"(?:{CURRENCY}|%)"
WITH_UNIT = rf"{SIGN}\s*(?:{CURRENCY})\s*{SIGN}[\d.,][^%]*|{SIGN}(?:[\d.,].*)?\d\.?\s*{UNIT}"


def read_numbers(
    column: pa.ChunkedArray, style: str | None = None, *, codes: bool = False
) -> tuple[pa.ChunkedArray, str] | None:
    """The numbers of a column whose every cell is a number in one way of writing, and that way; else None.

    Read are ``12.5``, ``1e3``, ``1,234.5``, ``1 234.5``, ``1'234``, ``1 234,5`` and ``1.234,5``, each also
    with a percent sign, whose number stands for itself (``12 %`` is 12), or with one and the same currency
    in every cell. Digits with leading zeros and of more than 18 places are codes.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text, shape (n,)
    style : str, optional
        The way to try, such as ``"1.234,5"``, and no other; by default the first that all cells follow.
    codes : bool
        Whether to read codes as well, because numbers were asked for.

    Examples
    --------
    >>> numbers, style = read_numbers(pa.chunked_array([["1.234,56 €", "12 €", None]]))
    >>> numbers.to_pylist(), style
    ([1234.56, 12.0, None], '1.234,5')
    >>> read_numbers(pa.chunked_array([["1.234"]]), "1.234,5")[0].to_pylist()
    [1234]
    >>> read_numbers(pa.chunked_array([["00501", "10001"]])) is None
    True
    """
    bare, unit = _without_unit(column)
    if style is None and unit and _unclear(bare, unit):
        return None
    for name, (every, some, separators, mark) in STYLES.items():
        fits = name == style if style else any_match(bare, some)
        if fits and all_match(bare, every):
            is_code = not codes and not unit and any_match(bare, CODE)
            return None if is_code else (_parse(bare, separators, mark), name)
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


def may_be_thousands(column: pa.ChunkedArray) -> bool:
    """Whether every mark of a column of numbers may be for thousands as well as for decimals: ``1,234``.

    Examples
    --------
    >>> may_be_thousands(pa.chunked_array([["1,234", "12"]])), may_be_thousands(pa.chunked_array([["1,5"]]))
    (True, False)
    """
    return _unclear(_without_unit(column)[0], "%")


def thousandths(column: pa.ChunkedArray) -> str | None:
    """Which cells of a column of text such as ``1.234`` have a point, None where a point is for decimals.

    Returns
    -------
    {"all", "broken", "some"} or None
        All cells; those that no whole number is, so that numbers and :func:`as_text` keep what was written; or
        others.

    Examples
    --------
    >>> [thousandths(pa.chunked_array([cells])) for cells in (["1.234", "5"], ["1.234", "5.000", "5"], ["1.5"])]
    ['broken', 'some', None]
    """
    if not (all_match(column, rf"{SIGN}({WHOLE}|[1-9]\d{{0,2}}\.\d{{3}})") and any_match(column, r".*\..*")):
        return None
    if not any_match(column, r"[^.]*"):
        return "all"
    return "some" if any_match(column, r".*\.000") else "broken"


def as_text(column: pa.ChunkedArray, points: str) -> pa.ChunkedArray:
    """The text of numbers that a file wrote as :func:`thousandths` says.

    Examples
    --------
    >>> as_text(pa.chunked_array([[1.234, 5.0, None]]), "broken").to_pylist()
    ['1.234', '5', None]
    """
    cells = [
        None if x is None else f"{x:.0f}" if points == "broken" and x == int(x) else f"{x:.3f}"
        for x in column.to_pylist()
    ]
    return pa.chunked_array([pa.array(cells, pa.string())])


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
