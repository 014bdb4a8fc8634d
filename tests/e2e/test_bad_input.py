"""Every bad input we thought of: exit code 2 and one sentence, or a note; no traceback, and no file lost."""

import struct
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import diabolo
from diabolo.cli import main
from diabolo.files import container
from diabolo.frames import Frame

LINEAR = ("--model", "linear", "--no-report")
NUMBERS = np.random.default_rng(0).normal(50, 10, (40, 3)).round(2)
HEAD = "age,size,score\n"
GOOD = HEAD + "".join(f"{a},{b},{c}\n" for a, b, c in NUMBERS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a model of numbers and a category."""
    home = tmp_path_factory.mktemp("fitted")
    table = {
        "age": NUMBERS[:, 0],
        "size": NUMBERS[:, 1],
        "city": np.where(NUMBERS[:, 2] > 50, "Bonn", "Lima"),
    }
    diabolo.LinearAutoencoder(1).fit(Frame.of(table)).save(home / "m.diabolo")
    return (home / "m.diabolo").read_bytes()


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(folder: Path, capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail; gives its sentence."""
    before = content(folder)
    capfd.readouterr()
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert out.count("error") == 0
    assert content(folder) == before
    sentence = err.strip().splitlines()[-1]
    assert sentence.startswith("error: ")
    assert "Traceback" not in out + err
    return sentence


def rows(*lines: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "d.csv").write_text("\n".join(lines) + "\n" if lines else "")


def array(name: str, shape: tuple[int, ...]) -> Callable[[Path], object]:
    return lambda folder: np.save(folder / name, np.random.default_rng(0).normal(size=shape))


def raw(name: str, start: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(start + b"\0" * 100)


def images(folder: Path) -> None:
    (folder / "faces").mkdir()
    for i, size in enumerate([(4, 4), (4, 4), (4, 5)]):
        Image.new("L", size, 40 * i).save(folder / "faces" / f"{i}.png")


def existing(folder: Path) -> None:
    (folder / "d.csv").write_text(GOOD)
    (folder / "d.diabolo").write_text("precious")


DATA = {
    "empty file": (rows(), "d.csv", (), "empty"),
    "header only": (rows("age,size,score"), "d.csv", (), "no row"),
    "one row": (rows("age,size,score", "1,2,3"), "d.csv", (), "1 row"),
    "one column": (
        rows("age", *map(str, NUMBERS[:, 0])),
        "d.csv",
        ("--model", "autoencoder"),
        "number of features (1)",
    ),
    "only constant columns": (rows("a,b", *["1,x"] * 20), "d.csv", (), "no column is left"),
    "duplicate names": (rows("age,size,age", *["1,2,3", "2,4,1"] * 9), "d.csv", (), "'age'"),
    "rows of unequal length": (rows("a,b", "1,2", "1,2,3"), "d.csv", (), "d.csv"),
    "k > d": (rows(*GOOD.splitlines()), "d.csv", ("-k", "4"), "-k 4"),
    "k = d": (rows(*GOOD.splitlines()), "d.csv", ("-k", "3", "--model", "autoencoder"), "-k 3"),
    "k = 0": (rows(*GOOD.splitlines()), "d.csv", ("-k", "0"), "-k 0"),
    "k is a word": (rows(*GOOD.splitlines()), "d.csv", ("-k", "two"), "-k two"),
    "no such column": (rows(*GOOD.splitlines()), "d.csv", ("--exclude", "weight"), "'weight'"),
    "no such label": (rows(*GOOD.splitlines()), "d.csv", ("--label", "weight"), "'weight'"),
    "no such kind": (rows(*GOOD.splitlines()), "d.csv", ("--kind", "age=number"), "'number'"),
    "no such schema": (rows(*GOOD.splitlines()), "d.csv", ("--schema", "s.json"), "s.json"),
    "no such file": (lambda _: None, "d.csv", (), "d.csv"),
    "a pickle": (raw("d.pkl", b"\x80\x04"), "d.pkl", (), "pickle"),
    "a photograph": (raw("d.png", b"\x89PNG"), "d.png", (), "folder of images"),
    "Parquet under another name": (raw("d.csv", b"PAR1"), "d.csv", (), "Parquet"),
    "damaged Parquet": (raw("d.parquet", b"PAR1"), "d.parquet", (), "d.parquet"),
    "damaged array": (raw("d.npy", b"\x93NUMPY"), "d.npy", (), "d.npy"),
    "unknown kind": (raw("d.xyz", b"what"), "d.xyz", (), ".xyz"),
    "one-dimensional array": (array("d.npy", (30,)), "d.npy", (), "1D array"),
    "array without columns": (array("d.npy", (30, 0)), "d.npy", (), "0 feature"),
    "images of unequal size": (images, "faces", (), "differ in size"),
    "output exists": (existing, "d.csv", (), "--force"),
    "output folder is absent": (
        rows(*GOOD.splitlines()),
        "d.csv",
        ("-o", "no/where.diabolo"),
        "does not exist",
    ),
    "output folder is a file": (
        rows(*GOOD.splitlines()),
        "d.csv",
        ("-o", "d.csv/m.diabolo"),
        "is not a folder",
    ),
    "impossible share": (rows(*GOOD.splitlines()), "d.csv", ("--test", "0.9"), "--test 0.9"),
}


@pytest.mark.parametrize("case", DATA)
@pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")
def test_data_that_cannot_be_used(case: str, folder: Path, capfd: pytest.CaptureFixture[str]):
    make, data, options, words = DATA[case]
    make(folder)
    assert words in refused(folder, capfd, "fit", data, *LINEAR, *options)


def flipped(file: bytes) -> bytes:
    middle = len(file) // 2
    return file[:middle] + bytes([file[middle] ^ 1]) + file[middle + 1 :]


def newer(file: bytes) -> bytes:
    """The same file as a later Diabolo would write it, with a right checksum."""
    manifest, blob = struct.unpack_from("<QQ", file, 40)
    text = file[56 : 56 + manifest].replace(b'"format_version":1,', b'"format_version":9,')
    rest = struct.pack("<QQ", len(text), blob) + text + file[56 + manifest :]
    return file[:8] + sha256(rest).digest() + rest


MODELS = {
    "truncated": (lambda file: file[:-10], "incomplete"),
    "cut within its head": (lambda file: file[:20], "incomplete"),
    "empty": (lambda _: b"", "empty"),
    "one bit flipped": (flipped, "damaged"),
    "of a newer version": (newer, "version 9"),
    "a pickle": (lambda _: b"\x80\x04" + b"\0" * 80, "pickle"),
    "a text": (lambda _: b"age,size\n1,2\n", "not a Diabolo file"),
}


@pytest.mark.parametrize("command", ["encode", "evaluate", "inspect"])
@pytest.mark.parametrize("case", MODELS)
def test_model_files_that_cannot_be_used(
    case: str, command: str, folder: Path, fitted: bytes, capfd: pytest.CaptureFixture[str]
):
    spoil, words = MODELS[case]
    (folder / "m.diabolo").write_bytes(spoil(fitted))
    (folder / "d.csv").write_text(GOOD)
    data = () if command == "inspect" else ("d.csv",)
    out = ("-o", "z.csv") if command == "encode" else ()
    assert words in refused(folder, capfd, command, "m.diabolo", *data, *out)


def test_the_newer_file_is_newer_and_nothing_else(folder: Path, fitted: bytes):
    (folder / "m.diabolo").write_bytes(newer(fitted).replace(b"version", b"version"))
    with pytest.raises(diabolo.errors.NewerVersionError):
        container.read_manifest("m.diabolo")


TRANSFORM = {
    "a column is missing": ("age,city", "50,Bonn", "'size'"),
    "all columns are missing": ("x,y", "1,2", "'age'"),
    "text where numbers were": ("age,size,city", "old,tall,Bonn", "age"),
}


@pytest.mark.parametrize("command", ["encode", "reconstruct", "evaluate"])
@pytest.mark.parametrize("case", TRANSFORM)
def test_rows_that_do_not_fit_the_model(
    case: str, command: str, folder: Path, fitted: bytes, capfd: pytest.CaptureFixture[str]
):
    *lines, words = TRANSFORM[case]
    (folder / "m.diabolo").write_bytes(fitted)
    rows(*lines)(folder)
    out = () if command == "evaluate" else ("-o", "z.csv")
    assert words in refused(folder, capfd, command, "m.diabolo", "d.csv", *out)


def noted(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must go well; gives its notes."""
    capfd.readouterr()
    code = main(arguments)
    err = capfd.readouterr().err
    assert code == 0, err
    lines = err.strip().splitlines()
    assert all(line.startswith("note: ") for line in lines)
    assert len(set(lines)) == len(lines)
    return err


def column(name: str, cells: Callable[[int], str]) -> str:
    """The good table with one more column."""
    lines = GOOD.splitlines()
    return (
        "\n".join([f"{lines[0]},{name}", *(f"{line},{cells(i)}" for i, line in enumerate(lines[1:]))]) + "\n"
    )


NOTES = {
    "a constant column": (column("c", lambda _: "7"), "holds one value only"),
    "an empty column": (column("c", lambda _: ""), "no value at all"),
    "an identifier": (column("person_id", str), "Force one in with --kind NAME=KIND"),
    "infinite numbers": (column("c", lambda i: "inf" if i % 5 == 0 else str((i * 7) % 13 + 0.5)), "infinite"),
    "thousands separators": (column("c", lambda i: f'"{1000 + 137 * (i * i % 31):,}.5"'), "numbers as text"),
    "dashes for gaps": (column("c", lambda i: "-" if i == 3 else f"{i % 7}.5"), "'-' counts as missing"),
    "German dates": (
        column("c", lambda i: f"{i % 28 + 1}.{i % 12 + 1}.2026"),
        "'1.1.2026', and is read as times",
    ),
    "unclear dates": (column("c", lambda i: f"{i % 5 + 1:02}/{i % 7 + 1:02}/2026"), "--kind c=datetime:day"),
    "mixed types": (column("c", lambda i: "many" if i == 3 else str(i % 4)), "'c' mixes numbers and text"),
}


@pytest.mark.parametrize("case", NOTES)
@pytest.mark.filterwarnings("ignore::diabolo.errors.MixedTypeWarning")
def test_oddities_are_noted_and_handled(case: str, folder: Path, capfd: pytest.CaptureFixture[str]):
    text, words = NOTES[case]
    (folder / "d.csv").write_text(text)
    notes = noted(capfd, "fit", "d.csv", *LINEAR)
    assert words in notes
    assert noted(capfd, "reconstruct", "d.diabolo", "d.csv", "-o", "r.csv") is not None
    assert diabolo.read("r.csv").column_names == diabolo.read("d.csv").column_names


CHANGED = {
    "an unknown category": ("age,size,city", ["50,50,Atlantis"] * 3, "Atlantis"),
    "an extra column": ("age,size,city,shoe", ["50,50,Bonn,44", "41,45,Lima,39"], "'shoe'"),
    "reordered columns": ("city,age,size", ["Bonn,50,50", "Lima,41,45"], ""),
    "gaps": ("age,size,city", [",,", "41,,Lima"], ""),
}


@pytest.mark.parametrize("case", CHANGED)
def test_rows_that_fit_nearly(case: str, folder: Path, fitted: bytes, capfd: pytest.CaptureFixture[str]):
    head, lines, words = CHANGED[case]
    (folder / "m.diabolo").write_bytes(fitted)
    rows(head, *lines)(folder)
    notes = noted(capfd, "encode", "m.diabolo", "d.csv", "-o", "z.csv")
    assert words in notes
    assert notes.count("note") == bool(words)
    assert np.isfinite(diabolo.read("z.csv")["z1"].to_numpy()).all()


GERMAN = [
    "geboren;Preis;Rabatt",
    *(f"{i % 28 + 1}.{i % 12 + 1}.19{i + 50};1.{i:03},5 €;{i % 9},5 %" for i in range(40)),
]


def test_a_german_table_is_numbers_and_dates_and_one_row_of_gaps_fits_too(
    folder: Path, capfd: pytest.CaptureFixture[str]
):
    rows(*GERMAN)(folder)
    notes = noted(capfd, "fit", "d.csv", *LINEAR)
    assert notes.count(" as text, such as ") == 3
    blocks = {block.kind: block.names for block in diabolo.load("d.diabolo").schema_.columns}
    assert blocks == {"datetime": ("geboren",), "continuous": ("Preis", "Rabatt")}
    rows(GERMAN[0], "-;-;n/a")(folder)
    noted(capfd, "encode", "d.diabolo", "d.csv", "-o", "z.csv")
    assert diabolo.read("z.csv").num_rows == 1


def test_the_order_of_dates_is_told_at_the_command_line(folder: Path, capfd: pytest.CaptureFixture[str]):
    (folder / "d.csv").write_text(column("born", lambda i: f"{i % 5 + 1:02}/{i % 7 + 1:02}/2026"))
    notes = noted(
        capfd, "fit", "d.csv", "--model", "linear", "--label", "born", "--kind", "born=datetime:day"
    )
    assert "born" not in notes
    assert diabolo.load("d.diabolo").schema_.columns[-1].orders == ("day",)
    noted(capfd, "reconstruct", "d.diabolo", "d.csv", "-o", "r.csv")
    assert diabolo.read("r.csv").schema.field("born").type == "date32[day]"


@pytest.mark.slow
def test_a_hundred_thousand_columns(folder: Path, capfd: pytest.CaptureFixture[str]):
    np.save("wide.npy", np.random.default_rng(0).normal(size=(60, 100_000)).astype(np.float32))
    noted(capfd, "fit", "wide.npy", "-k", "2", *LINEAR)
    noted(capfd, "encode", "wide.diabolo", "wide.npy", "-o", "z.npy")
    assert np.load("z.npy").shape == (60, 2)
