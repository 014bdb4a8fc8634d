"""Columns that a model is told: numbers there and back, what is seen of whom, and draws that keep conditions."""

import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models.conditions import conditions
from diabolo.models.told import Told

FRAME = Frame.of(
    {
        "age": [31.5, 47.0, None, 28.0],
        "town": ["Rome", "Oslo", "Bern", None],
        "smoker": ["y", "n", "y", "n"],
        "height": [1.6, 1.7, 1.9, 1.8],
    }
)
SCHEMA = Schema.fit(FRAME, {"town": "categorical", "age": "continuous", "height": "continuous"})
BATCH = SCHEMA.to_batch(FRAME)


@pytest.fixture
def told() -> Told:
    return Told(SCHEMA, ("town", "age"))


def column(batch, name):
    key, block = next((key, block) for key, block in SCHEMA.blocks.items() if name in block.names)
    place = block.names.index(name)
    seen = batch.seen[key][:, place] if key in batch.seen else torch.ones(len(batch), dtype=torch.bool)
    return batch.values[key][:, place], seen


def test_numbers_come_back_as_cells_with_their_gaps(told):
    numbers = told.numbers(BATCH)
    assert numbers.isnan().sum(0).tolist() == [1, 1]
    again = told.batch(numbers)
    for name in ("town", "age"):
        (values, seen), (cells, flags) = column(again, name), column(BATCH, name)
        assert torch.equal(values, cells)
        assert torch.equal(seen, flags)
        assert values.dtype == cells.dtype
    assert not column(again, "height")[1].any()
    assert not column(again, "smoker")[1].any()


def test_either_the_told_columns_count_or_the_others(told):
    assert not column(told.others(BATCH), "town")[1].any()
    assert column(told.others(BATCH), "height")[1].all()
    assert column(told.themselves(BATCH), "town")[1].tolist() == [True, True, True, False]
    assert not column(told.themselves(BATCH), "height")[1].any()
    assert not column(told.themselves(BATCH), "smoker")[1].any()


def test_drawn_rows_keep_conditions_and_go_together_as_in_training(told):
    rows = told.numbers(BATCH)
    torch.manual_seed(0)
    drawn = told.draw(rows, 50, conditions({"town": ["Rome", "Oslo"]}, SCHEMA, FRAME.template))
    place = told.order.index("town")
    assert set(drawn[:, place].tolist()) == {rows[0, place].item(), rows[1, place].item()}
    assert {tuple(row) for row in drawn.tolist()} == {tuple(row) for row in rows[:2].tolist()}


def test_what_no_row_has_is_put_in(told):
    rows = told.numbers(BATCH)
    torch.manual_seed(0)
    wanted = conditions({"town": "Rome", "age": (40, 41)}, SCHEMA, FRAME.template)
    drawn = told.draw(rows, 50, wanted)
    ages = drawn[:, told.order.index("age")]
    low, high = wanted[1].values
    assert ((ages >= low) & (ages <= high)).all()
    assert ages.std() > 0
    assert (drawn[:, told.order.index("town")] == rows[0, told.order.index("town")]).all()


def test_an_open_range_ends_where_the_rows_do(told):
    rows = told.numbers(BATCH)
    age = told.order.index("age")
    oldest = rows[:, age].nan_to_num(-9).max()
    wanted = conditions({"town": "Rome", "age": (40, None)}, SCHEMA, FRAME.template)
    torch.manual_seed(0)
    drawn = told.draw(rows, 20, wanted)[:, age]
    assert (drawn >= wanted[1].values[0]).all()
    assert (drawn <= oldest).all()


@pytest.mark.parametrize("ages", [(100, None), (None, 1), (100, 200)])
def test_a_range_beyond_all_rows_is_refused_not_guessed(told, ages):
    with pytest.raises(ParameterError, match="no training value of 'age'"):
        told.draw(told.numbers(BATCH), 20, conditions({"age": ages}, SCHEMA, FRAME.template))


def test_known_columns_have_their_gaps_in_new_rows(told):
    numbers = told.numbers(BATCH)
    blank = told.batch(numbers[:, :0].new_full((4, 2), torch.nan))
    rows = told.known(type(BATCH)(blank.values, {}, BATCH.index), numbers)
    assert column(rows, "town")[1].tolist() == [True, True, True, False]
    assert column(rows, "height")[1].all()
    assert torch.equal(column(rows, "age")[0], column(BATCH, "age")[0])


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("city",), "no column 'city'"),
        (("age", "town", "smoker", "height"), "nothing is left"),
        ("age", "not a list"),
        (3, "not a list"),
    ],
)
def test_what_cannot_be_told_is_refused(names, said):
    with pytest.raises(ParameterError, match=said):
        Told(SCHEMA, names)
