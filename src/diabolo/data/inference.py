"""The rules that choose a data type for every column of a table, or leave it out and say why."""

import dataclasses
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from diabolo.columns.levels import plain
from diabolo.errors import (
    ConstantColumnWarning,
    DiaboloWarning,
    EmptyColumnWarning,
    IdentifierColumnWarning,
)
from diabolo.frames import Frame
from diabolo.frames.patterns import is_text
from diabolo.frames.text import unclear

__all__ = ["Finding", "infer"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

MOST_ORDINAL_LEVELS = 12
WIDEST_ORDINAL_RANGE = 20
ROWS_PER_LEVEL = 5  # fewer, and whole numbers are a measurement that happens to be rounded
LARGEST_COUNT = 10_000  # beyond, one more or less does not matter: a continuous amount
SMALLEST_COUNT = 2  # above zero: amounts in whole euros begin later
SKEWED = 1.0
MANY_NUMBERS = (
    64  # a table this wide is an array with names (pixels, channels): all its numbers are measurements
)
ENOUGH_ROWS = 20  # below, being unique says little
NEARLY_ALL = 0.9
SAMPLE = 512  # rows that show which columns can have few levels
CELLS_AT_ONCE = 1 << 24
NAMED_LIKE_KEY = re.compile(r"(^|[\s_.-])(id|ids|uuid|guid|key|index|rowid|row)$|^unnamed: 0$", re.IGNORECASE)
NAMED_LIKE_CAMEL_KEY = re.compile(r"[a-z](Id|ID|Key)$")


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a column was found to be.

    Parameters
    ----------
    kind : str or None
        Name of the data type; None leaves the column out.
    options : dict
        Options of the type.
    why : str
        Why it is left out, as the end of a sentence that starts with the column.
    warning : class of warning or None
        What to warn with when it is left out; None where a person left it out.
    value : bool, int, float, str or None
        The one value of a constant column, to be filled in again.
    unclear : str
        Why cells that look like dates or numbers stay text, and how to have them read.

    Examples
    --------
    >>> Finding("continuous", {"scaling": "shared"}).kind
    'continuous'
    """

    kind: str | None
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    why: str = ""
    warning: type[DiaboloWarning] | None = dataclasses.field(default=DiaboloWarning, compare=False)
    value: bool | int | float | str | None = None
    unclear: str = ""

    @property
    def names_rows(self) -> bool:
        """Whether the column is left out because its cells name their rows."""
        return self.kind is None and self.why.startswith(IDENTIFIER)


IDENTIFIER = "looks like an identifier"  # how the reason of such a column begins
EMPTY = Finding(None, why="holds no value at all", warning=EmptyColumnWarning)


def infer(frame: Frame) -> dict[str, Finding]:
    """A finding for every column of a frame, by the rules of the reference page on columns.

    A two-dimensional array is not looked into: it is one continuous block in its own units. In tables numbers
    are judged many columns at a time, the rest one by one.

    Examples
    --------
    >>> found = infer(Frame.of({"smoker": ["no", "yes", "no"], "weight": [61.5, 80.2, 74.9]}))
    >>> found["smoker"].kind, found["weight"].kind
    ('binary', 'continuous')
    """
    if frame.matrix is not None:
        return dict.fromkeys(frame.names, Finding("continuous", {"scaling": "shared"}))
    numeric = [name for name in frame.names if _is_number(frame.type(name))]
    numbers = _infer_numbers(frame, numeric)
    return {name: numbers.get(name) or _infer_other(frame, name) for name in frame.names}


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _infer_numbers(frame: Frame, names: list[str]) -> dict[str, Finding]:
    """Findings of the numeric columns, in slices that fit the memory."""
    step = max(1, CELLS_AT_ONCE // max(1, frame.n_rows))
    wide = len(names) >= MANY_NUMBERS
    found: dict[str, Finding] = {}
    for start in range(0, len(names), step):
        part = names[start : start + step]
        integer = np.array([pa.types.is_integer(frame.type(name)) for name in part])
        found.update(
            zip(part, _judge(part, np.asarray(frame.numbers(tuple(part))), integer, wide), strict=True)
        )
    return found


def _judge(names: list[str], x: np.ndarray, integer: np.ndarray, wide: bool) -> list[Finding]:
    """Findings of a slice of numeric columns, (n, m); ``integer`` says which came as integers."""
    finite = np.isfinite(x)
    gaps = not finite.all()
    x = np.where(finite, x, np.nan) if gaps else x
    present = finite.sum(0)
    low = np.fmin.reduce(x, 0)
    high = np.fmax.reduce(x, 0)
    whole = ((np.rint(x) == x) | ~finite).all(0)
    # Floats that are whole and have gaps are integers that pandas could not keep.
    integer = whole & (integer | (present < len(x)))
    levels = _few_levels(x)
    keys = _like_keys(names, x, integer & (present == len(x)))
    kinds = np.full(len(names), "continuous", dtype=object)
    if not wide:
        count, ordinal = _counts_and_ordinals(x, integer, levels, low, high, present)
        kinds[ordinal] = "ordinal"
        kinds[count] = "count"
    switch = (low == 0) & (high == 1) if wide else whole | (present >= ENOUGH_ROWS)
    kinds[(levels == 2) & switch] = "binary"
    return [_number(kinds[j], present[j], low[j], high[j], integer[j], keys[j]) for j in range(len(names))]


def _number(kind: str, present: int, low: float, high: float, integer: bool, key: bool) -> Finding:
    """The finding of one numeric column."""
    if not present:
        return EMPTY
    if low == high:
        return _constant(int(low) if integer else float(low))
    if key:
        return _identifier(f"{present} different whole numbers, one per row")
    return Finding(kind)


def _constant(value: bool | int | float | str) -> Finding:
    return Finding(None, why=f"holds one value only, {value!r}", warning=ConstantColumnWarning, value=value)


def _identifier(what: str) -> Finding:
    return Finding(None, why=f"{IDENTIFIER} ({what})", warning=IdentifierColumnWarning)


def _few_levels(x: np.ndarray) -> np.ndarray:
    """Number of distinct values of each column, up to ``MOST_ORDINAL_LEVELS``; beyond, any larger number."""
    rows = np.linspace(0, len(x) - 1, min(SAMPLE, len(x))).astype(int)
    levels = _distinct(x[rows])
    few = np.flatnonzero(levels <= MOST_ORDINAL_LEVELS)
    if len(rows) < len(x) and len(few):
        levels[few] = _distinct(x[:, few])
    return levels


def _distinct(x: np.ndarray) -> np.ndarray:
    """Number of distinct values that are not NaN in each column."""
    ordered = np.sort(np.ascontiguousarray(x.T), axis=1)
    return (np.diff(ordered, axis=1) > 0).sum(1) + ~np.isnan(ordered[:, 0])


def _like_keys(names: list[str], x: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    """Which whole columns without gaps name their rows: ascending ones, or unique ones that are called so."""
    keys = np.zeros(len(names), bool)
    ascending = np.flatnonzero(candidate & (len(x) >= ENOUGH_ROWS))
    if len(ascending):
        keys[ascending] = (np.diff(x[:, ascending], axis=0) > 0).all(0)
    for j in np.flatnonzero(candidate & ~keys):
        if _named_like_key(names[j]):
            keys[j] = len(x) > 2 and len(np.unique(x[:, j])) == len(x)
    return keys


def _named_like_key(name: str) -> bool:
    return bool(NAMED_LIKE_KEY.search(name) or NAMED_LIKE_CAMEL_KEY.search(name))


def _counts_and_ordinals(
    x: np.ndarray,
    integer: np.ndarray,
    levels: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    present: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Which whole columns are skewed counts from zero, and which have few levels."""
    few = (levels <= MOST_ORDINAL_LEVELS) & (high - low <= WIDEST_ORDINAL_RANGE)
    count = integer & (low >= 0) & (low <= np.where(few, 0, 1)) & (high <= LARGEST_COUNT)
    which = np.flatnonzero(count)
    smallest = np.fmin.reduce(np.where(x[:, which] > 0, x[:, which], np.inf), 0)
    count[which] = (smallest <= SMALLEST_COUNT) & (_skewness(x[:, which]) > SKEWED)
    return count, integer & few & (present >= ROWS_PER_LEVEL * levels)


def _skewness(x: np.ndarray) -> np.ndarray:
    """Third standardized moment of each column, NaN cells left out."""
    seen = ~np.isnan(x)
    rows = np.maximum(seen.sum(0), 1)
    centered = np.where(seen, x - np.where(seen, x, 0.0).sum(0, dtype=np.float64) / rows, 0.0)
    variance = np.square(centered).sum(0) / rows
    return (centered**3).sum(0) / rows / np.where(variance > 0, variance, 1.0) ** 1.5


def _infer_other(frame: Frame, name: str) -> Finding:
    """The finding of a column that is not numeric."""
    kind = frame.type(name)
    if isinstance(kind, pa.FixedShapeTensorType):
        return Finding("image")
    cells = frame.arrow(name)
    if cells.null_count == len(cells):
        return EMPTY
    if not _is_level(kind) and not _is_time(kind) and not _is_span(kind):
        return Finding(None, why=f"is of type {kind}, which no data type of Diabolo reads")
    levels = pc.count_distinct(plain(cells)).as_py()
    if levels == 1:
        return _constant(plain(cells).drop_null()[0].as_py())
    if _is_time(kind) or _is_span(kind):
        return Finding("datetime" if _is_time(kind) else "continuous")
    if pa.types.is_dictionary(kind) and kind.ordered:
        return Finding("ordinal")
    found = _infer_levels(name, levels, len(cells) - cells.null_count)
    why = unclear(cells) if is_text(kind) else None
    return found if why is None else dataclasses.replace(found, unclear=_unclear(name, why, cells))


def _unclear(name: str, why: str, cells: pa.ChunkedArray) -> str:
    """Why a column stays text, and how to have it read."""
    way = (
        f"say what comes first with schema={{{name!r}: {{'kind': 'datetime', 'order': 'day'}}}}, or 'month' "
        f"(at the command line --kind {name}=datetime:day or datetime:month), or write dates as 2026-01-31"
        if "first" in why
        else "write dates as 2026-01-31 and numbers as 1234.5"
    )
    return f"{why}, such as {cells.drop_null()[0].as_py()!r}, and stays text: {way}"


def _infer_levels(name: str, levels: int, present: int) -> Finding:
    """The finding of text or categories without an order."""
    unique = levels == present > 2 and _named_like_key(name)
    if unique or (levels > NEARLY_ALL * present and present >= ENOUGH_ROWS):
        return _identifier(f"{levels} different values in {present} rows")
    return Finding("binary" if levels == 2 else "categorical")


def _is_level(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_boolean(kind) or pa.types.is_dictionary(kind)


def _is_time(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


def _is_span(kind: pa.DataType) -> bool:
    """Times of day and durations, which are so many seconds."""
    return pa.types.is_time(kind) or pa.types.is_duration(kind)
