"""Rows of any kind as a tensor, and back."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.attacks.limits import Limits
from diabolo.attacks.rows import Rows
from diabolo.errors import DataError, EmptyDataError


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.zeros((2, 3), np.float32), torch.float32),
        (np.zeros((2, 3)), torch.float64),
        (np.zeros((2, 3), np.float16), torch.float32),
        (np.zeros((2, 3), np.uint8), torch.float32),
        (torch.zeros(2, 3, 4, 4), torch.float32),
        (torch.zeros(2, 3, dtype=torch.bfloat16), torch.float32),
    ],
)
def test_the_search_is_in_single_precision_or_double_where_the_rows_are(given, dtype):
    rows = Rows.of(given)
    assert rows.x.dtype == dtype
    out = rows.back(rows.x + 1)
    assert type(out) is type(given)
    assert out.dtype == given.dtype
    assert out.shape == given.shape
    assert torch.equal(rows.again(out), rows.x + 1)


def test_a_model_in_double_precision_is_asked_in_it():
    assert Rows.of(np.zeros((1, 1), np.float32), dtype=torch.float64).x.dtype == torch.float64


def test_it_is_a_copy():
    given = torch.zeros(1, 2)
    Rows.of(given).x.add_(1)
    assert not given.any()


def test_a_data_frame_keeps_names_index_and_types():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}, index=["x", "y"])
    rows = Rows.of(frame)
    limits = rows.limit(Limits())
    assert limits.names == ("a", "b")
    assert limits.whole == [0]
    out = rows.back(rows.x + 1)
    assert out.dtypes.tolist() == frame.dtypes.tolist()
    assert out.index.tolist() == ["x", "y"]
    assert out["a"].tolist() == [2, 3]


@pytest.mark.parametrize(("dtype", "low", "high"), [(np.uint8, 0, 255), (np.int8, -128, 127), (bool, 0, 1)])
def test_an_integer_type_has_a_range(dtype, low, high):
    limits = Rows.of(np.zeros((1, 2), dtype)).limit(Limits())
    assert (limits.whole, float(limits.low), float(limits.high)) == (True, low, high)
    assert float(Rows.of(np.zeros((1, 2), dtype)).limit(Limits(0, 1)).high) == 1


@pytest.mark.parametrize("given", [np.array([["a"]]), np.array([[np.nan]]), torch.tensor([[torch.inf]])])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(DataError):
        Rows.of(given)


@pytest.mark.parametrize("given", [np.zeros((0, 2)), np.zeros(3), torch.zeros(())])
def test_rows_are_needed(given):
    with pytest.raises(EmptyDataError, match="at least one row"):
        Rows.of(given)
