import json
from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_columns_stay_and_what_is_left_out_is_carried_over(run: Callable, model: Path, suffix: str):
    result = run("reconstruct", model, "people.csv", "-o", f"rebuilt{suffix}")
    assert result.code == 0, result.err
    rebuilt, data = diabolo.read(f"rebuilt{suffix}"), diabolo.read("people.csv")
    assert rebuilt.column_names == data.column_names
    for name in ("person_id", "country"):
        assert rebuilt[name].to_pylist() == data[name].to_pylist()
    assert data["city"].null_count > rebuilt["city"].null_count == 0


def test_columns_may_come_in_another_order(run: Callable, model: Path):
    data = diabolo.read("people.csv").select(["income", "city", "country", "age", "person_id"])
    lines = [",".join("" if cell is None else str(cell) for cell in row.values()) for row in data.to_pylist()]
    Path("turned.csv").write_text("\n".join([",".join(data.column_names), *lines]) + "\n")
    assert run("reconstruct", model, "turned.csv", "-o", "rebuilt.csv").code == 0
    assert run("reconstruct", model, "people.csv", "-o", "straight.csv").code == 0
    turned, straight = diabolo.read("rebuilt.csv"), diabolo.read("straight.csv")
    assert turned.column_names == data.column_names
    assert turned.select(straight.column_names).equals(straight)


def test_a_model_that_was_not_trained_to_clean_does_not_denoise(run: Callable, model: Path):
    result = run("reconstruct", model, "people.csv", "-o", "clean.csv", "--denoise")
    assert result.code == 2
    assert "--corruption noise" in result.err
    assert not Path("clean.csv").exists()


@pytest.mark.toy
def test_a_model_trained_to_clean_says_how_much_it_changed(run: Callable, folder: Path):
    fitting = (
        "fit",
        "people.csv",
        "--corruption",
        "masking=0.3",
        "--epochs",
        "1",
        "--no-report",
        "-o",
        "c.diabolo",
    )
    assert run(*fitting).code == 0
    result = run("reconstruct", "c.diabolo", "people.csv", "-o", "clean.csv", "--denoise", "--json")
    assert result.code == 0, result.err
    assert json.loads(result.out)["changed"] > 0
    assert diabolo.read("clean.csv").num_rows == diabolo.read("people.csv").num_rows
