"""What is asked of every model that samples is in tests/contracts; here is what `sample` refuses, and gaps."""

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from sklearn.base import BaseEstimator

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models.sampling import Samples

FRAME = Frame.of({"a": [0.5, 1.5, 2.5, 3.5], "b": ["x", "y", "x", "y"]})


class Gaps(Samples, BaseEstimator):
    """Rows whose first column is missing in every second one."""

    schema_ = Schema.fit(FRAME)
    template_ = FRAME.template

    def __init__(self) -> None:
        self.asked: Mapping[str, Any] = {}

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def fit(self) -> None:
        """Nothing to learn."""

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        self.asked = given
        values = {"continuous": torch.randn(n, 1), "binary": torch.ones(n, 1)}
        seen = {"continuous": (torch.arange(n) % 2 == 0)[:, None]}
        return Batch(values, seen, torch.arange(n))


@pytest.mark.parametrize("n", [-1, 2.5, True, "3", None])
def test_refuses_what_is_no_number_of_rows(n: Any) -> None:
    with pytest.raises(ParameterError, match="number of rows"):
        Gaps().sample(n)


@pytest.mark.parametrize(
    "asked", [{"given": "b"}, {"given": [("b", "x")]}, {"balance": ["b"]}, {"balance": 3}]
)
def test_refuses_what_is_no_condition(asked: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=r"no dict|not the name"):
        Gaps().sample(1, **asked)


def test_what_is_not_seen_comes_out_missing() -> None:
    table = Gaps().sample(4, random_state=0)
    assert [value is None for value in table["a"].to_pylist()] == [False, True, False, True]
    assert table["b"].to_pylist() == ["y"] * 4


def test_no_rows_are_a_table_of_the_right_columns() -> None:
    table = Gaps().sample(0)
    assert (table.num_rows, table.column_names) == (0, ["a", "b"])


def test_the_same_seed_gives_the_same_rows_and_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first, second = (Gaps().sample(3, random_state=5) for _ in range(2))
    assert first.equals(second)
    assert torch.equal(torch.rand(1), expected)
    assert not first.equals(Gaps().sample(3, random_state=6))


def test_conditions_are_handed_on() -> None:
    model = Gaps()
    model.sample(1, given={"b": "x"})
    assert model.asked == {"b": "x"}


TOWNS = ["Rome"] * 500 + ["Oslo"] * 500 + ["Bern"] + ["Graz"]


class Others(Gaps):
    """Rows whose town is *other*, whatever was asked for."""

    schema_ = Schema.fit(Frame.of({"town": TOWNS, "x": torch.rand(1002).tolist()}))
    template_ = Frame.of({"town": TOWNS, "x": [0.5] * 1002}).template

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        values = {"categorical": torch.zeros(n, 1, dtype=torch.long), "continuous": torch.zeros(n, 1)}
        return Batch(values, {}, torch.arange(n))


@pytest.mark.parametrize(
    ("given", "towns"),
    [({}, {"Bern", "Graz"}), ({"town": ["Rome", "Graz"]}, {"Graz"}), ({"town": "Oslo"}, {"Oslo"})],
)
def test_rare_levels_do_not_vanish_and_keep_to_conditions(given: dict[str, Any], towns: set[str]) -> None:
    assert set(Others().sample(60, given=given, random_state=0)["town"].to_pylist()) == towns
