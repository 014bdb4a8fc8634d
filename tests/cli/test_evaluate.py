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


def test_people_get_the_oddest_rows_and_why(run: Callable, model: Path):
    text = Path("people.csv").read_text().replace("\n4,", "\n4,999", 1)
    Path("odd.csv").write_text(text)
    result = run("evaluate", model, "odd.csv", "--anomalies", 2)
    assert result.code == 0, result.err
    shown = " ".join(result.out.split())
    assert "rows are odd" in shown or "rows is odd" in shown
    assert "3 yes" in shown
    assert "age is 99,9" in shown


def test_machines_get_the_oddest_rows(run: Callable, model: Path):
    told = run("evaluate", model, "people.csv", "--anomalies", 3, "--json").json
    found = diabolo.evaluate.anomaly(diabolo.load(model), diabolo.read("people.csv"), explain=3)
    assert told["anomalies"]["ranking"] == found.ranking[:3].tolist()
    assert told["anomalies"]["rows"] == 60
    assert [odd["row"] for odd in told["anomalies"]["oddest"]] == found.ranking[:3].tolist()
    assert "anomalies" not in run("evaluate", model, "people.csv", "--json").json


def test_fewer_than_no_rows_are_refused(run: Callable, model: Path):
    result = run("evaluate", model, "people.csv", "--anomalies", -1)
    assert result.code == 2
    assert "--anomalies" in result.err


def test_no_rows_are_refused_as_well(run: Callable, model: Path):
    assert run("evaluate", model, "people.csv", "--anomalies", 0).code == 2


def test_an_unknown_label_is_told_before_any_work(run: Callable, model: Path):
    result = run("evaluate", model, "people.csv", "--map", "--label", "town")
    assert (result.code, result.out) == (2, "")
    assert "'town'" in result.err


def test_rows_that_the_model_may_have_seen_are_spoken_of(run: Callable, model: Path):
    assert "the 60 rows that it learned from come back better" in " ".join(
        run("evaluate", model, "people.csv").out.split()
    )


def test_odd_rows_by_a_truncated_model(run: Callable, folder: Path):
    rows = diabolo.read("people.csv")
    model = diabolo.Autoencoder(2, ordered=True, max_epochs=2, random_state=0)
    with pytest.warns(diabolo.errors.DiaboloWarning):
        model.fit(rows).truncate(1).save("short.diabolo")
    result = run("evaluate", "short.diabolo", "people.csv", "--anomalies", "2", "--json")
    assert result.code == 0, result.err
    assert "of these rows, as a truncated model" in result.json["anomalies"]["rule"]


def test_a_model_that_only_makes_rows_is_judged_by_these(run: Callable, gan: Path):
    result = run("evaluate", gan, "people.csv")
    assert result.code == 2
    assert "a GAN makes rows and rebuilds none: write some with diabolo sample gan.diabolo" in result.err
