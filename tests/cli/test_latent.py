from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo


def test_people_see_the_map_beside_pca(run: Callable, model: Path):
    result = run("evaluate", model, "people.csv", "--map")
    assert result.code == 0, result.err
    for word in ("on 60 rows", "trustworthiness T(5)", "continuity C(5)", "Shepard"):
        assert word in result.out
    assert "read off" not in result.out


def test_a_label_is_probed(run: Callable, model: Path):
    result = run("evaluate", model, "people.csv", "--label", "city")
    assert result.code == 0, result.err
    for word in ("same label, 5 nearest", "3 labels, 5-fold", "raw features"):
        assert word in result.out


def test_machines_get_map_and_probe_with_the_scores(run: Callable, model: Path):
    told = run("evaluate", model, "people.csv", "--label", "city", "--json").json
    rows = diabolo.read("people.csv")
    quality = diabolo.evaluate.map_quality(diabolo.load(model), rows, "city")
    assert told["map"]["model"]["trustworthiness"] == pytest.approx(quality.model.trustworthiness)
    assert told["map"]["labeled"] == quality.labeled < 60
    assert told["probe"]["classes"] == ["Bonn", "Lagos", "Lima"]
    assert "kept" in told


def test_without_being_asked_the_map_is_not_judged(run: Callable, model: Path):
    assert "map" not in run("evaluate", model, "people.csv", "--json").json


@pytest.mark.parametrize(("label", "said"), [("town", "town"), ("age", "needs at least 2 rows")])
def test_a_column_that_is_no_label_is_refused(run: Callable, model: Path, label: str, said: str):
    result = run("evaluate", model, "people.csv", "--label", label)
    assert result.code == 2
    assert said in result.err
    assert "Traceback" not in result.err
