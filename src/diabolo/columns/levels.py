"""Levels: the distinct values of a column, of any scalar type, as plain JSON values and as integer codes."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

from diabolo.errors import UnknownCategoryWarning
from diabolo.frames import Frame
from diabolo.notices import warn

__all__ = ["Level", "codes", "count_levels", "decoded", "encoded", "plain", "warn_unknown"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

Level: TypeAlias = bool | int | float | str

MISSING, UNKNOWN = -1, -2


def plain(cells: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The cells as booleans, integers, floats or text (which other types become); NaN becomes null.

    Examples
    --------
    >>> plain(pa.array([1.5, float("nan")])).to_pylist()
    [1.5, None]
    """
    array = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(array), pa.scalar(None, kind), array)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return array
    return array.cast(pa.string())


def count_levels(cells: pa.Array) -> tuple[list[Level], list[int]]:
    """Distinct values and how many rows carry each, the most frequent first, ties in order.

    Examples
    --------
    >>> count_levels(pa.array(["a", "b", "b", None]))
    (['b', 'a'], [2, 1])
    """
    pairs = pc.value_counts(cells.drop_null())
    counted = zip(pairs.field(0).to_pylist(), pairs.field(1).to_pylist(), strict=True)
    ordered = sorted(counted, key=lambda pair: (-pair[1], pair[0]))
    return [level for level, _ in ordered], [count for _, count in ordered]


def codes(cells: pa.Array, levels: Sequence[Level]) -> np.ndarray:
    """Position of every cell among ``levels``, int64: −1 where missing, −2 where it is none of them.

    Examples
    --------
    >>> codes(pa.array(["b", None, "z"]), ["a", "b"])
    array([ 1, -1, -2])
    """
    values, known = _same_type(cells, pa.array(levels))
    found = (
        pc.fill_null(pc.index_in(values, value_set=known), UNKNOWN)
        .to_numpy(zero_copy_only=False)
        .astype(np.int64)
    )
    found[cells.is_null().to_numpy(zero_copy_only=False)] = MISSING
    return found


def encoded(frame: Frame, names: Sequence[str], levels: Sequence[Sequence[Level]], then: str) -> np.ndarray:
    """Codes (n, m) of a block; one warning for every column with new levels says what becomes of them.

    Examples
    --------
    >>> encoded(Frame.of({"x": ["b", "a", None]}), ["x"], [["a", "b"]], "lost").ravel()
    array([ 1,  0, -1])
    """
    found = np.empty((frame.n_rows, len(names)), np.int64)
    for j, name in enumerate(names):
        cells = plain(frame.arrow(name))
        found[:, j] = codes(cells, levels[j])
        warn_unknown(name, cells, found[:, j], then)
    return found


def decoded(
    found: np.ndarray, names: Sequence[str], levels: Sequence[Sequence[Level]]
) -> dict[str, pa.Array]:
    """Codes (n, m) -> one array of levels per column.

    Examples
    --------
    >>> decoded(np.array([[1], [0]]), ["x"], [["a", "b"]])["x"].to_pylist()
    ['b', 'a']
    """
    return {name: pa.array(levels[j]).take(pa.array(found[:, j])) for j, name in enumerate(names)}


def warn_unknown(name: str, cells: pa.Array, found: np.ndarray, then: str) -> None:
    """Say once per column which values training never met, and what they were taken for.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     warn_unknown("x", pa.array(["a", "z"]), np.array([0, UNKNOWN]), "it is lost")
    >>> str(told[0].message)
    "column 'x' has values that training never met ('z'; 1 rows): it is lost."
    """
    strange = found == UNKNOWN
    if not strange.any():
        return
    examples = pc.unique(cells.filter(pa.array(strange))).to_pylist()
    more = f" and {len(examples) - 3} more" if len(examples) > 3 else ""
    shown = ", ".join(map(repr, examples[:3])) + more
    warn(
        f"column {name!r} has values that training never met ({shown}; {int(strange.sum())} rows): {then}.",
        UnknownCategoryWarning,
    )


def _same_type(cells: pa.Array, levels: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Both in the first type that loses nothing: the levels', the cells', else text."""
    for kind in (levels.type, cells.type):
        try:
            return cells.cast(kind), levels.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
    return cells.cast(pa.string()), levels.cast(pa.string())
