r"""Mean and scatter of a data set in one pass, exact in float32, mergeable.

The state :math:`(n, \bar x, M)` with :math:`M = \sum_i (x_i - \bar x)(x_i - \bar x)^\top` is all that PCA needs. Each
block of rows is centered on its own mean before its product is formed, so that nothing cancels: float32 columns with
mean 1000 and spread 6 keep seven digits, where :math:`X^\top X - n \bar x \bar x^\top` keeps none. Products are
float32 when the data are; sums over blocks are float64.

References
----------
Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37(3).
"""

from dataclasses import dataclass

import numpy as np
import torch

from diabolo.errors import DataError
from diabolo.train.closed_form.blocks import as_rows, in_order, row_blocks, working_dtype

__all__ = ["Moments"]

# Outside of it the squares of float32 numbers overflow, or vanish.
SAFE_VARIANCE = (1e-30, 1e30)


@dataclass
class Moments:
    r"""Number of rows, mean and scatter matrix of all rows seen so far.

    Parameters
    ----------
    n : number of rows.
    mean : (d,) float64, in the data's units.
    scatter : (d, d) float64, :math:`\sum_i (x_i - \bar x)(x_i - \bar x)^\top`, in squared units.

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [2.0, 4.0]])
    >>> moments = Moments.of(rows[:1]).merge(Moments.of(rows[1:]))
    >>> moments.mean, moments.covariance()
    (array([1., 2.]), array([[2., 4.],
           [4., 8.]]))
    """

    n: int
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def of(cls, data: np.ndarray | torch.Tensor) -> "Moments":
        """Take the moments of a matrix in one pass over its rows.

        Missing cells need no pass of their own to be found: they make the mean NaN (see :attr:`complete`).

        Parameters
        ----------
        data : (n, d), of any real type, in any units.

        Raises
        ------
        DataError
            If a cell is infinite.
        """
        rows = as_rows(data)
        dtype = working_dtype(rows.dtype)
        moments = _moments(rows, dtype)
        if dtype == np.float32 and not moments._within_float32():
            return _moments(rows, np.dtype("float64"))
        if np.isinf(moments.mean).any():
            columns = np.flatnonzero(np.isinf(moments.mean)).tolist()
            raise DataError(f"Infinity in the columns {columns[:10]}: replace it by NaN, which means missing.")
        return moments

    @property
    def complete(self) -> bool:
        """Whether no cell was missing."""
        return bool(np.isfinite(self.mean).all())

    def update(self, data: np.ndarray | torch.Tensor) -> "Moments":
        """Add rows; returns itself.

        Parameters
        ----------
        data : (n, d), the columns of the rows seen so far.
        """
        return self.merge(Moments.of(data))

    def merge(self, other: "Moments") -> "Moments":
        r"""Add the rows of another: :math:`M \mathrel{+}= M' + \frac{n n'}{n + n'} \delta \delta^\top`; returns itself.

        Parameters
        ----------
        other : moments of other rows of the same columns; kept as they are.
        """
        n = self.n + other.n
        step = other.mean - self.mean
        self.scatter += other.scatter
        self.scatter += np.outer(step * (self.n * other.n / n), step)
        self.mean = self.mean + step * (other.n / n)
        self.n = n
        return self

    def covariance(self) -> np.ndarray:
        """Return the unbiased covariance, (d, d)."""
        return self.scatter / max(self.n - 1, 1)

    def _within_float32(self) -> bool:
        if np.isnan(self.mean).all() or np.isinf(self.mean).any():
            return False
        variance = np.nanmax(np.diag(self.scatter), initial=0.0) / self.n
        return SAFE_VARIANCE[0] < variance < SAFE_VARIANCE[1]


def _moments(rows: np.ndarray, dtype: np.dtype) -> Moments:
    """Within-block scatters plus the scatter of the block means (the law of total variance)."""
    n, d = rows.shape
    within = np.zeros((d, d))
    sizes, means = [], []
    for size, mean, scatter in in_order(lambda b: _of_block(b, dtype), row_blocks(rows, dtype), d):
        within += scatter
        sizes.append(size)
        means.append(mean)
    weights = np.asarray(sizes, float)
    mean = weights @ np.asarray(means) / n
    between = (np.asarray(means) - mean) * np.sqrt(weights)[:, None]
    if len(sizes) > 1:
        within += between.T @ between
    return Moments(n, mean, within)


def _of_block(block: np.ndarray, dtype: np.dtype) -> tuple[int, np.ndarray, np.ndarray]:
    """Size, mean and scatter of one block, all its work in cache."""
    ones = np.ones(len(block), dtype)
    # NaN and infinity are expected here: they mark missing cells and are judged once, from the mean of all rows.
    with np.errstate(all="ignore"):
        rows = np.asarray(block, dtype)
        center = ones @ rows / dtype.type(len(block))
        rows = rows - center
        # The center is rounded to the block's type; what it leaves over makes the mean exact.
        rest = (ones @ rows).astype(float) / len(block)
        return len(block), center.astype(float) + rest, rows.T @ rows
