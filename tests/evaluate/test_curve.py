import json

import numpy as np
import pytest

from diabolo.evaluate import Sweep

ERROR = np.array([4.0, 1.0, 0.9])


def record(suggested: dict[str, int], **given) -> Sweep:
    fields = {"error_std": np.full(3, np.nan), "linear_error": 2 * ERROR, "baseline_error": np.full(3, 8.0)}
    return Sweep(
        "autoencoder",
        np.array([1, 2, 4]),
        ERROR,
        suggested=suggested,
        estimates={"dimension": 2.2},
        rows=90,
        held_out=10,
        **{**fields, **given},
    )


@pytest.mark.parametrize(
    ("suggested", "words"),
    [
        (
            {"knee": 2},
            "2 numbers per row: they keep 87.5 % of what can be told from the mean row (PCA 75.0 %).",
        ),
        ({"dimension": 1, "knee": 2}, "1 number per row: they keep 50.0 %"),
        ({"dimension": 9, "knee": 2}, "9 numbers per row, more than the 4 that were tried."),
        ({"dimension": 3}, "3 numbers per row, a width that was not tried"),
        ({"mle": 3}, "No rule applies"),
    ],
)
def test_the_headline(suggested: dict[str, int], words: str):
    assert record(suggested).headline.startswith(words)


def test_a_mean_row_without_error_is_no_division_by_zero():
    assert "do not differ from the mean row" in record({"knee": 2}, baseline_error=np.zeros(3)).headline


def test_the_table_marks_who_suggests_a_width():
    lines = record({"knee": 2, "within_5_percent": 2, "dimension": 9}).table()
    assert [line["n_components"] for line in lines] == [1, 2, 4]
    assert [line["suggested_by"] for line in lines] == [[], ["knee", "within_5_percent"], []]
    assert (lines[1]["error"], lines[1]["linear_error"], lines[1]["error_std"]) == (1.0, 2.0, None)


def test_suggestions_come_in_one_order_with_words():
    lines = record({"knee": 2, "dimension": 2}).suggestions()
    assert [(line["rule"], line["k"], line["estimate"]) for line in lines] == [
        ("dimension", 2, 2.2),
        ("knee", 2, None),
    ]
    assert all(len(line["words"]) > 20 for line in lines)


def test_json_is_plain():
    told = json.loads(json.dumps(record({"knee": 2}).to_json(), allow_nan=False))
    assert told["error"] == [4.0, 1.0, 0.9]
    assert told["error_std"] == [None] * 3
    assert told["recommended"] == 2
    assert told["rule"] == "knee"
    assert told["headline"].startswith("2 numbers")
