import html.parser
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from diabolo.errors import OutputExistsError
from diabolo.report import Report, to_html, write_html
from diabolo.report.html import MOST_LINES

EACH = pytest.mark.parametrize("which", ["of_table", "of_images", "of_array"])
VOID = {"meta", "link", "img", "br", "input"}
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page(html.parser.HTMLParser):
    """Tags, attributes and text of a page, whose tags must close in order."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@EACH
def test_well_formed_and_complete(which: str, request: pytest.FixtureRequest):
    report = request.getfixturevalue(which)
    page = Page(to_html(report))
    text = " ".join(page.words)
    assert all(sentence in text for sentence in report.findings + report.caveats)
    assert {section["id"] for section in page.all("section")} >= {
        "columns",
        "map",
        "rows",
        "schema",
        "facts",
        "caveats",
    }
    links = {a["href"].removeprefix("#") for a in page.all("a")}
    assert links <= {attributes.get("id") for _, attributes in page.tags}


@EACH
def test_nothing_is_asked_of_the_network(which: str, request: pytest.FixtureRequest):
    text = to_html(request.getfixturevalue(which))
    assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text)
    assert "@import" not in text
    policy = next(m["content"] for m in Page(text).all("meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none';")
    assert "unsafe-inline'; script" not in policy.split("script-src")[1]


def test_hostile_names_stay_text(of_table: Report):
    text = to_html(of_table)
    page = Page(text)
    assert "alert('x')" not in text
    assert [s.get("type") for s in page.all("script")] == ["application/json", None]
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert any("<script>alert('x')</script>" in word for word in page.words)


@EACH
def test_every_image_and_figure_has_a_description(which: str, request: pytest.FixtureRequest):
    page = Page(to_html(request.getfixturevalue(which)))
    assert all(image["alt"] for image in page.all("img"))
    assert all(figure.get("aria-label") for figure in page.all("svg"))


def test_the_map_can_be_read_without_the_script(of_table: Report):
    page = Page(to_html(of_table))
    assert "hidden" in page.all("label")[0]
    shown = [legend for legend in page.all("ul") if "data-legend" in legend and "hidden" not in legend]
    assert [legend["data-legend"] for legend in shown] == ["0"]


def test_the_script_gets_every_coloring(of_table: Report):
    data = re.search(r'id="map-data">(.*?)</script>', to_html(of_table), re.DOTALL).group(1)
    found = json.loads(data)
    assert len(found["colorings"]) == len(of_table.scatter.colorings)
    assert found["colorings"][0]["codes"] == list(of_table.scatter.colorings[0].codes)


def test_wide_data_make_a_short_page(of_array: Report):
    text = to_html(of_array)
    assert text.count('class="kept"><div') <= MOST_LINES + 1
    assert "744" in text
    assert len(text) < 200_000


def test_nothing_is_replaced_unasked(of_table: Report, tmp_path: Path):
    path = tmp_path / "page.html"
    write_html(of_table, path)
    assert path.read_text(encoding="utf-8") == to_html(of_table)
    with pytest.raises(OutputExistsError):
        write_html(of_table, path, overwrite=False)


def browse(page: Path, folder: Path) -> tuple[str, str]:
    """The page as a browser without a network ends up with it, and what its console says."""
    assert BROWSER is not None
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    )
    more = "--disable-component-update --disable-sync --enable-logging=stderr --virtual-time-budget=2000 --dump-dom"
    command = [BROWSER, *options.split(), *more.split(), f"--user-data-dir={folder}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_colors_the_points_anew(of_table: Report, tmp_path: Path):
    text = to_html(of_table)
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    plain, console = browse(path, tmp_path / "plain")
    assert console == ""
    assert "<label>Color by" in plain  # the script ran: its policy let it
    path.write_text(text.replace('<option value="2">', '<option value="2" selected>'), encoding="utf-8")
    chosen, console = browse(path, tmp_path / "chosen")
    assert console == ""
    assert re.findall(r'data-legend="(\d)" aria-label="[^"]*">', chosen) == ["2"]
    assert chosen.count('<path class="steps') > 1
