"""What a person wants some columns to be: a value, one of several, a range, or nothing."""

import dataclasses
import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as is_
import torch
from torch import Tensor

from diabolo.columns import Binary, Categorical, Continuous, Count, Datetime, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.columns.grain import snap
from diabolo.columns.levels import Level, plain
from diabolo.data.schema import Schema
from diabolo.errors import DataError, ParameterError, UnknownCategoryWarning
from diabolo.frames import Frame
from diabolo.frames.names import listed, meant
from diabolo.frames.restore import type_of

__all__ = ["Condition", "column_of", "conditions", "levels_of"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers


def column_of(schema: Schema, name: Any) -> tuple[Column, int]:
    """The block that a column of a table belongs to, and its place there.

    Raises
    ------
    ParameterError
        There is no such column, or the model left it out.
    """
    for column in schema.columns:
        if name in column.names and not isinstance(column, Image):
            return column, column.names.index(name)
    if any(name in column.names for column in schema.columns):
        raise ParameterError(
            f"the column {name!r} holds images: it is neither told nor foretold as one cell."
        )
    if name in schema.excluded:
        raise ParameterError(f"the model left the column {name!r} out: it {schema.excluded[name].why}.")
    raise ParameterError(
        f"there is no column {name!r}; {meant(name, schema.names)}the model knows {listed(schema.names)}."
    )


def levels_of(schema: Schema, name: str) -> tuple[Level, ...] | None:
    """All levels of a column, rare ones last; None for numbers and times.

    Examples
    --------
    >>> levels_of(Schema.fit(Frame.of({"town": ["Rome", "Oslo", "Rome"]})), "town")
    ('Oslo', 'Rome')
    """
    column, place = column_of(schema, name)
    if isinstance(column, Categorical):
        return (*column.levels[place], *column.rare[place])
    return column.levels[place] if isinstance(column, Binary | Ordinal) else None


@dataclasses.dataclass(frozen=True)
class Condition:
    """What one column is to be.

    Parameters
    ----------
    name : str
    wanted : pyarrow.Array
        The values of which it is to be one, as the column's own type; null for a gap. For a range its two ends, null
        where it has none.
    is_range : bool
    values : Tensor, shape (len(wanted),)
        The same in the block's values, NaN for null.
    """

    name: str
    wanted: pa.Array
    is_range: bool
    values: Tensor

    @classmethod
    def of(cls, name: str, given: Any, schema: Schema, template: dict[str, Any]) -> Self:
        """The condition that a person wrote as a value, a list, or a tuple ``(low, high)``.

        Raises
        ------
        ParameterError
            The column cannot be so.
        """
        column_of(schema, name)
        is_range = isinstance(given, tuple)
        asked = _several(given)
        if is_range and len(asked) != 2:
            raise ParameterError(f"{name}={given!r} is not a range: give (low, high), None for no limit.")
        if not asked:
            raise ParameterError(f"{name}={given!r} allows no value: name at least one.")
        asked = [None if _is_nothing(value) else value for value in asked]
        asked = _ends(asked) if is_range else asked
        step = _step(name, schema, template)
        levels = levels_of(schema, name)
        if is_range and levels is not None:
            asked, is_range = _between(name, asked[0], asked[1], levels), False
        if is_range and step:
            asked = _inward(asked, step)
        wanted, values = _encoded(name, asked, schema)
        if is_range and values[0] > values[1]:
            steps = f", between which lies a multiple of {step:g}" if step else ""
            raise ParameterError(
                f"{name}={given!r} is an empty range: give (low, high) with low ≤ high{steps}."
            )
        return cls(name, wanted, is_range, values)

    def hold(self, cells: pa.Array) -> pa.Array:
        """Cells that a model drew under the condition, brought to it exactly: tensors hold seven digits only."""
        if self.is_range:
            low, high = (
                self.wanted[0],
                self.wanted[1],
            )  # by comparison: Arrow's maximum knows no times of a zone
            held = pc.if_else(pc.less(cells, low), low, cells) if low.is_valid else cells
            return pc.if_else(pc.greater(held, high), high, held) if high.is_valid else held
        if len(self.wanted) == 1:
            return self.wanted.take(pa.array(np.zeros(len(cells), np.int64)))
        return cells if is_.is_string(cells.type) or is_.is_boolean(cells.type) else self._nearest(cells)

    def _nearest(self, cells: pa.Array) -> pa.Array:
        """The wanted value nearest to each cell."""
        found, wanted = (np.asarray(_numbers(part), np.float64) for part in (cells, self.wanted))
        distance = np.abs(found[:, None] - wanted)
        missing = np.isnan(found)
        places = np.where(missing, 0, np.where(np.isnan(distance), np.inf, distance).argmin(1))
        return self.wanted.take(pa.array(places, mask=missing))


def conditions(given: Mapping[str, Any], schema: Schema, template: dict[str, Any]) -> list[Condition]:
    """The conditions of a call, checked.

    Parameters
    ----------
    given : dict of str to value, list or (low, high)
    schema : Schema
    template : dict
        Of the training data.

    Raises
    ------
    ParameterError
        Something cannot be; the message says what can.

    Examples
    --------
    >>> frame = Frame.of({"age": [31.5, 47.0, 52.5], "town": ["Rome", "Oslo", "Rome"]})
    >>> found = conditions({"age": (40, None), "town": "Oslo"}, Schema.fit(frame), frame.template)
    >>> [condition.is_range for condition in found]
    [True, False]
    """
    return [Condition.of(name, value, schema, template) for name, value in given.items()]


def _several(given: Any) -> list[Any]:
    """What a person wrote as a list of plain values: sets in an order of their own, so that a seed means one thing."""
    if (
        isinstance(given, str | bytes | Mapping)
        or not isinstance(given, Iterable)
        or getattr(given, "ndim", 1) == 0
    ):
        return [_plain(given)]
    return [
        _plain(value) for value in (sorted(given, key=repr) if isinstance(given, set | frozenset) else given)
    ]


def _plain(value: Any) -> Any:
    """A value as Arrow takes it beside others."""
    if isinstance(value, pa.Scalar):
        return value.as_py()
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]").item()
    return value.item() if getattr(value, "ndim", None) == 0 else value


def _is_nothing(value: Any) -> bool:
    """Whether a value stands for a gap: None, NaN, NaT, NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)


def _ends(ends: list[Any]) -> list[Any]:
    """Ends of a range, None for no limit, which may have been written as infinity."""
    return [
        None if isinstance(end, float | np.floating) and end == beyond else end
        for end, beyond in zip(ends, (-math.inf, math.inf), strict=True)
    ]


def _between(name: str, low: Any, high: Any, levels: tuple[Level, ...]) -> list[Level]:
    """Levels that are numbers within a range."""
    if not all(isinstance(level, int | float) for level in levels):
        raise ParameterError(
            f"{name!r} has levels without an order ({listed(levels, 12)}), so it has no range: name one, or a "
            f"list of them."
        )
    low, high = (None if end is None else _number(name, end) for end in (low, high))
    inside = [v for v in levels if (low is None or v >= low) and (high is None or v <= high)]
    if not inside:
        raise ParameterError(f"no level of {name!r} lies in that range; it has {listed(levels, 12)}.")
    return inside


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ParameterError(f"{name}={value!r} is not a number.") from None


def _step(name: str, schema: Schema, template: dict[str, Any]) -> float | None:
    """The step in which the numbers of a column come; None where they, or times, may be any."""
    column, place = column_of(schema, name)
    grain = column.grain[place] if isinstance(column, Continuous) and column.grain else None
    return grain or (1.0 if is_.is_integer(type_of(template, name)) else None)


def _inward(ends: list[Any], step: float) -> list[Any]:
    """Ends of a range, moved inside it to multiples of a step."""
    known = [isinstance(end, int | float | np.number) and math.isfinite(end) for end in ends]
    return [_multiple(e, step, s) if ok else e for e, s, ok in zip(ends, (1, -1), known, strict=True)]


def _multiple(end: float, step: float, sign: int) -> float:
    """The multiple of a step that is an end up to rounding, or the first one inside the range."""
    near = snap(np.array([end]), step)
    inside = near if sign * (near[0] - end) > -1e-9 * step else snap(near + sign * step, step)
    return float(inside[0])


def _encoded(name: str, asked: list[Any], schema: Schema) -> tuple[pa.Array, Tensor]:
    """Values as the column's own type, and as the block's values."""
    column, place = column_of(schema, name)
    spoken = column.from_tensor(torch.zeros((len(asked), len(column.names)), dtype=torch.long))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UnknownCategoryWarning)
            wanted = _typed(name, asked, column, place)
            rows = Frame.decoded(pa.table({**spoken, name: wanted}))
            values, seen = column.to_tensor(rows)
    except UnknownCategoryWarning:
        levels = listed(levels_of(schema, name) or (), 12)
        raise ParameterError(
            f"{name}={_one(asked)!r} does not occur in training; its levels are {levels}."
        ) from None
    except (DataError, pa.ArrowException, TypeError, ValueError) as error:
        told = str(error).removeprefix(f"Column {name!r} ").rstrip(".")
        raise ParameterError(f"{name}={_one(asked)!r} cannot be read as {column.kind}: {told}.") from error
    lost = ~seen[:, place].numpy() & wanted.is_valid().to_numpy(zero_copy_only=False)
    if lost.any():
        raise ParameterError(
            f"{name}: {asked[int(lost.argmax())]!r} is not a value of a {column.kind} column."
        )
    return wanted, torch.where(seen[:, place], values[:, place].float(), torch.nan)


def _one(asked: list[Any]) -> Any:
    """What was asked for, as a person said it."""
    return asked[0] if len(asked) == 1 else asked


def _typed(name: str, asked: list[Any], column: Column, place: int) -> pa.Array:
    """Values as numbers, times or levels."""
    frame = Frame.decoded(pa.table({name: pa.array(asked)}))
    if all(value is None for value in asked):
        return column.from_tensor(torch.zeros((1, len(column.names)), dtype=torch.long))[name].take(
            pa.array([None] * len(asked), pa.int64())
        )
    if isinstance(column, Continuous | Count):
        return pa.array(np.asarray(frame.numbers((name,))[:, 0], np.float64), from_pandas=True)
    if isinstance(column, Datetime):
        cells = column.times(frame, place, name).combine_chunks()
        kind = column.from_tensor(torch.zeros(1, len(column.names)))[name].type
        return cells.cast(kind)
    cells = plain(frame.arrow(name))
    kind = column.from_tensor(torch.zeros((1, len(column.names)), dtype=torch.long))[name].type
    try:
        return cells.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return cells


def _numbers(cells: pa.Array) -> np.ndarray:
    """Cells as numbers, NaN where missing; times as ticks."""
    if is_.is_date32(cells.type):
        cells = cells.cast(pa.int32())
    if is_.is_timestamp(cells.type):
        cells = cells.cast(pa.int64())
    return cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
