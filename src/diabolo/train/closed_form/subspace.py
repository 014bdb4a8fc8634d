r"""Principal components of very wide data: randomized subspace iteration, streamed over blocks of rows.

Each pass multiplies an orthonormal basis :math:`Q` of k + p columns by the covariance without ever
forming it, :math:`Y = X_c^\top (X_c Q)`, and takes :math:`Q \leftarrow \mathrm{qr}(Y)`; memory is d (k +
p). It stops when the residual :math:`\lVert C v - \lambda v \rVert` of each wanted component is small
beside the largest variance.

References
----------
Halko, Martinsson & Tropp (2011), Finding structure with randomness, SIAM Review 53(2), algorithm 4.4.
"""

import numpy as np
import torch

from diabolo.train.closed_form.blocks import (
    as_rows,
    check_squares,
    in_order,
    row_blocks,
    seen_values,
    working_dtype,
)
from diabolo.train.closed_form.spectrum import Spectrum, oriented

__all__ = ["subspace_iteration"]

TOLERANCE = 1e-6
FEWEST_EXTRA = 10


def subspace_iteration(
    data: np.ndarray | torch.Tensor, k: int, *, seed: int = 0, max_passes: int = 20
) -> Spectrum:
    """Take the first k principal components in a few passes over the rows; gaps count as the column's mean.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing.
    k : how many, at most min(n, d).
    seed : of the first basis.
    max_passes : over the data, at most; each also serves as a power iteration.

    Examples
    --------
    >>> rows = np.array([[0.0, 1.0, 2.0], [3.0, 5.0, 2.0], [6.0, 9.0, 2.0]])
    >>> subspace_iteration(rows, 1).variance.round(6)
    array([25.])
    """
    rows = as_rows(data)
    n, d = rows.shape
    width = min(k + max(k, FEWEST_EXTRA), n, d)
    mean = _mean(rows)
    basis = _orthonormal(np.random.default_rng(seed).standard_normal((d, width)))
    freedom, passes = max(n - 1, 1), 0
    while True:
        image, total = _multiply(rows, mean, basis)
        check_squares(total * total)  # the residual's norm squares eigenvalues
        values, vectors, residual = _ritz(basis, image, k)
        passes += 1
        if passes >= max_passes or residual.max() <= TOLERANCE * values[0]:
            return Spectrum(n, mean, oriented(vectors.T), values / freedom, total / freedom)
        basis = _orthonormal(image)


def _ritz(basis: np.ndarray, image: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Best k eigenvalues and vectors within the basis, and by how much each fails to be one."""
    values, turn = np.linalg.eigh(basis.T @ image)
    values, turn = np.maximum(values[::-1][:k], 0.0), turn[:, ::-1][:, :k]
    vectors = basis @ turn
    return values, vectors, np.linalg.norm(image @ turn - vectors * values, axis=0)


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    return np.linalg.qr(columns)[0]


def _mean(rows: np.ndarray) -> np.ndarray:
    """Mean of the seen cells of each column; zero where none was seen."""

    def sums(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, seen = seen_values(block, np.zeros(rows.shape[1]))
        return values.sum(axis=0), seen.sum(axis=0)

    parts = [*in_order(sums, row_blocks(rows), rows.shape[1])]
    return sum(p[0] for p in parts) / np.maximum(sum(p[1] for p in parts), 1)


def _multiply(rows: np.ndarray, mean: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, float]:
    """Scatter matrix times basis, (d, width), and the trace of the scatter matrix."""
    dtype = working_dtype(rows.dtype)
    basis = basis.astype(dtype)
    center = mean.astype(dtype)

    def part(block: np.ndarray) -> tuple[np.ndarray, float]:
        values = np.asarray(block - center, dtype)
        values[~np.isfinite(values)] = 0.0
        return values.T @ (values @ basis), float(np.einsum("ij,ij->i", values, values).sum(dtype=float))

    image, total = np.zeros(basis.shape), 0.0
    for product, squares in in_order(part, row_blocks(rows), rows.shape[1]):
        image += product
        total += squares
    return image, total
