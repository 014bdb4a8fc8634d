from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import diabolo


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".feather", ".arrow", ".jsonl"])
def test_codes_are_those_of_the_model(run: Callable, model: Path, suffix: str):
    result = run("encode", model, "people.csv", "-o", f"codes{suffix}")
    assert result.code == 0, result.err
    codes = diabolo.read(f"codes{suffix}")
    assert codes.column_names == ["z1", "z2"]
    expected = diabolo.load(model).transform(diabolo.read("people.csv"))
    np.testing.assert_allclose(np.column_stack([codes["z1"], codes["z2"]]), expected, rtol=1e-5, atol=1e-6)


def test_an_array(run: Callable, model: Path):
    assert run("encode", model, "people.csv", "--out", "codes.npy").code == 0
    assert np.load("codes.npy").shape == (60, 2)


def test_json(run: Callable, model: Path):
    result = run("encode", model, "people.csv", "-o", "codes.csv", "--json")
    assert result.json == {"out": "codes.csv", "rows": 60, "n_components": 2}
    assert "Wrote codes.csv" in result.err
