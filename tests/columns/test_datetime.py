"""Dates and times: unit, zone and grain are kept."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.columns import Datetime
from diabolo.errors import SchemaError
from diabolo.frames import Frame

START = np.datetime64("2019-01-01")


def fit(array: pa.Array) -> tuple[Datetime, Frame]:
    frame = Frame.of(pa.table({"x": array}))
    return Datetime.fit(frame, ("x",)), frame


def back(column: Datetime, frame: Frame) -> list:
    return column.from_tensor(column.to_tensor(frame)[0])["x"].to_pylist()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
@pytest.mark.parametrize(("step", "grain"), [("D", 86400), ("h", 3600), ("m", 60)])
def test_unit_zone_and_grain_are_kept(unit, zone, step, grain):
    times = START + np.arange(0, 900, 7).astype(f"timedelta64[{step}]")
    array = pa.array(times.astype(f"datetime64[{unit}]")).cast(pa.timestamp(unit, zone))
    column, frame = fit(array)
    assert column.from_tensor(column.to_tensor(frame)[0])["x"].equals(array)
    assert column.grain[0] == grain * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_are_days(kind):
    array = pa.array([dt.date(2020, 2, 29), None, dt.date(1969, 12, 31)]).cast(kind)
    column, frame = fit(array)
    found = back(column, frame)
    assert [found[0], found[2]] == [dt.date(2020, 2, 29), dt.date(1969, 12, 31)]
    assert column.gaps


def test_local_midnights_stay_midnights_through_summer_time():
    days = pd.date_range("2020-01-01", periods=400, freq="D", tz="Europe/Berlin")
    array = pa.array(days)
    column, frame = fit(array)
    assert column.by_clock == (True,)
    assert column.from_tensor(column.to_tensor(frame)[0])["x"].equals(array)
    noisy = column.to_tensor(frame)[0] + 1e-3
    assert all(t.hour == t.minute == 0 for t in column.from_tensor(noisy)["x"].to_pylist())


@given(st.lists(st.dates(dt.date(1800, 1, 1), dt.date(2200, 1, 1)), min_size=1, max_size=30))
def test_any_dates_come_back(days):
    column, frame = fit(pa.array(days))
    assert back(column, frame) == days


def test_times_stay_within_those_of_training():
    column, _ = fit(pa.array([dt.date(2020, 1, 1), dt.date(2020, 6, 1)]))
    assert column.from_tensor(torch.tensor([[-1e6], [1e6]]))["x"].to_pylist() == [
        dt.date(2020, 1, 1),
        dt.date(2020, 6, 1),
    ]


@pytest.mark.parametrize(
    ("times", "cycles"),
    [
        (START + np.arange(500) * np.timedelta64(1, "D"), (False, True, True)),
        (START + np.arange(100) * np.timedelta64(7, "D"), (False, False, True)),
        (START + np.arange(300) * np.timedelta64(1, "h"), (True, True, False)),
        (START + np.arange(20) * np.timedelta64(1, "h"), (False, False, False)),
    ],
)
def test_only_phases_that_vary_and_repeat_are_shown(times, cycles):
    column, _frame = fit(pa.array(times.astype("datetime64[s]")))
    assert column.cycles == (cycles,)
    assert column.embedder().width == 1 + 2 * sum(cycles)


def test_phases_are_those_of_the_clock():
    times = START.astype("datetime64[s]") + np.arange(0, 24 * 9) * np.timedelta64(3600, "s")
    column, frame = fit(pa.array(times))
    features = column.embedder()(*column.to_tensor(frame))
    hour = 2 * np.pi * (np.arange(24 * 9) % 24) / 24
    assert features[:, 1].numpy() == pytest.approx(np.sin(hour), abs=1e-4)
    assert features[:, 3].numpy() == pytest.approx(np.cos(hour), abs=1e-4)


def test_another_unit_at_transform_is_converted():
    column, _ = fit(pa.array([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 9)], pa.timestamp("us")))
    frame = Frame.of(pa.table({"x": pa.array([dt.datetime(2020, 1, 5)], pa.timestamp("ns"))}))
    assert back(column, frame) == [dt.datetime(2020, 1, 5)]


@pytest.mark.parametrize(
    ("array", "words"),
    [(pa.array(["x"]), "dates or timestamps"), (pa.nulls(3, pa.date32()), "no value at all")],
)
def test_other_columns_are_refused(array, words):
    with pytest.raises(SchemaError, match=words):
        fit(array)


def test_text_at_transform_is_an_error_that_names_the_column():
    column, _ = fit(pa.array([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 9)]))
    with pytest.raises(SchemaError, match="'x' is of type string"):
        column.to_tensor(Frame.of({"x": ["soon"]}))


@pytest.mark.filterwarnings("ignore::diabolo.errors.TimesAsTextWarning")
@pytest.mark.parametrize(("proof", "day"), [("31/12/2026", 1), ("12/31/2026", 2)])
def test_what_training_proved_about_text_holds_for_new_rows(proof: str, day: int):
    column = Datetime.fit(Frame.of({"x": [proof, "05/05/2026"]}), ("x",))
    column = Datetime.from_json(column.to_json())
    new = Frame.of({"x": ["01/02/2026", "-"]})
    values, seen = column.to_tensor(new)
    assert seen.ravel().tolist() == [True, False]
    expected = dt.date(2026, 3 - day, day)
    assert column.to_tensor(Frame.of({"x": [expected]}))[0].item() == values[0].item()


@pytest.mark.parametrize(("order", "first"), [("day", dt.date(2026, 2, 1)), ("month", dt.date(2026, 1, 2))])
def test_an_order_may_be_told(order, first: dt.date):
    frame = Frame.of({"x": ["01/02/2026", "03/04/2026"]})
    assert back(Datetime.fit(frame, ("x",), order=order), frame)[0] == first


@pytest.mark.parametrize(
    ("options", "words"), [({}, "option order='day'"), ({"order": "year"}, "allowed are")]
)
def test_dates_without_an_order_are_refused(options: dict, words: str):
    with pytest.raises(SchemaError, match=words):
        Datetime.fit(Frame.of({"x": ["01/02/2026"]}), ("x",), **options)


def test_blocks_of_files_that_knew_no_order_are_read():
    column, frame = fit(pa.array([dt.date(2020, 1, 1), dt.date(2020, 6, 1)]))
    stored = {key: value for key, value in column.to_json().items() if key != "orders"}
    assert back(Datetime.from_json(stored), frame) == back(column, frame)
