"""Tables and arrays -> files, each written as a whole or not at all."""

import contextlib
import datetime
import decimal
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as csv_format

from diabolo.errors import OutputError
from diabolo.files.atomic import replace
from diabolo.frames import Frame

__all__ = ["write"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

ROWS = 10_000  # turned into Python objects at a time


def write(data: Any, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a table or an array; the suffix says the kind of file.

    Times are written in ISO format, with their zone where they have one; durations as seconds. Texts are
    written as they are: a spreadsheet may take a cell that begins with ``=`` for a formula.

    Parameters
    ----------
    data : pyarrow.Table, ndarray or any other table that `Frame.of` takes
    path : str or Path
        ``.csv``, ``.tsv``, ``.parquet``, ``.feather``, ``.arrow``, ``.jsonl`` or ``.npy``.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputError
        The suffix is not one of these, the data do not fit the kind of file, or the file cannot be written.

    Examples
    --------
    >>> write({"day": [datetime.date(2024, 5, 1)], "n": [1.5]}, "a.csv")
    >>> print(Path("a.csv").read_text().strip())
    "day","n"
    2024-05-01,1.5
    """
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        allowed = ", ".join(WRITERS)
        raise OutputError(f"Cannot write {Path(path).name!r}: its suffix must be one of {allowed}.")
    with replace(path, overwrite=overwrite) as temporary:
        WRITERS[suffix](data, temporary)


def _table(data: Any) -> pa.Table:
    """Data as an Arrow table."""
    if isinstance(data, pa.Table):
        return data
    frame = Frame.of(data)
    return pa.table([frame.arrow(name) for name in frame.names], names=list(frame.names))


def _csv(data: Any, path: Path, delimiter: str = ",") -> None:
    """A text table."""
    table = _flat(_table(data))
    table = pa.table([_readable(column) for column in table.columns], names=table.column_names)
    csv_format.write_csv(table, str(path), csv_format.WriteOptions(delimiter=delimiter))


def _flat(table: pa.Table) -> pa.Table:
    """The table, if every cell fits into a line of text."""
    for field in table.schema:
        if pa.types.is_nested(field.type) or isinstance(field.type, pa.BaseExtensionType):
            raise OutputError(
                f"Column {field.name!r} holds {field.type}, which text cannot hold: write .parquet, .feather "
                "or, for images, .npy instead."
            )
    return table


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times in ISO format without empty fractions, durations as seconds."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _readable(column.cast(kind.value_type))
    if pa.types.is_duration(kind):
        return pc.divide(column.cast(pa.duration("ns")).cast(pa.int64()).cast(pa.float64()), 1e9)
    if not pa.types.is_timestamp(kind):
        return column
    with contextlib.suppress(pa.ArrowInvalid):  # where there are fractions of seconds
        column = column.cast(pa.timestamp("s", kind.tz))
    return column if kind.tz is None else pc.strftime(column, "%Y-%m-%dT%H:%M:%S%Ez")


def _json_lines(data: Any, path: Path) -> None:
    """One object per line."""
    table = _table(data)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, table.num_rows, ROWS):
            for row in table.slice(start, ROWS).to_pylist():
                file.write(
                    json.dumps({key: _plain(cell) for key, cell in row.items()}, ensure_ascii=False) + "\n"
                )


def _plain(cell: Any) -> Any:
    """A cell as a JSON value."""
    if isinstance(cell, float) and cell != cell:
        return None
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds()
    if isinstance(cell, np.ndarray):
        return cell.tolist()
    return float(cell) if isinstance(cell, decimal.Decimal) else cell


def _parquet(data: Any, path: Path) -> None:
    """A Parquet file."""
    from pyarrow import parquet

    parquet.write_table(_table(data), str(path))


def _feather(data: Any, path: Path) -> None:
    """An Arrow file (Feather version 2)."""
    from pyarrow import feather

    feather.write_feather(_table(data), str(path))


def _numpy(data: Any, path: Path) -> None:
    """An array: the data themselves, their images or their numbers."""
    frame = Frame.of(data)
    array = frame.pixels(frame.images[0]) if len(frame.images) == 1 else None
    with path.open("wb") as file:
        np.save(file, _array(frame) if array is None else array, allow_pickle=False)


def _array(frame: Frame) -> np.ndarray:
    """The numbers of a frame."""
    return frame.numbers() if frame.matrix is None else frame.matrix


WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".csv": _csv,
    ".tsv": lambda data, path: _csv(data, path, "\t"),
    ".parquet": _parquet,
    ".feather": _feather,
    ".arrow": _feather,
    ".jsonl": _json_lines,
    ".npy": _numpy,
}
