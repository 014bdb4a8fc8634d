from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import diabolo


@pytest.fixture
def codes(model: Path) -> np.ndarray:
    return diabolo.load(model).transform(diabolo.read("people.csv"))


def written(codes: np.ndarray, kind: str) -> str:
    """The same codes in several shapes."""
    name = f"codes{'.npy' if kind == 'array' else '.csv'}"
    columns = {
        "named": {"z1": codes[:, 0], "z2": codes[:, 1]},
        "in another order, with more beside": {
            "file": ["x"] * len(codes),
            "z2": codes[:, 1],
            "z1": codes[:, 0],
        },
        "without names": {"first": codes[:, 0], "second": codes[:, 1]},
    }
    if kind == "array":
        np.save(name, codes)
    else:
        rows = [
            ",".join(columns[kind]),
            *(",".join(map(str, row)) for row in zip(*columns[kind].values(), strict=True)),
        ]
        Path(name).write_text("\n".join(rows) + "\n")
    return name


@pytest.mark.parametrize("kind", ["named", "in another order, with more beside", "without names", "array"])
def test_rows_come_back_with_all_columns(run: Callable, model: Path, codes: np.ndarray, kind: str):
    result = run("decode", model, written(codes, kind), "-o", "rows.csv")
    assert result.code == 0, result.err
    rows, data = diabolo.read("rows.csv"), diabolo.read("people.csv")
    assert rows.column_names == data.column_names
    assert rows.num_rows == 60
    expected = diabolo.load(model).inverse_transform(codes)
    np.testing.assert_allclose(rows["age"].to_numpy(), expected["age"].to_numpy(), rtol=1e-4)
    assert set(rows["country"].to_pylist()) == {"X"}


def test_codes_of_another_width(run: Callable, model: Path, codes: np.ndarray):
    np.save("codes.npy", codes[:, :1])
    result = run("decode", model, "codes.npy", "-o", "rows.csv")
    assert result.code == 2
    assert "1 columns" in result.err
    assert not Path("rows.csv").exists()


def test_rows_instead_of_codes_are_refused_with_the_way_to_codes(run: Callable, model: Path):
    result = run("decode", model, "people.csv", "-o", "rows.csv")
    assert result.code == 2
    assert "not codes of this model" in result.err
    assert "diabolo encode" in result.err
