from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import diabolo
from diabolo.cli.attack import FAILED, Norm
from diabolo.data.writers import write
from diabolo.evaluate.contest import BALLS


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A classifier of two clouds, fitted once, with its rows."""
    home, rng = tmp_path_factory.mktemp("attack"), np.random.default_rng(0)
    truth = np.arange(80) % 2
    x = rng.normal(size=(80, 2)) + 4 * truth[:, None]
    kinds = np.array(["plain", "odd"])[truth].tolist()
    write({"x": x[:, 0], "y": x[:, 1], "city": ["Bonn", "Rome"] * 40, "kind": kinds}, home / "rows.csv")
    model = diabolo.Classifier(max_epochs=20, size="small", random_state=0)
    model.fit(diabolo.read(home / "rows.csv"), "kind", schema={"city": None})
    model.save(home / "m.diabolo")
    return SimpleNamespace(rows=home / "rows.csv", model=home / "m.diabolo")


def test_the_verdict_the_page_and_the_changed_rows(run: Callable, fitted: SimpleNamespace):
    words = (
        "attack",
        fitted.model,
        fitted.rows,
        "--label",
        "kind",
        "--norm",
        "linf",
        "--eps",
        "1.0",
        "--eps",
        "0.5",
    )
    result = run(*words, "--report", "page.html", "-o", "changed.csv", "--json")
    assert result.code == 0, result.err
    told = result.json
    assert [point["eps"] for point in told["confirmed"]] == [0.5, 1.0]
    assert told["passed"]
    assert all(check["passed"] for check in told["checks"])
    page = Path("page.html").read_text()
    for text in (told["sentence"].split(";")[0], "Can the attack be believed?", "What can be proved", "→"):
        assert text in page
    before, after = (diabolo.read(path).to_pydict() for path in (fitted.rows, "changed.csv"))
    assert (before["kind"], before["city"]) == (after["kind"], after["city"])
    said = diabolo.load(fitted.model).predict(diabolo.read("changed.csv"))
    assert np.mean(said != np.array(before["kind"])) > 0.95
    for text in ("PASS", "L∞ change", "standard deviations", "Wrote page.html and changed.csv"):
        assert text in result.err


def test_a_column_that_is_kept(run: Callable, fitted: SimpleNamespace):
    words = ("attack", fitted.model, fitted.rows, "--label", "kind", "--keep", "x", "-o", "changed.csv")
    assert run(*words).code in (0, FAILED)
    before, after = (diabolo.read(path).to_pydict() for path in (fitted.rows, "changed.csv"))
    assert before["x"] == after["x"]
    assert before["y"] != after["y"]


def test_exit_code_3_where_a_check_fails(run: Callable, fitted: SimpleNamespace):
    table = diabolo.read(fitted.rows).to_pydict()
    swapped = ["odd" if kind == "plain" else "plain" for kind in table["kind"]]
    write(table | {"kind": swapped}, Path("wrong.csv"))
    result = run("attack", fitted.model, "wrong.csv", "--label", "kind", "--eps", "0.5")
    assert result.code == FAILED == 3
    assert "WARN" in result.out
    assert "clean accuracy" in result.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--label COLUMN"),
        (("--label", "nothing"), "nothing"),
        (("--label", "kind", "--eps", "-1"), "positive"),
        (("--label", "city"), "none of the model's 2 classes"),
        (("--label", "kind", "--keep", "nothing"), "nothing"),
        (("--label", "kind", "-o", "changed.xls"), "suffix"),
    ],
)
def test_bad_input(run: Callable, fitted: SimpleNamespace, options: tuple[str, ...], words: str):
    result = run("attack", fitted.model, fitted.rows, *options)
    assert result.code == 2
    assert words in result.err


def test_no_classifier(run: Callable, model: Path):
    result = run("attack", model, "people.csv", "--label", "city")
    assert result.code == 2
    assert "no labels to be wrong about" in result.err


def test_every_norm_can_be_asked_for():
    assert {norm.value for norm in Norm} == set(BALLS)
