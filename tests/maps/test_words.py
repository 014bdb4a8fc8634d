import pytest

from diabolo.maps.words import amount, cell, joined, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1999.6, "2000"),
        (9999.6, "10,000"),
        (123456, "123,456"),
        (-0.5, "-0.5"),
        (float("inf"), "inf"),
    ],
)
def test_amounts(value, text):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.996, "> 99 %"), (0.004, "< 1 %"), (0.5, "50 %")]
)
def test_shares(share, text):
    assert percent(share) == text


def test_cells():
    assert cell(float("nan")) == "missing"
    assert cell("x" * 60) == "x" * 39 + "…"


def test_some_of_many():
    assert joined(["a", "b", "c", "d"], 2, "group") == "a, b, and 2 more groups"
    assert joined([], 2, "group") == ""
