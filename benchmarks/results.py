"""Keeps the last result of every group, with the day, the commit and the machine it was taken on."""

import dataclasses
import datetime
import json
import os
import platform
import subprocess
from pathlib import Path

from benchmarks.bars import Bar, table

__all__ = ["keep", "render"]

FOLDER = Path(__file__).parent
STORE = FOLDER / "results.json"
PAGE = FOLDER / "RESULTS.md"
INTRODUCTION = """# Results

Written by `make bench`; each group beside its peers in one run. Ratios decide, since machines differ and
are shared; a bar that was missed stays in the table with its number.
"""


def processor() -> str:
    """The name of the processor and the number of cores this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    return f"{len(os.sched_getaffinity(0))} cores of {name}"


def commit() -> str:
    """The short hash of the commit, with a + if files were changed since."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False).stdout.strip()


def keep(group: str, bars: list[Bar]) -> None:
    """Store a group's bars and write the page anew."""
    stored = json.loads(STORE.read_text()) if STORE.exists() else {}
    stored[group] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": commit(),
        "machine": processor(),
        "bars": [dataclasses.asdict(bar) for bar in bars],
    }
    STORE.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(render(stored))


def render(stored: dict[str, dict]) -> str:
    """The page of all groups."""
    parts = [INTRODUCTION]
    for group, result in stored.items():
        parts.append(f"## {group}\n")
        parts.append(f"{result['date']}, commit {result['commit']}, {result['machine']}\n")
        parts.append(table([Bar(**bar) for bar in result["bars"]]) + "\n")
    return "\n".join(parts)
