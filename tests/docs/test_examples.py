"""Documentation that lies fails: every Python block and every docstring example is run."""

import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
from pathlib import Path

import pyarrow.csv
import pytest

import diabolo
from diabolo.data import samples

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [info.name for info in pkgutil.walk_packages(diabolo.__path__, "diabolo.")]
TARGETS = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, language: str) -> list[str]:
    return [code for kind, code in FENCE.findall(page.read_text()) if kind == language]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the table and the model that the pages speak of."""
    folder = tmp_path_factory.mktemp("people")
    table = samples.people(200).drop_columns(["person_id", "country"])
    pyarrow.csv.write_csv(table, folder / "people.csv")
    diabolo.Autoencoder(2, max_epochs=1, random_state=0).fit(table).save(folder / "people.diabolo")
    return folder


@each_page
@pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")  # a page may show what is left out
def test_python_blocks_run(page: Path, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(shutil.copytree(people, tmp_path / "here"))
    namespace: dict[str, object] = {"__name__": "page"}
    for code in blocks(page, "python"):
        exec(compile(code, str(page), "exec"), namespace)


@each_page
def test_commands_exist(page: Path):
    from diabolo.cli import COMMANDS

    words = [shlex.split(line, comments=True) for code in blocks(page, "sh") for line in code.splitlines()]
    assert {w[1] for w in words if w[:1] == ["make"]} <= set(TARGETS)
    assert {w[1] for w in words if w[:1] == ["diabolo"]} <= {*COMMANDS, "--help"}


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.failed == 0
