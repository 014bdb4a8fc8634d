"""Rows in cache-sized blocks: every closed form walks over its data with these, in a fixed order.

A block is cast and centered in a buffer that stays in cache, so that data of any size need no second
copy. Blocks are worked on side by side, each with one BLAS thread: a matrix product of a block is too
small to share, and threads that wait for each other inside it lose far more on a busy machine than they
win on an idle one.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeVar

import numpy as np
import torch
from threadpoolctl import ThreadpoolController

from diabolo.errors import DataError

__all__ = [
    "SMALL",
    "WIDEST_SHARED",
    "as_rows",
    "centered_on_own_mean",
    "check_squares",
    "in_order",
    "one_blas_thread",
    "row_blocks",
    "seen_values",
    "working_dtype",
]

T = TypeVar("T")
R = TypeVar("R")

SMALL = 2**20  # cells, up to which float64 products cost nothing that one would notice
BLOCK_BYTES = 8 * 2**20
NEARLY_ZERO = 0.25  # share of a column's variance that the square of its mean may be, to cost no precision
SAMPLE = 64  # rows that tell the variance well enough for that
MOST_ROWS = 4096  # float32 sums over more rows lose a digit
WIDEST_SQUARE = 4096  # d x d blocks above it would no longer be small beside the machine's memory
WIDEST_SHARED = 1024  # above it the d x d result of each worker would cost more memory than the workers win


@functools.cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """Keep BLAS and LAPACK to the calling thread: small products and eigenproblems are faster so.

    Examples
    --------
    >>> with one_blas_thread():
    ...     float(np.linalg.det(np.eye(2)))
    1.0
    """
    return _blas().limit(limits=1, user_api="blas")


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
    """Choose the floating type that holds every value of `dtype`: float32 if it does, else float64.

    Examples
    --------
    >>> working_dtype(np.dtype("uint8")), working_dtype(np.dtype("int64"))
    (dtype('float32'), dtype('float64'))
    """
    return np.dtype("float32") if np.can_cast(dtype, np.float32, "safe") else np.dtype("float64")


def row_blocks(data: np.ndarray, width: int = 0) -> Iterator[np.ndarray]:
    """Cut a matrix into blocks of rows, each about as large as a core's share of the cache, or as d x d.

    Parameters
    ----------
    data : (n, d).
    width : numbers that the work on one row needs, if more than d.

    Examples
    --------
    >>> sum(len(block) for block in row_blocks(np.zeros((30_000, 100))))
    30000
    """
    n, d = data.shape
    row_bytes = working_dtype(data.dtype).itemsize * max(d, width, 1)
    # Fewer rows than columns would make adding up the d x d results dearer than the products.
    fewest = max(d, 16) if d <= WIDEST_SQUARE else 256
    rows = max(min(BLOCK_BYTES // row_bytes, MOST_ROWS), fewest)
    return (data[start : start + rows] for start in range(0, n, rows))


def centered_on_own_mean(block: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Subtract a block's own column means, so that products of it cancel nothing; none where they are near zero.

    NaN and infinity pass without a warning: they mark missing cells and are judged once, from the mean of
    all rows.

    Parameters
    ----------
    block : (n, d).
    dtype : type of the result.

    Returns
    -------
    (n, d) centered rows; (d,) what was subtracted; (d,) the mean of the centered rows, not quite zero. The
    last two are float64, and their sum is the mean.

    Examples
    --------
    >>> centered_on_own_mean(np.array([[1], [3]]), np.dtype("float32"))
    (array([[-1.],
           [ 1.]], dtype=float32), array([2.]), array([0.]))
    """
    ones = np.ones(len(block), dtype)
    with np.errstate(all="ignore"):
        rows = np.asarray(block, dtype)
        center = ones @ rows / dtype.type(len(block))
        sample = rows[:: -(-len(rows) // SAMPLE)]
        if (center * center <= NEARLY_ZERO * sample.var(axis=0)).all():
            return rows, np.zeros(len(center)), center.astype(float)
        rows = rows - center
        return rows, center.astype(float), (ones @ rows).astype(float) / len(block)


def check_squares(total: float) -> None:
    """Raise unless a sum of squares is a finite number: it is not where cells overflow, who must not pass as gaps.

    Raises
    ------
    DataError
        It is infinite or NaN.

    Examples
    --------
    >>> check_squares(1e300)
    """
    if not np.isfinite(total):
        raise DataError(
            "some numbers are too large: the sum of their squares is no finite number. Leave such cells out or "
            "rescale the data, so that they lie within ±1e70 (float32: ±1e15)."
        )


def seen_values(block: np.ndarray, center: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split rows with gaps into centered values, zero where missing, and the mask of the seen cells.

    Parameters
    ----------
    block : (n, d), NaN or infinite where a cell is missing.
    center : (d,).

    Returns
    -------
    values and mask, both (n, d) float64.

    Examples
    --------
    >>> seen_values(np.array([[3.0, np.nan]]), np.ones(2))
    (array([[2., 0.]]), array([[1., 0.]]))
    """
    missing = ~np.isfinite(block)
    values = np.asarray(block - center, float)
    values[missing] = 0.0
    return values, (~missing).astype(float)


def in_order(function: Callable[[T], R], items: Iterable[T], width: int) -> Iterator[R]:
    """Map over items on all cores; results come in the order of the items, so that sums are reproducible.

    Parameters
    ----------
    function : what to do with an item; its time should go to BLAS and ufuncs, which run outside the
        interpreter's lock.
    items : the blocks.
    width : number of columns d of a block.

    Examples
    --------
    >>> list(in_order(len, [[1], [1, 2]], width=2))
    [1, 2]
    """

    def quiet(item: T) -> R:
        with np.errstate(over="ignore", invalid="ignore"):  # judged once, from the sum
            return function(item)

    workers = torch.get_num_threads() if width <= WIDEST_SHARED else 1
    items = list(items)
    if min(workers, len(items)) < 2:
        yield from map(quiet, items)
        return
    pending = deque()
    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        for item in items:
            pending.append(pool.submit(quiet, item))
            if len(pending) > workers:  # a bound on the results that wait to be added
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
