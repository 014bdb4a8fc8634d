"""CSV and TSV files."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from diabolo.data import delimited
from diabolo.errors import (
    DataError,
    DuplicateColumnError,
    EmptyDataError,
    MixedTypeWarning,
    UnsupportedFileError,
)


def read(folder: Path, text: str | bytes, name: str = "people.csv") -> pa.Table:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return delimited.read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_delimiters_newlines_marks(tmp_path: Path, delimiter: str, newline: str, bom: str):
    rows = [["age", "city"], ["31", "Bonn"], ["", "Köln"]]
    table = read(tmp_path, bom + newline.join(delimiter.join(row) for row in rows) + newline)
    assert table.to_pydict() == {"age": [31, None], "city": ["Bonn", "Köln"]}


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path):
    assert read(tmp_path, "a;b\n1,5;2\n2,5;3\n").column_names == ["a", "b"]


def test_commas_in_quotes_are_no_delimiter(tmp_path: Path):
    assert read(tmp_path, 'a\tb\n"x,y,z"\t1\n"p,q,r"\t2\n').to_pydict() == {
        "a": ["x,y,z", "p,q,r"],
        "b": [1, 2],
    }


def test_tabs_by_suffix(tmp_path: Path):
    assert read(tmp_path, "a,b\tc\n1,2\t3\n", "x.tsv").column_names == ["a,b", "c"]


def test_one_column(tmp_path: Path):
    assert read(tmp_path, "a\n1\n2\n").to_pydict() == {"a": [1, 2]}


def test_newlines_in_quotes(tmp_path: Path):
    assert read(tmp_path, 'a,"b\nc"\n"x\ny",007\n').to_pydict() == {"a": ["x\ny"], "b\nc": ["007"]}


@pytest.mark.parametrize("token", delimited.MISSING)
def test_missing_cells(tmp_path: Path, token: str):
    assert read(tmp_path, f"a,b\n1,x\n{token},{token}\n").to_pydict() == {"a": [1, None], "b": ["x", None]}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("1", pa.int64()),
        ("1.5", pa.float64()),
        ("1e5", pa.float64()),
        ("true", pa.bool_()),
        ("2024-05-01", pa.date32()),
        ("2024-05-01 10:00", pa.timestamp("s")),
        ("2024-05-01T10:00:00.25", pa.timestamp("ns")),
        ("2024-05-01T10:00:00+02:00", pa.timestamp("s", "UTC")),
        ("2024-05-01T10:00:00Z", pa.timestamp("s", "UTC")),
        ("10:30:00", pa.time32("s")),
        ("1,234.5", pa.string()),
        ("007", pa.string()),
        ("-01", pa.int64()),
        ("0", pa.int64()),
        ("0.5", pa.float64()),
        ("12345678901234567890", pa.string()),
    ],
)
def test_types(tmp_path: Path, cell: str, kind: pa.DataType):
    assert read(tmp_path, f'a,b\n1,"{cell}"\n').schema.field("b").type == kind


def test_zones_are_moments(tmp_path: Path):
    table = read(tmp_path, "t,u\n2024-05-01T10:00:00+02:00,1\n")
    assert table.column("t").to_pylist() == [dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)]


def test_codes_keep_their_zeros(tmp_path: Path):
    table = read(tmp_path, "zip,n\n00501,1\n10001,2\n,3\n")
    assert table.to_pydict() == {"zip": ["00501", "10001", None], "n": [1, 2, 3]}


@pytest.mark.parametrize("cells", ["1 2 many", "1 x", "0.5 -3 1e5 .25 oops", "1 1 1 2 x y"])
def test_mixed_types_are_text_and_told(tmp_path: Path, cells: str):
    with pytest.warns(
        MixedTypeWarning, match=r"people\.csv: column 'b' mixes numbers and text, such as '(\w+)'"
    ):
        table = read(tmp_path, "a,b\n" + "".join(f"7,{cell}\n" for cell in cells.split()))
    assert table.column("b").to_pylist() == cells.split()


@pytest.mark.parametrize(
    "cells",
    [
        "1 x y",
        "x x",
        "007 008",
        "007 12",
        '"1,234.5" 12',
        "1.234,5 12",
        "2024-05-01 never",
        "e5 e6 1",
        "1 2 - 3",  # all numbers but a gap
        "? NA",
    ],
)
def test_what_is_not_mixed(tmp_path: Path, cells: str):
    assert read(tmp_path, "a;b\n" + "".join(f"7;{cell}\n" for cell in cells.split())).num_rows


def test_columns_without_a_name(tmp_path: Path):
    assert read(tmp_path, ",a,\n0,1,2\n").column_names == ["Unnamed: 0", "a", "Unnamed: 2"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (b"", EmptyDataError, "empty"),
        (b"\n \n", EmptyDataError, "empty"),
        (b"\xef\xbb\xbf", EmptyDataError, "empty"),
        (b"a,b,a\n1,2,3\n", DuplicateColumnError, "'a' more than once"),
        (b"a,b\n1,2\n3\n4,5\n", DataError, "line 3: 1 cell where the header has 2"),
        (b"a,b\n1,2\n3,4,5\n", DataError, "line 3: 3 cells where the header has 2"),
        (b'a,b\n"1,2\n3,4\n', DataError, "people.csv"),
        (b"city,n\nBonn,1\nK\xf6ln,2\n", DataError, r"byte 0xf6 at offset 15 \(line 3\)"),
        (b"stra\xdfe,n\nx,1\n", DataError, r"byte 0xdf at offset 4 \(line 1\)"),
        ("a,b\n1,2\n".encode("utf-16"), DataError, "UTF-16"),
        (b"a,b\n1,\x00\n", UnsupportedFileError, "zero bytes"),
    ],
)
def test_bad_files(tmp_path: Path, text: bytes, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        read(tmp_path, text)


def test_a_bad_byte_far_from_the_beginning(tmp_path: Path):
    with pytest.raises(DataError, match="0xe9"):
        read(tmp_path, b"a,b\n" + b"1,x\n" * 50_000 + b"2,caf\xe9\n")


def test_a_character_across_the_end_of_the_sample(tmp_path: Path):
    text = "a,b\n" + "1,x\n" * ((delimited.HEAD - 8) // 4)
    text += "11" + "," + "é" * 10 + "\n"
    assert read(tmp_path, text).num_rows > 10_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_header_longer_than_the_sample(tmp_path: Path, delimiter: str):
    names = [f"column_{j}" for j in range(8_000)]
    assert len(delimiter.join(names)) > delimited.HEAD
    table = read(tmp_path, "\n".join(map(delimiter.join, [names, ["1"] * 8_000, ["2"] * 8_000])) + "\n")
    assert table.column_names == names
    assert table.column("column_7999").to_pylist() == [1, 2]


def test_a_quote_that_never_ends(tmp_path: Path):
    with pytest.raises(DataError, match="header is unclear"):
        read(tmp_path, 'a,"b\n' + "1,2\n" * 100_000)


def test_a_header_only_has_no_row(tmp_path: Path):
    assert read(tmp_path, "a,b\n").num_rows == 0


@pytest.mark.parametrize(
    ("cells", "points"),
    [
        (["1.234", "12"], b"broken"),
        (["1.234", "-12.000", ""], b"all"),
        (["1.234", "0.500"], None),
        (["1.234", "1234.567"], None),
        (["1.234", "1.5"], None),
        (["1.234", "1e3"], None),
        (["1.25", "3.75"], None),
    ],
)
def test_points_that_may_be_for_thousands_are_noted(tmp_path: Path, cells: list[str], points: bytes | None):
    table = read(tmp_path, "a;b\n" + "".join(f"{cell};7\n" for cell in cells))
    assert table["a"].to_pylist() == [float(cell) if cell else None for cell in cells]
    assert (table.schema.field("a").metadata or {}).get(b"thousandths") == points


def test_whole_numbers_with_and_without_a_point_stay_as_written(tmp_path: Path):
    assert read(tmp_path, "a;b\n1.000;7\n12;7\n")["a"].to_pylist() == ["1.000", "12"]
