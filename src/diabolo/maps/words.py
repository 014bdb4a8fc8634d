"""Cells and names as they stand in a sentence."""

import datetime
import math
from collections.abc import Sequence
from typing import Any

__all__ = ["amount", "cell", "is_number", "joined", "percent"]

LONGEST = 40  # characters of a level


def amount(value: float) -> str:
    """A number with three significant digits; whole ones in full, thousands apart from 10,000 on.

    Examples
    --------
    >>> amount(12000.4), amount(1985), amount(0.01234), amount(-0.0), amount(3.2e-9)
    ('12,000', '1985', '0.0123', '0', '3.2e-09')
    """
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 100 or value == int(value):
        whole = round(value)
        return f"{whole:,}" if abs(whole) >= 10_000 else str(whole)
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share in percent; nothing is rounded to all or nothing.

    Examples
    --------
    >>> percent(0.256), percent(0.0012), percent(0.9999), percent(0.0)
    ('26 %', '< 1 %', '> 99 %', '0 %')
    """
    if 0 < share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"


def is_number(value: Any) -> bool:
    """Whether a cell is a number and not a truth value.

    Examples
    --------
    >>> is_number(3), is_number(True), is_number("3")
    (True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def cell(value: Any) -> str:
    """A cell as text.

    Examples
    --------
    >>> cell(12000.4), cell(">50K"), cell(None), cell(datetime.datetime(2020, 1, 2))
    ('12,000', '>50K', 'missing', '2020-01-02')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "missing"
    if is_number(value):
        return amount(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def joined(parts: Sequence[str], most: int, noun: str) -> str:
    """The first few parts, and how many more there are.

    Examples
    --------
    >>> joined(["a up", "b down", "c up"], 2, "column"), joined(["a up"], 2, "column")
    ('a up, b down, and 1 more column', 'a up')
    """
    left = len(parts) - most
    more = [f"and {left} more {noun}{'s' if left > 1 else ''}"] if left > 0 else []
    return ", ".join([*parts[:most], *more])
