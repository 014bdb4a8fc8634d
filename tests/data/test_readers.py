"""One function for every kind of file."""

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from PIL import Image

from diabolo.data.readers import read
from diabolo.errors import DataError, EmptyDataError, MissingColumnError, UnsupportedFileError

TABLE = pa.table({"age": [31, None], "city": ["Bonn", "Rome"]})


def save_stream(path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, TABLE.schema) as stream:
        stream.write_table(TABLE)


def save_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 31 AS age, 'Bonn' AS city UNION ALL SELECT NULL, 'Rome'")
        connection.commit()


SAVE = {
    "a.csv": lambda path: path.write_text("age,city\n31,Bonn\n,Rome\n"),
    "a.TXT": lambda path: path.write_text("age;city\n31;Bonn\n;Rome\n"),
    "a.tsv": lambda path: path.write_text("age\tcity\n31\tBonn\n\tRome\n"),
    "a.jsonl": lambda path: path.write_text('{"age":31,"city":"Bonn"}\n{"city":"Rome"}\n'),
    "a.parquet": lambda path: pa.parquet.write_table(TABLE, path),
    "a.feather": lambda path: pa.feather.write_feather(TABLE, str(path)),
    "a.arrow": save_stream,
    "a.sqlite": save_sqlite,
    "a.db": save_sqlite,
}


@pytest.mark.parametrize("name", SAVE)
def test_every_kind_of_table(tmp_path: Path, name: str):
    SAVE[name](tmp_path / name)
    assert read(str(tmp_path / name)).to_pydict() == TABLE.to_pydict()
    assert read(tmp_path / name, columns=["city"]).to_pydict() == {"city": ["Bonn", "Rome"]}


def test_a_folder_of_images(tmp_path: Path):
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    assert read(tmp_path).column_names == ["image", "label", "file"]


@pytest.mark.parametrize("data", [TABLE, np.eye(2), [{"a": 1}]], ids=lambda data: type(data).__name__)
def test_data_are_given_back(data):
    assert read(data) is data


def test_an_array(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.eye(3, dtype=np.float32))
    out = read(tmp_path / "a.npy")
    assert out.dtype == np.float32
    np.testing.assert_array_equal(out, np.eye(3))


@pytest.mark.parametrize(
    ("names", "query", "taken"),
    [
        (["whatever"], None, "whatever"),
        (["x_train", "y_train", "x_test"], None, "x_train"),
        (["y", "x"], None, "x"),
        (["x_train", "x_test"], "x_test", "x_test"),
    ],
)
def test_an_archive(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, names: list[str], query: str, taken: str
):
    np.savez(tmp_path / "a.npz", **{name: np.full((2, 2), i) for i, name in enumerate(names)})
    with caplog.at_level("INFO"):
        assert (read(tmp_path / "a.npz", query=query) == names.index(taken)).all()
    assert f"took the array {taken}" in caplog.text


@pytest.mark.parametrize("query", [None, "c"])
def test_an_archive_that_is_not_clear(tmp_path: Path, query: str | None):
    np.savez(tmp_path / "a.npz", a=np.eye(2), b=np.eye(2))
    with pytest.raises(DataError, match="holds the arrays a, b: name one"):
        read(tmp_path / "a.npz", query=query)


def test_pickles_are_never_opened(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="Python objects, which could run code"):
        read(tmp_path / "a.npy")
    for name in ("a.pkl", "a.csv"):
        (tmp_path / name).write_bytes(pickle.dumps([1], protocol=4))
        with pytest.raises(UnsupportedFileError, match="pickle"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.csv", b"", EmptyDataError, "a.csv is empty"),
        ("a.csv", b"a,b\n", EmptyDataError, "a header but no row"),
        ("a.xlsx", b"PK\x03\x04", UnsupportedFileError, "spreadsheet: save its sheet as CSV"),
        ("a.pdf", b"%PDF-1.4", UnsupportedFileError, "suffix '.pdf'"),
        ("a", b"text", UnsupportedFileError, "suffix ''"),
        ("a.png", b"\x89PNG\r\n", UnsupportedFileError, "give the folder of images"),
        ("a.csv", b"PAR1....", UnsupportedFileError, "holds Parquet data, unlike its suffix"),
        ("a.parquet", b"SQLite format 3\0", UnsupportedFileError, "holds SQLite data"),
        ("a.parquet", b"PAR1 and no more", DataError, "a.parquet is damaged"),
        ("a.parquet", b"a,b\n1,2\n", DataError, "a.parquet is damaged or no Parquet file"),
        ("a.feather", b"ARROW1 and no more", DataError, "a.feather is damaged"),
        ("a.arrow", b"nonsense", DataError, "a.arrow is damaged"),
        ("a.npy", b"\x93NUMPY\x01\x00", DataError, "a.npy cannot be read"),
        ("a.npz", b"PK\x03\x04 and no more", DataError, "a.npz cannot be read"),
        ("a.npz", b"nonsense", DataError, "a.npz cannot be read"),
        ("a.duckdb", b"nonsense", DataError, "a.duckdb"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, content: bytes, error: type[Exception], message: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        read(tmp_path / name)


def test_an_absent_file(tmp_path: Path):
    with pytest.raises(DataError, match="no file or folder"):
        read(tmp_path / "absent.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet", "a.npy", "images"])
def test_a_query_is_for_databases_and_archives(tmp_path: Path, name: str):
    np.save(tmp_path / "a.npy", np.eye(3))
    (tmp_path / "images").mkdir()
    if name in SAVE:
        SAVE[name](tmp_path / name)
    with pytest.raises(DataError, match=f"{name} takes no query"):
        read(tmp_path / name, query="SELECT age FROM a")


def test_columns_of_an_array_have_no_names(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.eye(3))
    with pytest.raises(DataError, match=r"a\.npy holds an array, whose columns have no names"):
        read(tmp_path / "a.npy", columns=["x0"])


def test_absent_columns(tmp_path: Path):
    SAVE["a.csv"](tmp_path / "a.csv")
    with pytest.raises(MissingColumnError, match="no column 'name'; it has age, city"):
        read(tmp_path / "a.csv", columns=["age", "name"])


def test_a_damaged_parquet_page(tmp_path: Path):
    path = tmp_path / "a.parquet"
    pa.parquet.write_table(pa.table({"a": np.arange(10_000.0)}), path)
    content = bytearray(path.read_bytes())
    content[4:40] = bytes(36)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet"):
        read(path)
