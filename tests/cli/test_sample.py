import json
from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo
from diabolo.cli.sample import conditions
from diabolo.errors import ParameterError


@pytest.mark.toy
def test_new_rows_keep_conditions_and_the_seed(run: Callable, masked: Path):
    options = ("--given", "city=Lima", "--given", "age=30..50", "--seed", "3")
    result = run("sample", masked, "-n", "40", "-o", "new.csv", *options)
    assert result.code == 0, result.err
    rows, data = diabolo.read("new.csv"), diabolo.read("people.csv")
    assert rows.num_rows == 40
    assert rows.column_names == data.column_names
    assert set(rows["city"].to_pylist()) == {"Lima"}
    assert all(30 <= age <= 50 for age in rows["age"].to_pylist())
    assert run("sample", masked, "-n", "40", "-o", "again.csv", *options).code == 0
    assert Path("again.csv").read_bytes() == Path("new.csv").read_bytes()


@pytest.mark.toy
def test_levels_can_be_balanced(run: Callable, masked: Path):
    result = run("sample", masked, "-n", "30", "-o", "fair.csv", "--balance", "city", "--json")
    assert result.code == 0, result.err
    assert json.loads(result.out) == {"out": "fair.csv", "rows": 30}
    assert sorted(n for _, n in _counts("fair.csv", "city")) == [10, 10, 10]


def _counts(file: str, column: str) -> list[tuple[str, int]]:
    cells = [cell for cell in diabolo.read(file)[column].to_pylist() if cell is not None]
    return [(level, cells.count(level)) for level in set(cells)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--given", "city=Oslo"), "does not occur"),
        (("--given", "town=Lima"), "no column 'town'"),
        (("--given", "age=50..30"), "empty range"),
        (("--given", "age"), "needs a column and a value"),
        (("--balance", "age"), "needs a column of levels"),
    ],
)
def test_what_cannot_be_is_one_sentence(run: Callable, masked: Path, options: tuple, message: str):
    result = run("sample", masked, "-o", "new.csv", *options)
    assert result.code == 2
    assert message in result.err
    assert not Path("new.csv").exists()


def test_a_model_that_cannot_says_which_can(run: Callable, model: Path):
    result = run("sample", model, "-o", "new.csv")
    assert result.code == 2
    assert "--model masked" in result.err


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1..2", (1, 2)),
        ("a=..2.5", (None, 2.5)),
        ("a=2026-01-31..", ("2026-01-31", None)),
        ("a=b=c", "b=c"),
        ("a=", None),
    ],
)
def test_conditions_are_read(text: str, value: object):
    assert conditions([text]) == {"a": value}


def test_a_range_stands_alone():
    with pytest.raises(ParameterError, match="once"):
        conditions(["a=1..2", "a=5"])
