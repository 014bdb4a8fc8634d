"""New data against the columns of a schema: what is missing, what is too much, what comes by position."""

import dataclasses
import warnings
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np

from diabolo.columns.base import Column
from diabolo.errors import (
    DataError,
    ExtraColumnWarning,
    InfiniteValueWarning,
    MissingColumnError,
    UnknownCategoryWarning,
)
from diabolo.frames import Frame
from diabolo.frames.names import listed
from diabolo.notices import warn

__all__ = ["match", "names_in", "told_before", "warn_infinite"]

NUMERIC = ("continuous", "count")


def match(frame: Frame, table: tuple[str, ...], needed: tuple[str, ...], estimator: str) -> Frame:
    """A frame whose columns carry the names of a schema.

    Parameters
    ----------
    frame : Frame
        Tables are matched by name, arrays (and anything, if the schema is of an array) by position.
    table, needed : tuple of str
        All columns of the training data, and those that are learned from.
    estimator : str
        Who is asking, for the message about a wrong number of columns.

    Raises
    ------
    MissingColumnError
        Needed columns are absent.
    DataError
        An array has another number of columns.

    Warns
    -----
    ExtraColumnWarning
        Columns are ignored.

    Examples
    --------
    >>> match(Frame.of({"b": [1], "a": [2]}), ("a", "b"), ("a", "b"), "Autoencoder").names
    ('b', 'a')
    """
    if frame.names == table:
        return frame
    came = set(frame.names)
    missing = [name for name in needed if name not in came]
    if _goes_by_position(frame, table, needed):
        return _by_position(frame, table, estimator)
    if missing:
        count = (
            "1 column of the training data is"
            if len(missing) == 1
            else f"{len(missing)} columns of the training data are"
        )
        raise MissingColumnError(
            f"{count} missing: {listed(missing)}. The data have {listed(frame.names)}; add or rename columns (an added "
            "one may be all missing)."
        )
    if extra := sorted(came - set(table)):
        count = "1 column was" if len(extra) == 1 else f"{len(extra)} columns were"
        warn(f"{count} not there in training, and ignored: {listed(extra)}.", ExtraColumnWarning)
    return frame


def names_in(frame: Frame, table: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, str]:
    """What a frame that :func:`match` accepts calls the columns of a schema.

    Parameters
    ----------
    frame : Frame
    table, needed : tuple of str
        As for :func:`match`.

    Examples
    --------
    >>> names_in(Frame.of({"age": [31], "size": [1.8]}), ("x0", "x1"), ("x0", "x1"))
    {'x0': 'age', 'x1': 'size'}
    """
    own = frame.names if _goes_by_position(frame, table, needed) else table
    return dict(zip(table, own, strict=True))


def warn_infinite(frame: Frame, column: Column) -> None:
    """Say which numeric columns of a block hold infinite numbers.

    Examples
    --------
    >>> from diabolo.columns import Count
    >>> frame = Frame.of({"x": [0.0, float("inf")]})
    >>> import warnings
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     warn_infinite(frame, Count.fit(frame, ("x",)))
    >>> str(told[0].message)
    "infinite numbers are treated as missing in 1 column: 'x'."
    """
    if column.kind not in NUMERIC:
        return
    infinite = np.isinf(frame.numbers(column.names)).any(0)
    if infinite.any():
        names = [column.names[j] for j in np.flatnonzero(infinite)]
        warn(
            f"infinite numbers are treated as missing in {len(names)} column{'s' * (len(names) != 1)}: {listed(names)}.",
            InfiniteValueWarning,
        )


@contextmanager
def told_before() -> Generator[None]:
    """Rows are read again of which the same call has told all that is odd: once is enough.

    Examples
    --------
    >>> with told_before():
    ...     warnings.warn("column 'x' was not there in training.", ExtraColumnWarning)
    """
    with warnings.catch_warnings():
        for about_rows in (ExtraColumnWarning, InfiniteValueWarning, UnknownCategoryWarning):
            warnings.simplefilter("ignore", about_rows)
        yield


def _goes_by_position(frame: Frame, table: tuple[str, ...], needed: tuple[str, ...]) -> bool:
    """Whether the names of a frame, or those of a schema, are those of an array and mean nothing."""
    if frame.matrix is not None:
        return True
    of_array = table == tuple(f"x{i}" for i in range(len(table)))
    return of_array and not set(needed) <= set(frame.names)


def _by_position(frame: Frame, table: tuple[str, ...], estimator: str) -> Frame:
    """Columns without names that mean something are taken in their order."""
    if len(frame.names) != len(table):
        raise DataError(
            f"X has {len(frame.names)} features, but {estimator} is expecting {len(table)} features as input."
        )
    matrix = frame.numbers() if frame.matrix is None else frame.matrix
    return Frame(dataclasses.replace(frame.source, names=table, array=matrix, table=None))
