from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo

LINEAR = ("--model", "linear")
QUICK = ("--epochs", "2", "--size", "small", "--no-report")


def test_nothing_but_data_is_needed(run: Callable, folder: Path):
    result = run("fit", "people.csv", "-k", "2", *LINEAR)
    assert result.code == 0, result.err
    assert sorted(path.name for path in folder.iterdir()) == [
        "people.csv",
        "people.diabolo",
        "people.report.html",
    ]
    assert "Next: diabolo encode people.diabolo people.csv" in result.out
    assert diabolo.load("people.diabolo").n_components_ == 2


def test_files_go_to_the_current_folder_not_beside_the_data(run: Callable, folder: Path):
    (folder / "far").mkdir()
    (folder / "people.csv").rename(folder / "far" / "people.csv")
    assert run("fit", "far/people.csv", *LINEAR, "--no-report").code == 0
    assert (folder / "people.diabolo").exists()


def test_json_alone_is_on_standard_output(run: Callable, folder: Path):
    result = run("fit", "people.csv", *LINEAR, "--json", "-o", "b.diabolo")
    assert set(result.json) == {"model", "report", "n_components", "schema", "curve", "training", "scores"}
    assert result.json["report"] == "b.report.html"
    assert "How much of 6 rows survives" in result.err


def test_an_autoencoder(run: Callable, folder: Path):
    result = run("fit", "people.csv", *QUICK)
    assert result.code == 0, result.err
    model = diabolo.load("people.diabolo")
    assert type(model) is diabolo.Autoencoder
    assert model.history_.plan["max_epochs"] == 2


def test_the_same_seed_gives_the_same_file(run: Callable, folder: Path):
    files = []
    for seed in (0, 0, 1):
        assert run("fit", "people.csv", *QUICK, "--seed", seed, "--force").code == 0
        files.append(diabolo.load("people.diabolo").transform(diabolo.read("people.csv")).tobytes())
    assert files[0] == files[1] != files[2]


def test_auto_shows_how_the_width_was_chosen(run: Callable, folder: Path):
    result = run("fit", "people.csv", "-k", "auto", *QUICK)
    assert result.code == 0, result.err
    assert "<- chosen" in result.out
    assert "95 %" in result.out


def test_a_run_resumes(run: Callable, folder: Path):
    for _ in range(2):
        assert run("fit", "people.csv", *QUICK, "--run-dir", "run", "--force").code == 0
    assert (folder / "run").is_dir()


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--exclude", "income", "--exclude", "city"], {"income": None, "city": None}),
        (["--kind", "person_id=continuous"], {"person_id": "continuous"}),
        (["--kind", "city=ordinal", "--exclude", "age"], {"city": "ordinal", "age": None}),
    ],
)
def test_a_person_overrules(run: Callable, folder: Path, options: list[str], kinds: dict[str, str | None]):
    result = run("fit", "people.csv", "-k", "1", *LINEAR, "--no-report", "--json", *options)
    assert result.code == 0, result.err
    found = {column["name"]: column["kind"] for column in result.json["schema"]}
    assert kinds.items() <= found.items()


@pytest.mark.parametrize("name", ["people.diabolo", "people.report.html"])
def test_existing_files_are_kept_and_found_before_any_work(run: Callable, folder: Path, name: str):
    (folder / name).write_text("old")
    (folder / "people.csv").write_text("")  # would be refused as soon as it is read
    result = run("fit", "people.csv", *LINEAR)
    assert result.code == 2
    assert "--force" in result.err
    assert (folder / name).read_text() == "old"


def test_force_replaces(run: Callable, folder: Path):
    (folder / "people.diabolo").write_text("old")
    assert run("fit", "people.csv", *LINEAR, "--force").code == 0
    assert diabolo.load("people.diabolo")


def test_the_report_says_which_rows_it_shows(run: Callable, folder: Path):
    assert run("fit", "people.csv", "--model", "linear").code == 0
    page = Path("people.report.html").read_text()
    assert (
        "about 6 rows held out from fitting. The 54 rows that the model was fitted with are not shown" in page
    )
    assert run("fit", "people.csv", "--model", "linear", "--test", 0, "--force").code == 0
    assert "new rows come back worse" in Path("people.report.html").read_text()
