import dataclasses
import json
import math

import pytest

from diabolo.evaluate import ColumnScore, Scores


def column(name: str, kept: float | None = 0.5, mean_error: float = 1.0, **other) -> ColumnScore:
    values = {
        "kind": "continuous",
        "seen": 9,
        "measure": "RMSE",
        "unit": "",
        "model": 1.0,
        "pca": 1.0,
        "mean": 2.0,
    }
    return ColumnScore(name, **(values | other), mean_error=mean_error, kept=kept, pca_kept=kept)


def scores(*columns: ColumnScore) -> Scores:
    total = sum(c.mean_error for c in columns)
    return Scores(columns, 9, 2, 0.5, 0.4, 0.5 * total, 0.6 * total, total, 10, 80.0, 8.0, 1.0, 1e5)


def test_the_table_has_a_line_per_column_and_a_total():
    *lines, total = scores(column("a"), column("b")).table()
    assert [line["column"] for line in lines] == ["a", "b"]
    assert (total["column"], total["model"], total["pca"], total["mean"]) == ("all columns", 1.0, 1.2, 2.0)


@pytest.mark.parametrize(("columns", "limit", "shown"), [(3, 3, 3), (5, 4, 4), (784, 12, 12), (100, 5, 5)])
def test_the_summary_is_short_and_counts_the_rest(columns: int, limit: int, shown: int):
    *lines, total = scores(*(column(f"x{i}", i / columns) for i in range(columns))).summary(limit)
    assert len(lines) == shown
    assert total.get("left_out", 0) == columns - shown
    if shown < columns:
        assert lines[0]["column"] == f"x{columns - 1}"
        assert lines[-1]["column"] == "x0"


def test_columns_that_hardly_vary_are_neither_best_nor_worst():
    flat = [column(f"flat{i}", -99.0, 1e-9) for i in range(9)]
    *lines, total = scores(column("a"), column("b"), *flat).summary(4)
    assert [line["column"] for line in lines] == ["a", "b"]
    assert total["left_out"] == 9


def test_json_knows_no_infinity():
    found = scores(column("a", model=math.inf, kept=None)).to_json()
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text)["columns"][0]["model"] is None
    assert set(found) == {f.name for f in dataclasses.fields(Scores)}
