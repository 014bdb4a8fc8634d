from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import diabolo
from diabolo.data.writers import write


@pytest.fixture
def clouds(run: Callable, rng: np.random.Generator) -> np.ndarray:
    """Files in the current folder: 60 rows of two kinds, and labels of four of them by name."""
    truth = np.arange(60) % 2
    x = rng.normal(size=(60, 3)) + 6 * truth[:, None]
    names = [f"r{i}" for i in range(60)]
    kinds = [["plain", "odd"][t] if i < 8 else None for i, t in enumerate(truth)]
    write({"name": names, "x": x[:, 0], "y": x[:, 1], "z": x[:, 2], "kind": kinds}, Path("rows.csv"))
    write({"name": names[:8], "kind": kinds[:8]}, Path("few.csv"))
    return truth


QUICK = ("--method", "spread", "--epochs", "2")


@pytest.mark.parametrize("source", [("--labels", "few.csv"), ("--column", "kind")])
def test_every_row_gets_a_label(run: Callable, clouds: np.ndarray, source: tuple[str, ...]):
    result = run("label", "rows.csv", *source, "-o", "labels.parquet", *QUICK, "--suggest", "3", "--json")
    assert result.code == 0, result.err
    table = diabolo.read("labels.parquet")
    assert table["row"].to_pylist() == list(range(60))
    assert np.mean([{"plain": 0, "odd": 1}[v] for v in table["label"].to_pylist()] == clouds) > 0.9
    assert table["given"].to_pylist() == [i < 8 for i in range(60)]
    assert not any(table["abstained"].to_pylist())
    assert result.json["labeled"] == 8
    assert result.json["coverage"] == 1.0
    assert [s["representation"] for s in result.json["comparison"]["standings"]] == ["latent", "raw", "PCA"]
    assert len(result.json["suggested"]) == 3
    for word in ("latent", "raw", "PCA", "Calibration error", "answered", "Label these rows next"):
        assert word in result.err


def test_unsure_rows_stay_open_and_the_classifier_is_kept(run: Callable, clouds: np.ndarray):
    arguments = ("--threshold", "1", "--save", "votes.diabolo", *QUICK)
    assert run("label", "rows.csv", "--labels", "few.csv", "-o", "labels.csv", *arguments).code == 0
    table = diabolo.read("labels.csv")
    opened = [v is None for v in table["label"].to_pylist()]
    assert any(opened)
    assert opened == table["abstained"].to_pylist()
    assert diabolo.load("votes.diabolo").classes_.tolist() == ["odd", "plain"]
    assert run("encode", "votes.diabolo", "rows.csv", "-o", "codes.csv").code == 0
    assert run("report", "votes.diabolo", "rows.csv", "-o", "votes.html").code == 0
    assert "Labels from a few" in Path("votes.html").read_text()
    result = run("evaluate", "votes.diabolo", "rows.csv")
    assert result.code == 2
    assert "a SemiSupervisedClassifier cannot rebuild rows: fit one that can with --model" in result.err


def test_minus_one_in_a_full_column_marks_rows_without_a_label(run: Callable, clouds: np.ndarray):
    rows = diabolo.read("rows.csv").select(["x", "y", "z"]).to_pydict()
    write({**rows, "label": np.where(np.arange(60) < 8, clouds, -1)}, Path("marked.csv"))
    assert run("label", "marked.csv", "--column", "label", "-o", "labels.csv", *QUICK).code == 0
    table = diabolo.read("labels.csv")
    assert table.column_names == ["row", "label", "probability", "given", "abstained"]
    assert table["given"].to_pylist() == [i < 8 for i in range(60)]
    assert (table["label"].to_numpy() == clouds).mean() > 0.9


def test_names_of_rows_stay_where_the_answer_has_a_column_of_that_name(run: Callable, clouds: np.ndarray):
    rows = diabolo.read("rows.csv").rename_columns(["label", "x", "y", "z", "kind"]).drop_columns(["kind"])
    write(rows, Path("named.csv"))
    few = {"label": [f"r{i}" for i in range(8)], "kind": ["plain", "odd"] * 4}
    write(few, Path("fewer.csv"))
    assert run("label", "named.csv", "--labels", "fewer.csv", "-o", "labels.csv", *QUICK).code == 0
    table = diabolo.read("labels.csv")
    assert table["data_label"].to_pylist() == [f"r{i}" for i in range(60)]
    assert set(table["label"].to_pylist()) == {"plain", "odd"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--exclude", "z"), "--exclude does not go with --model"),
        (("--epochs", "3"), "--epochs does not go with --model and --method spread"),
        ((), "has learned from 'kind', the column of labels"),
    ],
)
def test_what_a_fitted_model_makes_void_is_refused(
    run: Callable, clouds: np.ndarray, options: tuple[str, ...], message: str
):
    table = diabolo.read("rows.csv")
    diabolo.LinearAutoencoder(2).fit(table, schema={"name": None}).save("m.diabolo")
    source = ("--column", "kind", "-o", "labels.csv", "--method", "spread", "--model", "m.diabolo")
    result = run("label", "rows.csv", *source, *options)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert not Path("labels.csv").exists()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            {"name": ["r1", "x9"], "kind": ["odd", "odd"]},
            "rows that do not exist (no 'name' of the data): 'x9'",
        ),
        (
            {"row": [1, 99], "kind": ["odd", "odd"]},
            "rows that do not exist (no row number from 0 to 59): '99'",
        ),
        ({"name": ["r1", "r1"], "kind": ["odd", "plain"]}, "'r1: odd and plain'"),
        ({"name": ["r1", "r3"], "kind": ["odd", "odd"]}, "there is one class"),
        ({"row": list(range(60)), "kind": ["odd", "plain"] * 30}, "every row has a label already"),
    ],
)
def test_labels_that_cannot_be(run: Callable, clouds: np.ndarray, labels: dict, message: str):
    write(labels, Path("bad.csv"))
    result = run("label", "rows.csv", "--labels", "bad.csv", "-o", "labels.csv", *QUICK)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert not Path("labels.csv").exists()
