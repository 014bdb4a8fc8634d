"""Numbers as text."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.frames.numerals import read_numbers, unclear_numbers


def read(cells: list, *, codes: bool = False) -> list | None:
    found = read_numbers(pa.chunked_array([cells], pa.string()), codes=codes)
    return None if found is None else found[0].to_pylist()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1,234", "12", None], [1234, 12, None]),
        (["1,234.50", "-12"], [1234.5, -12.0]),
        (["1,234,567", "+5"], [1234567, 5]),
        (["1 234", "5"], [1234, 5]),
        (["1\u202f234,5", "5"], [1234.5, 5.0]),
        (["1'234.5", "5"], [1234.5, 5.0]),
        (["1.234,5", "12"], [1234.5, 12.0]),
        (["1.234.567", "12"], [1234567, 12]),
        (["1,5", "0,25"], [1.5, 0.25]),
        (["0,123", "1,5"], [0.123, 1.5]),
        ([" 1,234 ", "12"], [1234, 12]),
        (["12,345,678,901,234,567,890"], [12345678901234567890.0]),
        (["12", "-13", "+14", "\u22125"], [12, -13, 14, -5]),
        (["12.5", ".5", "1.", "1e3", "2.5E-1"], [12.5, 0.5, 1.0, 1000.0, 0.25]),
        (["inf", "-Infinity", "1"], [float("inf"), float("-inf"), 1.0]),
        (["1.234", "5.678"], [1.234, 5.678]),  # as in a file
        (["12 %", "5%", "-3 %"], [12, 5, -3]),
        (["12.5%", "5%"], [12.5, 5.0]),
        (["12,5 %", "1.234,5 %"], [12.5, 1234.5]),
        (["$1,234", "-$5.20", "$-7", "$ 1"], [1234.0, -5.2, -7.0, 1.0]),
        (["1.234,56 €", "1€"], [1234.56, 1.0]),
        (["EUR 5", "EUR 1,5"], [5.0, 1.5]),
        (["CHF 1'234.50", "CHF 7"], [1234.5, 7.0]),
        (["007 €", "12 €"], [7, 12]),  # no code has a currency
    ],
)
def test_numbers(cells: list, numbers: list):
    assert read(cells) == numbers


@pytest.mark.parametrize(
    "cells",
    [
        ["00,123"],
        ["1,234", "many"],
        ["1,2,3"],
        ["2024-05-01"],
        ["12 Main St"],
        ["10.0.0.1"],
        ["007", "12"],
        ["1234567890123456789"],
        ["12 %", "5"],  # points or a share?
        ["$5", "€5"],
        ["5 $", "5 %"],
        ["$5 million"],
        ["1.5", "1,5"],
        ["%", "5 %"],
        [None, None],
    ],
)
def test_what_is_no_number(cells: list):
    assert read(cells) is None


@pytest.mark.parametrize("cells", [["1.234 €", "12 €"], ["12,345 %"], ["12.345 %", "1 %"], ["$1.234"]])
def test_what_is_unclear(cells: list):
    assert read(cells) is None
    assert unclear_numbers(pa.chunked_array([cells]))


@pytest.mark.parametrize("cells", [["$1,234"], ["1.234 €", "1.234,5 €"], ["1.234", "12"], ["1.23 €"], ["x"]])
def test_what_is_clear(cells: list):
    assert not unclear_numbers(pa.chunked_array([cells]))


def test_codes_on_demand():
    assert read(["007", "12"], codes=True) == [7, 12]


WRITE = {
    "plain": lambda x: f"{x}",
    "comma": lambda x: f"{x:,}",
    "space": lambda x: f"{x:,}".replace(",", "\u00a0"),
    "quote": lambda x: f"{x:,}".replace(",", "'"),
    "German": lambda x: f"{x:,}".translate({44: ".", 46: ","}),
    "French": lambda x: f"{x:,}".translate({44: " ", 46: ","}),
}
AROUND = ["{}", "{} %", "{}%", "{} €", "$ {}", "CHF {}", "{} EUR"]


@given(
    numbers=st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 100)),
    style=st.sampled_from(list(WRITE)),
    around=st.sampled_from(AROUND),
    gap=st.sampled_from([[], [None]]),
)
def test_numbers_come_back_from_any_way_of_writing(numbers: list, style: str, around: str, gap: list):
    proof = [1234567.25, 0.5]  # both marks occur, and are told apart
    cells = [around.format(WRITE[style](x)) for x in [*proof, *numbers]]
    assert read([*cells, *gap]) == [*proof, *numbers, *gap]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1).filter(lambda n: max(map(abs, n)) >= 1000))
def test_thousands_separators_come_off(numbers: list[int]):
    assert read([f"{n:,}" for n in numbers]) == numbers
