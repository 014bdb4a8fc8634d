"""A bar: a figure measured in this run, the limit it must keep, and what stands beside it."""

import dataclasses
import math

__all__ = ["Bar", "table"]


@dataclasses.dataclass(frozen=True)
class Bar:
    """One line of the table.

    Parameters
    ----------
    what : str
        What was measured, with its unit.
    measured : float
        NaN where the measurement failed.
    limit : float or None
        The bar; None for a figure that is only told.
    at_least : bool
        Whether larger is better.
    beside : str
        The peers' figures of the same run, or the published ones.
    """

    what: str
    measured: float
    limit: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if math.isnan(self.measured):
            return False
        if self.limit is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """The line as text."""
        sign = "≥" if self.at_least else "≤"
        limit = "" if self.limit is None else f"{sign} {short(self.limit)}"
        return (
            self.what,
            short(self.measured),
            limit,
            {None: "", True: "yes", False: "**no**"}[self.met],
            self.beside,
        )


def short(value: float) -> str:
    """Four significant digits, without an exponent where one can do without."""
    if math.isnan(value):
        return "failed"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def table(bars: list[Bar]) -> str:
    """The bars as a Markdown table."""
    head = ("bar", "measured", "limit", "met", "beside it")
    lines = [head, ("---",) * len(head), *(bar.cells for bar in bars)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
