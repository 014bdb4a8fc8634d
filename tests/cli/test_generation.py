from collections.abc import Callable
from pathlib import Path

import pytest

from diabolo.cli.generation import generation_table, worst_table
from diabolo.evaluate import ColumnShape, GenerationScores, Likeness, PairTrend


@pytest.fixture
def parts(folder: Path) -> Path:
    """Training rows, held-out rows and copies of half of the former."""
    head, *lines = (folder / "people.csv").read_text().strip().split("\n")
    for name, some in {"train": lines[:36], "test": lines[36:], "new": lines[:18]}.items():
        (folder / f"{name}.csv").write_text("\n".join([head, *some]) + "\n")
    return folder


def test_people_get_the_table_between_its_references(run: Callable, parts: Path):
    result = run("evaluate", "train.csv", "test.csv", "--generated", "new.csv", "--target", "city")
    assert result.code == 0, result.err
    shown = " ".join(result.out.split())
    for words in (
        "18 generated rows, judged by 24 real ones",
        "Independent marginals",
        "Not told apart by boosted trees",
        "Learn here, foretell real",
        "Exact copies of training rows 1 0 0",
        "age and income",
        "Not judged: person_id, country.",
    ):
        assert words in shown


def test_machines_get_the_scores_however_the_rows_are_given(run: Callable, parts: Path, model: Path):
    told = run("evaluate", "test.csv", "--train", "train.csv", "--generated", "new.csv", "--json").json
    assert told["generated"]["copies"] == 1.0
    assert {column["name"] for column in told["columns"]} == {"age", "city", "income"}
    other = run(
        "evaluate", model, "test.csv", "--train", "train.csv", "--generated", "new.csv", "--json"
    ).json
    assert other["generated"]["shape"] == pytest.approx(told["generated"]["shape"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train.csv", "--generated", "new.csv"), "real rows twice"),
        (("people.diabolo", "test.csv", "--generated", "new.csv"), "--train TRAIN.csv"),
        (("train.csv", "test.csv", "--generated", "new.csv", "--target", "wealth"), "'wealth'"),
        (("train.csv", "test.csv", "--generated", "nowhere.csv"), "nowhere.csv"),
        (("people.diabolo", "test.csv", "--train", "train.csv"), "belong to --generated"),
        (("people.diabolo",), "give MODEL and DATA"),
    ],
)
def test_bad_input(run: Callable, parts: Path, model: Path, arguments: tuple[str, ...], message: str):
    result = run("evaluate", *arguments)
    assert result.code == 2
    assert message in " ".join(result.err.split())


def test_every_measure_has_words_and_the_worst_come_first():
    like = Likeness(9, *[0.5] * 15)
    columns = tuple(ColumnShape(f"c{i}", "count", i / 20, 1.0) for i in range(20))
    pairs = tuple(PairTrend(("a", f"b{i}"), 0.5, 1.0) for i in range(20))
    scores = GenerationScores(like, like, like, columns, pairs, "income", "R²", 9, 9, 9)
    assert generation_table(scores).row_count == 15
    assert worst_table(scores).row_count == 16
