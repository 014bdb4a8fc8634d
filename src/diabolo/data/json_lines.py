"""JSON lines: one object per line, its keys are the columns."""

import codecs
import json
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as json_format

from diabolo.errors import DataError, EmptyDataError
from diabolo.frames.text import read_columns
from diabolo.frames.times import read_iso

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
        start = file.read(1 << 10).removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        raise EmptyDataError(f"{path.name} is empty.")
    if not start.startswith(b"["):
        try:
            return _fast(path)
        except pa.ArrowInvalid:
            return _table([_parse(line, f"line {n}", path) for n, line in _numbered(path)], path)
    return _table(_parse(_text(path), "the list", path), path)


def _fast(path: Path) -> pa.Table:
    """Arrow's reader. It drops the zone of times, so their columns are read again as text."""
    table = json_format.read_json(path)
    table.validate(full=True)  # text that is not UTF-8
    times = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    if times:
        schema = pa.schema([(name, pa.string()) for name in times])
        options = json_format.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        text = json_format.read_json(path, parse_options=options)
        for name in times:
            table = table.set_column(table.column_names.index(name), name, read_iso(text.column(name)))
    return table


def _numbered(path: Path) -> list[tuple[int, str]]:
    """The lines that hold something, with their numbers."""
    return [(number, line) for number, line in enumerate(_text(path).split("\n"), start=1) if line.strip()]


def _text(path: Path) -> str:
    """The whole file."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: offset {error.start}. Save it as UTF-8.") from error


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
    return read_columns({name: [row.get(name) for row in rows] for name in dict.fromkeys(chain(*rows))})
