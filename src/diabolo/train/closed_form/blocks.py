"""Rows in cache-sized blocks: every closed form walks over its data with these, in a fixed order.

A block is cast and centered in a buffer that stays in cache, so that data of any size need no second copy. Blocks are
worked on side by side, each with one BLAS thread: a matrix product of a block is too small to share, and threads that
wait for each other inside it lose far more on a busy machine than they win on an idle one.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import torch
from threadpoolctl import ThreadpoolController

__all__ = ["as_rows", "in_order", "row_blocks", "working_dtype"]

T = TypeVar("T")
R = TypeVar("R")

BLOCK_BYTES = 4 * 2**20
WIDEST_SHARED = 1024  # above it the d x d result of each worker would cost more memory than the workers win


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def as_rows(data: np.ndarray | torch.Tensor) -> np.ndarray:
    """Look at an array or tensor as a numpy matrix, without a copy where it lies in main memory.

    Parameters
    ----------
    data : (n, d) array or tensor.

    Examples
    --------
    >>> as_rows(torch.zeros(3, 2)).shape
    (3, 2)
    """
    if not isinstance(data, torch.Tensor):
        return np.asanyarray(data)
    host = data.detach().cpu()
    return (host.float() if host.dtype == torch.bfloat16 else host).numpy()


def working_dtype(dtype: np.dtype) -> np.dtype:
    """Choose the floating type that holds each value of `dtype` exactly: float32 where it does, else float64.

    Examples
    --------
    >>> working_dtype(np.dtype("uint8")), working_dtype(np.dtype("int64"))
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype("float32") if np.can_cast(dtype, np.float32, "safe") else np.dtype("float64")


def row_blocks(data: np.ndarray, dtype: np.dtype | None = None) -> Iterator[np.ndarray]:
    """Cut a matrix into blocks of rows, each about as large as a core's share of the cache, or as d x d.

    Parameters
    ----------
    data : (n, d).
    dtype : the floating type the blocks will be worked on in; by default that of :func:`working_dtype`.

    Examples
    --------
    >>> sum(len(block) for block in row_blocks(np.zeros((30_000, 100))))
    30000
    """
    n, d = data.shape
    itemsize = (dtype or working_dtype(data.dtype)).itemsize
    rows = max(BLOCK_BYTES // (itemsize * max(d, 1)), min(d, 4 * WIDEST_SHARED), 16)
    return (data[start : start + rows] for start in range(0, n, rows))


def in_order(function: Callable[[T], R], items: Iterable[T], width: int) -> Iterator[R]:
    """Map over items on all cores; results come in the order of the items, so that sums are reproducible.

    Parameters
    ----------
    function : what to do with an item; its time should go to BLAS and ufuncs, which run outside the interpreter's lock.
    items : the blocks.
    width : number of columns d of a block.

    Examples
    --------
    >>> list(in_order(len, [[1], [1, 2]], width=2))
    [1, 2]
    """
    workers = torch.get_num_threads() if width <= WIDEST_SHARED else 1
    items = list(items)
    if min(workers, len(items)) < 2:
        yield from map(function, items)
        return
    pending = deque()
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > workers:  # a bound on the results that wait to be added
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
