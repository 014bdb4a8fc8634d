"""What goes in comes out: the same kind, columns, order and types."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import diabolo
from diabolo.errors import MissingColumnError, MissingExtra
from diabolo.frames import Frame, restore

BERLIN = "Europe/Berlin"
PANDAS = pd.DataFrame(
    {
        "ordered": pd.Categorical(["b", "a", None], categories=["b", "c", "a"], ordered=True),
        "numbered": pd.Categorical([1, 2, None], categories=[3, 2, 1]),
        "Int64": pd.array([1, None, 3], dtype="Int64"),
        "boolean": pd.array([True, None, False], dtype="boolean"),
        "string": pd.array(["a", "b", None], dtype="string"),
        "str": ["a", "b", None],
        "object": np.array(["a", "b", None], dtype=object),
        "zoned": pd.date_range("2020-01-01", periods=3, tz=BERLIN),
        "nanoseconds": pd.date_range("2020-01-01", periods=3, unit="ns"),
        "duration": pd.to_timedelta([1, 2, 3], unit="D"),
        "date": [dt.date(2020, 1, 1)] * 3,
        "float32": np.array([1, 2, np.nan], "f4"),
        "arrow": pd.array([1, None, 3], dtype="int64[pyarrow]"),
        "empty": np.array([None] * 3, dtype=object),
        "bool": [True, False, True],
        "uint8": np.array([1, 2, 3], "u1"),
        7: [1, 2, 3],
    },
    index=pd.Index([5, 6, 9], name="key"),
)
POLARS = pl.DataFrame(
    {
        "enum": pl.Series(["a", "b", None], dtype=pl.Enum(["b", "a", "c"])),
        "categorical": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
        "zoned": pl.Series([dt.datetime(2020, 1, 1)] * 3).dt.replace_time_zone(BERLIN),
        "int8": pl.Series([1, 2, None], dtype=pl.Int8),
        "text": ["a", "b", "c"],
        "decimal": pl.Series(["1.50", "2.25", None]).cast(pl.Decimal(10, 2)),
        "duration": [dt.timedelta(1)] * 3,
        "time": [dt.time(1)] * 3,
        "date": [dt.date(2020, 1, 1)] * 3,
        "null": [None] * 3,
        "float32": pl.Series([0.1, 0.2, None], dtype=pl.Float32),
    }
)
ARROW = pa.table(
    {
        "dictionary": pa.array(["x", "y", None]).dictionary_encode(),
        "zoned": pa.array([0, 1, None], pa.timestamp("ms", "Asia/Tokyo")),
        "half": pa.array(np.array([1, 2, 3], np.float16)),
        "large": pa.array(["a", "b", None], pa.large_string()),
    }
).replace_schema_metadata({"made": "by hand"})
DICTS = [{"a": 1, "b": "x", "c": 0.5}, {"a": None, "b": "y", "c": None}]


def there_and_back(data):
    frame = Frame.of(data)
    template = json.loads(json.dumps(frame.template))
    return restore({name: frame.arrow(name) for name in frame.names}, template, frame)


def test_pandas():
    pd.testing.assert_frame_equal(there_and_back(PANDAS), PANDAS)


@pytest.mark.parametrize(
    "columns",
    [pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]), pd.RangeIndex(2), pd.Index([0.5, 1.5])],
    ids=lambda columns: type(columns).__name__,
)
def test_pandas_labels(columns: pd.Index):
    frame = pd.DataFrame(np.eye(2), columns=columns)
    pd.testing.assert_frame_equal(there_and_back(frame), frame, check_column_type=False)


def test_pandas_row_labels_need_as_many_rows():
    frame = Frame.of(PANDAS[["uint8"]])
    assert restore({"uint8": np.ones(2)}, frame.template, frame).index.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("dtype", "cells", "expected"),
    [
        ("int64", [None, None], "Int64"),
        ("uint8", [3, None], "UInt8"),
        ("bool", [True, None], "boolean"),
        ("int64", [3, 4], "int64"),
        ("float64", [None, None], "float64"),
    ],
)
def test_pandas_columns_with_new_gaps_get_a_dtype_that_has_them(dtype: str, cells: list, expected: str):
    frame = Frame.of(pd.DataFrame({"a": np.zeros(2, dtype)}))
    out = restore({"a": pa.array(cells)}, frame.template)["a"]
    assert out.dtype == expected
    assert [None if gap else cell for cell, gap in zip(out, out.isna(), strict=True)] == cells


def test_polars():
    out = there_and_back(POLARS)
    assert out.schema == POLARS.schema
    assert out.equals(POLARS)


def test_pyarrow():
    out = there_and_back(ARROW)
    assert out.equals(ARROW)
    assert out.schema.equals(ARROW.schema, check_metadata=True)


def test_dicts():
    assert there_and_back(DICTS) == DICTS


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "uint8", "int64", "bool"])
@pytest.mark.parametrize("shape", [(3, 2), (3, 4, 5), (3, 4, 5, 1), (3, 4, 5, 3), (3, 3, 4, 5)])
def test_arrays_and_tensors(shape: tuple[int, ...], dtype: str):
    x = (np.arange(np.prod(shape)).reshape(shape) % 2).astype(dtype)
    out = there_and_back(x)
    assert (out.dtype, out.flags.writeable) == (x.dtype, True)
    np.testing.assert_array_equal(out, x)
    tensor = there_and_back(torch.from_numpy(x))
    assert tensor.dtype == torch.from_numpy(x).dtype
    assert torch.equal(tensor, torch.from_numpy(x))


def test_bfloat16():
    x = torch.randn(3, 2).bfloat16()
    assert torch.equal(there_and_back(x), x)


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("Int64", [1.6, 2.4, 1e30], [2, 2, 2**63 - 1]),
        ("boolean", [0.4, 0.6, 0.9], [False, True, True]),
        ("uint8", [-5, 300, 2.4], [0, 255, 2]),
        ("numbered", ["3", "1", "2"], [3, 1, 2]),
        ("ordered", ["c", "b", "a"], ["c", "b", "a"]),
        ("date", [0.0, 86400.0, 1e9], [dt.date(1970, 1, 1), dt.date(1970, 1, 2), dt.date(2001, 9, 9)]),
        ("duration", [1.5, 2.0, 3.0], [pd.Timedelta(seconds=s) for s in (1.5, 2, 3)]),
        ("bool", ["true", "false", "true"], [True, False, True]),
    ],
)
def test_what_a_model_gives_fits_the_type(name: str, cells: list, expected: list):
    out = restore({name: pa.array(cells)}, Frame.of(PANDAS).template)
    assert out[name].tolist() == expected
    assert out[name].dtype == PANDAS[name].dtype


def test_seconds_come_out_in_their_zone():
    out = restore({"zoned": np.array([0.0])}, Frame.of(POLARS).template)
    assert out["zoned"].to_list()[0].isoformat() == "1970-01-01T01:00:00+01:00"


def test_categories_that_are_unknown_are_missing():
    out = restore({"enum": pa.array(["b", "zebra"])}, Frame.of(POLARS).template)
    assert out["enum"].to_list() == ["b", None]


def test_order_is_that_of_the_data():
    out = restore({"c": [1.0], "a": [2.0], "more": [0]}, Frame.of(DICTS).template)
    assert list(out[0]) == ["a", "c"]


def test_text_that_was_read_as_numbers_stays_numbers():
    with pytest.warns(UserWarning, match="numbers as text"):
        frame = Frame.of(pd.DataFrame({"a": ["1,234", "5"]}))
    assert restore({"a": frame.arrow("a")}, frame.template)["a"].tolist() == [1234, 5]


def test_an_array_needs_all_its_columns():
    with pytest.raises(MissingColumnError, match="x1"):
        restore({"x0": np.ones(2)}, Frame.of(np.eye(2)).template)


def test_other_packages_may_be_absent():
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "polars", "torch"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import numpy as np, pyarrow as pa
from diabolo.frames import Frame, restore
for data in (np.eye(2), pa.table({"a": [1]}), [{"a": "x"}]):
    frame = Frame.of(data)
    restore({name: frame.arrow(name) for name in frame.names}, frame.template, frame)
"""
    subprocess.run([sys.executable, "-c", code], check=True, env=_environment())


def test_what_is_absent_is_named(monkeypatch: pytest.MonkeyPatch):
    template = Frame.of(POLARS).template
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtra, match=r"polars is not installed: pip install 'diabolo\[frames\]'"):
        restore({"text": pa.array(["a"])}, template)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(diabolo.__file__).parents[1])}


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
TYPES = {
    "int64": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float64": (pa.float64(), st.floats(allow_nan=False)),
    "bool": (pa.bool_(), st.booleans()),
    "text": (pa.string(), TEXT.map(lambda t: t + "x")),
    "date": (pa.date32(), st.dates()),
    "time": (pa.timestamp("us", BERLIN), st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))),
    "clock": (pa.time64("us"), st.times()),
    "duration": (pa.duration("us"), st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999))),
}


@st.composite
def tables(draw) -> pa.Table:
    names = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=1, unique=True))
    n = draw(st.integers(1, 6))
    cells = {k: draw(st.lists(st.none() | TYPES[k][1], min_size=n, max_size=n)) for k in names}
    return pa.table({k: pa.array(cells[k], TYPES[k][0]) for k in names})


@given(tables())
def test_any_table_comes_back(table: pa.Table):
    assert there_and_back(table).equals(table)
    polars = pl.DataFrame(pl.from_arrow(table))
    assert there_and_back(polars).equals(polars)
    pandas = table.to_pandas()
    pd.testing.assert_frame_equal(there_and_back(pandas), pandas)
