"""Columns against patterns."""

import pyarrow as pa
import pytest

from diabolo.frames.patterns import PROBE, all_match, any_match, is_text, without_gaps


@pytest.mark.parametrize(
    ("kind", "text"), [(pa.string(), True), (pa.string_view(), True), (pa.int8(), False), (pa.null(), False)]
)
def test_is_text(kind: pa.DataType, text: bool):
    assert is_text(kind) is text


@pytest.mark.parametrize("place", [0, PROBE - 1, PROBE, 3 * PROBE - 1])
def test_one_cell_that_differs_is_found_wherever_it_is(place: int):
    cells: list[str | None] = ["12"] * (3 * PROBE)
    assert all_match(pa.chunked_array([cells]), r"\d+")
    assert not any_match(pa.chunked_array([cells]), "x")
    cells[place] = " x "
    assert not all_match(pa.chunked_array([cells]), r"\d+")
    assert any_match(pa.chunked_array([cells]), "x")


def test_the_whole_cell_counts():
    assert not all_match(pa.chunked_array([["12 x"]]), r"\d+")
    assert not all_match(pa.chunked_array([["12", "ab"]]), r"\d+|a")


def test_missing_cells_match():
    assert all_match(pa.chunked_array([[None]], pa.string()), "x")
    assert not any_match(pa.chunked_array([[None]], pa.string()), "x")


@pytest.mark.parametrize("word", ["no", "0", "--x", "nano", "nullable", "....", "----", "a-"])
def test_words_are_no_gaps(word: str):
    cells = pa.chunked_array([[word, None]])
    assert without_gaps(cells) == (cells, [])
