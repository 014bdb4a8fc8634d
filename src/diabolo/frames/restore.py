"""The way out: columns -> the kind of table that came in."""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.types as is_

from diabolo.errors import MissingColumnError, MissingExtra
from diabolo.frames.convert import as_dtype, cast, to_numbers, to_pixels
from diabolo.frames.numerals import THOUSANDTHS
from diabolo.frames.patterns import is_text
from diabolo.frames.source import IMAGE, Source

if TYPE_CHECKING:
    from diabolo.frames.frame import Frame

__all__ = ["restore", "template_of", "type_of", "widened"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

# numpy has no missing integers and truth values: columns with gaps get these types of pandas instead.
WITH_GAPS = {"bool": "boolean"} | {
    f"{sign}int{bits}": f"{sign.upper()}Int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def template_of(source: Source) -> dict[str, Any]:
    """All that :func:`restore` needs, as plain JSON values: kind, types, levels, shape of images.

    Examples
    --------
    >>> template_of(Source("numpy", ("x0",), array=np.zeros((3, 1))))
    {'kind': 'numpy', 'dtype': 'float64', 'shape': [1]}
    """
    if source.array is not None:
        array = source.array
        return {
            "kind": source.kind,
            "dtype": array.dtype.name,
            "shape": list(array.shape[1:]),
            **source.hints,
        }
    table = source.arrow
    levels = {f.name: _pack(_levels(table.column(f.name))) for f in table.schema if is_.is_dictionary(f.type)}
    fields = [f.remove_metadata() if THOUSANDTHS in (f.metadata or {}) else f for f in table.schema]
    schema = base64.b64encode(pa.schema(fields, table.schema.metadata).serialize().to_pybytes()).decode()
    return {"kind": source.kind, "schema": schema, "levels": levels, **source.hints}


def restore(columns: Mapping[str, Any], template: dict[str, Any], like: "Frame | None" = None) -> Any:
    """Make the kind of table that a template was taken from.

    Parameters
    ----------
    columns : dict of str to pyarrow Array, ChunkedArray or ndarray, shape (n,)
        The cells of each column. Numbers for a column of integers are rounded and clipped to its type's
        range, texts for a column of categories become its categories, seconds become times. Columns that the
        template lacks are ignored; columns that are absent are left out of tables.
    template : dict
        From :attr:`Frame.template`.
    like : Frame, optional
        Where it has as many rows, its row labels (pandas) are used.

    Returns
    -------
    ndarray, torch.Tensor, pandas.DataFrame, polars.DataFrame, pyarrow.Table or list of dicts

    Raises
    ------
    MissingColumnError
        A column of an array is absent.
    MissingExtra
        The package of that kind of table is not installed.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> frame = Frame.of(np.array([[1, 2], [3, 4]]))
    >>> restore({"x0": np.array([0.6]), "x1": np.array([2.2])}, frame.template)
    array([[1, 2]])
    """
    if "shape" in template:
        return _array(columns, template)
    table = _table(columns, template)
    if template["kind"] == "pandas":
        return _pandas(table, template, None if like is None else like.source.index)
    if template["kind"] == "polars":
        return _package("polars").from_arrow(table)
    return table.to_pylist() if template["kind"] == "dicts" else table


def type_of(template: dict[str, Any], name: str) -> pa.DataType:
    """Arrow type of a column of the data that a template was taken from.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> type_of(Frame.of({"age": [31, 47]}).template, "age")
    DataType(int64)
    """
    if "shape" in template:
        return pa.from_numpy_dtype(np.dtype(template["dtype"]))
    return _plain(_schema(template).field(name).type)


def widened(template: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The template with room for cells of another one: its categories, and its types for columns without a value.

    Examples
    --------
    >>> first, second = (pa.table({"x": pa.array([level]).dictionary_encode()}) for level in "ab")
    >>> from diabolo.frames import Frame
    >>> both = widened(Frame.of(first).template, Frame.of(second).template)
    >>> restore({"x": pa.array(["b", "a"])}, both)["x"].to_pylist()
    ['b', 'a']
    """
    if "shape" in template or "shape" in other:
        return template
    schema, more, levels = _schema(template), _schema(other), dict(template["levels"])
    for place, field in enumerate(schema):
        if field.name in levels.keys() & other["levels"].keys():
            both = [_unpack(found["levels"][field.name]) for found in (template, other)]
            if both[0].type == both[1].type:
                levels[field.name] = _pack(pa.chunked_array(both).unique())
        elif is_.is_null(field.type) and field.name in more.names:
            schema = schema.set(place, field.with_type(_plain(more.field(field.name).type)))
    packed = base64.b64encode(schema.serialize().to_pybytes()).decode()
    return {**template, "schema": packed, "levels": levels}


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of the levels of a dictionary, else the type itself."""
    return kind.value_type if is_.is_dictionary(kind) else kind


def _table(columns: Mapping[str, Any], template: dict[str, Any]) -> pa.Table:
    """An Arrow table with the template's columns, order and types."""
    schema = _schema(template)
    fields = [field for field in schema if field.name in columns]
    arrays = [_column(columns[field.name], field, template["levels"]) for field in fields]
    return pa.table(arrays, schema=pa.schema(fields, schema.metadata))


def _schema(template: dict[str, Any]) -> pa.Schema:
    """The Arrow schema inside a template."""
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(template["schema"])))


def _column(cells: Any, field: pa.Field, levels: dict[str, str]) -> Any:
    """Cells in the type of a field."""
    if field.name not in levels:
        return cast(cells, field.type)
    if isinstance(cells, pa.ChunkedArray):
        cells = (
            cells.unify_dictionaries().combine_chunks()
            if is_.is_dictionary(cells.type)
            else cells.combine_chunks()
        )
    known = _unpack(levels[field.name])
    plain = cast(cells, field.type.value_type if is_.is_temporal(field.type.value_type) else pa.string())
    places = pc.index_in(plain, value_set=known if plain.type == known.type else known.cast(plain.type))
    return pa.DictionaryArray.from_arrays(
        places.cast(field.type.index_type), known, ordered=field.type.ordered
    )


def _pandas(table: pa.Table, template: dict[str, Any], index: Any) -> Any:
    """A DataFrame with the dtypes, column labels and, where the rows agree, row labels that came in."""
    _package("pandas")
    schema = _schema(template)
    dtypes = dict(zip(schema.names, template["dtypes"], strict=True))
    frame = table.to_pandas()
    came = zip(table.schema, frame.dtypes, strict=True)
    changes = {
        field.name: _dtype(frame[field.name], dtypes[field.name])
        for field, dtype in came
        if _must_change(dtype, dtypes[field.name], field.type)
    }
    frame = frame.astype(changes) if changes else frame
    if "labels" in template:
        labels = dict(zip(_schema(template).names, template["labels"], strict=True))
        frame.columns = _labels([labels[name] for name in frame.columns])
    return frame.set_axis(index, axis=0) if index is not None and len(index) == len(frame) else frame


def _labels(labels: list[Any]) -> Any:
    """Column labels; lists, which JSON makes of tuples, are the labels of several levels."""
    if not all(isinstance(label, list) for label in labels):
        return labels
    return _package("pandas").MultiIndex.from_tuples([tuple(label) for label in labels])


def _must_change(came: Any, wanted: str, kind: pa.DataType) -> bool:
    """Whether to set a pandas dtype: categories carry theirs, what was read out of text stays what it is."""
    was_text = wanted.startswith("str") and not is_text(kind)
    return str(came) != wanted and wanted != "category" and not was_text


def _dtype(cells: Any, wanted: str) -> str:
    """The wanted pandas dtype, or its likeness that has room for gaps."""
    return WITH_GAPS[wanted] if wanted in WITH_GAPS and cells.hasnans else wanted


def _array(columns: Mapping[str, Any], template: dict[str, Any]) -> Any:
    """A numpy array or a tensor of the template's dtype and shape."""
    shape, dtype = template["shape"], np.dtype(template["dtype"])
    if len(shape) == 1:
        names = [f"x{i}" for i in range(shape[0])]
        _require(columns, names)
        array = np.column_stack([as_dtype(_numbers(columns[name]), dtype) for name in names])
    else:
        _require(columns, [IMAGE])
        array = as_dtype(_pixels(columns[IMAGE]).reshape(-1, *shape), dtype)
    array = np.require(
        np.moveaxis(array, 3, 1) if template.get("channels_first") else array, requirements=["C", "W"]
    )
    if template["kind"] == "numpy":
        return array
    torch = _package("torch")
    return torch.from_numpy(array).to(getattr(torch, template["torch_dtype"]))


def _require(columns: Mapping[str, Any], names: list[str]) -> None:
    """An array has no place for an absent column."""
    if absent := [name for name in names if name not in columns]:
        shown = ", ".join(absent[:8]) + (", ..." if len(absent) > 8 else "")
        raise MissingColumnError(f"An array of {len(names)} columns cannot be made without {shown}.")


def _numbers(cells: Any) -> np.ndarray:
    """Cells as numbers."""
    if isinstance(cells, np.ndarray):
        return cells
    return to_numbers(cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells]))


def _pixels(cells: Any) -> np.ndarray:
    """Cells as images."""
    if isinstance(cells, np.ndarray):
        return cells
    return to_pixels(cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells]), IMAGE)


def _levels(column: pa.ChunkedArray) -> pa.Array:
    """The categories of a column, in order (chunks share one dictionary)."""
    return column.chunk(0).dictionary


def _pack(array: pa.Array) -> str:
    """A column as text, its type included."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([("level", array.type)])) as stream:
        stream.write_batch(pa.record_batch([array], names=["level"]))
    return base64.b64encode(sink.getvalue().to_pybytes()).decode()


def _unpack(text: str) -> pa.Array:
    """The column that :func:`_pack` wrote."""
    return pa.ipc.open_stream(base64.b64decode(text)).read_all().column(0).combine_chunks()


def _package(name: str) -> Any:
    """An optional package, imported when it is needed."""
    try:
        if name == "pandas":
            import pandas as package
        elif name == "polars":
            import polars as package
        else:
            import torch as package
    except ImportError:
        raise MissingExtra(
            f"The model was fitted with a {name} table and gives one back, but {name} is not installed: "
            f"pip install 'diabolo[frames]'."
        ) from None
    return package
