"""Labels of rows as a person gives them, as class numbers; what cannot be judged is refused."""

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.columns.levels import plain
from diabolo.errors import DataError
from diabolo.frames import Frame

__all__ = ["Labels", "read_labels"]


@dataclasses.dataclass(frozen=True)
class Labels:
    """Which class each row belongs to.

    Parameters
    ----------
    names : tuple of str
        The classes, sorted.
    classes : int64 Tensor, shape (n,)
        Their number for each row, −1 where it has no label.

    Examples
    --------
    >>> Labels(("no", "yes"), torch.tensor([1, -1, 0])).rows
    tensor([0, 2])
    """

    names: tuple[str, ...]
    classes: Tensor

    @property
    def rows(self) -> Tensor:
        """Positions of the labelled rows."""
        return (self.classes >= 0).nonzero()[:, 0]

    def take(self, rows: Tensor) -> "Labels":
        """Those of the given rows (int64 positions)."""
        return dataclasses.replace(self, classes=self.classes[rows])


def read_labels(labels: Any, frame: Frame, *, least: int = 2) -> Labels:
    """Class numbers from the name of a column of the table, or from one label per row.

    Parameters
    ----------
    labels : str or sequence of length n
        None and NaN: no label.
    frame : Frame
    least : int
        Rows that each class must have.

    Raises
    ------
    DataError
        Labels of another length, fewer than two classes, or a class with fewer rows.

    Examples
    --------
    >>> frame = Frame.of({"x": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> read_labels(["a", "b", None, "a", "b"], frame).classes.tolist()
    [0, 1, -1, 0, 1]
    """
    cells = plain(frame.arrow(labels) if isinstance(labels, str) else _array(labels))
    if len(cells) != frame.n_rows:
        raise DataError(
            f"there are {len(cells):,} labels for {frame.n_rows:,} rows: give one for each row, None where there is none."
        )
    given = cells.to_pylist()
    found = sorted(
        {label for label in given if label is not None}, key=lambda label: (str(type(label)), label)
    )
    place = {label: i for i, label in enumerate(found)}
    read = Labels(
        tuple(str(label) for label in found), torch.tensor([-1 if c is None else place[c] for c in given])
    )
    _check(read, least)
    return read


def _array(labels: Any) -> pa.Array:
    """One label per row as Arrow cells."""
    if isinstance(labels, torch.Tensor):
        labels = labels.numpy()
    labels = np.asarray(labels) if not isinstance(labels, pa.Array | pa.ChunkedArray) else labels
    if isinstance(labels, np.ndarray) and labels.ndim != 1:
        raise DataError(f"the labels have shape {labels.shape}: give one for each row, shape (n,).")
    return pa.array(labels.tolist()) if isinstance(labels, np.ndarray) else labels  # pyright: ignore


def _check(labels: Labels, least: int) -> None:
    """Refuse what no neighbor and no probe could be judged by."""
    if len(labels.names) < 2:
        held = f"the only label is {labels.names[0]!r}" if labels.names else "no row has a label"
        raise DataError(f"{held}: rows of at least two classes are needed to tell them apart.")
    count = torch.bincount(labels.classes[labels.rows], minlength=len(labels.names)).tolist()
    few = [f"{name!r} ({n})" for name, n in zip(labels.names, count, strict=True) if n < least]
    if few:
        shown = ", ".join(few[:5]) + (f" and {len(few) - 5} more" if len(few) > 5 else "")
        raise DataError(
            f"every label needs at least {least} rows, but {shown} has fewer: leave these rows without a label "
            "(None), or join classes."
        )
