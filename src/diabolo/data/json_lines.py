"""JSON lines: one object per line, its keys are the columns."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as json_format

from diabolo.errors import DataError, EmptyDataError
from diabolo.frames import Frame

__all__ = ["read"]


def read(path: Path, _: str | None = None) -> pa.Table:
    r"""Read JSON lines, or one JSON list of objects.

    Raises
    ------
    DataError
        A line is no JSON object.

    Warns
    -----
    MixedTypeWarning
        A column mixes types and is read as text.

    Examples
    --------
    >>> _ = Path("a.jsonl").write_text('{"a": 1, "b": "x"}\n{"a": 2.5}\n')
    >>> read(Path("a.jsonl")).to_pydict()
    {'a': [1.0, 2.5], 'b': ['x', None]}
    """
    with path.open("rb") as file:
        start = file.read(1 << 10).lstrip()
    if not start:
        raise EmptyDataError(f"{path.name} is empty.")
    if not start.startswith(b"["):
        try:
            return json_format.read_json(path)
        except pa.ArrowInvalid:
            return _table([_parse(line, f"line {n}", path) for n, line in _numbered(path)], path)
    rows = _parse(path.read_text("utf-8-sig"), "the list", path)
    return _table(rows, path)


def _numbered(path: Path) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: offset {error.start}. Save it as UTF-8.") from error
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _parse(text: str, where: str, path: Path) -> Any:
    """JSON values."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataError(f"{path.name}, {where}: no valid JSON ({error}).") from error


def _table(rows: list[Any], path: Path) -> pa.Table:
    """A table of objects."""
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(f"{path.name}: entry {number} is {type(row).__name__}, not an object of columns.")
    if not rows:
        raise EmptyDataError(f"{path.name} holds no row.")
    frame = Frame.of(rows)
    return pa.table([frame.arrow(name) for name in frame.names], names=list(frame.names))
