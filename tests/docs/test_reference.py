"""Whatever a person can name is on the one page: models, column types, commands, public names."""

import re
from pathlib import Path

import pytest

import diabolo
from diabolo import columns, models, terms
from diabolo.cli import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "all-of-diabolo.md").read_text()
NAMES = [*models.__all__, *columns.__all__, *terms.__all__, *COMMANDS, *diabolo.__all__]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", sorted({name for name in NAMES if not name.startswith("__")}))
def test_named_on_the_page(name: str):
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_lead_somewhere(page: Path):
    targets = [target for target in LINK.findall(page.read_text()) if not target.startswith("http")]
    assert [target for target in targets if not (page.parent / target).exists()] == []
