r"""Mean and scatter of a data set in one pass, exact in float32, mergeable.

The state :math:`(n, \bar x, M)` with :math:`M = \sum_i (x_i - \bar x)(x_i - \bar x)^\top` is all that PCA
needs. Each block of rows is centered on its own mean before its product is formed, so that nothing
cancels: float32 columns with mean 1000 and spread 6 keep seven digits, where :math:`X^\top X - n \bar x
\bar x^\top` keeps none. Products are float32 when the data are; sums over blocks are float64.

References
----------
Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37(3).
"""

from dataclasses import dataclass

import numpy as np
import torch

from diabolo.train.closed_form.blocks import (
    SMALL,
    as_rows,
    centered_on_own_mean,
    in_order,
    row_blocks,
    seen_values,
    working_dtype,
)

__all__ = ["Moments", "PairwiseMoments"]

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
        """
        rows = as_rows(data)
        dtype = working_dtype(rows.dtype) if rows.size > SMALL else np.dtype("float64")
        moments = _moments(rows, dtype)
        if dtype == np.float32 and not moments._within_float32():
            return _moments(rows, np.dtype("float64"))
        return moments

    @property
    def complete(self) -> bool:
        """Whether every cell was a finite number."""
        return bool(np.isfinite(self.mean).all())

    def update(self, data: np.ndarray | torch.Tensor) -> "Moments":
        """Add rows; returns itself.

        Parameters
        ----------
        data : (n, d), the columns of the rows seen so far.
        """
        return self.merge(Moments.of(data))

    @np.errstate(over="ignore", invalid="ignore")
    def merge(self, other: "Moments") -> "Moments":
        r"""Add the rows of another; returns itself.

        .. math:: M \leftarrow M + M' + \frac{n n'}{n + n'} \delta \delta^\top, \quad
            \delta = \bar x' - \bar x

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
        """Whether squares neither overflowed nor vanished; gaps are not judged here."""
        variance = self.scatter.trace() / self.n
        return not self.complete or SAFE_VARIANCE[0] < variance < SAFE_VARIANCE[1]


@dataclass
class PairwiseMoments:
    r"""Counts, sums and products over the rows in which both columns of a pair were seen.

    Parameters
    ----------
    n : number of rows.
    shift : (d,), a point near the data that is subtracted from every row, so that nothing cancels.
    counts : (d, d), rows in which columns i and j were both seen.
    sums : (d, d), sum of the shifted column i over the rows in which j was seen too.
    products : (d, d), sum of shifted column i times shifted column j.

    Examples
    --------
    >>> moments = PairwiseMoments.of(np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 6.0]]))
    >>> moments.mean, moments.counts
    (array([3., 4.]), array([[3., 2.],
           [2., 2.]]))
    """

    n: int
    shift: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    products: np.ndarray

    @classmethod
    def of(cls, data: np.ndarray | torch.Tensor) -> "PairwiseMoments":
        """Take the moments of a matrix with gaps in one pass over its rows.

        Parameters
        ----------
        data : (n, d), NaN or infinite where a cell is missing.
        """
        rows = as_rows(data)
        shift = _mean_of_seen(next(row_blocks(rows)))
        counts, sums, products = (np.zeros((rows.shape[1],) * 2) for _ in range(3))
        for parts in in_order(lambda b: _pairs_of_block(b, shift), row_blocks(rows), rows.shape[1]):
            for total, part in zip((counts, sums, products), parts, strict=True):
                total += part
        return cls(len(rows), shift, counts, sums, products)

    @classmethod
    def from_moments(cls, moments: Moments) -> "PairwiseMoments":
        """Look at the moments of rows without gaps as pairwise ones.

        Parameters
        ----------
        moments : of complete rows.
        """
        counts = np.full_like(moments.scatter, moments.n)
        return cls(moments.n, moments.mean, counts, np.zeros_like(counts), moments.scatter.copy())

    @property
    def mean(self) -> np.ndarray:
        """Mean of the seen cells of each column, (d,); the shift where no cell was seen."""
        return self.shift + np.diag(self.sums) / np.maximum(np.diag(self.counts), 1)

    def update(self, data: np.ndarray | torch.Tensor) -> "PairwiseMoments":
        """Add rows; returns itself.

        Parameters
        ----------
        data : (n, d), NaN where a cell is missing.
        """
        return self.merge(PairwiseMoments.of(data))

    @np.errstate(over="ignore", invalid="ignore")
    def merge(self, other: "PairwiseMoments") -> "PairwiseMoments":
        """Add the rows of another, moved to this one's shift; returns itself.

        Parameters
        ----------
        other : moments of other rows of the same columns; kept as they are.
        """
        step = (other.shift - self.shift)[:, None]
        self.products += other.products + step * other.sums.T + other.sums * step.T
        self.products += other.counts * step * step.T
        self.sums += other.sums + other.counts * step
        self.counts += other.counts
        self.n += other.n
        return self

    @np.errstate(over="ignore", invalid="ignore")
    def covariance(self) -> np.ndarray:
        r"""Covariance over the rows in which both columns were seen, around the columns' own means, (d, d).

        It is unbiased where cells are missing at random; its few negative eigenvalues, if any, are noise
        and are cut off by :func:`~diabolo.train.closed_form.spectrum.principal_components`.
        """
        center = np.diag(self.sums) / np.maximum(np.diag(self.counts), 1)
        products = self.products - center[:, None] * self.sums.T - self.sums * center
        products += self.counts * np.outer(center, center)
        return products / np.maximum(self.counts - 1, 1)


@np.errstate(over="ignore", invalid="ignore")
def _mean_of_seen(block: np.ndarray) -> np.ndarray:
    seen = np.isfinite(block)
    return np.where(seen, block, 0).sum(axis=0, dtype=float) / np.maximum(seen.sum(axis=0), 1)


def _pairs_of_block(block: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, seen = seen_values(block, shift)
    return seen.T @ seen, values.T @ seen, values.T @ values


@np.errstate(over="ignore", invalid="ignore")
def _moments(rows: np.ndarray, dtype: np.dtype) -> Moments:
    """Within-block scatters plus the scatter of the block means (the law of total variance)."""
    n, d = rows.shape
    products = np.zeros((d, d))
    sizes, centers, rests = [], [], []
    for size, center, rest, part in in_order(lambda b: _of_block(b, dtype), row_blocks(rows), d):
        products += part
        sizes.append(size)
        centers.append(center)
        rests.append(rest)
    weights, rest = np.asarray(sizes, float)[:, None], np.asarray(rests)
    means = np.asarray(centers) + rest
    mean = (weights * means).sum(axis=0) / n
    products += ((means - mean) * weights).T @ (means - mean)
    products -= (rest * weights).T @ rest
    return Moments(n, mean, products)


def _of_block(block: np.ndarray, dtype: np.dtype) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Size, center, rest of the mean, and products of one block, all its work in cache."""
    rows, center, rest = centered_on_own_mean(block, dtype)
    with np.errstate(all="ignore"):
        return len(block), center, rest, rows.T @ rows
