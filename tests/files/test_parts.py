"""The fault of a file is told apart from a fault of the code."""

import dataclasses

import pytest

from diabolo.errors import ModelFileError
from diabolo.files.parts import Parts, build, parts, under


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

    def __post_init__(self) -> None:
        if self.y < 0:
            raise TypeError("a fault of ours")


def test_dicts_at_every_depth_name_what_they_lack():
    stored = parts({"a": [{"b": {}}], "n": 1})
    assert stored == {"a": [{"b": {}}], "n": 1}
    for inner, key in ((stored, "z"), (stored["a"][0], "c"), (stored["a"][0]["b"], "d")):
        with pytest.raises(ModelFileError, match=f"lacks '{key}'.*another version of Diabolo"):
            inner[key]
    assert stored.get("z") is None


def test_tensors_under_a_name():
    found = under("a.", {"a.x": 1, "ab": 2, "a.b.x": 3})
    assert isinstance(found, Parts)
    assert found == {"x": 1, "b.x": 3}


@pytest.mark.parametrize("stored", [{}, {"y": 1}, {"x": 1, "z": 2}])
def test_other_fields_are_the_files_fault(stored: dict):
    with pytest.raises(ModelFileError, match=r"other fields of Point.*another version of Diabolo"):
        build(Point, stored)


def test_what_fails_in_the_making_is_a_fault_of_the_code():
    assert build(Point, {"x": 1}) == Point(1, 0)
    with pytest.raises(TypeError, match="a fault of ours"):
        build(Point, {"x": 1, "y": -1})
