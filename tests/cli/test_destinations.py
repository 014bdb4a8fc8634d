from pathlib import Path

import pytest

from diabolo.cli import destinations
from diabolo.errors import OutputError, OutputExistsError


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("people.csv", "people.diabolo"),
        ("far/away/people.v2.csv", "people.v2.diabolo"),
        ("images", "images.diabolo"),
        ("images/", "images.diabolo"),
        (".csv", ".csv.diabolo"),
    ],
)
def test_the_default_is_beside_the_person(data: str, expected: str):
    assert destinations.default(Path(data), ".diabolo") == Path(expected)


def test_the_current_folder_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "shapes").mkdir()
    monkeypatch.chdir(tmp_path / "shapes")
    assert destinations.default(Path(), ".diabolo") == Path("shapes.diabolo")


def test_a_free_name_is_fine_and_nothing_is_left_behind(tmp_path: Path):
    destinations.check(tmp_path / "a.diabolo", tmp_path / "a.html", force=False)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_needs_force(tmp_path: Path):
    old = tmp_path / "a.diabolo"
    old.write_text("old")
    with pytest.raises(OutputExistsError, match=r"--force\.$"):
        destinations.check(old, force=False)
    with pytest.raises(OutputExistsError, match="the run in 'kept' goes on"):
        destinations.check(old, force=False, run_dir=Path("kept"))
    destinations.check(old, force=True)
    assert old.read_text() == "old"


@pytest.mark.parametrize("place", ["nowhere/a.csv", "file/a.csv", "folder"])
def test_no_place_to_write(tmp_path: Path, place: str):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        destinations.check(tmp_path / place, force=True)


def test_a_folder_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        destinations.check(tmp_path / "a.csv", force=False)


@pytest.mark.parametrize("name", ["a.xls", "a", "a.csv.gz"])
def test_unknown_suffixes_are_named_with_the_known_ones(tmp_path: Path, name: str):
    with pytest.raises(OutputError, match=r"\.csv, .*\.parquet"):
        destinations.check_table(tmp_path / name, force=False)


@pytest.mark.parametrize("force", [False, True])
def test_write(tmp_path: Path, force: bool):
    target = tmp_path / "a.csv"
    destinations.write({"z1": [0.5]}, target, force=force)
    assert target.read_text() == '"z1"\n0.5\n'
    if not force:
        with pytest.raises(OutputExistsError):
            destinations.write({"z1": [1.5]}, target, force=force)
