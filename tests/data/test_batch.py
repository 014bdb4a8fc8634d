"""A batch: rows stay together whatever is taken, cut or moved."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.data.batch import Batch, in_one


def batch_of(rows: int, *, weighted: bool = True) -> Batch:
    """Rows whose every entry says which row it is."""
    index = torch.arange(rows)
    values = {
        "x": index[:, None].repeat(1, 2).float(),
        "image": index[:, None, None, None].expand(rows, 1, 2, 2),
    }
    seen = {"x": (index % 2 == 0)[:, None].repeat(1, 2)}
    return Batch(values, seen, index, index.float() if weighted else None)


def assert_rows(batch: Batch, rows: list[int], *, weighted: bool = True) -> None:
    expected = torch.tensor(rows, dtype=torch.int64)
    assert len(batch) == len(rows)
    assert torch.equal(batch.index, expected)
    assert torch.equal(batch.values["x"][:, 1].long(), expected)
    assert torch.equal(batch.values["image"].flatten(1)[:, 3], expected)
    assert torch.equal(batch.seen["x"][:, 0], expected % 2 == 0)
    assert batch.weight is None if not weighted else torch.equal(batch.weight.long(), expected)


@given(st.lists(st.integers(0, 9), max_size=20), st.booleans())
def test_take_gives_the_rows_in_the_order_asked_for(rows, weighted):
    taken = batch_of(10, weighted=weighted).take(torch.tensor(rows, dtype=torch.int64))
    assert_rows(taken, rows, weighted=weighted)


@given(st.integers(1, 30), st.integers(1, 40))
def test_split_cuts_without_loss_or_copy(rows, size):
    whole = batch_of(rows)
    parts = whole.split(size)
    assert all(len(part) == size for part in parts[:-1])
    assert [row for part in parts for row in part.index.tolist()] == list(range(rows))
    assert parts[0].values["x"].data_ptr() == whole.values["x"].data_ptr()
    assert_rows(parts[-1], list(range((len(parts) - 1) * size, rows)))


@pytest.mark.parametrize("weighted", [True, False])
def test_a_batch_moves_as_a_whole(weighted):
    moved = batch_of(3, weighted=weighted).to("cpu")
    assert_rows(moved, [0, 1, 2], weighted=weighted)
    assert {t.device.type for t in (*moved.values.values(), *moved.seen.values(), moved.index)} == {"cpu"}


def test_numbers_change_their_precision_and_levels_do_not():
    batch = Batch({"x": torch.ones(2, 1), "level": torch.ones(2, 1, dtype=torch.int64)}, {}, torch.arange(2))
    assert {key: v.dtype for key, v in batch.astype(torch.float64).values.items()} == {
        "x": torch.float64,
        "level": torch.int64,
    }


@pytest.mark.parametrize(
    ("most", "rows"), [(10, [0, 1, 2, 3, 4]), (5, [0, 1, 2, 3, 4]), (3, [0, 2, 4]), (1, [0])]
)
def test_spread_takes_at_most_so_many_in_steady_strides(most, rows):
    assert_rows(batch_of(5).spread(most), rows)


def test_answers_for_pieces_come_in_order_and_may_be_learned_from() -> None:
    with torch.inference_mode():
        whole = in_one((part.values["x"] * 2 for part in batch_of(5).split(2)), 5)
    assert torch.equal(whole, batch_of(5).values["x"] * 2)
    assert not whole.is_inference()
