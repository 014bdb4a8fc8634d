"""`Frame`: one read-only face over numpy, torch, pandas, polars, pyarrow and lists of dicts."""

import dataclasses
import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa

from diabolo.errors import DataError, MissingColumnError, NumbersAsTextWarning, TimesAsTextWarning
from diabolo.frames import arrays, convert, tables
from diabolo.frames.names import listed, meant
from diabolo.frames.numerals import THOUSANDTHS, as_text
from diabolo.frames.patterns import is_text
from diabolo.frames.restore import template_of
from diabolo.frames.source import KINDS, Source
from diabolo.frames.text import forced_numbers, forced_times

__all__ = ["Frame"]

TEXT = "text"  # the style of columns that stay text


@dataclasses.dataclass(frozen=True)
class Frame:
    """Rows and named columns, whatever library they came from.

    A missing cell is null or NaN. A 2-D array has the columns ``x0, x1, ...``; an array of images has the one
    column ``image``.

    Parameters
    ----------
    source : Source
        The rows; use :meth:`of` to make a frame from data.

    Examples
    --------
    >>> frame = Frame.of([{"age": 31, "city": "Bonn"}, {"age": None, "city": "Köln"}])
    >>> frame.names, frame.n_rows, frame.kind
    (('age', 'city'), 2, 'dicts')
    >>> frame.numbers(("age",)).ravel().tolist()
    [31.0, nan]
    """

    source: Source

    @classmethod
    def of(cls, data: Any) -> Self:
        """A frame of any table.

        Parameters
        ----------
        data : array, tensor, data frame, list of dicts, dict of columns or Frame
            Arrays are (n, d), or (n, y, x) and (n, y, x, c) for images; tensors of images may also be (n, c,
            y, x). They are not copied. A dict of columns counts as a pyarrow table.

        Raises
        ------
        DataError
            The data are not one of these, or hold cells that are neither number, text nor time.
        EmptyDataError
            There is no row.
        DuplicateColumnError
            Two columns carry one name.

        Warns
        -----
        MixedTypeWarning, NumbersAsTextWarning, TimesAsTextWarning
            A column mixes types and is read as text, or its text holds numbers or times and is read as such.
        """
        if isinstance(data, Frame):
            return cls(data.source)
        source = tables.source_of(data) or arrays.source_of(data)
        if source is None:
            raise DataError(f"Cannot use an object of type {type(data).__name__} as data: pass {KINDS}.")
        return cls(source)

    @classmethod
    def decoded(cls, data: Any) -> Self:
        """Rows that a model has made: as :meth:`of`, but that text holds numbers or times was told when data came.

        Examples
        --------
        >>> Frame.decoded({"born": ["2026-01-31"]}).n_rows
        1
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumbersAsTextWarning)
            warnings.simplefilter("ignore", TimesAsTextWarning)
            return cls.of(data)

    @property
    def kind(self) -> str:
        """What came in: numpy, torch, pandas, polars, pyarrow or dicts."""
        return self.source.kind

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return self.source.names

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.source.n_rows

    @property
    def origin(self) -> np.ndarray:
        """Where each row stood in the data that came, counted from 0, int64 (n,); `take` keeps it."""
        return np.arange(self.n_rows) if self.source.origin is None else self.source.origin

    def __len__(self) -> int:
        return self.n_rows

    @property
    def matrix(self) -> np.ndarray | None:
        """The array (n, d) itself if the data came as one, else None."""
        array = self.source.array
        return array if array is not None and array.ndim == 2 else None

    @property
    def images(self) -> tuple[str, ...]:
        """The columns that hold images."""
        if self.source.array is not None:
            return self.names if self.source.array.ndim > 2 else ()
        return tuple(f.name for f in self.source.arrow.schema if isinstance(f.type, pa.FixedShapeTensorType))

    def type(self, name: str) -> pa.DataType:
        """Arrow type of a column."""
        array = self.source.array
        if array is None:
            return self.source.arrow.schema.field(self._position(name)).type
        value = pa.from_numpy_dtype(array.dtype)
        return value if array.ndim == 2 else pa.fixed_shape_tensor(value, array.shape[1:])

    def arrow(self, name: str) -> pa.ChunkedArray:
        """A column as Arrow, (n,); missing cells of an array are null."""
        array, position = self.source.array, self._position(name)
        if array is None:
            return self.source.arrow.column(position)
        if array.ndim == 2:
            return pa.chunked_array([pa.array(array[:, position], from_pandas=True)])
        return pa.chunked_array([pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(array))])

    def numbers(self, names: tuple[str, ...] | None = None) -> np.ndarray:
        """Columns as floats (n, m), NaN where missing.

        float32 where that is exact for all of them (float32, booleans, integers up to 16 bits), else float64.
        Points in time are seconds since 1970 (UTC), durations and times of day are seconds. All columns of a
        2-D float array are that array itself, not a copy.

        Raises
        ------
        DataError
            A column holds text that is no number.
        """
        names = self.names if names is None else tuple(names)
        matrix = self.matrix
        if matrix is not None:
            chosen = matrix if names == self.names else matrix[:, [self._position(name) for name in names]]
            return chosen.astype(convert.float_type(matrix.dtype), copy=False)
        columns = [self._numeric(name) for name in names]
        types = [convert.number_type(c.type, name) for c, name in zip(columns, names, strict=True)]
        out = np.empty((self.n_rows, len(names)), np.result_type(np.float32, *types))
        for j, column in enumerate(columns):
            out[:, j] = convert.to_numbers(column)
        return out

    def times(self, name: str, order: str | None = None) -> pa.ChunkedArray:
        """A column as times, (n,); text is read, `order` saying what comes first, the day or the month.

        Text that holds no times stays as it is.
        """
        column = self.arrow(name)
        found = forced_times(column, order) if is_text(column.type) else None
        return column if found is None else found

    def order(self, name: str) -> str | None:
        """What came first in the dates of a column that was text, where it might have been the other."""
        return self.source.hints.get("orders", {}).get(name)

    def style(self, name: str) -> str | None:
        """How the numbers of a column that was text are written, such as ``"1.234,5"``; ``"text"`` if it still is."""
        return self.source.hints.get("styles", {}).get(name) or (TEXT if is_text(self.type(name)) else None)

    def as_written(self, styles: Mapping[str, str | None]) -> Self:
        """The frame with its text read as other rows were: a row alone may not say what its marks stand for.

        Parameters
        ----------
        styles : dict of str to str or None
            What :meth:`style` of the other rows says. A column that is not written so stays as it was read.

        Examples
        --------
        >>> Frame.decoded({"price": ["1.234"]}).as_written({"price": "1.234,5"}).numbers().tolist()
        [[1234.0]]
        """
        if self.source.array is not None:
            return self
        table = self.source.arrow
        for name in styles.keys() & self._positions.keys():
            if (column := self._written(name, styles[name])) is not None:
                table = table.set_column(self._position(name), pa.field(name, column.type), column)
        return (
            self if table is self.source.table else type(self)(dataclasses.replace(self.source, table=table))
        )

    def pixels(self, name: str) -> np.ndarray:
        """Images of a column, (n, y, x) or (n, y, x, c), uint8 or float, without a copy where possible.

        Raises
        ------
        DataError
            The column holds no images.
        """
        if name not in self.images:
            raise DataError(f"Column {name!r} holds {self.type(name)}, not images.")
        if self.source.array is not None:
            return self.source.array
        return convert.to_pixels(self.arrow(name), name)

    def take(self, rows: np.ndarray) -> Self:
        """The given rows in the given order (positions or a mask, shape (n',))."""
        rows = np.asarray(rows)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        source = self.source
        return type(self)(
            dataclasses.replace(
                source,
                table=None if source.table is None else source.table.take(pa.array(rows)),
                array=None if source.array is None else source.array[rows],
                index=None if source.index is None else source.index.take(rows),
                origin=self.origin[rows],
                texts={name: text.take(pa.array(rows)) for name, text in source.texts.items()},
            )
        )

    def with_empty(self, name: str) -> Self:
        """The same rows and, if a table lacks a column of that name, one without a value."""
        if name in self.names or self.source.array is not None:
            return self
        table = self.source.arrow.append_column(name, pa.nulls(self.n_rows))
        return type(self)(dataclasses.replace(self.source, names=(*self.names, name), table=table))

    @cached_property
    def template(self) -> dict[str, Any]:
        """What :func:`restore` needs to make the same kind again, without any row: plain JSON values."""
        return template_of(self.source)

    def _numeric(self, name: str) -> pa.ChunkedArray:
        """A column, text as the numbers it holds."""
        column = self.arrow(name)
        found = forced_numbers(column) if is_text(column.type) else None
        return column if found is None else found

    def _written(self, name: str, style: str | None) -> pa.ChunkedArray | None:
        """A column read anew in the given style; None where it is read so already, or is not written so."""
        if style in (None, self.style(name)):
            return None
        field = self.source.arrow.schema.field(name)
        text = self.source.texts.get(name, self.arrow(name) if is_text(field.type) else None)
        if text is None and (points := (field.metadata or {}).get(THOUSANDTHS)):
            text = as_text(self.arrow(name), points.decode())
        return text if text is None or style == TEXT else forced_numbers(text, style)

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Place of each column."""
        return {name: i for i, name in enumerate(self.names)}

    def _position(self, name: str) -> int:
        """Place of a column."""
        if name not in self._positions:
            raise MissingColumnError(
                f"There is no column {name!r}; {meant(name, self.names)}the data have {listed(self.names, 20)}."
            )
        return self._positions[name]
