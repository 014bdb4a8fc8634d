"""Levels with an order."""

import pandas as pd
import pyarrow as pa
import pytest
import torch

from diabolo.columns import Ordinal
from diabolo.errors import SchemaError, UnknownCategoryWarning
from diabolo.frames import Frame

SIZES = pd.Categorical(["M", "S", "L", "M", None], ["S", "M", "L", "XL"], ordered=True)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"x": SIZES}),
        pa.table(
            {
                "x": pa.DictionaryArray.from_arrays(
                    pa.array([1, 0, 2, 1, None]), ["S", "M", "L", "XL"], ordered=True
                )
            }
        ),
    ],
    ids=["pandas", "pyarrow"],
)
def test_a_declared_order_is_kept_with_levels_that_no_row_carries(table):
    frame = Frame.of(table)
    column = Ordinal.fit(frame, ("x",))
    assert column.levels == (("S", "M", "L", "XL"),)
    values, seen = column.to_tensor(frame)
    assert values.ravel().tolist() == [1, 0, 2, 1, 0]
    assert seen.ravel().tolist() == [True, True, True, True, False]


def test_numbers_and_text_have_their_natural_order():
    frame = Frame.of({"x": [3, 1, 10, 2], "y": ["b", "a", "c", "b"]})
    assert Ordinal.fit(frame, ("x", "y")).levels == ((1, 2, 3, 10), ("a", "b", "c"))


def test_an_order_can_be_given():
    frame = Frame.of({"x": ["low", "high", "mid"]})
    column = Ordinal.fit(frame, ("x",), levels=["low", "mid", "high"])
    assert column.to_tensor(frame)[0].ravel().tolist() == [0, 2, 1]


def test_a_number_never_met_takes_the_nearest_level():
    column = Ordinal.fit(Frame.of({"x": [1, 2, 5]}), ("x",))
    with pytest.warns(UnknownCategoryWarning, match="'x'.*nearest level"):
        values, seen = column.to_tensor(Frame.of({"x": [4, 9, -3, 1]}))
    assert values.ravel().tolist() == [2, 2, 0, 0]
    assert seen.all()


def test_text_never_met_is_missing():
    column = Ordinal.fit(Frame.of({"x": ["a", "b", "c"]}), ("x",))
    with pytest.warns(UnknownCategoryWarning, match="'q'"):
        values, seen = column.to_tensor(Frame.of({"x": ["q", "c"]}))
    assert seen.ravel().tolist() == [False, True]
    assert values.ravel().tolist() == [0, 2]


def test_coordinates_are_standardized_ranks():
    frame = Frame.of({"x": [1, 2, 5, 5, 1, 2]})
    column = Ordinal.fit(frame, ("x",))
    coordinates = column.coordinates(column.to_tensor(frame)[0])
    assert coordinates.mean().item() == pytest.approx(0, abs=1e-6)
    assert coordinates.square().mean().item() == pytest.approx(1, abs=1e-6)
    far = column.from_coordinates(torch.tensor([[-99.0], [99.0]]))
    assert far.ravel().tolist() == [0, 2]


def test_thresholds_start_at_the_marginals_of_unequal_columns():
    frame = Frame.of({"x": [0] * 60 + [1] * 30 + [2] * 10, "y": ["a", "b"] * 50})
    column = Ordinal.fit(frame, ("x", "y"))
    head = column.head(3, 1)
    head.start(torch.zeros(100, 1), *column.to_tensor(frame))
    p = head(torch.zeros(1, 3), torch.zeros(1, 1)).probabilities[0]
    assert p[0].tolist() == pytest.approx(column.shares[0], abs=1e-2)
    assert p[1].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=1e-3)


def test_thresholds_stay_in_order_whatever_the_weights():
    frame = Frame.of({"x": [0, 1, 2, 3, 4]})
    head = Ordinal.fit(frame, ("x",)).head(3)
    with torch.no_grad():
        head.log_gaps.copy_(torch.randn_like(head.log_gaps) * 3)
    assert (head(torch.zeros(1, 3), None).thresholds.diff(dim=1) > 0).all()


def test_nothing_at_all_is_refused():
    with pytest.raises(SchemaError, match="no value at all"):
        Ordinal.fit(Frame.of({"x": pa.nulls(3, pa.string())}), ("x",))
