r"""Rows with missing cells: pairwise moments to start from, probabilistic PCA to refine and to project.

Under probabilistic PCA a row is :math:`x = \mu + W z + \epsilon` with :math:`z \sim N(0, I)` and
:math:`\epsilon \sim N(0, \sigma^2 I)`. A missing cell drops out of the likelihood, so the code of a row with gaps is
the posterior mean given the cells :math:`o` that were seen,

.. math:: E[z] = (W_o^\top W_o + \sigma^2 I)^{-1} W_o^\top (x_o - \mu_o),

and EM over these posteriors finds the parameters. As :math:`\sigma^2 \to 0` it becomes least squares on the seen cells.

References
----------
Roweis (1998), EM algorithms for PCA and SPCA, NIPS 10.
Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3).
Ilin & Raiko (2010), Practical approaches to principal component analysis in the presence of missing values, JMLR 11.
"""

from dataclasses import dataclass

import numpy as np
import torch

from diabolo.errors import DataError
from diabolo.train.closed_form.blocks import as_rows, in_order, row_blocks
from diabolo.train.closed_form.moments import Moments

__all__ = ["PairwiseMoments", "encode_seen", "refine"]

MAX_PASSES = 30
TOLERANCE = 1e-3  # of the noise's change from pass to pass


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
        data : (n, d), NaN where a cell is missing.

        Raises
        ------
        DataError
            If a cell is infinite.
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

    def covariance(self) -> np.ndarray:
        r"""Covariance over the rows in which both columns were seen, around the columns' own means, (d, d).

        It is unbiased where cells are missing at random; its few negative eigenvalues, if any, are noise and are cut
        off by :func:`~diabolo.train.closed_form.spectrum.principal_components`.
        """
        center = np.diag(self.sums) / np.maximum(np.diag(self.counts), 1)
        products = self.products - center[:, None] * self.sums.T - self.sums * center
        products += self.counts * np.outer(center, center)
        return products / np.maximum(self.counts - 1, 1)


def _mean_of_seen(block: np.ndarray) -> np.ndarray:
    seen = np.isfinite(block)
    return np.where(seen, block, 0).sum(axis=0, dtype=float) / np.maximum(seen.sum(axis=0), 1)


def _split(block: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shifted values, zero where missing, and the mask of the seen cells, both float64."""
    if np.isinf(block).any():
        raise DataError("The data hold infinity: replace it by NaN, which means missing.")
    missing = np.isnan(block)
    values = block - shift
    values[missing] = 0.0
    return values, (~missing).astype(float)


def _pairs_of_block(block: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, seen = _split(block, shift)
    return seen.T @ seen, values.T @ seen, values.T @ values


def _posterior(values: np.ndarray, seen: np.ndarray, loadings: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean (n, k) and covariance over noise (n, k, k) of the codes of centered rows, given their seen cells."""
    d, k = loadings.shape
    pairs = (loadings[:, :, None] * loadings[:, None, :]).reshape(d, k * k)
    precision = (seen @ pairs).reshape(-1, k, k) + noise * np.eye(k)
    spread = np.linalg.inv(precision)
    return (spread @ (values @ loadings)[:, :, None])[:, :, 0], spread


def encode_seen(
    data: np.ndarray | torch.Tensor, mean: np.ndarray, components: np.ndarray, variance: np.ndarray, noise: float
) -> np.ndarray:
    r"""Project rows with gaps: the best guess of the projection that the full row would have had.

    The posterior mean under probabilistic PCA given the seen cells, scaled so that a row without gaps gets exactly its
    orthogonal projection :math:`V (x - \mu)`.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing.
    mean : (d,).
    components : (k, d), orthonormal rows :math:`V`.
    variance : (k,), variance along each component, in squared units.
    noise : variance of what the components leave over, per column, in squared units.

    Returns
    -------
    (n, k) float64.

    References
    ----------
    Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3), section 4.

    Examples
    --------
    >>> components = np.array([[0.6, 0.8]])
    >>> encode_seen(np.array([[0.6, 0.8], [0.6, np.nan]]), np.zeros(2), components, np.ones(1), 0.0)
    array([[1.],
           [1.]])
    """
    # Where a component has no variance at all, its prior would forbid any code but zero.
    floor = max(noise, 1e-12 * float(np.max(variance, initial=0.0)), np.finfo(float).tiny)
    signal = np.maximum(variance - noise, floor)
    loadings = components.T * np.sqrt(signal)
    gain = (signal + floor) / np.sqrt(signal)

    def code(block: np.ndarray) -> np.ndarray:
        values, seen = _split(block, mean)
        full = seen.all(axis=1)[:, None]
        guess = _posterior(values, seen, loadings, floor)[0] * np.sqrt(signal)
        return np.where(full, guess * gain / np.sqrt(signal), guess)

    return np.concatenate([*in_order(code, row_blocks(as_rows(data)), len(mean))])
