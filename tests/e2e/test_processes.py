"""Real processes: start-up, streams, exit codes, signals, a full disk."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diabolo.cli import COMMANDS, main

SOURCE = Path(__file__).parents[2] / "src"
LIMIT = 180  # seconds, for a busy machine


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1", "COLUMNS": "80"}


def diabolo(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "diabolo", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        **options,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table of 200 people."""
    rng = np.random.default_rng(0)
    age, noise = rng.normal(45, 12, 200), rng.normal(size=(200, 2))
    cities = np.where(age > 45, "Bonn", "Lima")
    lines = [
        f"{a:.1f},{800 * a + 3000 * n:.0f},{c}" for a, n, c in zip(age, noise[:, 0], cities, strict=True)
    ]
    (tmp_path / "people.csv").write_text("\n".join(["age,income,city", *lines]) + "\n")
    (tmp_path / "new.csv").write_text("\n".join(["age,income,city", *lines[:20]]) + "\n")
    return tmp_path


def test_the_examples_of_the_help_in_one_walk(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """In this process: eight starts of torch would take too long."""
    monkeypatch.chdir(folder)
    examples = {name: example.split()[1:] for name, (_, example) in COMMANDS.items() if name != "demo"}
    examples["fit"] += ["--epochs", "2", "--size", "small"]
    examples["harden"] += ["--epochs", "2", "--size", "small"]
    examples["attack"] += ["--rows", "20"]
    (folder / "few.csv").write_text("row,label\n0,a\n1,b\n2,a\n3,b\n")
    masked = [
        "fit",
        "people.csv",
        "--model",
        "masked",
        "-o",
        "masked.diabolo",
        "--no-report",
        "--epochs",
        "2",
    ]
    assert main(masked) == 0
    capfd.readouterr()
    for name, words in examples.items():
        assert main(words) in ((0, 3) if name == "attack" else (0,)), (
            name
        )  # of so few rows a check may well fail
        out = capfd.readouterr().out
        assert "--json" not in words or json.loads(out)["rows"] == 20
    expected = {
        "people.diabolo",
        "people.report.html",
        "codes.parquet",
        "rows.csv",
        "rebuilt.csv",
        "report.html",
        "made.csv",
        "filled.csv",
        "city.diabolo",
        "attack.html",
    }
    assert expected <= {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_a_killed_sweep_goes_on(folder: Path):
    words = ("sweep", "people.csv", "-k", "1,2", "--size", "small", "--run-dir", "run", "--json")
    command = [sys.executable, "-m", "diabolo", *words, "--epochs", "200"]
    process = subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT
    while not list((folder / "run").glob("*/nets/checkpoint-*")) and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert not list((folder / "run").glob("*.json")), "it was over before it could be killed"
    told = json.loads(diabolo(folder, *words, "--epochs", "200").stdout)
    assert told == json.loads(
        diabolo(folder, *words, "--epochs", "200").stdout
    )  # finished points are read back
    assert sorted(path.name for path in (folder / "run").iterdir()) == [
        "autoencoder-1-seed0.json",
        "autoencoder-2-seed0.json",
    ]


def test_an_attack_ends_with_what_it_found(folder: Path):
    """Exit code 0 or 3 by its checks, 2 for bad input; JSON alone on standard output."""
    made = diabolo(folder, "harden", "people.csv", "--label", "city", "--method", "plain", "-o", "m.diabolo")
    assert made.returncode == 0, made.stderr
    lines = (folder / "people.csv").read_text().splitlines()
    swapped = [line.replace("Bonn", "X").replace("Lima", "Bonn").replace("X", "Lima") for line in lines]
    (folder / "wrong.csv").write_text("\n".join(swapped) + "\n")
    words = ("--label", "city", "--rows", "40", "--json")
    found = {
        name: diabolo(folder, "attack", "m.diabolo", name, *words) for name in ("people.csv", "wrong.csv")
    }
    assert json.loads(found["people.csv"].stdout)["passed"] == (found["people.csv"].returncode == 0)
    assert found["wrong.csv"].returncode == 3
    assert not json.loads(found["wrong.csv"].stdout)["passed"]
    refused = diabolo(folder, "attack", "m.diabolo", "people.csv", "--label", "nothing")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1


def test_bad_input(folder: Path):
    result = diabolo(folder, "evaluate", "people.csv", "new.csv", "--json")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_traverse_speaks_to_people_or_machines(folder: Path):
    from diabolo import LinearAutoencoder, read

    LinearAutoencoder(2).fit(read(folder / "people.csv")).save(folder / "people.diabolo")
    result = diabolo(folder, "traverse", "people.diabolo", "people.csv", "--row", "0", "--json")
    assert result.returncode == 0, result.stderr
    assert {d["dimension"] for d in json.loads(result.stdout)["dimensions"]} == {"z1", "z2"}
    assert "z1: " in result.stderr
    refused = diabolo(folder, "traverse", "people.diabolo", "people.csv", "--dim", "9")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: there is no dimension '9'")


def test_the_reader_may_leave(folder: Path):
    command = f"{sys.executable} -m diabolo inspect people.csv --json | head -c 1"
    result = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert result.stdout == "{"
    assert "Traceback" not in result.stderr


def full_disk() -> None:
    """Files may not grow beyond 4 KiB, which a write notices as it would a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_full_disk_leaves_the_old_file(folder: Path):
    (folder / "people.diabolo").write_text("precious")
    words = ("fit", "people.csv", "--epochs", "1", "--size", "small", "--no-report", "--force")
    result = diabolo(folder, *words, preexec_fn=full_disk)
    assert result.returncode == 2
    assert "no space left" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr
    assert (folder / "people.diabolo").read_text() == "precious"
    assert {path.name for path in folder.iterdir()} == {"people.csv", "new.csv", "people.diabolo"}


def test_interrupting_keeps_the_best_model_so_far(folder: Path):
    t = np.random.default_rng(0).uniform(-1, 1, 200)  # a curve, of which PCA keeps little
    np.savetxt(
        folder / "curve.csv",
        np.column_stack([t, t**2, np.abs(t)]),
        delimiter=",",
        header="a,b,c",
        comments="",
    )
    words = ("fit", "curve.csv", "-k", "1", "--epochs", "100000", "--run-dir", "run", "--no-report")
    command = [sys.executable, "-m", "diabolo", *words]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_for_epochs(folder, process, 100)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "stopped by hand" in err
    assert "all columns" in out
    assert (folder / "curve.diabolo").exists()


def _wait_for_epochs(folder: Path, process: subprocess.Popen[str], epochs: int) -> None:
    """Until training has come so far."""
    deadline = time.monotonic() + LIMIT
    while sum(file.read_text().count("\n") for file in folder.rglob("history.jsonl")) < epochs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
