import re

import pytest

from diabolo.cli.labels import given_labels
from diabolo.errors import LabelError
from diabolo.frames import Frame

DATA = Frame.of({"id": ["a", "b", "c"], "x": [1.0, 2.0, 3.0], "vote": ["yes", None, "no"]})


@pytest.mark.parametrize(
    ("table", "column", "y", "left_out"),
    [
        ({"id": ["c"], "label": ["no"]}, None, [None, None, "no"], ["id"]),
        ({"id": ["a", "b", "c"], "label": [4, 5, -1]}, None, [4, 5, None], ["id"]),
        ({"id": ["a", "b", "c"], "label": [4.0, None, -1.0]}, None, [4, None, -1], ["id"]),
        ({"id": ["a", "b", "c"], "label": ["u", "v", "-1"]}, None, ["u", "v", None], ["id"]),
        ({"row": [1, 0], "vote": ["no", "yes"]}, None, ["yes", "no", None], ["vote"]),
        ({"id": ["a"], "when": ["today"], "vote": ["no"]}, "vote", ["no", None, None], ["id", "vote"]),
        ({"vote": ["no"], "id": ["b"]}, None, [None, "no", None], ["id", "vote"]),
        ({"row": [0], "size": [3], "label": ["u"]}, None, ["u", None, None], []),
        (None, "vote", ["yes", None, "no"], ["vote"]),
    ],
)
def test_who_names_rows_and_who_labels_them(table, column, y, left_out):
    found = given_labels(DATA, table and Frame.of(table), column)
    assert found.y.tolist() == y
    assert list(found.left_out) == left_out


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        (None, None, "there are no labels"),
        ({"id": ["a"], "u": ["k"], "v": ["l"]}, None, "one must name rows"),
        ({"u": ["a"], "v": ["l"]}, None, "one must name rows"),
        ({"id": ["a"], "u": ["k"]}, "w", "have no column 'w'"),
    ],
)
def test_what_is_not_clear_is_asked(table, column, message):
    with pytest.raises(LabelError, match=re.escape(message)):
        given_labels(DATA, table and Frame.of(table), column)
