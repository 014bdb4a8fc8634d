r"""What sets a group of rows apart from the rest: the columns that differ most, in words.

    numbers: d = (mean inside − mean outside) / standard deviation of all rows
    levels:  h = 2 arcsin √(share inside) − 2 arcsin √(share outside), of the level that differs most

Both are effect sizes on one scale, so that columns can be ranked together.

References
----------
Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition, 1988.
"""

import dataclasses
import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from diabolo.columns import Image
from diabolo.columns.levels import plain
from diabolo.frames import Frame
from diabolo.maps.words import amount, cell, percent

__all__ = ["Contrast", "contrasts", "table_of"]

LEAST = 0.2  # Cohen's "small"
MOST_LEVELS = 1000  # of a column that are compared, the most frequent


@dataclasses.dataclass(frozen=True)
class Contrast:
    """One column of a group beside all other rows.

    Parameters
    ----------
    column : str
    effect : float
        Difference in standard deviations, or Cohen's h of the level's shares.
    inside, outside : float
        Mean of a number (of a time in seconds since 1970), or share of the level, in the group and in the rest.
    level : cell or None
        The level whose share differs; None for numbers and times.
    text : str
        "age higher: 61 against 45".
    """

    column: str
    effect: float
    inside: float
    outside: float
    level: Any
    text: str

    def to_json(self) -> dict[str, Any]:
        """Plain values.

        Examples
        --------
        >>> Contrast("city", 1.0, 0.8, 0.2, "Rome", "city Rome").to_json()["level"]
        'Rome'
        """
        return dataclasses.asdict(self) | {"level": None if self.level is None else cell(self.level)}


@dataclasses.dataclass(frozen=True, eq=False)
class Columns:
    """The columns of rows as numbers and levels.

    Parameters
    ----------
    numbers : dict of str to array, shape (n,)
        NaN where missing.
    times : set of str
        Which of them are times.
    levels : dict of str to (levels, place int array (n,))
        Place −1 where missing or rare.
    """

    numbers: dict[str, np.ndarray]
    times: set[str]
    levels: dict[str, tuple[list[Any], np.ndarray]]


def table_of(schema: Any, frame: Frame) -> Columns:
    """The columns of a schema, once for all groups.

    Examples
    --------
    >>> from diabolo import Schema
    >>> frame = Frame.of({"age": [31.5, 47.0, 60.2], "city": ["Bonn", "Rome", "Rome"]})
    >>> sorted(table_of(Schema.fit(frame), frame).levels)
    ['city']
    """
    own = dict(zip(schema.table, frame.names, strict=True)) if frame.matrix is not None else {}
    found = Columns({}, set(), {})
    for block in schema.columns:
        if isinstance(block, Image):
            continue
        for name in block.names:
            column = own.get(name, name)
            if block.kind == "datetime":
                found.times.add(name)
            if block.kind in ("continuous", "count", "datetime") or _ordered_numbers(
                block, frame.type(column)
            ):
                numbers = frame.numbers((column,))[:, 0].astype(np.float64)
                found.numbers[name] = np.where(np.isfinite(numbers), numbers, np.nan)
            else:
                found.levels[name] = _places(frame.arrow(column))
    return found


def contrasts(columns: Columns, inside: np.ndarray) -> tuple[Contrast, ...]:
    """All columns of a group beside the rest, the one that differs most first.

    Parameters
    ----------
    columns : Columns
    inside : bool array, shape (n,)
        The rows of the group.

    Examples
    --------
    >>> from diabolo import Schema
    >>> frame = Frame.of({"age": [30.0, 32.0, 60.0, 62.0], "city": ["Bonn", "Rome", "Rome", "Bonn"]})
    >>> table = table_of(Schema.fit(frame), frame)
    >>> [contrast.text for contrast in contrasts(table, np.array([False, False, True, True]))]
    ['age higher: 61 against 31']
    """
    found = [_number(name, x, inside, name in columns.times) for name, x in columns.numbers.items()]
    found += [_level(name, *pair, inside) for name, pair in columns.levels.items()]
    told = [c for c in found if c is not None and abs(c.effect) >= LEAST]
    return tuple(sorted(told, key=lambda c: -abs(c.effect)))


def _ordered_numbers(block: Any, kind: pa.DataType) -> bool:
    return block.kind == "ordinal" and (pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _places(cells: pa.ChunkedArray) -> tuple[list[Any], np.ndarray]:
    """Levels by frequency, and each row's position among them."""
    encoded = plain(cells).dictionary_encode()
    indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    levels = encoded.dictionary.to_pylist()
    counts = np.bincount(indices[indices >= 0], minlength=max(1, len(levels)))
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    lookup = np.full(len(counts) + 1, -1, dtype=np.int64)  # the last entry serves missing cells
    lookup[order] = np.arange(len(order))
    return [levels[i] for i in order if i < len(levels)], lookup[indices]


def _number(name: str, x: np.ndarray, inside: np.ndarray, is_time: bool) -> Contrast | None:
    """Means in units of the standard deviation."""
    seen = np.isfinite(x)
    ours, others = x[seen & inside], x[seen & ~inside]
    if not len(ours) or not len(others):
        return None
    spread = x[seen].std() or 1.0
    a, b = float(ours.mean()), float(others.mean())
    tell, words = (_day, ("later", "earlier")) if is_time else (amount, ("higher", "lower"))
    text = f"{name} {words[0] if a > b else words[1]}: {tell(a)} against {tell(b)}"
    return Contrast(name, (a - b) / spread, a, b, None, text)


def _level(name: str, levels: list[Any], place: np.ndarray, inside: np.ndarray) -> Contrast | None:
    """The level whose share differs most."""
    seen = place >= 0
    ours, others = (np.bincount(place[seen & part], minlength=len(levels)) for part in (inside, ~inside))
    if not ours.sum() or not others.sum():
        return None
    p, q = ours / ours.sum(), others / others.sum()
    effects = 2 * np.arcsin(np.sqrt(p)) - 2 * np.arcsin(np.sqrt(q))
    # Of two levels one gains what the other loses: the one that gains is told.
    best = int((np.abs(effects) + 1e-9 * (effects > 0)).argmax())
    word = "more" if p[best] > q[best] else "less"
    text = f"{name} {word} often {cell(levels[best])}: {percent(p[best])} against {percent(q[best])}"
    return Contrast(name, float(effects[best]), float(p[best]), float(q[best]), levels[best], text)


def _day(seconds: float) -> str:
    """A mean time as a date."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (epoch + datetime.timedelta(seconds=seconds)).date().isoformat()
