"""What every kind of input boils down to: one Arrow table or one array, and how to make the kind again."""

import dataclasses
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from diabolo.errors import DataError, DuplicateColumnError, EmptyDataError

__all__ = ["IMAGE", "KINDS", "Source", "check_names", "check_size"]

IMAGE = "image"
KINDS = (
    "a 2-D array of numbers (rows x columns), a 3-D or 4-D array of images, a torch tensor, a pandas or "
    "polars DataFrame, a pyarrow Table, a list of dicts or a dict of columns"
)


@dataclasses.dataclass(frozen=True)
class Source:
    """Rows as they came, without a copy where possible: either `table` or `array` is there.

    Parameters
    ----------
    kind : {"numpy", "torch", "pandas", "polars", "pyarrow", "dicts"}
        What came in.
    names : tuple of str
        The columns, in order.
    table : pyarrow.Table, optional
        Columns of a table; missing cells are null (or NaN).
    array : ndarray, shape (n, d), (n, y, x) or (n, y, x, c), optional
        Numbers or images; missing cells are NaN.
    hints : dict
        What the Arrow schema does not say and `restore` needs, as plain JSON values.
    index : pandas.Index, optional
        Labels of the rows of a pandas DataFrame.
    origin : ndarray, shape (n,), optional
        Where each row stood in the data that came; None if all rows are there, in order.
    texts : dict of str to pyarrow.ChunkedArray
        The columns that came as text and were read as numbers or times, as they came.

    Examples
    --------
    >>> Source("numpy", ("x0",), array=np.zeros((3, 1))).n_rows
    3
    """

    kind: str
    names: tuple[str, ...]
    table: pa.Table | None = None
    array: np.ndarray | None = None
    hints: dict[str, Any] = dataclasses.field(default_factory=dict)
    index: Any = None
    origin: np.ndarray | None = None
    texts: dict[str, pa.ChunkedArray] = dataclasses.field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.array) if self.array is not None else self.arrow.num_rows

    @property
    def arrow(self) -> pa.Table:
        """The table; only where there is no array."""
        assert self.table is not None
        return self.table


def check_names(names: list[str]) -> tuple[str, ...]:
    """The names, if each occurs once.

    Raises
    ------
    DuplicateColumnError
        Two columns carry one name.

    Examples
    --------
    >>> check_names(["a", "b"])
    ('a', 'b')
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        shown = ", ".join(map(repr, twice[:5])) + (", ..." if len(twice) > 5 else "")
        raise DuplicateColumnError(
            f"{len(twice)} column name{'s occur' if len(twice) > 1 else ' occurs'} more than once: {shown}. "
            "Every column needs a name of its own: rename or drop the others."
        )
    return tuple(names)


def check_size(shape: tuple[int, ...]) -> None:
    """Refuse data without a row, a column or a pixel.

    Raises
    ------
    EmptyDataError
        There is no row.
    DataError
        There is no column.

    Examples
    --------
    >>> check_size((3, 2))
    """
    if shape[0] == 0:
        raise EmptyDataError(
            f"The data have 0 sample(s) (shape={shape}) while a minimum of 1 is required: give at least "
            "one row."
        )
    if 0 in shape[1:]:
        raise DataError(f"The data have 0 feature(s) (shape={shape}) while a minimum of 1 is required.")
