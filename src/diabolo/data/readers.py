"""Files, folders and databases -> a pyarrow table, or an array where the file holds one."""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from diabolo.data import databases, delimited, image_folder, json_lines
from diabolo.errors import DataError, EmptyDataError, MissingColumnError, UnsupportedFileError

__all__ = ["KINDS_READ", "read"]

KINDS_READ = (
    "CSV (.csv, .txt), TSV (.tsv), Parquet (.parquet), Arrow and Feather (.arrow, .feather, .ipc), JSON "
    "lines (.jsonl, .ndjson, .json), NumPy (.npy, .npz), a folder of PNG or JPEG images, DuckDB (.duckdb) "
    "and SQLite (.sqlite, .db)"
)
# First bytes of files that some program may have named otherwise; DuckDB's come after a checksum.
MAGIC = {
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"FEA1": "Feather version 1",
    b"\x93NUMPY": "NPY",
    b"PK\x03\x04": "zip (NPZ, Excel or a model)",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"%PDF": "PDF",
    b"\x80\x04": "pickle",
    b"\x80\x05": "pickle",
}
SQL = (".db", ".duckdb", ".sqlite", ".sqlite3")
ARRAYS = ("x", "X", "x_train", "X_train", "data", "images", "features", "arr_0")

log = logging.getLogger(__name__)


def read(source: Any, *, query: str | None = None, columns: Sequence[str] | None = None) -> Any:
    r"""Read a table, an array or a folder of images.

    Parameters
    ----------
    source : str or Path
        A file or a folder; its kind goes by its suffix. Anything else is given back as it is, so that
        ``read`` may stand before every ``fit``.
    query : str, optional
        For a database the SQL query (not needed where there is one table), for NPZ the name of the array.
    columns : sequence of str, optional
        Columns to read, in this order.

    Returns
    -------
    pyarrow.Table or ndarray
        An array for NPY and NPZ. A folder of images gives the columns ``image`` (height, width[, 3], uint8),
        ``label`` (the subfolder) and ``file``.

    Raises
    ------
    UnsupportedFileError
        The file is of another kind; the message lists what is read.
    EmptyDataError
        The file is empty or holds a header only.
    DataError
        The file is absent or damaged, or its rows differ in length; or `query` or `columns` is given for a
        file that has no use for it.
    MissingColumnError
        One of `columns` is absent.

    Examples
    --------
    >>> _ = Path("people.csv").write_text("age,city\n31,Bonn\n,Rome\n")
    >>> read("people.csv").to_pydict()
    {'age': [31, None], 'city': ['Bonn', 'Rome']}
    """
    if not isinstance(source, str | os.PathLike):
        return source
    path = Path(source)
    if not path.exists():
        raise DataError(
            f"There is no file or folder {str(path)!r}: check the spelling and the working folder."
        )
    reader = _reader(path)
    if query is not None and path.suffix.lower() not in (*SQL, ".npz"):
        raise DataError(f"{path.name} takes no query: DuckDB, SQLite and .npz files do. Leave it out.")
    data = reader(path, query)
    if isinstance(data, np.ndarray):
        if columns is not None:
            raise DataError(f"{path.name} holds an array, whose columns have no names: read all, then slice.")
        return data
    if data.num_rows == 0:
        raise EmptyDataError(f"{path.name} holds a header but no row.")
    return data if columns is None else _select(data, columns, path)


def _reader(path: Path) -> Callable[[Path, str | None], Any]:
    """The function that reads this kind of file."""
    if path.is_dir():
        return lambda path, _: image_folder.read(path)
    if path.stat().st_size == 0:
        raise EmptyDataError(f"{path.name} is empty.")
    suffix, content = path.suffix.lower(), _content(path)
    if suffix in SQL:
        return databases.read_sqlite if content == "SQLite" else databases.read_duckdb
    expected, reader = READERS.get(suffix, ("", None))
    if reader is None or (content is not None and content.split()[0] != expected):
        raise UnsupportedFileError(_unsupported(path, content, expected))
    return reader


def _content(path: Path) -> str | None:
    """The kind of file that the first bytes tell, None for text and unknown kinds."""
    with path.open("rb") as file:
        head = file.read(16)
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)


def _unsupported(path: Path, content: str | None, expected: str) -> str:
    """Why a file is not read, and what is."""
    if content == "pickle" or path.suffix.lower() in (".pkl", ".pickle", ".pt", ".pth", ".joblib"):
        return f"{path.name} is a pickle, which can run code: it is never opened. Read are {KINDS_READ}."
    if content in ("PNG", "JPEG"):
        return f"{path.name} is a single {content} image: give the folder of images instead."
    if expected:
        return f"{path.name} holds {content} data, unlike its suffix: rename it. Read are {KINDS_READ}."
    if path.suffix.lower() in (".xls", ".xlsx", ".ods"):
        return f"{path.name} is a spreadsheet: save its sheet as CSV. Read are {KINDS_READ}."
    return f"{path.name} has the suffix {path.suffix!r}, which is not known. Read are {KINDS_READ}."


def _select(table: pa.Table, columns: Sequence[str], path: Path) -> pa.Table:
    """The given columns in the given order."""
    if absent := [name for name in columns if name not in table.column_names]:
        raise MissingColumnError(
            f"{path.name} has no column {', '.join(map(repr, absent))}; it has "
            f"{', '.join(table.column_names[:20])}."
        )
    return table.select(list(columns))


def _parquet(path: Path, _: str | None) -> pa.Table:
    """A Parquet file."""
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path.name} is damaged or no Parquet file: {error}") from error


def _arrow(path: Path, _: str | None) -> pa.Table:
    """An Arrow file (Feather version 2) or stream."""
    try:
        with pa.OSFile(str(path)) as file:
            is_file = file.read(6) == b"ARROW1"
            file.seek(0)
            return (pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)).read_all()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path.name} is damaged or no Arrow file: {error}") from error


def _numpy(path: Path, query: str | None) -> np.ndarray:
    """An array, or the array of an archive; never a pickle."""
    try:
        with path.open("rb") as file:  # numpy leaves a damaged file open
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else loaded[_choose(loaded.files, query, path)]
    except DataError:
        raise
    except Exception as error:  # numpy and zipfile raise many kinds for damaged files
        objects = "pickled" in str(error) or "Object arrays" in str(error)
        reason = "it holds Python objects, which could run code; save numbers only" if objects else str(error)
        raise DataError(f"{path.name} cannot be read: {reason}.") from error


def _choose(names: list[str], query: str | None, path: Path) -> str:
    """Which array of an archive to take."""
    known = [query] if query is not None else names if len(names) == 1 else ARRAYS
    chosen = next((name for name in known if name in names), None)
    if chosen is None:
        raise DataError(f"{path.name} holds the arrays {', '.join(names)}: name one, as query={names[0]!r}.")
    log.info("%s: took the array %s out of %s", path.name, chosen, ", ".join(names))
    return chosen


READERS: dict[str, tuple[str, Callable[[Path, str | None], Any]]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt"), ("text", delimited.read)),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), ("text", json_lines.read)),
    **dict.fromkeys((".parquet", ".pq"), ("Parquet", _parquet)),
    **dict.fromkeys((".arrow", ".feather", ".ipc"), ("Arrow", _arrow)),
    ".npy": ("NPY", _numpy),
    ".npz": ("zip", _numpy),
}
