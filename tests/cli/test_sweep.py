import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

QUICK = ("--epochs", "1", "--size", "small")


def test_the_table_and_the_rules_in_words(run: Callable, folder: Path):
    result = run("sweep", "people.csv", "--model", "linear", "-k", "1,2")
    assert result.code == 0, result.err
    for text in ("6 held-out rows", "Mean row", "█", "Rule", "within_5_percent", "intrinsic", "Suggested: "):
        assert text in result.out
    assert "left out" in result.err


def test_models_spread_and_check(run: Callable, folder: Path):
    result = run("sweep", "people.csv", "--model", "ordered", "-k", "1,2", "--seeds", "2", "--check", *QUICK)
    assert result.code == 0, result.err
    head = next(line for line in result.out.splitlines() if "Mean row" in line)
    assert head.split() == ["k", "Diabolo", "±", "Alone", "PCA", "Mean", "row"]


def test_json_is_the_file(run: Callable, folder: Path):
    words = ("sweep", "people.csv", "--model", "linear", "--by-column", "-o", "sweep.json", "--json")
    told = run(*words).json
    assert told == json.loads(Path("sweep.json").read_text())
    assert told["columns"] == ["age", "city", "income"]
    assert len(told["column_error"]) == len(told["n_components"]) == len(told["error"])
    assert told["suggested"][told["rule"]] == told["recommended"]


def test_it_goes_on_in_its_run_folder(run: Callable, folder: Path):
    words = ("sweep", "people.csv", "-k", "1,2", *QUICK, "--run-dir", "run", "--json")
    first = run(*words).json
    assert sorted(path.name for path in Path("run").iterdir()) == [
        "autoencoder-1-seed0.json",
        "autoencoder-2-seed0.json",
    ]
    assert run(*words).json == first
    other = run("sweep", "people.csv", "-k", "1,2", "--epochs", "2", "--size", "small", "--run-dir", "run")
    assert other.code == 2
    assert "max_epochs was 1 and is 2" in other.err


def test_kinds_of_columns(run: Callable, folder: Path):
    words = ("sweep", "people.csv", "--model", "linear", "-k", "1", "--by-column", "--json")
    assert run(*words, "--exclude", "city").json["columns"] == ["age", "income"]
    run("inspect", "people.csv", "--save-schema", "kinds.json")
    chosen = run(*words, "--schema", "kinds.json", "--kind", "country=categorical").json
    assert chosen["columns"] == ["age", "city", "income", "country"]


def test_labels_of_images_are_no_columns(run: Callable, folder: Path):
    pixels = np.random.default_rng(0).integers(0, 256, (24, 5, 5), dtype=np.uint8)
    for i, image in enumerate(pixels):
        (Path("faces") / str(i % 2)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(Path("faces") / str(i % 2) / f"{i}.png")
    told = run("sweep", "faces", "--model", "linear", "-k", "1,3", "--by-column", "--json").json
    assert told["columns"] == ["image"]


BAD = {
    "unknown model": (("--model", "forest"), "--model forest"),
    "zero": (("-k", "0,1"), "-k 0"),
    "too wide": (("-k", "1,3"), "at most 2"),
    "wider than the rows": (("-k", "99", "--model", "linear"), "at most"),
    "not sorted": (("-k", "2,1"), "smallest first"),
    "twice": (("-k", "1,1"), "smallest first"),
    "words": (("-k", "one,two"), "-k one,two"),
    "epochs": (("--epochs", "many"), "--epochs many"),
    "epochs of PCA": (("--model", "linear", "--epochs", "3"), "max_epochs"),
    "jobs": (("--jobs", "0"), "--jobs 0"),
    "seeds": (("--seeds", "0"), "--seeds 0"),
    "share": (("--test", "0.9"), "--test 0.9"),
    "check": (("--check",), "--model ordered"),
    "no such column": (("--exclude", "weight"), "'weight'"),
    "no such folder": (("-o", "no/where.json"), "does not exist"),
    "a file is there": (("-o", "people.csv"), "--force"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case: str, run: Callable, folder: Path):
    options, words = BAD[case]
    result = run("sweep", "people.csv", *options)
    assert result.code == 2
    assert words in result.err
    assert result.err.strip().splitlines()[-1].startswith("error: ")
    assert "Traceback" not in result.err


def test_too_few_rows(run: Callable, folder: Path):
    Path("few.csv").write_text("a,b,c\n1,2,3\n2,3,1\n")
    result = run("sweep", "few.csv")
    assert (result.code, "2 rows" in result.err) == (2, True)
