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


def german(prices: list[str]) -> str:
    return "price;visits\n" + "".join(f"{price};{i % 9}\n" for i, price in enumerate(prices))


def test_one_row_of_a_european_file_is_read_as_within_it(run: Callable, folder: Path):
    prices = [
        f"{37 * i % 5 + 1}.{(i * 7919) % 1000:03}" + (f",{i % 10}0" if i % 3 else "") for i in range(60)
    ]
    (folder / "all.csv").write_text(german(prices))
    (folder / "one.csv").write_text(german(prices[:1]))
    assert prices[0] == "1.000"
    assert run("fit", "all.csv", "-o", "m.diabolo", "--model", "linear", "-k", "2").code == 0
    for rows in ("all", "one"):
        assert run("encode", "m.diabolo", f"{rows}.csv", "-o", f"{rows}.npy").code == 0
    np.testing.assert_allclose(np.load("one.npy")[0], np.load("all.npy")[0], rtol=1e-5, atol=1e-6)
