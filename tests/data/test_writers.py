"""What is written can be read again."""

import datetime as dt
import decimal
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.data.readers import read
from diabolo.data.samples import people
from diabolo.data.writers import WRITERS, write
from diabolo.errors import OutputError, OutputExistsError

TABLES = [suffix for suffix in WRITERS if suffix != ".npy"]


@pytest.mark.parametrize("suffix", TABLES)
def test_people_come_back(tmp_path: Path, suffix: str):
    table = people(200)
    write(table, tmp_path / f"a{suffix}")
    back = read(tmp_path / f"a{suffix}")
    assert back.column_names == table.column_names
    for name in table.column_names:
        assert back.column(name).to_pylist() == table.column(name).to_pylist()


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
def test_types_come_back(tmp_path: Path, suffix: str):
    write(people(20), tmp_path / f"a{suffix}")
    assert read(tmp_path / f"a{suffix}").schema == people(20).schema


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize(
    "make", [pd.DataFrame, lambda rows: rows, lambda rows: pd.DataFrame(rows).to_numpy()]
)
def test_any_table_is_written(tmp_path: Path, suffix: str, make):
    write(make([{"x0": 1.5, "x1": 2.0}]), tmp_path / f"a{suffix}")
    assert read(tmp_path / f"a{suffix}").to_pydict() == {"x0": [1.5], "x1": [2]}


@pytest.mark.parametrize("shape", [(3, 2), (3, 4, 5), (3, 4, 5, 3)])
def test_arrays(tmp_path: Path, shape: tuple[int, ...]):
    x = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    write(x, tmp_path / "a.npy")
    back = read(tmp_path / "a.npy")
    assert back.dtype == x.dtype
    np.testing.assert_array_equal(back, x)


def test_numbers_and_images_of_tables(tmp_path: Path):
    write({"a": [1, 2], "b": [0.5, None]}, tmp_path / "a.npy")
    np.testing.assert_array_equal(read(tmp_path / "a.npy"), [[1, 0.5], [2, np.nan]])
    images = np.zeros((2, 3, 4), np.uint8)
    write(
        {"image": pa.FixedShapeTensorArray.from_numpy_ndarray(images), "label": ["a", "b"]},
        tmp_path / "b.npy",
    )
    np.testing.assert_array_equal(read(tmp_path / "b.npy"), images)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (pa.array([dt.date(2024, 5, 1)]), "2024-05-01"),
        (pa.array([dt.datetime(2024, 5, 1, 10)], pa.timestamp("us")), "2024-05-01 10:00:00"),
        (pa.array([dt.datetime(2024, 5, 1, 10, 0, 0, 5)], pa.timestamp("us")), "2024-05-01 10:00:00.000005"),
        (pa.array([0], pa.timestamp("ms", "Asia/Kolkata")), '"1970-01-01T05:30:00+05:30"'),
        (pa.array([dt.timedelta(seconds=1.5)], pa.duration("ms")), "1.5"),
        (pa.array([decimal.Decimal("1.20")]), "1.20"),
        (pa.array(["=1+1"]), '"=1+1"'),
        (pa.array(['say "hi", twice']), '"say ""hi"", twice"'),
        (pa.array(["a"]).dictionary_encode(), '"a"'),
        (pa.array([True]), "true"),
        (pa.array([0.1], pa.float32()), "0.1"),
        (pa.array([None, 1], pa.int8()), ""),
    ],
)
def test_cells_of_csv(tmp_path: Path, column: pa.Array, cell: str):
    write(pa.table({"a": column, "b": pa.nulls(len(column), pa.int8())}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines()[1] == f"{cell},"


def test_cells_of_json(tmp_path: Path):
    times = pa.array([0], pa.timestamp("s", "Asia/Kolkata"))
    table = pa.table(
        {"t": times, "d": [dt.timedelta(1)], "n": [float("nan")], "x": [decimal.Decimal("1.5")], "u": ["é"]}
    )
    write(table, tmp_path / "a.jsonl")
    assert json.loads((tmp_path / "a.jsonl").read_text()) == {
        "t": "1970-01-01T05:30:00+05:30", "d": 86400.0, "n": None, "x": 1.5, "u": "é",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_images_are_no_text(tmp_path: Path, suffix: str):
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(np.zeros((2, 3, 4), np.uint8))
    with pytest.raises(OutputError, match=r"Column 'image' .* write .parquet"):
        write({"image": images}, tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_unknown_suffixes(tmp_path: Path):
    with pytest.raises(OutputError, match=r"'a\.xlsx': its suffix must be one of \.csv"):
        write(people(2), tmp_path / "a.xlsx")


def test_existing_files_stay(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("precious")
    with pytest.raises(OutputExistsError):
        write(people(2), path)
    assert path.read_text() == "precious"
    write(people(2), path, overwrite=True)
    assert read(path).num_rows == 2


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(lambda text: f"x{text}")


@given(cells=st.lists(TEXT, min_size=1), numbers=st.data())
def test_any_text_and_number_survives_csv(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], numbers
):
    floats = st.floats(allow_nan=False)
    table = pa.table({"t": cells, "n": [numbers.draw(floats) for _ in cells]})
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write(table, path)
    assert read(path).to_pydict() == table.to_pydict()
