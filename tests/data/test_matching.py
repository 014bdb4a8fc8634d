"""New data against the columns of a schema."""

import numpy as np
import pandas as pd
import pytest

from diabolo.columns import Categorical, Continuous
from diabolo.data.matching import match, names_in, warn_infinite
from diabolo.errors import ExtraColumnWarning, InfiniteValueWarning, MissingColumnError
from diabolo.frames import Frame

ARRAY = ("x0", "x1", "x2")


def test_the_same_columns_pass_untouched():
    frame = Frame.of({"a": [1], "b": [2]})
    assert match(frame, ("a", "b"), ("a", "b"), "E") is frame


def test_order_does_not_matter_and_what_is_not_needed_may_be_absent():
    assert match(Frame.of({"c": [3], "a": [1]}), ("a", "b", "c"), ("a", "c"), "E").names == ("c", "a")


def test_missing_columns_are_named():
    with pytest.raises(
        MissingColumnError, match=r"2 columns of the training data are missing: 'b', 'c'.*'a', 'z'"
    ) as told:
        match(Frame.of({"a": [1], "z": [2]}), ("a", "b", "c"), ("a", "b", "c"), "E")
    assert isinstance(told.value, ValueError)


def test_extra_columns_are_named_once():
    with pytest.warns(
        ExtraColumnWarning, match="1 column was not there in training, and ignored: 'z'"
    ) as told:
        match(Frame.of({"a": [1], "z": [2]}), ("a",), ("a",), "E")
    assert len(told) == 1


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize("table", [ARRAY, ("age", "height", "weight")])
def test_an_array_of_another_width_is_refused_in_the_words_of_scikit_learn(width, table):
    words = f"X has {width} features, but Autoencoder is expecting 3 features as input"
    with pytest.raises(ValueError, match=words):
        match(Frame.of(np.ones((4, width))), table, table, "Autoencoder")


def test_an_array_is_taken_by_position_by_a_schema_of_a_table():
    x = np.arange(6.0).reshape(2, 3)
    frame = match(Frame.of(x), ("age", "height", "weight"), ("height",), "E")
    assert frame.numbers(("height",)).ravel().tolist() == [1, 4]
    assert frame.matrix is x


@pytest.mark.parametrize("names", [("a", "b", "c"), ("x2", "b", "x0")])
def test_a_table_is_taken_by_position_by_a_schema_of_an_array(names):
    frame = match(Frame.of(pd.DataFrame([[1.0, 2.0, 3.0]], columns=list(names))), ARRAY, ARRAY, "E")
    assert frame.numbers(ARRAY).tolist() == [[1, 2, 3]]


@pytest.mark.parametrize(
    ("frame", "table", "own"),
    [
        (Frame.of({"a": [1], "b": [2]}), ("x0", "x1"), ("a", "b")),
        (Frame.of({"x1": [1], "x0": [2]}), ("x0", "x1"), ("x0", "x1")),
        (Frame.of({"b": [1], "a": [2]}), ("a", "b"), ("a", "b")),
        (Frame.of([[1, 2]]), ("a", "b"), ("x0", "x1")),
    ],
)
def test_a_frame_has_its_own_names_for_columns_taken_by_position(frame, table, own):
    assert names_in(frame, table, table) == dict(zip(table, own, strict=True))


def test_infinite_numbers_are_told_by_column():
    frame = Frame.of({"a": [1.0, np.inf, 2.0], "b": [1.0, None, 2.0], "c": [-np.inf, 1.0, 2.0]})
    column = Continuous.fit(frame, ("a", "b", "c"))
    with pytest.warns(InfiniteValueWarning, match="treated as missing in 2 columns: 'a', 'c'"):
        warn_infinite(frame, column)
    assert (~column.to_tensor(frame)[1]).sum() == 3


def test_gaps_alone_are_not_worth_a_word():
    frame = Frame.of({"a": [1.0, None, 2.0], "b": ["x", None, "y"]})
    warn_infinite(frame, Continuous.fit(frame, ("a",)))
    warn_infinite(frame, Categorical.fit(frame, ("b",)))
