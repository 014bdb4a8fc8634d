"""The tutorials' commands and the example scripts do what they say; the tutorials' Python runs with every other page's."""

import itertools
import re
import runpy
import shlex
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from PIL import Image

from diabolo.cli import main
from diabolo.data import samples

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
SCRIPTS = {
    "csv_to_map": ("income", "people.map.png", "people.diabolo"),
    "images": ("PSNR", "digits.png", "digits.diabolo"),
    "label_few": ("of these right", "labels.csv", "labels.diabolo"),
    "pipeline_sklearn": ("best with",),
    "super_resolution": ("learned: PSNR", "enlarged.png"),
    "resume": ("yes, bit by bit",),
}
"""What a script prints, and the files it leaves behind."""

COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "page", [page for page in PAGES if COMMANDS.search(page.read_text())], ids=lambda p: p.stem
)
def test_commands_run(page: Path, here: Path, capsys: pytest.CaptureFixture[str]):
    pyarrow.csv.write_csv(samples.people(100), "people.csv")
    for i, pixels in enumerate(samples.digits()[:30]):
        (here / "digits" / str(i % 2)).mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 * pixels).astype(np.uint8)).save(here / "digits" / str(i % 2) / f"{i}.png")
    for line in "".join(COMMANDS.findall(page.read_text())).splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "diabolo"
        assert main(arguments) == 0, capsys.readouterr().err


@each_page
def test_links_lead_somewhere(page: Path):
    links = LINK.findall(page.read_text())
    assert links
    assert all((page.parent / link).is_file() for link in links)


def test_pages_follow_each_other():
    for page, following in itertools.pairwise(PAGES):
        assert f"]({following.name})" in page.read_text()


def test_every_script_is_run():
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} == set(SCRIPTS)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n == "resume" else n for n in SCRIPTS]
)
@pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")  # a script may show what is left out
def test_script_runs(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    script = ROOT / "examples" / f"{name}.py"
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))  # for scripts that start a process of their own
    runpy.run_path(str(script), run_name="__main__")
    text, *files = SCRIPTS[name]
    assert text in capsys.readouterr().out
    assert all((here / file).stat().st_size for file in files)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_short(name: str):
    assert len((ROOT / "examples" / f"{name}.py").read_text().splitlines()) <= 60
