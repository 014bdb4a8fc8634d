"""Tables and queries of DuckDB and SQLite files, which are opened for reading only."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa

from diabolo.errors import DataError, MissingExtra
from diabolo.frames.text import read_columns

__all__ = ["read_duckdb", "read_sqlite"]

TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"


def read_duckdb(path: Path, query: str | None) -> pa.Table:
    """The rows of a query, or of the only table, of a DuckDB file.

    Raises
    ------
    MissingExtra
        DuckDB is not installed.
    DataError
        The query fails, or there is none where there are several tables.

    Examples
    --------
    >>> import duckdb
    >>> with duckdb.connect("a.duckdb") as made:
    ...     _ = made.execute("CREATE TABLE people AS SELECT 31 AS age")
    >>> read_duckdb(Path("a.duckdb"), None).to_pydict()
    {'age': [31]}
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra(
            f"Reading {path.name} needs duckdb, which is not installed: pip install 'diabolo[sql]'."
        ) from None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            names = [row[0] for row in connection.execute(TABLES).fetchall()]
            relation: Any = connection.sql(_query(query, names, path))
            if relation is None:
                raise DataError(f"{path.name}: the query gives no table; it has to begin with SELECT.")
            return relation.to_arrow_table()
    except duckdb.Error as error:
        raise DataError(f"{path.name}: {error}") from error


def read_sqlite(path: Path, query: str | None) -> pa.Table:
    """The rows of a query, or of the only table, of an SQLite file.

    ISO dates, which SQLite keeps as text, become times.

    Raises
    ------
    DataError
        The query fails, or there is none where there are several tables.

    Examples
    --------
    >>> with contextlib.closing(sqlite3.connect("a.sqlite")) as made:
    ...     _ = made.execute("CREATE TABLE people AS SELECT 31 AS age, '2024-05-01' AS day")
    ...     made.commit()
    >>> read_sqlite(Path("a.sqlite"), None).schema.types
    [DataType(int64), DataType(date32[day])]
    """
    try:
        read_only = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(read_only, uri=True)) as connection:
            names = sorted(row[0] for row in connection.execute(SQLITE_TABLES))
            cursor = connection.execute(_query(query, names, path))
            columns = [entry[0] for entry in cursor.description or ()]
            rows = cursor.fetchall()
    except sqlite3.Error as error:
        raise DataError(f"{path.name}: {error}") from error
    if not columns:
        raise DataError(f"{path.name}: the query gives no table; it has to begin with SELECT.")
    if not rows:
        return pa.table({name: pa.nulls(0) for name in columns})
    return read_columns(dict(zip(columns, zip(*rows, strict=True), strict=True)))


def _query(query: str | None, tables: list[str], path: Path) -> str:
    """The query, or the whole of the only table."""
    if query is not None:
        return query
    if len(tables) != 1:
        raise DataError(
            f"{path.name} holds {len(tables)} tables ({', '.join(tables[:20])}): say what to read, for "
            f"example query='SELECT * FROM {tables[0] if tables else 'people'}'."
        )
    quoted = tables[0].replace('"', '""')
    return f'SELECT * FROM "{quoted}"'
