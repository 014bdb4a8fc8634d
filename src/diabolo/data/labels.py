"""Labels of some rows: what was given, in any form, as one class number per row and -1 where none was given."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d
from torch import Tensor

from diabolo.columns.levels import plain
from diabolo.errors import AmbiguousLabelWarning, DataError, LabelError, SingleExampleWarning
from diabolo.frames import Frame
from diabolo.frames.names import listed
from diabolo.frames.text import is_missing, read_objects
from diabolo.notices import warn

__all__ = ["UNLABELED", "Labels", "label_cells", "labels_by_key", "marked"]

UNLABELED = -1
EVEN = 4  # -1 is a class beside 1 alone if neither has more than this many times the rows of the other


@dataclasses.dataclass(frozen=True)
class Labels:
    """Class numbers of rows.

    Parameters
    ----------
    classes : ndarray, shape (C,)
        What the numbers stand for, sorted.
    codes : ndarray of int, shape (n,)
        Class of each row, -1 where it is not known.

    Examples
    --------
    >>> labels = Labels.of(np.array(["cat", "cat", "dog", "dog", None], dtype=object), 5)
    >>> labels.classes.tolist(), labels.codes.tolist()
    (['cat', 'dog'], [0, 0, 1, 1, -1])
    """

    classes: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, y: Any, n_rows: int, *, minus_one: bool = False) -> "Labels":
        """The labels in ``y``.

        None, NaN and pandas.NA say that a row has no label; where there is none of them, -1 says so, as in scikit-learn's
        semi-supervised models.

        Parameters
        ----------
        y : array-like, shape (n,)
            Whole numbers, text or booleans.
        n_rows : int
            Rows of the data.
        minus_one : bool
            Whether -1 is a class like any other, as in scikit-learn's supervised models.

        Raises
        ------
        LabelError
            Another number of labels than rows, no label, one class only, or numbers that are no classes.

        Warns
        -----
        SingleExampleWarning
            A class has one example.
        AmbiguousLabelWarning
            Nothing but -1 and 1, about evenly: -1 is taken for a class.
        """
        given = _as_array(y)
        if len(given) != n_rows:
            raise LabelError(
                f"there are {len(given)} labels and {n_rows} rows: give one label per row, -1 or None where it is unknown."
            )
        known = _present(given) if minus_one else _known(given)
        if not known.any():
            raise LabelError("no row has a label: give at least one example of two classes.")
        values = np.asarray(given[known].tolist())
        try:
            check_classification_targets(values)
        except ValueError as error:
            raise LabelError(
                f"Unknown label type: {str(values[:3].tolist())[1:-1]}, ... are numbers with decimals and name no class. "
                f"Give text or whole numbers."
            ) from error
        classes, numbers = np.unique(values, return_inverse=True)
        codes = np.full(n_rows, UNLABELED)
        codes[known] = numbers
        labels = cls(_whole(classes), codes)
        labels._check()
        return labels

    @classmethod
    def read(cls, labels: Any, frame: Frame) -> "Labels":
        """What is known of rows by the name of a column or one label per row; -1 is a label like any other.

        Parameters
        ----------
        labels : str or sequence, shape (n,)
            Text, whole numbers, booleans; what else there is becomes text. None and NaN are no label.
        frame : Frame
            The rows.

        Raises
        ------
        DataError
            Another number of labels than of rows, or something that is no label.
        MissingColumnError
            There is no such column.

        Examples
        --------
        >>> Labels.read(["b", "a", None], Frame.of(np.eye(3))).codes.tolist()
        [1, 0, -1]
        """
        cells = label_cells(labels, frame).dictionary_encode()
        found = cells.dictionary.to_numpy(zero_copy_only=False)
        order = np.argsort(found, kind="stable")
        codes = cells.indices.fill_null(UNLABELED).to_numpy(zero_copy_only=False)
        place = np.append(np.argsort(order), UNLABELED)  # the last is that of no label
        return cls(found[order], place[codes])

    @property
    def rows(self) -> np.ndarray:
        """Positions of the rows with a label."""
        return np.flatnonzero(self.codes >= 0)

    @property
    def counts(self) -> np.ndarray:
        """Examples of each class, shape (C,)."""
        return np.bincount(self.codes[self.rows], minlength=len(self.classes))

    def take(self, rows: np.ndarray) -> "Labels":
        """Those of the given rows."""
        return Labels(self.classes, self.codes[rows])

    def names(self, codes: np.ndarray) -> np.ndarray:
        """Classes by number; where a number is -1, the mark of an unknown label.

        It is -1 where classes are whole numbers and -1 is none of them, else None.
        """
        if (codes >= 0).all():
            return self.classes[codes]
        if self.classes.dtype.kind in "iu" and UNLABELED not in self.classes:
            return np.where(codes >= 0, self.classes[codes], UNLABELED)
        names = self.classes.astype(object)[codes]
        names[codes < 0] = None
        return names

    def _check(self) -> None:
        """Two classes at least; a word about those with one example."""
        if len(self.classes) < 2:
            raise LabelError(
                f"all labels are {self.classes[0]!r}: there is one class, and two are needed to tell rows apart "
                f"(-1, None and NaN mean that a row has no label)."
            )
        if single := [str(c) for c, n in zip(self.classes, self.counts, strict=True) if n == 1]:
            warn(
                f"one example only of {listed(single)}: it cannot be left out to see whether it would be found, so "
                f"accuracy and calibration rest on the other classes.",
                SingleExampleWarning,
            )


def label_cells(labels: Any, frame: Frame) -> pa.Array:
    """One label per row, null where it is missing, from the name of a column or any sequence.

    Parameters
    ----------
    labels : str or sequence, shape (n,)
    frame : Frame
        The rows.

    Raises
    ------
    DataError
        Another number of labels than of rows, or something that is no label.
    MissingColumnError
        There is no such column.

    Examples
    --------
    >>> label_cells([2.0, np.nan], Frame.of(np.eye(2))).to_pylist()
    [2.0, None]
    """
    if isinstance(labels, str):
        return plain(frame.arrow(labels))
    given = labels.numpy(force=True) if isinstance(labels, Tensor) else labels
    cells = plain(given if isinstance(given, pa.Array | pa.ChunkedArray) else read_objects(given, "labels"))
    if len(cells) != frame.n_rows:
        raise DataError(
            f"there are {len(cells):,} labels for {frame.n_rows:,} rows: give one for each, None where there is none."
        )
    return cells


def marked(values: Sequence[Any]) -> np.ndarray:
    """Labels with None where there is none, whichever mark says so: the rule of :meth:`Labels.of`.

    Parameters
    ----------
    values : sequence of length n

    Returns
    -------
    ndarray of object, shape (n,)

    Raises
    ------
    LabelError
        Infinite numbers.

    Warns
    -----
    AmbiguousLabelWarning
        Nothing but -1 and 1, about evenly.

    Examples
    --------
    >>> marked([3, -1, 4]).tolist(), marked([3, -1, None]).tolist()
    ([3, None, 4], [3, -1, None])
    """
    found = np.full(len(values), None, dtype=object)
    found[:] = list(values)
    if len(found):
        found[~_known(found)] = None
    return found


def labels_by_key(frame: Frame, keys: Sequence[Any], values: Sequence[Any], column: str | None) -> np.ndarray:
    """One label per row of the data, None where there is none, from a list of keys and labels.

    Parameters
    ----------
    frame : Frame
        The data.
    keys : sequence
        Row numbers from 0, or values of ``column``.
    values : sequence
        A label each; a missing one counts as not given.
    column : str or None
        The column that names rows; None for row numbers.

    Returns
    -------
    ndarray of object, shape (n,)

    Raises
    ------
    LabelError
        A row that does not exist, a name that several rows carry, or two different labels for one row; all are listed.

    Examples
    --------
    >>> frame = Frame.of({"id": ["a", "b", "c"]})
    >>> labels_by_key(frame, ["c"], ["cat"], "id").tolist()
    [None, None, 'cat']
    """
    places = _places(frame, column, {key for key in keys if key is not None})
    unknown = [str(key) for key in dict.fromkeys(keys) if key not in places]
    if unknown:
        where = f"no {column!r} of the data" if column else f"no row number from 0 to {len(frame) - 1}"
        raise LabelError(
            f"{len(unknown)} labels are for rows that do not exist ({where}): {listed(unknown)}."
        )
    labels = np.full(len(frame), None, dtype=object)
    conflicts: dict[str, None] = {}
    for key, value in zip(keys, values, strict=True):
        place = places[key]
        if value is not None and labels[place] not in (None, value):
            conflicts[f"{key}: {labels[place]} and {value}"] = None
        labels[place] = labels[place] if value is None else value
    if conflicts:
        raise LabelError(
            f"{len(conflicts)} rows have several labels; decide for one of them: {listed([*conflicts])}."
        )
    return labels


def _places(frame: Frame, column: str | None, wanted: set[Any]) -> dict[Any, int]:
    """Row number of each key."""
    if column is None:
        return {key: int(key) for key in wanted if _is_row(key, len(frame))}
    found: dict[Any, int] = {}
    twice: dict[str, None] = {}
    for place, key in enumerate(frame.arrow(column).to_pylist()):
        if key in wanted and key in found:
            twice[str(key)] = None
        found[key] = place
    if twice:
        raise LabelError(
            f"several rows of the data carry the {column!r} {listed([*twice])}: labels cannot be told apart."
        )
    return found


def _is_row(key: Any, n_rows: int) -> bool:
    return isinstance(key, int | np.integer) and not isinstance(key, bool) and 0 <= int(key) < n_rows


def _as_array(y: Any) -> np.ndarray:
    """Labels as one array; Arrow's are unwrapped."""
    if y is None:
        raise LabelError(
            "requires y to be passed, but the target y is None: give labels, -1 where they are unknown."
        )
    if isinstance(y, pa.Array | pa.ChunkedArray):
        y = np.array(y.to_pylist(), dtype=object)
    array = np.asarray(y)
    if array.dtype == object and array.ndim == 1 and any(isinstance(v, str) for v in array):
        return array
    return column_or_1d(array, warn=True)


def _present(given: np.ndarray) -> np.ndarray:
    """Which rows have a label that is not None, NaN or NA."""
    if given.dtype.kind == "f":
        if np.isinf(given).any():
            raise LabelError("Input y contains infinity: labels are whole numbers or text.")
        return ~np.isnan(given)
    if given.dtype == object:
        return np.array([not is_missing(value) for value in given])
    return np.ones(len(given), bool)


def _known(given: np.ndarray) -> np.ndarray:
    """Which rows have a label, -1 being none where no other mark says so."""
    present = _present(given)
    if not present.all():
        return present
    given = np.asarray(given.tolist())  # objects that are all numbers are numbers
    return np.array([str(v) != "-1" for v in given]) if given.dtype.kind in "UO" else _not_minus_one(given)


def _not_minus_one(given: np.ndarray) -> np.ndarray:
    """-1 means unknown, unless it stands beside 1 alone and about as often: then that is how people write two classes."""
    known = given != UNLABELED
    ones = int(known.sum())
    if (
        known.all()
        or set(np.unique(given[known]).tolist()) != {1}
        or not 1 / EVEN <= ones / (len(given) - ones) <= EVEN
    ):
        return known
    warn(
        "the labels are -1 and 1 alone: -1 is taken for a class, since one class alone could not be learned; "
        "mark unknown labels by None or NaN to be clear.",
        AmbiguousLabelWarning,
    )
    return np.ones(len(given), bool)


def _whole(classes: np.ndarray) -> np.ndarray:
    """Classes that came as floats only because NaN marked the unknown ones, as whole numbers again."""
    return classes.astype(np.int64) if classes.dtype.kind == "f" else classes
