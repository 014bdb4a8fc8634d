from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("options", [[], ["--label", "city"], ["--label", "person_id"]])
def test_the_page_is_written(run: Callable, model: Path, options: list[str]):
    result = run("report", model, "people.csv", "-o", "report.html", *options)
    assert result.code == 0, result.err
    assert Path("report.html").read_text().lstrip().lower().startswith("<!doctype html>")


def test_json(run: Callable, model: Path):
    told = run("report", model, "people.csv", "-o", "report.html", "--json").json
    assert told["report"] == "report.html"
    assert told["scores"]["rows"] == 60


def test_a_label_that_is_not_there(run: Callable, model: Path):
    result = run("report", model, "people.csv", "-o", "report.html", "--label", "size")
    assert result.code == 2
    assert "'size'" in result.err
    assert not Path("report.html").exists()


def test_training_rows_show_copies_among_new_rows_and_over_fitting(run: Callable, masked: Path):
    lines = Path("people.csv").read_text().splitlines(keepends=True)
    Path("train.csv").write_text("".join(lines[:46]))
    Path("test.csv").write_text("".join([lines[0], *lines[1:51]]))
    alone = run("report", masked, "test.csv", "-o", "alone.html")
    assert alone.code == 0, alone.err
    told = run("report", masked, "test.csv", "-o", "told.html", "--train", "train.csv", "--json")
    assert told.code == 0, told.err
    assert "they were not given" in Path("alone.html").read_text()
    page = Path("told.html").read_text()
    assert "copies of training rows" in page
    assert "they were not given" not in page
    assert told.json["scores"]["train_error"] is not None


@pytest.mark.parametrize(
    ("train", "message"), [("nowhere.csv", "'nowhere.csv'"), ("masked.diabolo", "give data here")]
)
def test_training_rows_that_are_not_there(run: Callable, masked: Path, train: str, message: str):
    result = run("report", masked, "people.csv", "-o", "report.html", "--train", train)
    assert result.code == 2
    assert message in result.err
    assert not Path("report.html").exists()
