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
