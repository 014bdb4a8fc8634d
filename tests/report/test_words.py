import math

import numpy as np
import pytest

from diabolo.report.words import cell, number, percent, quantity, shortened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (1234.5, "1\u202f234"),
        (0.00012345, "0.000123"),
        (1e-9, "1.00e−09"),
        (-2.5, "−2.50"),
        (2e9, "2.00e+09"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
        (np.float32(0.5), "0.500"),
    ],
)
def test_number(value: float, text: str):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.99999, "99.99 %"), (0.994, "99 %"), (0.0, "0 %"), (-0.004, "0 %"), (-0.5, "−50 %")],
)
def test_percent(share: float, text: str):
    assert percent(share) == text


def test_a_share_is_never_rounded_up_to_all():
    assert percent(1 - 1e-12) != percent(1.0)


@pytest.mark.parametrize(
    ("measure", "unit", "text"), [("RMSE", "", "0.250"), ("PSNR", "dB", "0.250 dB"), ("accuracy", "", "25 %")]
)
def test_quantity(measure: str, unit: str, text: str):
    assert quantity(0.25, measure, unit) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3, "3"), (True, "True"), (math.nan, "–"), ("", ""), ("Köln", "Köln")]
)
def test_cell(value: object, text: str):
    assert cell(value) == text


def test_shortened_is_as_long_as_allowed():
    assert len(shortened("x" * 99, 10)) == 10
