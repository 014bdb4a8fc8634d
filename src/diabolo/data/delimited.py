"""Text tables: comma, semicolon or tab between the cells, a header in the first line."""

import codecs
import csv
import io
import mmap
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as csv_format

from diabolo.errors import (
    DataError,
    DuplicateColumnError,
    EmptyDataError,
    MixedTypeWarning,
    UnsupportedFileError,
)
from diabolo.frames.numerals import THOUSANDTHS, thousandths
from diabolo.frames.patterns import PROBE, without_gaps
from diabolo.notices import warn

__all__ = ["MISSING", "read"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?")  # wherever they stand
DELIMITERS = ",;\t|"
HEAD = 1 << 16  # bytes looked at to find the delimiter
LINES = 30
BLOCK = 1 << 24  # bytes from which types are inferred
# Digits that a number would not keep: leading zeros, and more digits than an integer has.
CODE = r"0\d+|\d{19,}"
BEFORE_CELL = (
    b",",
    b";",
    b"\t",
    rb"\|",
    b"\n",
    b'"',
)  # one search each: regular expressions find prefixes fast
# A number with or without thousands separators; codes with leading zeros count, being no words.
NUMBER = r"[+-]?((\d{1,3}([,.' \x{a0}\x{2009}\x{202f}]\d{3})+|\d+)([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?"
MIXED = 0.5  # share of numbers from which other cells look like mistakes
TINY = 1e-9  # what three decimals lose as a float
LARGE = 1e18  # from here on a float may have been such digits


def read(path: Path, _: str | None = None) -> pa.Table:
    r"""Read a CSV or TSV file.

    The delimiter is found in the first lines. Empty cells and ``NA N/A NaN null None ?`` are missing. Types
    are inferred; ISO dates become times, in UTC where the file says a zone. Digits with leading zeros stay
    text. So do numbers and dates written in other ways, which :meth:`Frame.of` reads.

    Raises
    ------
    EmptyDataError
        There is no header.
    DuplicateColumnError
        The header holds one name twice.
    DataError
        A row has more or fewer cells than the header, or the text is not UTF-8.

    Warns
    -----
    MixedTypeWarning
        A column is read as text, but half of its different cells or more are numbers.

    Examples
    --------
    >>> _ = Path("a.csv").write_text("day;price\n2024-05-01;3\n?;4\n")
    >>> read(Path("a.csv")).schema.types
    [DataType(date32[day]), DataType(int64)]
    """
    head = _head(path)
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(head)
    names = _names(path, delimiter)
    options = {
        "read_options": csv_format.ReadOptions(block_size=BLOCK),
        "parse_options": csv_format.ParseOptions(
            delimiter=delimiter, newlines_in_values=_contains(path, b'"')
        ),
    }
    try:
        table = csv_format.read_csv(path, **options, convert_options=_conversion())
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise DataError(_explain(error, path, delimiter, len(names))) from error
    if any(pa.types.is_binary(kind) for kind in table.schema.types):
        raise DataError(_where_not_utf8(path) or f"{path.name} holds bytes that are no text.")
    table = _keep_text(table.rename_columns(names), path, options)
    _warn_mixed(table, path)
    return table


def _conversion(text: list[str] | None = None) -> csv_format.ConvertOptions:
    """How cells are read; the columns in `text` are read as they stand."""
    return csv_format.ConvertOptions(
        null_values=list(MISSING),
        strings_can_be_null=True,
        include_columns=text,
        column_types=dict.fromkeys(text or [], pa.string()),
    )


def _head(path: Path) -> str:
    """The first lines as text."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{path.name} is UTF-16 text: save it as UTF-8.")
    if b"\0" in head:
        raise UnsupportedFileError(f"{path.name} holds zero bytes: it is no text table, whatever its suffix.")
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise EmptyDataError(f"{path.name} is empty.")
    try:  # a character may be cut at the end of what was read
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError as error:
        raise DataError(_where_not_utf8(path) or str(error)) from error


def _lines(head: str, delimiter: str) -> list[list[str]]:
    """The first rows, cut into cells."""
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    return [row for row, _ in zip((row for row in rows if row), range(LINES), strict=False)]


def _delimiter(head: str) -> str:
    """The delimiter by which most lines have as many cells as the header, and the more the better."""

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in _lines(head, delimiter)]
        return (sum(width == widths[0] for width in widths[:-1]) if widths[0] > 1 else -1, widths[0])

    return max(DELIMITERS, key=agreement)


def _names(path: Path, delimiter: str) -> list[str]:
    """The header, however long; a column without a name is called by its place."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(row for row in csv.reader(file, delimiter=delimiter) if row)
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(_where_not_utf8(path) or f"{path.name}: the header is unclear ({error}).") from error
    names = [name.strip() or f"Unnamed: {place}" for place, name in enumerate(header)]
    if twice := sorted(name for name, count in Counter(names).items() if count > 1):
        raise DuplicateColumnError(
            f"{path.name}: the header holds {', '.join(map(repr, twice))} more than once; every column needs "
            "a name of its own."
        )
    return names


def _keep_text(table: pa.Table, path: Path, options: dict[str, Any]) -> pa.Table:
    """Read again as text what a number would lose: the zeros of codes such as 00501, and whether 1.000 has a point.

    Where all marks may be for thousands, the field keeps what tells how the file wrote its numbers.
    """
    integers = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    numbers = [name for name in floats if (pc.max(table.column(name)).as_py() or 0) >= LARGE]
    if integers and any(_contains(path, re.compile(before + rb"0\d")) for before in BEFORE_CELL):
        numbers += integers
    numbers += [n for n in floats if n not in numbers and _may_be_thousands(table.column(n))]
    if not numbers:
        return table
    again = csv_format.ReadOptions(block_size=BLOCK, column_names=table.column_names, skip_rows_after_names=1)
    text = csv_format.read_csv(path, again, options["parse_options"], _conversion(numbers))
    for name in numbers:
        column, place = text.column(name), table.column_names.index(name)
        points = thousandths(column)
        if points == "some" or pc.any(pc.match_substring_regex(column, f"^\\s*(?:{CODE})\\s*$")).as_py():
            table = table.set_column(place, name, column)
        elif points:
            field = table.schema.field(name).with_metadata({THOUSANDTHS: points.encode()})
            table = table.set_column(place, field, table.column(name))
    return table


def _may_be_thousands(column: pa.ChunkedArray) -> bool:
    """Whether no number speaks against three digits behind every point, and one to three before it."""
    for part in (column.slice(0, PROBE), column):
        x = np.abs(part.to_numpy())
        x = x[np.isfinite(x)]
        broken = x % 1 != 0
        if not np.all((np.abs(x - np.round(x, 3)) < TINY) & (~broken | ((x >= 1) & (x < 1000)))):
            return False
    return True


def _warn_mixed(table: pa.Table, path: Path) -> None:
    """Name the columns of numbers that a few cells of text have made text."""
    for field in table.schema:
        if not pa.types.is_string(field.type):
            continue
        cells = pc.unique(without_gaps(table.column(field.name))[0].drop_null())
        number = pc.match_substring_regex(cells, f"^\\s*{NUMBER}\\s*$")
        if MIXED <= (pc.mean(number).as_py() or 0) < 1:
            word = cells.filter(pc.invert(number))[0].as_py()
            warn(
                f"{path.name}: column {field.name!r} mixes numbers and text, such as {word!r}, and is read as "
                "text; mend or empty those cells to have numbers.",
                MixedTypeWarning,
            )


def _contains(path: Path, what: bytes | re.Pattern[bytes]) -> bool:
    """Whether bytes or a pattern occur in a file, without reading it into memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(what) >= 0 if isinstance(what, bytes) else what.search(content) is not None


def _explain(error: Exception, path: Path, delimiter: str, width: int) -> str:
    """A sentence with the line that cannot be read."""
    if (encoding := _where_not_utf8(path)) is not None:
        return encoding
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        for row in rows:
            if row and len(row) != width:
                shown = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]
                return (
                    f"{path.name}, line {rows.line_num}: {len(row)} cell{'s' * (len(row) != 1)} where the "
                    f"header has {width} (cells are separated by a {shown}). Mend the line, or quote cells "
                    f"that hold a {shown}."
                )
    return f"{path.name} cannot be read as a table: {error}"


def _where_not_utf8(path: Path) -> str | None:
    """A sentence about the first byte that is not UTF-8, None if there is none."""
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return (
                    f"{path.name} is not UTF-8 text: byte {byte:#04x} at offset {offset + error.start} (line "
                    f"{number}). It may be Latin-1 or Windows-1252: save it as UTF-8, for example with "
                    f"`iconv -f WINDOWS-1252 -t UTF-8 {path.name}`."
                )
            offset += len(line)
    return None
