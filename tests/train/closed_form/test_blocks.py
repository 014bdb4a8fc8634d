"""Blocks cover every row once, results come in order, and views are not copies."""

import threading

import numpy as np
import pytest
import torch

from diabolo.train.closed_form.blocks import (
    as_rows,
    centered_on_own_mean,
    in_order,
    one_blas_thread,
    row_blocks,
    seen_values,
    working_dtype,
)


@pytest.mark.parametrize("shape", [(1, 1), (7, 3), (20_000, 40), (3_000, 700), (300, 9_000)])
def test_blocks_cover_every_row_once(shape):
    rows = np.zeros(shape, np.float32)
    rows[:, 0] = np.arange(len(rows))
    blocks = list(row_blocks(rows))
    assert np.array_equal(np.concatenate(blocks), rows)
    assert all(np.shares_memory(block, rows) for block in blocks)


def test_rows_that_need_more_work_come_in_smaller_blocks():
    rows = np.zeros((50_000, 10))
    assert len(next(row_blocks(rows, width=1_000))) < len(next(row_blocks(rows)))


@pytest.mark.parametrize("kind", ["bool", "uint8", "int16", "float16", "float32"])
def test_small_types_are_worked_on_in_float32(kind):
    assert working_dtype(np.dtype(kind)) == np.float32


@pytest.mark.parametrize("kind", ["int32", "int64", "uint32", "float64"])
def test_types_that_float32_cannot_hold_are_worked_on_in_float64(kind):
    assert working_dtype(np.dtype(kind)) == np.float64


def test_a_tensor_is_looked_at_not_copied():
    tensor = torch.zeros(3, 2)
    as_rows(tensor)[0, 0] = 5.0
    assert tensor[0, 0] == 5.0


def test_bfloat16_becomes_float32():
    assert as_rows(torch.ones(2, 2, dtype=torch.bfloat16)).dtype == np.float32


def test_results_come_in_the_order_of_the_items(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    first_may_end = threading.Event()

    def slow_first(item):
        if item == 0:
            assert first_may_end.wait(10)
        if item == 1:
            first_may_end.set()
        return item

    assert list(in_order(slow_first, range(20), width=2)) == list(range(20))


def test_an_error_in_a_block_reaches_the_caller(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda i: 1 / i, range(3), width=2))


def test_blas_gets_its_threads_back():
    from threadpoolctl import threadpool_info

    def threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with one_blas_thread():
        assert set(threads()) == {1}
    assert threads() == before


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_mean_of_a_block_is_exact(rng, dtype):
    block = (rng.normal(size=(5_000, 3)) + 1e4).astype(dtype)
    rows, center, rest = centered_on_own_mean(block, np.dtype(dtype))
    assert rows.dtype == dtype
    assert np.allclose(center + rest, block.mean(axis=0, dtype=float), rtol=1e-9)


def test_rows_that_are_nearly_centered_are_not_copied(rng):
    block = rng.normal(size=(500, 3)).astype(np.float32)
    rows, center, rest = centered_on_own_mean(block, np.dtype(np.float32))
    assert np.shares_memory(rows, block)
    assert center.tolist() == [0.0, 0.0, 0.0]
    assert np.allclose(rest, block.mean(axis=0, dtype=float), atol=1e-7)


@pytest.mark.parametrize("hole", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_cells_count_as_zero(hole):
    values, seen = seen_values(np.array([[1.0, hole], [2.0, 3.0]]), np.array([1.0, 1.0]))
    assert values.tolist() == [[0.0, 0.0], [1.0, 2.0]]
    assert seen.tolist() == [[1.0, 0.0], [1.0, 1.0]]
