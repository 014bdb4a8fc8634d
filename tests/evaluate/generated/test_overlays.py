import numpy as np
import pytest

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.overlays import BINS, MOST_LEVELS, overlay
from diabolo.frames import Frame


def test_everything_is_somewhere(cells):
    for column in range(5):
        found = overlay(cells[0], cells[1], column)
        assert sum(found.real) == pytest.approx(1)
        assert sum(found.generated) == pytest.approx(1)
        assert len(found.labels) == len(found.real) == len(found.generated)


def test_gaps_and_what_lies_outside():
    real = Frame.of({"x": np.arange(1000.0)})
    made = Frame.of({"x": [-1e9, 1e9, None, 500.0]})
    found = overlay(*read(real, made), 0)
    assert found.labels[-1] == "missing"
    assert len(found.labels) == BINS + 1
    assert (found.generated[0], found.generated[BINS - 1], found.generated[-1]) == (0.25, 0.25, 0.25)
    assert max(found.real) < 2 / BINS


def test_few_values_have_a_bin_each():
    found = overlay(*read(Frame.of({"x": [0.5, 1.5, 4.0] * 9}), Frame.of({"x": [1.5, 2.0]})), 0)
    assert found.labels == ("0.5", "1.5", "4")
    assert found.generated == (0.0, 1.0, 0.0)


def test_large_numbers_are_in_full():
    found = overlay(*read(Frame.of({"x": [1985.5, 485_210.0, 2.0] * 9}), Frame.of({"x": [2.0, 2.0]})), 0)
    assert found.labels == ("2", "1986", "485,210")


def test_rare_levels_are_together_and_dates_are_dates():
    levels = [f"level {i}" for i in range(30)]
    found = overlay(*read(Frame.of({"c": levels * 9}), Frame.of({"c": levels})), 0)
    assert len(found.labels) == MOST_LEVELS
    assert found.labels[-1] == "other"
    days = np.array(["2020-01-01", "2021-06-01", "2022-01-01"], "datetime64[D]")
    assert overlay(*read(*[Frame.of({"d": days})] * 2), 0).labels[0] == "2020-01-01"
