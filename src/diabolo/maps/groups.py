"""Groups of rows: labels given as an array or a column, as positions."""

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa

from diabolo.columns.levels import count_levels, plain
from diabolo.errors import DataError, EmptyDataError, SmallGroupWarning
from diabolo.frames import Frame
from diabolo.notices import warn

__all__ = ["Groups", "groups_of", "means"]

MOST_SHOWN = 5


@dataclasses.dataclass(frozen=True, eq=False)
class Groups:
    """A partition of some of the rows.

    Parameters
    ----------
    names : tuple
        The label of each group, in order.
    place : int array, shape (n,)
        Position of each row's group in ``names``, −1 where it is in none.
    counts : array, shape (n_groups,)
    """

    names: tuple[Any, ...]
    place: np.ndarray
    counts: np.ndarray


def groups_of(groups: Any, frame: Frame) -> Groups:
    """Read groups.

    Parameters
    ----------
    groups : str or sequence of labels, shape (n,)
        A column of the frame, or a label for every row; None and NaN are in no group.
    frame : Frame
        The rows.

    Raises
    ------
    DataError
        Another number of labels than of rows, or something that is no label.
    EmptyDataError
        No row is in any group.
    MissingColumnError
        There is no such column.

    Warns
    -----
    SmallGroupWarning
        A group has one row.

    Examples
    --------
    >>> groups_of(["b", "a", None, "b", "a"], Frame.of(np.eye(5))).names
    ('a', 'b')
    """
    cells = plain(_labels(groups, frame))
    if len(cells) != frame.n_rows:
        raise DataError(
            f"{len(cells)} labels came for {frame.n_rows} rows: give one for each, None for no group."
        )
    found, counts = count_levels(cells)
    if not found:
        raise EmptyDataError("no row is in any group: every label is missing. Give at least one.")
    order = np.argsort(pa.array(found).to_numpy(zero_copy_only=False), kind="stable")
    names = [found[i] for i in order]
    place = cells.dictionary_encode()
    own = {label: i for i, label in enumerate(names)}
    lookup = np.array([own[label] for label in place.dictionary.to_pylist()], dtype=np.int64)
    indices = place.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    counts = np.array(counts, dtype=np.int64)[order]
    _warn_single(names, counts)
    return Groups(tuple(names), np.where(indices < 0, -1, lookup[indices]), counts)


def means(values: np.ndarray, groups: Groups) -> np.ndarray:
    """Mean of rows (n, d) within each group, float64 (n_groups, d).

    Examples
    --------
    >>> means(np.array([[1.0], [3.0], [9.0]]), groups_of([0, 0, None], Frame.of(np.eye(3)))).ravel()
    array([2.])
    """
    place = groups.place + 1  # rows in no group first
    columns = [np.bincount(place, column, len(groups.names) + 1)[1:] for column in values.T]
    return np.stack(columns, 1) / groups.counts[:, None]


def _labels(groups: Any, frame: Frame) -> pa.Array | pa.ChunkedArray:
    """The labels as Arrow, NaN as null."""
    if isinstance(groups, str):
        return frame.arrow(groups)
    values: Any = groups.tolist() if isinstance(groups, np.ndarray) and groups.dtype == object else groups
    values = values.numpy() if hasattr(values, "numpy") and hasattr(values, "detach") else values
    try:
        return values if isinstance(values, pa.ChunkedArray) else pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError) as error:
        raise DataError(
            f"groups are the name of a column, or one label for every row, all numbers or all text: {error}"
        ) from error


def _warn_single(names: list[Any], counts: np.ndarray) -> None:
    """Say which groups are a single row."""
    single = [str(names[i]) for i in np.flatnonzero(counts == 1)]
    if not single:
        return
    shown = ", ".join(map(repr, single[:MOST_SHOWN])) + (", ..." if len(single) > MOST_SHOWN else "")
    verb = "groups have one row each" if len(single) > 1 else "group has one row"
    warn(
        f"{len(single)} {verb} ({shown}): what is said of it is said of that row, not of an average.",
        SmallGroupWarning,
    )
