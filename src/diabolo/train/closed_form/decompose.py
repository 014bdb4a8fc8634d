"""Choose the cheapest exact way to the principal components, by the shape of the data and its gaps."""

from typing import Literal

import numpy as np
import torch

from diabolo.errors import MemoryBudgetError
from diabolo.train.closed_form.blocks import as_rows
from diabolo.train.closed_form.gaps import refine
from diabolo.train.closed_form.moments import Moments, PairwiseMoments
from diabolo.train.closed_form.spectrum import Spectrum, from_few_rows, principal_components
from diabolo.train.closed_form.subspace import subspace_iteration

__all__ = ["ClosedForm", "decompose"]

ClosedForm = Literal["auto", "exact", "randomized"]

NARROW = 1024  # the covariance of so few columns is cheap even where there are fewer rows
WIDEST_AUTO = 4096  # the eigenproblem's n^3 takes longer than a few passes over the data above it
WIDEST_EXACT = 40_000  # three matrices of that size are 38 GB


def decompose(
    data: np.ndarray | torch.Tensor, k: int, *, solver: ClosedForm = "auto", seed: int = 0
) -> Spectrum:
    """Find the first k principal components of a matrix, with or without gaps.

    One pass and the d x d scatter matrix where there are more rows than columns, two passes and the n x n
    products where there are fewer, randomized subspace iteration where both are large. Where cells are
    missing, pairwise moments are refined by EM for probabilistic PCA.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing; read in blocks, never copied as a whole.
    k : how many, at most min(n, d).
    solver : "exact", "randomized", or "auto", which is exact while n or d is at most 4096.
    seed : of the randomized solver's first basis.

    Raises
    ------
    MemoryBudgetError
        If "exact" is asked for and both n and d are too large for it.

    Examples
    --------
    >>> decompose(np.array([[0.0, 1.0], [3.0, 5.0]]), 1).components.round(6)
    array([[0.6, 0.8]])
    """
    rows = as_rows(data)
    n, d = rows.shape
    if solver == "randomized" or (solver == "auto" and min(n, d) > WIDEST_AUTO):
        return _in_passes(rows, k, seed)
    if min(n, d) > WIDEST_EXACT:
        raise MemoryBudgetError(
            f"solver='exact' would need several matrices of {min(n, d):,} x {min(n, d):,} numbers for data "
            f"of {n:,} rows and {d:,} columns. Use solver='randomized' (or 'auto')."
        )
    return _tall(rows, k) if d <= max(n, NARROW) else _wide(rows, k, seed)


def _tall(rows: np.ndarray, k: int) -> Spectrum:
    moments = Moments.of(rows)
    if moments.complete:
        return principal_components(moments, k)
    return refine(rows, principal_components(PairwiseMoments.of(rows), k))


def _wide(rows: np.ndarray, k: int, seed: int) -> Spectrum:
    return _in_passes(rows, k, seed) if _has_gaps(rows) else from_few_rows(rows, k)


def _in_passes(rows: np.ndarray, k: int, seed: int) -> Spectrum:
    start = subspace_iteration(rows, k, seed=seed)
    return refine(rows, start) if _has_gaps(rows) else start


def _has_gaps(rows: np.ndarray) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return not np.isfinite(rows.sum(dtype=float))
