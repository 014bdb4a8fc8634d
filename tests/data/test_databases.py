"""DuckDB and SQLite files."""

import contextlib
import datetime as dt
import sqlite3
import sys
from pathlib import Path

import pytest

from diabolo.data.databases import read_duckdb, read_sqlite
from diabolo.errors import DataError, MissingExtra

duckdb = pytest.importorskip("duckdb")

MADE = (
    "CREATE TABLE people (age INTEGER, city TEXT, born TEXT, seen TEXT)",
    "INSERT INTO people VALUES (31, 'Bonn', '1993-05-01', '2024-05-01T10:00:00+02:00')",
    "INSERT INTO people VALUES (NULL, 'Rome', NULL, '2024-05-02T10:00:00+02:00')",
)


@pytest.fixture(params=["duckdb", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    """A reader and a file with the table `people`."""
    path = tmp_path / f"people.{request.param}"
    connect, reader = {"duckdb": (duckdb.connect, read_duckdb), "sqlite": (sqlite3.connect, read_sqlite)}[
        request.param
    ]
    with contextlib.closing(connect(str(path))) as connection:
        for statement in MADE:
            connection.execute(statement)
        connection.commit()
    return reader, path


def execute(path: Path, statement: str) -> None:
    connect = sqlite3.connect if path.suffix == ".sqlite" else duckdb.connect
    with contextlib.closing(connect(str(path))) as connection:
        connection.execute(statement)
        connection.commit()


def test_the_only_table(database):
    reader, path = database
    table = reader(path, None)
    assert table.column("age").to_pylist() == [31, None]
    assert table.column("city").to_pylist() == ["Bonn", "Rome"]


def test_a_query(database):
    reader, path = database
    assert reader(path, "SELECT city AS place FROM people WHERE age > 30").to_pydict() == {"place": ["Bonn"]}


def test_no_rows(database):
    reader, path = database
    assert reader(path, "SELECT * FROM people WHERE age > 99").num_rows == 0


def test_several_tables_need_a_query(database):
    reader, path = database
    execute(path, "CREATE TABLE more AS SELECT 1 AS x")
    with pytest.raises(DataError, match=r"2 tables \(more, people\): say what to read"):
        reader(path, None)


@pytest.mark.parametrize(
    "query",
    ["SELECT nothing FROM people", "SELEC", "DROP TABLE people", "INSERT INTO people VALUES (1,2,3,4)"],
)
def test_bad_queries_and_writing_are_refused(database, query: str):
    reader, path = database
    with pytest.raises(DataError, match=path.name):
        reader(path, query)
    assert reader(path, None).num_rows == 2


def test_dates_of_sqlite(tmp_path: Path):
    path = tmp_path / "a.sqlite"
    for statement in MADE:
        execute(path, statement)
    table = read_sqlite(path, None)
    assert table.column("born").to_pylist() == [dt.date(1993, 5, 1), None]
    assert table.column("seen").to_pylist()[0] == dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
    assert read_sqlite(path, "SELECT '2024-13-45' AS a").column("a").to_pylist() == ["2024-13-45"]


@pytest.mark.parametrize("reader", [read_duckdb, read_sqlite])
def test_a_file_that_is_no_database(tmp_path: Path, reader):
    path = tmp_path / "a.db"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(DataError, match=r"a\.db"):
        reader(path, None)


def test_duckdb_may_be_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra, match=r"pip install 'diabolo\[sql\]'"):
        read_duckdb(tmp_path / "a.duckdb", None)
