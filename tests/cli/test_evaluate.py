from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo


def test_people_get_the_table(run: Callable, model: Path):
    result = run("evaluate", model, "people.csv")
    assert result.code == 0, result.err
    for word in ("age", "RMSE", "accuracy", "PCA kept", "all columns"):
        assert word in result.out


def test_machines_get_the_scores(run: Callable, model: Path):
    told = run("evaluate", model, "people.csv", "--json").json
    scores = diabolo.evaluate.reconstruction(diabolo.load(model), diabolo.read("people.csv"))
    assert told["kept"] == pytest.approx(scores.kept)
    assert [column["name"] for column in told["columns"]] == ["age", "city", "income"]


def test_a_linear_model_is_pca_but_for_the_gaps(run: Callable, model: Path):
    told = run("evaluate", model, "people.csv", "--json").json
    assert told["kept"] == pytest.approx(told["pca_kept"], rel=0.02)
