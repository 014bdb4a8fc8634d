import dataclasses
import re
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from diabolo.cli import tables
from diabolo.data.schema import Schema
from diabolo.errors import EmptyColumnWarning
from diabolo.evaluate import ColumnScore, Scores
from diabolo.frames import Frame

AGE = ColumnScore(
    name="age",
    kind="continuous",
    seen=90,
    measure="RMSE",
    unit="",
    model=2.0,
    pca=3.0,
    mean=4.0,
    mean_error=1.0,
    kept=0.75,
    pca_kept=0.44,
)
CITY = dataclasses.replace(
    AGE,
    name="city",
    kind="categorical",
    measure="accuracy",
    model=0.8,
    pca=0.6,
    mean=0.4,
    bits=0.7,
    mean_bits=1.4,
)
FACE = dataclasses.replace(
    AGE,
    name="image",
    kind="image",
    measure="PSNR",
    unit="dB",
    model=21.5,
    pca=18.0,
    mean=11.0,
    ssim=0.91,
    pca_ssim=0.85,
)


def scores(*columns: ColumnScore) -> Scores:
    return Scores(
        columns,
        rows=90,
        n_components=2,
        kept=0.75,
        pca_kept=0.44,
        error=0.25,
        pca_error=0.56,
        mean_error=1.0,
        parameters=8,
        bytes_before=8.0,
        bytes_after=4.0,
        seconds=1.0,
        encode_rows_per_second=1e6,
    )


def text(table: RenderableType, width: int = 80) -> str:
    """What a terminal of that width shows."""
    stream = StringIO()
    Console(width=width, file=stream).print(table)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0, "0"),
        (3.0, "3"),
        (0.012345, "0.0123"),
        (1234567.8, "1,234,568"),
        (-2.5, "-2.5"),
    ],
)
def test_numbers(value: float | None, expected: str):
    assert tables.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (1.0, "100 %"),
        (0.99949, "99.9 %"),
        (0.99951, "100 %"),
        (0.0, "0.0 %"),
        (-0.02, "-2.0 %"),
        (-30, "-3000 %"),
    ],
)
def test_shares(value: float | None, expected: str):
    assert tables.share(value) == expected


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (AGE, ["age", "RMSE", "2", "3", "4", "75.0 %", "44.0 %"]),
        (
            CITY,
            ["city", "accuracy", "80.0 %", "60.0 %", "40.0 %", "75.0 %", "44.0 %", "bits", "0.7", "–", "1.4"],
        ),
        (FACE, ["image", "PSNR", "dB", "21.5", "18", "11", "75.0 %", "44.0 %", "SSIM", "0.91", "0.85", "–"]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_column_shows_all_its_numbers(column: ColumnScore, words: list[str]):
    shown = text(tables.scores_table(scores(column))).split("all columns")[0]
    assert " ".join(shown.split("─")[-1].split()) == " ".join(words)


def test_the_total_is_the_last_line():
    last = text(tables.scores_table(scores(AGE))).strip().splitlines()[-1].split()
    assert last == [
        "all",
        "columns",
        "squared",
        "error",
        "per",
        "row",
        "0.25",
        "0.56",
        "1",
        "75.0",
        "%",
        "44.0",
        "%",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_tables_fit_the_terminal(width: int):
    wide = dataclasses.replace(AGE, name="a name that is far longer than any column should ever have, alas")
    lines = text(tables.scores_table(scores(wide, CITY, FACE)), width).splitlines()
    assert max(map(len, lines)) <= width
    assert sum("44.0 %" in line for line in lines) == 4


def test_of_many_columns_the_extremes_are_shown():
    many = [dataclasses.replace(AGE, name=f"x{i}", kept=i / 100) for i in range(100)]
    shown = text(tables.scores_table(scores(*many)))
    assert "x99" in shown
    assert "x0 " in shown
    assert "x50" not in shown
    assert "80 more" in shown


def styles(model: float, pca: float, measure: str) -> list[bool]:
    column = dataclasses.replace(AGE, model=model, pca=pca, measure=measure)
    cells = list(tables.scores_table(scores(column)).columns)[2:4]
    return [bool(next(iter(column.cells)).spans) for column in cells]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("model", "pca", "measure", "bold"),
    [
        (2.0, 3.0, "RMSE", [True, False]),
        (3.0, 2.0, "RMSE", [False, True]),
        (0.8, 0.6, "accuracy", [True, False]),
        (20.0, 21.0, "PSNR", [False, True]),
        (2.0, 2.0, "RMSE", [False, False]),
    ],
)
def test_the_better_one_is_bold(model: float, pca: float, measure: str, bold: list[bool]):
    assert styles(model, pca, measure) == bold


def test_the_schema_names_columns_and_reasons():
    frame = Frame.of(
        {"age": [31.5, 47.0, 20.0], "city": ["Bonn", "Rome", "Lima"], "note": [None, None, None]}
    )
    with pytest.warns(EmptyColumnWarning):
        schema = Schema.fit(frame)
    shown = text(tables.schema_table(schema))
    assert "continuous   age" in shown
    assert re.search(r"left out +note +holds no value at all", shown)


def test_the_curve_marks_what_was_chosen():
    shown = text(tables.curve_table({k: 1 / k for k in range(1, 33)}, 5)).splitlines()
    assert [line for line in shown if "<- chosen" in line] == [
        line for line in shown if line.strip().startswith("5 ")
    ]
    assert len(shown) < 20


def test_a_flat_curve_of_nothing():
    assert "1" in text(tables.curve_table({1: 0.0}, 1))


def test_facts_are_not_markup():
    assert "[bold]x" in text(tables.facts_table({"parameters": "[bold]x"}))


def test_of_many_tensors_the_first_are_shown():
    tensors = {
        f"layer.{i}": {"shape": [2, 3] if i else [], "dtype": "float32", "sha256": "0" * 64}
        for i in range(50)
    }
    shown = text(tables.tensors_table(tensors))
    assert "one number" in shown
    assert "2 x 3" in shown
    assert "10 more" in shown


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["a"], "a"), (list("abcde"), "a, b, c, d, e"), (list("abcdef"), "a, b, c, d, ... (6 in all)")],
)
def test_listed(names: list[str], expected: str):
    assert tables.listed(names) == expected
