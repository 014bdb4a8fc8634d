"""Conditions as a person writes them: values, lists, ranges and gaps, in the column's own terms."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models.conditions import Condition, conditions, levels_of


@pytest.fixture(scope="module")
def known(rows) -> tuple[Schema, dict]:
    frame = Frame.of(rows.assign(planet="Earth"))
    with pytest.warns(UserWarning, match="Earth"):
        return Schema.fit(frame), frame.template


def of(known, name, value) -> Condition:
    return Condition.of(name, value, *known)


@pytest.mark.parametrize(
    "value",
    [
        "Oslo",
        ["Oslo"],
        np.array(["Oslo"]),
        pd.Series(["Oslo"]),
        pa.array(["Oslo"]),
        np.array("Oslo"),
        {"Oslo"},
    ],
)
def test_a_level_is_itself(known, value):
    assert of(known, "town", value).wanted.to_pylist() == ["Oslo"]


@pytest.mark.parametrize("value", [(3, 5), (2.5, 5.5), (3, None)])
def test_a_range_of_numbers_with_levels_is_these_levels(known, value):
    assert set(of(known, "kids", value).wanted.to_pylist()) >= {3, 4, 5}
    assert min(of(known, "kids", value).wanted.to_pylist()) == 3


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT])
def test_nothing_is_a_gap(known, nothing):
    assert of(known, "pay", nothing).wanted.to_pylist() == [None]


def test_dates_may_be_text(known):
    days = ("2020-03-01", dt.date(2020, 3, 1), pd.Timestamp("2020-03-01"), np.datetime64("2020-03-01"))
    for first in (*days, np.datetime64("2020-03-01", "ns")):
        found = of(known, "paid", (first, None))
        assert of(known, "paid", first).wanted.to_pylist() == [dt.datetime(2020, 3, 1)]
        assert found.wanted[0].as_py() == dt.datetime(2020, 3, 1)
        assert not found.wanted[1].is_valid


def test_a_value_is_kept_to_the_last_digit(known):
    found = of(known, "size", 161.234567891234)
    assert found.hold(pa.array([161.23457, 161.23456])).to_pylist() == [161.234567891234] * 2
    several = of(known, "size", [161.234567891234, 170.1])
    assert several.hold(pa.array([161.23457, 170.09999, None])).to_pylist() == [161.234567891234, 170.1, None]
    ends = of(known, "size", (160.0, 165.0))
    assert ends.hold(pa.array([159.9999, 162.0, 165.0001])).to_pylist() == [160.0, 162.0, 165.0]


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ((1000.001, 1200.006), [1000.01, 1200.0]),
        ((1000.07, 1000.07), [1000.07, 1000.07]),
        ((None, 1200.005), [None, 1200.0]),
        ((0.29, None), [0.29, None]),
    ],
)
def test_a_range_ends_at_values_that_the_column_can_have(known, given, ends):
    assert of(known, "pay", given).wanted.to_pylist() == ends


def test_levels_are_those_of_levels_and_of_no_numbers(known):
    assert set(levels_of(known[0], "town")) == {"Rome", "Oslo"}
    assert levels_of(known[0], "smoker") == (False, True)
    assert levels_of(known[0], "size") is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"city": "Rome"}, "no column 'city'; the model"),
        ({"twon": "Rome"}, r"did you mean 'town'\? the model"),
        ({"planet": "Mars"}, "left the column 'planet' out"),
        ({"town": "Paris"}, "^town='Paris' does.*levels are 'Oslo', 'Rome'"),
        ({"town": []}, "at least one"),
        ({"town": ("A", "M")}, "no range"),
        ({"size": (170, 160)}, "empty range"),
        ({"pay": (1000.001, 1000.009)}, "between which lies a multiple of 0.01"),
        ({"size": (1, 2, 3)}, "not a range"),
        ({"size": "tall"}, "^size='tall' cannot be read as continuous: holds text, not numbers\\.$"),
        ({"kids": (50, 60)}, "no level"),
        ({"kids": (2.2, 2.8)}, "no level"),
        ({"kids": "two"}, "does not occur"),
        ({"paid": "soon"}, "cannot be read"),
    ],
)
def test_what_cannot_be_is_refused(known, given, message):
    with pytest.raises(ParameterError, match=message):
        conditions(given, *known)


def test_infinity_is_no_limit_and_no_other_end(known):
    found = of(known, "size", (-np.inf, 165.0))
    assert found.wanted.to_pylist() == [None, 165.0]
    assert of(known, "size", (160.0, float("inf"))).wanted.to_pylist() == [160.0, None]
    with pytest.raises(ParameterError, match="inf is not a value"):
        of(known, "size", (np.inf, None))


def test_a_set_has_an_order_of_its_own(known):
    names = ["Rome", "Oslo"]
    assert (
        of(known, "town", set(names)).wanted.to_pylist()
        == of(known, "town", frozenset(names)).wanted.to_pylist()
    )
    assert of(known, "town", set(names)).wanted.to_pylist() == sorted(names)


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_of_any_zone_are_held_in_a_range(zone):
    times = pd.Series(pd.date_range("2020-01-01", periods=9, freq="6h", tz=zone))
    frame = Frame.of(pd.DataFrame({"at": times}))
    found = Condition.of("at", (times[1] + pd.Timedelta("1h"), times[5]), Schema.fit(frame), frame.template)
    cells = pa.array([*times.tolist(), None], frame.arrow("at").type)
    held = found.hold(cells).to_pylist()
    assert held[1:3] == [found.wanted[0].as_py(), times[2].to_pydatetime()]
    assert held[-2:] == [times[5].to_pydatetime(), None]


def test_images_are_no_cells():
    frame = Frame.of(np.zeros((9, 4, 4)) + np.arange(9)[:, None, None] / 9)
    with pytest.raises(ParameterError, match="'image' holds images"):
        Condition.of("image", 1.0, Schema.fit(frame), frame.template)
