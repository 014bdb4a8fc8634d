"""Numbers, shares and cells as a reader likes them."""

import datetime
import math
from typing import Any

__all__ = ["THIN", "cell", "number", "percent", "quantity", "shortened"]

THIN = "\u202f"  # narrow space between groups of digits, at which no line breaks
LONGEST = 28  # characters of a cell


def number(value: float | None, digits: int = 3) -> str:
    """A number with some significant digits, thousands set apart.

    Examples
    --------
    >>> number(0.012345), number(29807.668), number(None), number(math.inf)
    ('0.0123', '29\u202f808', '–', '∞')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e7 or 0 < size < 1e-4:
        text = f"{value:.{digits - 1}e}"
    elif size >= 1000 or value == int(value):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{max(0, digits - 1 - math.floor(math.log10(size)))}f}"
    return text.replace(",", THIN).replace("-", "−")


def percent(share: float | None) -> str:
    """A share in percent; far below zero it is only said to be so.

    Examples
    --------
    >>> percent(0.6349), percent(0.99961), percent(-3.0), percent(None)
    ('63 %', '99.96 %', '< −100 %', '–')
    """
    if share is None or math.isnan(share):
        return "–"
    if share < -1:
        return "< −100 %"
    digits = 2 if 0.995 <= share < 1 else 0
    return (
        f"{min(share, 0.9999) if digits else share:.{digits}%}".replace("%", " %")
        .replace("-", "−")
        .replace("−0 ", "0 ")
    )


def quantity(value: float | None, measure: str, unit: str) -> str:
    """A score with its unit; accuracies are shares.

    Examples
    --------
    >>> quantity(0.5, "accuracy", ""), quantity(12.3, "RMSE", "days")
    ('50 %', '12.3 days')
    """
    if measure == "accuracy":
        return percent(value)
    return f"{number(value)} {unit}".rstrip() if unit != "per row" else number(value)


def cell(value: Any) -> str:
    """A raw cell.

    Examples
    --------
    >>> cell(None), cell(3.14159), cell(datetime.datetime(2020, 1, 2)), cell("x" * 40)
    ('–', '3.142', '2020-01-02', 'xxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return number(value, 4)
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    return shortened(str(value))


def shortened(text: str, longest: int = LONGEST) -> str:
    """The beginning of a long text.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"
