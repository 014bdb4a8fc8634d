"""Labels as a person gives them."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from diabolo.errors import DataError, DiaboloError
from diabolo.evaluate.labels import read_labels
from diabolo.frames import Frame

FRAME = Frame.of({"x": [1.0, 2.0, 3.0, 4.0], "town": ["b", "a", "b", "a"]})


@pytest.mark.parametrize(
    "labels",
    [
        "town",
        ["b", "a", "b", "a"],
        np.array([7, 3, 7, 3]),
        np.array(["b", "a", "b", "a"], dtype=object),
        torch.tensor([1, 0, 1, 0]),
        pd.Series([True, False, True, False], index=[3, 2, 1, 0]),
        pd.Series(["b", "a", "b", "a"], dtype="category"),
        pa.chunked_array([["b"], ["a", "b", "a"]]),
    ],
    ids=["column", "list", "ints", "objects", "tensor", "booleans", "category", "arrow"],
)
def test_labels_of_any_kind_are_numbered_in_order(labels):
    assert read_labels(labels, FRAME).codes.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_rows_without_a_label_are_left_out(gap):
    found = read_labels([1.0, gap, 2.0, 2.0], FRAME, least=1)
    assert found.codes.tolist() == [0, -1, 1, 1]
    assert found.rows.tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["a", "b"], "2 labels for 4 rows"),
        (["a", "a", "a", "a"], "the only label is 'a'"),
        ([None] * 4, "no row has a label"),
        (["a", "a", "a", "b"], r"at least 2 rows, but 'b' \(1\)"),
        (np.zeros((4, 2)), r"shape=\(4, 2\)"),
    ],
)
def test_what_cannot_be_judged_is_refused(labels, said):
    with pytest.raises(DataError, match=said):
        read_labels(labels, FRAME)


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(DiaboloError, match="city"):
        read_labels("city", FRAME)
