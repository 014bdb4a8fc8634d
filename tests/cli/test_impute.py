import json
from collections.abc import Callable
from pathlib import Path

import pytest

import diabolo


@pytest.mark.toy
@pytest.mark.parametrize("method", ["draw", "mode"])
def test_gaps_are_filled_and_nothing_else_changes(run: Callable, masked: Path, method: str):
    result = run("impute", masked, "people.csv", "-o", "filled.csv", "--method", method, "--json")
    assert result.code == 0, result.err
    filled, data = diabolo.read("filled.csv"), diabolo.read("people.csv")
    gaps = sum(data[name].null_count for name in data.column_names)
    assert json.loads(result.out) == {"out": "filled.csv", "rows": data.num_rows, "filled": gaps}
    assert gaps > 0
    for name in data.column_names:
        pairs = zip(data[name].to_pylist(), filled[name].to_pylist(), strict=True)
        assert all(after == before if before is not None else after is not None for before, after in pairs)


def test_a_model_that_cannot_says_which_can(run: Callable, model: Path):
    result = run("impute", model, "people.csv", "-o", "filled.csv")
    assert result.code == 2
    assert "--model masked" in result.err
