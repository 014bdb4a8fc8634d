"""Data frames, lists of dicts and Arrow tables -> one Arrow table of numbers, text, times or images."""

import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as is_

from diabolo.errors import DataError
from diabolo.frames.source import Source, check_names, check_size
from diabolo.frames.text import read_objects, read_text

__all__ = ["source_of"]


def source_of(data: Any) -> Source | None:
    """The table behind the data, or None if there is none.

    Parameters
    ----------
    data : pandas or polars DataFrame, pyarrow Table or RecordBatch, list of dicts, dict of columns
        Or any other object with ``__arrow_c_stream__``, which counts as a pyarrow table.

    Raises
    ------
    DataError
        A column holds cells that are neither number, text, time nor image.

    Examples
    --------
    >>> source_of({"a": [1, 2]}).names
    ('a',)
    """
    if (
        _is(data, "pandas", "Series")
        or _is(data, "polars", "Series")
        or isinstance(data, pa.Array | pa.ChunkedArray)
    ):
        raise DataError(
            "Expected 2D array, got 1D array instead: one column alone. Reshape your data: pass a data "
            "frame with that column, for example series.to_frame()."
        )
    if _is(data, "pandas", "DataFrame"):
        return _of_pandas(data)
    if _is(data, "polars", "LazyFrame"):
        return _of_polars(data.collect())
    if _is(data, "polars", "DataFrame"):
        return _of_polars(data)
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return _of_dicts(data)
    if isinstance(data, dict):
        return _of_columns(data)
    if isinstance(data, pa.Table | pa.RecordBatch) or hasattr(data, "__arrow_c_stream__"):
        return _of_arrow("pyarrow", data if isinstance(data, pa.Table) else pa.table(data))
    return None


def _is(data: Any, package: str, name: str) -> bool:
    """An `isinstance` without importing the package: an instance exists only after someone imported it."""
    module = sys.modules.get(package)
    return module is not None and isinstance(data, getattr(module, name, ()))


def _of_arrow(kind: str, table: pa.Table, hints: dict[str, Any] | None = None, index: Any = None) -> Source:
    """Check the columns, read numbers and times out of text."""
    names = check_names(table.column_names)
    check_size(table.shape)
    for field in table.schema:
        _check_type(field)
    if any(is_.is_dictionary(field.type) for field in table.schema):
        table = table.unify_dictionaries()
    texts: dict[str, pa.ChunkedArray] = {}
    ways: dict[str, dict[str, str]] = {"styles": {}, "orders": {}}
    for position, name in enumerate(names):
        if (found := read_text(table.column(position), name)) is not None:
            texts[name] = table.column(position)
            table = table.set_column(position, pa.field(name, found[0].type), found[0])
            if found[1] is not None:
                ways["orders" if is_.is_temporal(found[0].type) else "styles"][name] = found[1]
    hints = (hints or {}) | {what: told for what, told in ways.items() if told}
    return Source(kind, names, table=table, hints=hints, index=index, texts=texts)


def _check_type(field: pa.Field) -> None:
    """Refuse nested and binary cells."""
    kind = field.type.value_type if is_.is_dictionary(field.type) else field.type
    if isinstance(kind, pa.FixedShapeTensorType) and len(kind.shape) in (2, 3):
        return
    if (
        is_.is_nested(kind)
        or isinstance(kind, pa.BaseExtensionType)
        or is_.is_binary(kind)
        or is_.is_large_binary(kind)
    ):
        raise DataError(
            f"Column {field.name!r} holds {kind}; allowed are numbers, text, categories, truth values, times "
            "and images of one size. Give each part a column of its own, or leave the column out."
        )


def _of_pandas(frame: Any) -> Source:
    """A pandas DataFrame; its labels and dtypes are kept as hints."""
    labels = list(frame.columns)
    names = check_names([str(label) for label in labels])
    check_size(frame.shape)
    hints: dict[str, Any] = {"dtypes": [str(dtype) for dtype in frame.dtypes]}
    if not all(isinstance(label, str) for label in labels) and all(map(_is_plain, labels)):
        hints["labels"] = [list(label) if isinstance(label, tuple) else label for label in labels]
    return _of_arrow("pandas", pa.table(_columns(frame, names), names=list(names)), hints, frame.index)


def _columns(frame: Any, names: tuple[str, ...]) -> list[Any]:
    """The columns of a pandas frame; numbers of one type go through one array, as there may be thousands."""
    first = frame.dtypes.iloc[0]
    if isinstance(first, np.dtype) and first.kind in "biuf" and (frame.dtypes == first).all():
        return [pa.array(cells, from_pandas=True) for cells in frame.to_numpy().T]
    return [
        read_objects(cells.tolist(), name) if str(cells.dtype) == "object" else pa.Array.from_pandas(cells)
        for name, (_, cells) in zip(names, frame.items(), strict=True)
    ]


def _is_plain(label: Any) -> bool:
    """Whether JSON can hold a column label; others, such as dates, come out as text."""
    return type(label) in (str, int, float, bool) or (isinstance(label, tuple) and all(map(_is_plain, label)))


def _of_polars(frame: Any) -> Source:
    """A polars DataFrame."""
    check_size(frame.shape)
    objects = {
        name: read_objects(frame[name].to_list(), name)
        for name, kind in frame.schema.items()
        if kind == _object()
    }
    table = frame.drop(list(objects)).to_arrow()
    for name, column in objects.items():
        table = table.add_column(frame.columns.index(name), name, column)
    return _of_arrow("polars", table)


def _object() -> Any:
    """The polars type of arbitrary Python objects."""
    return sys.modules["polars"].Object


def _of_dicts(rows: list[dict[Any, Any]]) -> Source:
    """A list of dicts: the columns are their keys in order of appearance, an absent key is a missing cell."""
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    keys = dict.fromkeys(key for row in rows for key in row)
    check_names([str(key) for key in keys])
    check_size((len(rows), len(names)))
    columns = [read_objects([row.get(key) for row in rows], str(key)) for key in keys]
    return _of_arrow("dicts", pa.table(columns, names=names))


def _of_columns(columns: dict[Any, Any]) -> Source:
    """A dict of columns of one length."""
    names = check_names([str(name) for name in columns])
    arrays = [
        c if isinstance(c, pa.Array | pa.ChunkedArray) else read_objects(c, name)
        for name, c in zip(names, columns.values(), strict=True)
    ]
    lengths = {name: len(array) for name, array in zip(names, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise DataError(f"The columns differ in length: {lengths}. Every column needs one cell per row.")
    return _of_arrow("pyarrow", pa.table(arrays, names=list(names)))
