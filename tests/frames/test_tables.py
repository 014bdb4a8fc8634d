"""Data frames, lists of dicts and Arrow tables."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from diabolo.errors import DataError, MixedTypeWarning
from diabolo.frames.tables import source_of


class Stream:
    def __arrow_c_stream__(self, requested_schema=None):
        return pa.table({"a": [1]}).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("data", [np.eye(2), [[1, 2]], [], "text", None])
def test_what_is_no_table(data):
    assert source_of(data) is None


def test_any_arrow_stream_is_a_table():
    source = source_of(Stream())
    assert source is not None
    assert (source.kind, source.arrow.to_pydict()) == ("pyarrow", {"a": [1]})


def test_a_lazy_frame_is_collected():
    source = source_of(pl.LazyFrame({"a": [1]}))
    assert source is not None
    assert source.kind == "polars"


def test_dicts_may_lack_keys():
    source = source_of([{"a": 1}, {"b": "x"}])
    assert source is not None
    assert source.arrow.to_pydict() == {"a": [1, None], "b": [None, "x"]}


@pytest.mark.parametrize("data", [pd.Series([1]), pl.Series([1]), pa.array([1]), pa.chunked_array([[1]])])
def test_one_column_alone_is_refused(data):
    with pytest.raises(DataError, match="Expected 2D array, got 1D array instead"):
        source_of(data)


@pytest.mark.parametrize("cell", [[1, 2], {"x": 1}, b"bytes", np.arange(3), object()])
def test_cells_that_are_no_cells(cell):
    with pytest.raises(DataError, match="Column 'odd'"):
        source_of(pd.DataFrame({"fine": [1], "odd": pd.Series([cell], dtype=object)}))


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.int8()),
        pa.struct([("x", pa.int8())]),
        pa.list_(pa.float32(), 2),
        pa.map_(pa.string(), pa.int8()),
    ],
)
def test_nested_columns_are_named(kind: pa.DataType):
    with pytest.raises(DataError, match="Column 'odd' holds"):
        source_of(pa.table({"odd": pa.nulls(2, kind)}))


def test_mixed_objects_of_pandas_are_text():
    with pytest.warns(MixedTypeWarning, match="'a' mixes int, str"):
        source = source_of(pd.DataFrame({"a": [1, "x", None]}))
    assert source is not None
    assert source.arrow.to_pydict() == {"a": ["1", "x", None]}


def test_mixed_objects_of_polars_are_text():
    frame = pl.DataFrame({"b": [1, 2], "a": pl.Series([1, "x"], dtype=pl.Object), "c": [3, 4]})
    with pytest.warns(MixedTypeWarning):
        source = source_of(frame)
    assert source is not None
    assert source.arrow.to_pydict() == {"b": [1, 2], "a": ["1", "x"], "c": [3, 4]}


def test_columns_of_unequal_length():
    with pytest.raises(DataError, match="differ in length"):
        source_of({"a": [1], "b": [1, 2]})


def test_an_all_missing_column_has_no_type():
    source = source_of([{"a": None, "b": 1}])
    assert source is not None
    assert source.arrow.schema.field("a").type == pa.null()


def test_dates_as_objects_are_dates():
    source = source_of(pd.DataFrame({"a": [dt.date(2020, 1, 1), None]}))
    assert source is not None
    assert source.arrow.schema.field("a").type == pa.date32()


def test_dictionaries_of_chunks_are_one():
    chunks = pa.chunked_array([pa.array(["a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()])
    source = source_of(pa.table({"a": chunks}))
    assert source is not None
    assert {tuple(chunk.dictionary.to_pylist()) for chunk in source.arrow.column("a").chunks} == {("a", "b")}
