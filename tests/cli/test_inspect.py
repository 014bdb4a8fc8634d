import json
from collections.abc import Callable
from pathlib import Path

import pytest

from diabolo.files import container


def test_a_model_for_people(run: Callable, model: Path):
    result = run("inspect", model)
    assert result.code == 0, result.err
    for word in (
        "checksum verified",
        "LinearAutoencoder",
        "n_components=2",
        "continuous",
        "looks like an identifier",
        "SHA-256",
    ):
        assert word in " ".join(result.out.split())


def test_a_model_for_machines_is_its_manifest(run: Callable, model: Path):
    told = run("inspect", model, "--json").json
    assert told["model"] == "LinearAutoencoder"
    assert told["format"] == "diabolo"
    assert set(told["tensors"])


def test_data(run: Callable, folder: Path):
    result = run("inspect", "people.csv")
    assert result.code == 0, result.err
    assert "60 rows, 5 columns" in result.out
    assert "categorical" in result.out


def test_data_for_machines(run: Callable, folder: Path):
    told = run("inspect", "people.csv", "--json").json
    assert told["rows"] == 60
    assert [column["name"] for column in told["columns"]] == ["person_id", "age", "city", "income", "country"]


@pytest.mark.parametrize("of", ["people.csv", "people.diabolo"])
def test_a_saved_schema_can_be_edited_and_used(run: Callable, model: Path, of: str):
    assert run("inspect", of, "--save-schema", "schema.json").code == 0
    plan = json.loads(Path("schema.json").read_text())
    next(column for column in plan["columns"] if column["name"] == "age")["kind"] = None
    Path("schema.json").write_text(json.dumps(plan))
    result = run(
        "fit",
        "people.csv",
        "-k",
        "1",
        "--model",
        "linear",
        "-o",
        "b.diabolo",
        "--schema",
        "schema.json",
        "--json",
    )
    assert {c["name"]: c["kind"] for c in result.json["schema"]}["age"] is None


def test_a_schema_is_not_overwritten(run: Callable, folder: Path):
    Path("schema.json").write_text("old")
    result = run("inspect", "people.csv", "--save-schema", "schema.json")
    assert result.code == 2
    assert Path("schema.json").read_text() == "old"
    assert run("inspect", "people.csv", "--save-schema", "schema.json", "--force").code == 0


def test_a_file_without_a_schema_has_none_to_save(run: Callable, folder: Path):
    container.write("run.diabolo", {"kind": "checkpoint"}, {})
    result = run("inspect", "run.diabolo", "--save-schema", "schema.json")
    assert result.code == 2
    assert "run.diabolo holds a checkpoint, which has no schema to save" in result.err
    assert not Path("schema.json").exists()


def test_a_game_has_no_held_out_measure(run: Callable, gan: Path):
    result = run("inspect", gan)
    assert "the last of 1 epochs kept" in result.out
    assert "held-out measure" not in result.out
    assert "architecture=Dense(activation=silu" in " ".join(result.out.split())
