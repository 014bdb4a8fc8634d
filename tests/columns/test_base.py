"""The JSON form that all data types share."""

import dataclasses
import json

import pytest

from diabolo.columns import Binary, Categorical
from diabolo.columns.base import Column, Embedder, Head


@pytest.mark.parametrize("face", [Column, Embedder, Head])
def test_the_faces_are_abstract(face):
    with pytest.raises(TypeError, match="abstract"):
        face()


def test_nested_tuples_survive_json():
    column = Categorical(
        ("a", "b"), (("x", "y"), (1, 2)), (("z",), ()), ((0.2, 0.5, 0.3), (0.1, 0.5, 0.4)), True
    )
    assert Categorical.from_json(json.loads(json.dumps(column.to_json()))) == column


def test_columns_cannot_be_changed():
    column = Binary(("a",), ((False, True),), (0.5,))
    with pytest.raises(dataclasses.FrozenInstanceError):
        column.gaps = True
