"""Groups of rows: a label for some of them, and means within each."""

from typing import Any

import numpy as np

from diabolo.data.labels import Labels
from diabolo.errors import EmptyDataError, SmallGroupWarning
from diabolo.frames import Frame
from diabolo.notices import warn

__all__ = ["groups_of", "means"]

MOST_SHOWN = 5


def groups_of(groups: Any, frame: Frame) -> Labels:
    """Read groups, a partition of some of the rows.

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
    >>> groups_of(["b", "a", None, "b", "a"], Frame.of(np.eye(5))).classes.tolist()
    ['a', 'b']
    """
    found = Labels.read(groups, frame)
    if not len(found.classes):
        raise EmptyDataError("no row is in any group: every label is missing. Give at least one.")
    _warn_single([str(name) for name, n in zip(found.classes.tolist(), found.counts, strict=True) if n == 1])
    return found


def means(values: np.ndarray, groups: Labels) -> np.ndarray:
    """Mean of rows (n, d) within each group, float64 (n_groups, d).

    Examples
    --------
    >>> means(np.array([[1.0], [3.0], [9.0]]), groups_of([0, 0, None], Frame.of(np.eye(3)))).ravel()
    array([2.])
    """
    place = groups.codes + 1  # rows in no group first
    columns = [np.bincount(place, column, len(groups.classes) + 1)[1:] for column in values.T]
    return np.stack(columns, 1) / groups.counts[:, None]


def _warn_single(single: list[str]) -> None:
    """Say which groups are a single row."""
    if not single:
        return
    shown = ", ".join(map(repr, single[:MOST_SHOWN])) + (", ..." if len(single) > MOST_SHOWN else "")
    verb = "groups have one row each" if len(single) > 1 else "group has one row"
    warn(
        f"{len(single)} {verb} ({shown}): what is said of it is said of that row, not of an average.",
        SmallGroupWarning,
    )
