import datetime as dt
import math

import numpy as np
import pytest
import torch

from diabolo import LinearAutoencoder, columns
from diabolo.columns import Binary, Categorical, Continuous, Count, Datetime, Image, Ordinal
from diabolo.evaluate import reconstruction
from diabolo.evaluate.measures import MEASURES, Truth, marginal_bits, measure_of, rounding
from diabolo.frames import Frame


def truth_of(column, frame: Frame) -> Truth:
    return Truth(frame, column.names, *column.to_tensor(frame))


def test_every_data_type_has_a_measure():
    assert {kind.__name__ for kind in MEASURES} == set(columns.__all__)


@pytest.mark.parametrize("kind", [Continuous, Count])
def test_rmse_in_own_unit(kind: type, rng: np.random.Generator):
    x = rng.poisson(7, 200)
    frame = Frame.of({"x": x, "y": 100 * x})
    column = kind.fit(frame, ("x", "y"))
    truth = truth_of(column, frame)
    rebuilt = truth.values.roll(1, 0)
    measure = measure_of(column)
    found = [measure.of_mean(loss / 200, j) for j, loss in enumerate(measure.total(truth, rebuilt))]
    expected = np.sqrt(np.mean((np.roll(x, 1) - x) ** 2))
    assert found == pytest.approx([expected, 100 * expected], rel=1e-5)


def test_raw_cells_beyond_the_training_range_count_in_full():
    column = Continuous.fit(Frame.of({"x": [0.0, 1.0]}), ("x",))
    outlier = Frame.of({"x": [11.0]})
    truth = truth_of(column, outlier)
    assert measure_of(column).total(truth, truth.values).item() == pytest.approx(100.0)


def test_missing_cells_count_nothing():
    frame = Frame.of({"x": [1.0, 2.0, None]})
    column = Continuous.fit(frame, ("x",))
    truth = truth_of(column, frame)
    assert measure_of(column).total(truth, truth.values + 1.0).item() == pytest.approx(
        2 * column.scale[0] ** 2, rel=1
    )
    assert measure_of(column).total(
        truth, truth.values + torch.tensor([[0.0], [0.0], [9.0]])
    ).item() == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("step", "unit", "expected"),
    [
        (dt.timedelta(days=30), "days", 30.0),
        (dt.timedelta(hours=3), "hours", 3.0),
        (dt.timedelta(seconds=40), "s", 40.0),
    ],
)
def test_times_in_a_unit_that_fits(step: dt.timedelta, unit: str, expected: float):
    times = [dt.datetime(2020, 1, 1) + i * step for i in range(5)]
    frame = Frame.of({"t": times})
    column = Datetime.fit(frame, ("t",))
    truth, measure = truth_of(column, frame), measure_of(column)
    loss = measure.total(truth, truth.values.clone().roll(1, 0)).item() / 5
    assert measure.unit(0) == unit
    assert measure.of_mean(loss, 0) == pytest.approx(expected * math.sqrt((4 * 1 + 16) / 5), rel=1e-4)


@pytest.mark.parametrize("kind", [Binary, Categorical, Ordinal])
@pytest.mark.parametrize("levels", [["a", "b"], [1, 5], [False, True]])
def test_accuracy_of_named_levels(kind: type, levels: list):
    frame = Frame.of({"c": [levels[0]] * 3 + [levels[1]]})
    column = kind.fit(frame, ("c",))
    truth, measure = truth_of(column, frame), measure_of(column)
    assert measure.of_mean(measure.total(truth, truth.values).item() / 4, 0) == 1.0
    assert measure.of_mean(measure.total(truth, truth.values[:1].expand(4, -1)).item() / 4, 0) == 0.75


def test_a_rare_level_named_as_another_is_wrong():
    cells = ["a"] * 60 + ["b"] * 60 + ["c", "d"]
    frame = Frame.of({"c": cells})
    column = Categorical.fit(frame, ("c",))
    assert column.rare == (("c", "d"),)
    truth = truth_of(column, frame)
    assert measure_of(column).total(truth, truth.values).item() == 1


def test_pixels_add_up():
    frame = Frame.of(np.zeros((3, 4, 5), np.uint8))
    column = Image.fit(frame, ("image",))
    truth, measure = truth_of(column, frame), measure_of(column)
    loss = measure.total(truth, torch.full_like(truth.values, 0.1)).item()
    assert loss == pytest.approx(0.01 * 60, rel=1e-5)
    assert measure.of_mean(loss / 60, 0) == pytest.approx(20.0, abs=1e-4)


@pytest.mark.parametrize("kind", [Binary, Categorical, Ordinal])
def test_bits_of_shares_are_the_entropy_of_many_rows(kind: type):
    n = 4000
    frame = Frame.of({"c": ["a"] * (n // 4) + ["b"] * (3 * n // 4)})
    column = kind.fit(frame, ("c",))
    entropy = 0.25 * 2 + 0.75 * math.log2(4 / 3)
    assert marginal_bits(column, truth_of(column, frame)).item() / n == pytest.approx(entropy, abs=1e-3)


@pytest.mark.parametrize(("dtype", "known"), [(np.int64, True), (np.float64, False)])
def test_whole_numbers_have_a_floor(dtype: type, known: bool):
    frame = Frame.of({"x": np.arange(10).astype(dtype)})
    floor = rounding(Continuous.fit(frame, ("x",)), frame, ("x",))
    assert floor == (pytest.approx(1 / 12 / np.var(np.arange(10))) if known else None)


def test_bytes_and_days_have_a_floor():
    images = Frame.of(np.zeros((3, 4, 5), np.uint8))
    assert rounding(Image.fit(images, ("image",)), images, ("image",)) == pytest.approx(20 / 12 / 255**2)
    days = Frame.of({"d": [dt.date(2020, 1, 1), dt.date(2020, 1, 3)]})
    column = Datetime.fit(days, ("d",))
    assert rounding(column, days, ("d",)) == pytest.approx((column.grain[0] / 1.0) ** 2 / 12)


@pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")
def test_a_row_alone_is_judged_as_it_was_written():
    table = {"price": ["1.234,5", "5", "999,99", "1.000"], "x": [1.5, 2.5, 3.5, 9.5]}
    rows = Frame.of(table)
    model = LinearAutoencoder(1).fit(rows)
    alone = reconstruction(model, Frame.of({"price": ["1.000"], "x": [9.5]})).columns[0]
    assert alone.model == pytest.approx(
        abs(Frame.of(model.reconstruct(rows)).numbers(("price",))[3, 0] - 1000)
    )
