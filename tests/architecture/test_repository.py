"""Nothing in the repository names one person's machine, and every address is one a reader can open."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:work|farm|root|tmp|opt|home|mnt|Users)/[a-zA-Z._]")
ADDRESS = re.compile(r"https?://([^/\s\"'<>)`\]]+)")
# Where papers, standards and licences are read; a new site is added here knowingly.
SITES = {
    "arxiv.org",
    "doi.org",
    "keepachangelog.com",
    "semver.org",
    "scikit-learn.org",
    "openreview.net",
    "papers.nips.cc",
    "proceedings.mlr.press",
    "www.apache.org",
    "www.jmlr.org",
    "www.w3.org",
    "www.cs.toronto.edu",
    "archive.ics.uci.edu",
    "yann.lecun.com",
    "creativecommons.org",
    "127.0.0.1",
    "localhost",
}


def tracked_texts() -> list[Path]:
    result = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / line for line in result.stdout.splitlines() if line != "LICENSE"]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


TEXTS = tracked_texts()
pytestmark = pytest.mark.skipif(not TEXTS, reason="not a git checkout")


def matches(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), match.group(pattern.groups))
        for path in TEXTS
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def test_no_machine_paths():
    assert matches(MACHINE_PATH) == []


def test_no_unknown_hosts():
    assert [(path, host) for path, host in matches(ADDRESS) if host.split(":")[0] not in SITES] == []


@pytest.mark.parametrize("text", ["open('/" + "tmp/x')", "`/" + "home/me`"])
def test_the_pattern_sees_a_machine_path(text: str):
    assert MACHINE_PATH.search(text)
