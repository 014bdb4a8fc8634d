import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from diabolo.data.labels import Labels, labels_by_key
from diabolo.errors import AmbiguousLabelWarning, LabelError, SingleExampleWarning
from diabolo.frames import Frame

MIXED = np.array(["cat", "dog", None, "cat", "dog", None], dtype=object)


@pytest.mark.parametrize(
    ("y", "classes", "codes"),
    [
        ([0, 0, 1, 1, -1], [0, 1], [0, 0, 1, 1, -1]),
        ([5.0, 5.0, 7.0, 7.0, np.nan], [5, 7], [0, 0, 1, 1, -1]),
        ([-1.0, -1.0, 1.0, 1.0, np.nan], [-1, 1], [0, 0, 1, 1, -1]),
        (np.array(["b", "b", "a", "a", None], dtype=object), ["a", "b"], [1, 1, 0, 0, -1]),
        (np.array(["b", "b", "a", "a", -1]), ["a", "b"], [1, 1, 0, 0, -1]),
        (pa.array(["b", "b", "a", "a", None]), ["a", "b"], [1, 1, 0, 0, -1]),
        ([True, True, False, False, False], [False, True], [1, 1, 0, 0, 0]),
        (pd.Series([0, 0, 1, 1, None], dtype="Int64"), [0, 1], [0, 0, 1, 1, -1]),
        (pd.Series(["b", "b", "a", "a", None], dtype="string"), ["a", "b"], [1, 1, 0, 0, -1]),
        (pd.Series([True, True, False, False, None], dtype="boolean"), [False, True], [1, 1, 0, 0, -1]),
        (np.array(["b", "b", "a", "a", pd.NA], dtype=object), ["a", "b"], [1, 1, 0, 0, -1]),
        (np.array([5, 5, 7, 7, pd.NA], dtype=object), [5, 7], [0, 0, 1, 1, -1]),
    ],
)
def test_every_way_of_saying_unknown(y, classes, codes):
    labels = Labels.of(y, 5)
    assert labels.classes.tolist() == classes
    assert labels.codes.tolist() == codes
    assert labels.rows.tolist() == [i for i, code in enumerate(codes) if code >= 0]
    assert labels.counts.sum() == len(labels.rows)


@pytest.mark.parametrize(
    ("y", "rows", "message"),
    [
        ([0, 0, 1, 1], 5, "there are 4 labels and 5 rows"),
        ([-1, -1, -1], 3, "no row has a label"),
        ([3, 3, -1, -1], 4, "all labels are .*3.*: there is one class"),
        ([1, -1, -1, -1, -1, -1, -1], 7, "there is one class"),
        ([0.5, 1.5, 2.5], 3, "name no class"),
        ([0, 1, np.inf], 3, "infinity"),
        (None, 3, "the target y is None"),
    ],
)
def test_labels_that_cannot_be_learned_from(y, rows, message):
    with pytest.raises(ValueError, match=message):
        Labels.of(y, rows)


def test_a_class_with_one_example_is_told():
    with pytest.warns(SingleExampleWarning, match="one example only of 'dog'"):
        Labels.of(np.array(["cat", "cat", "dog", None], dtype=object), 4)


def test_minus_one_beside_one_alone_is_taken_for_a_class_and_said():
    with pytest.warns(AmbiguousLabelWarning, match="-1 is taken for a class"):
        assert Labels.of([-1, 1, -1, 1], 4).classes.tolist() == [-1, 1]
    with pytest.warns(AmbiguousLabelWarning, match="-1 is taken for a class"):
        assert Labels.of(np.array([-1, 1, -1, 1], dtype=object), 4).classes.tolist() == [-1, 1]


@pytest.mark.parametrize(("classes", "mark"), [([4, 9], -1), (["a", "b"], None), ([-1, 1], None)])
def test_an_open_question_has_the_mark_of_an_unknown_label(classes, mark):
    names = Labels(np.array(classes), np.array([0, 1, -1])).names(np.array([1, -1]))
    assert names.tolist() == [classes[1], mark]


def test_rows_by_number_and_by_name():
    frame = Frame.of({"id": ["a", "b", "c"]})
    assert labels_by_key(frame, [2, 0], ["x", "y"], None).tolist() == ["y", None, "x"]
    assert labels_by_key(frame, ["c", "c"], ["x", "x"], "id").tolist() == [None, None, "x"]


@pytest.mark.parametrize(
    ("keys", "column", "message"),
    [
        (["a", "z", "q"], "id", "2 labels are for rows that do not exist (no 'id' of the data): 'z', 'q'"),
        ([0, 3, -1], None, "2 labels are for rows that do not exist (no row number from 0 to 2): '3', '-1'"),
        (["a", "a", "b"], "id", "1 rows have several labels; decide for one of them: 'a: u and v'"),
    ],
)
def test_rows_that_do_not_exist_and_labels_that_contradict_are_listed(keys, column, message):
    with pytest.raises(LabelError, match=re.escape(message)):
        labels_by_key(Frame.of({"id": ["a", "b", "c"]}), keys, ["u", "v", "w"], column)


def test_a_name_that_two_rows_carry():
    with pytest.raises(LabelError, match="several rows of the data carry the 'id' 'a'"):
        labels_by_key(Frame.of({"id": ["a", "a", "c"]}), ["a"], ["u"], "id")


def test_minus_one_may_be_a_class_like_any_other():
    labels = Labels.of([-1, 0, 1, -1, 0, 1], 6, minus_one=True)
    assert labels.classes.tolist() == [-1, 0, 1]
    assert Labels.of([-1, 0, 1, -1, 0, 1], 6).classes.tolist() == [0, 1]
    assert Labels.of([-1.0, np.nan, 1.0, -1.0, 1.0], 5, minus_one=True).codes.tolist() == [0, -1, 1, 0, 1]
