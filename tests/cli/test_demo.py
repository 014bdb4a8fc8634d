from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import diabolo

demo = import_module("diabolo.cli.demo")  # `diabolo.cli.demo` itself is the command


def test_the_quick_demo(run: Callable, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "QUICK", {"digits": 1, "people": 1})
    monkeypatch.setattr(demo, "QUICK_ROWS", 100)
    for _ in range(2):  # a second demo replaces the first
        result = run("demo", "--quick", "--folder", "a/b", "--json")
        assert result.code == 0, result.err
    assert set(result.json) == {"digits", "people"}
    for name in ("digits", "people"):
        assert diabolo.load(f"a/b/{name}.diabolo")
        assert Path(f"a/b/{name}.report.html").stat().st_size > 1000
        assert diabolo.read(f"a/b/{name}.parquet").num_rows == 100
    assert "a/b/digits.report.html" in result.err


def test_no_folder_can_be_made(run: Callable, folder: Path):
    result = run("demo", "--folder", "people.csv/demo")
    assert result.code == 2
    assert "cannot make the folder" in result.err
