"""Labels that a map and a probe can be judged by; what cannot be judged is refused."""

from typing import Any

from diabolo.data.labels import Labels
from diabolo.errors import DataError
from diabolo.frames import Frame

__all__ = ["read_labels"]


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
    >>> read_labels(["a", "b", None, "a", "b"], frame).codes.tolist()
    [0, 1, -1, 0, 1]
    """
    read = Labels.read(labels, frame)
    _check(read, least)
    return read


def _check(labels: Labels, least: int) -> None:
    """Refuse what no neighbor and no probe could be judged by."""
    names = [str(name) for name in labels.classes.tolist()]
    if len(names) < 2:
        held = f"the only label is {names[0]!r}" if names else "no row has a label"
        raise DataError(f"{held}: rows of at least two classes are needed to tell them apart.")
    few = [f"{name!r} ({n})" for name, n in zip(names, labels.counts.tolist(), strict=True) if n < least]
    if few:
        shown = ", ".join(few[:5]) + (f" and {len(few) - 5} more" if len(few) > 5 else "")
        raise DataError(
            f"every label needs at least {least} rows, but {shown} has fewer: leave these rows without a label "
            "(None), or join classes."
        )
