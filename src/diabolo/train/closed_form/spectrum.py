r"""Principal components from moments, or from few rows: the eigenvectors of the covariance.

The linear autoencoder with squared error has the span of the first k eigenvectors as its optimum, so that
no training is needed. Where there are fewer rows than columns, the same vectors come from the smaller
matrix of products between rows: if :math:`X_c X_c^\top u = \lambda u`, then :math:`v = X_c^\top u /
\sqrt\lambda`.

References
----------
Baldi & Hornik (1989), Neural networks and principal component analysis, Neural Networks 2(1).
Turk & Pentland (1991), Eigenfaces for recognition, Journal of Cognitive Neuroscience 3(1).
"""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from scipy.linalg import eigh

from diabolo.train.closed_form.blocks import (
    SMALL,
    WIDEST_SHARED,
    as_rows,
    centered_on_own_mean,
    check_squares,
    in_order,
    one_blas_thread,
    row_blocks,
    working_dtype,
)

__all__ = ["HasCovariance", "Spectrum", "from_few_rows", "oriented", "principal_components"]


class HasCovariance(Protocol):
    """What a set of moments must tell.

    Examples
    --------
    >>> from diabolo.train.closed_form.moments import Moments
    >>> hasattr(Moments, "covariance")
    True
    """

    n: int

    @property
    def mean(self) -> np.ndarray:
        """Column means, (d,)."""
        ...

    def covariance(self) -> np.ndarray:
        """Unbiased covariance, (d, d), an array of its own."""
        ...


@dataclass(frozen=True)
class Spectrum:
    """The first k principal components of a data set.

    Parameters
    ----------
    n : rows the components come from.
    mean : (d,), in the data's units.
    components : (k, d), orthonormal rows by falling variance; the largest loading of each is positive.
    variance : (k,), variance along each component, in squared units.
    total : variance of all columns together, in squared units.
    gaps : whether cells were missing.

    Examples
    --------
    >>> spectrum = Spectrum(3, np.zeros(2), np.eye(2)[:1], np.array([3.0]), 4.0)
    >>> spectrum.ratio, spectrum.noise
    (array([0.75]), 1.0)
    """

    n: int
    mean: np.ndarray
    components: np.ndarray
    variance: np.ndarray
    total: float
    gaps: bool = False

    @property
    def ratio(self) -> np.ndarray:
        """Share of the total variance along each component, (k,); zero where nothing varies."""
        return self.variance / (self.total or 1.0)

    @property
    def singular_values(self) -> np.ndarray:
        """Singular values of the centered data, (k,), in the data's units."""
        return np.sqrt(self.variance * (self.n - 1))

    @property
    def noise(self) -> float:
        r"""Mean variance of the directions left out, :math:`\sigma^2` of probabilistic PCA."""
        left_out = min(self.n, len(self.mean)) - len(self.variance)
        rest = self.total - float(self.variance.sum())
        # A rest within rounding of zero is zero: the data have rank k.
        return rest / left_out if left_out > 0 and rest > 1e-14 * self.total else 0.0


def oriented(components: np.ndarray) -> np.ndarray:
    """Choose the sign of each row so that its loading of largest magnitude is positive, as scikit-learn does.

    Parameters
    ----------
    components : (k, d).

    Examples
    --------
    >>> oriented(np.array([[0.6, -0.8]]))
    array([[-0.6,  0.8]])
    """
    largest = np.argmax(np.abs(components), axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    return np.ascontiguousarray(components * np.where(signs == 0, 1.0, signs)[:, None])


def principal_components(moments: HasCovariance, k: int) -> Spectrum:
    r"""Take the first k eigenvectors of the covariance, :math:`C v = \lambda v`.

    Parameters
    ----------
    moments : of the data.
    k : how many, at most d.

    Examples
    --------
    >>> from diabolo.train.closed_form.moments import Moments
    >>> principal_components(Moments.of(np.array([[0.0, 1.0], [3.0, 5.0]])), 1).components
    array([[0.6, 0.8]])
    """
    covariance = moments.covariance()
    total = float(np.trace(covariance))
    values, vectors = _leading(covariance, k)
    return Spectrum(moments.n, moments.mean, oriented(vectors.T), values, total)


def from_few_rows(data: np.ndarray | torch.Tensor, k: int) -> Spectrum:
    """Take the principal components of a matrix with fewer rows than columns, exactly, in O(n^2 + dk) memory.

    Parameters
    ----------
    data : (n, d) without gaps.
    k : how many, at most n.

    Examples
    --------
    >>> from_few_rows(np.array([[0.0, 1.0, 2.0], [3.0, 5.0, 2.0]]), 1).variance
    array([12.5])
    """
    rows = as_rows(data)
    n, dtype = len(rows), working_dtype(rows.dtype) if rows.size > SMALL else np.dtype("float64")
    slabs = [slab.T for slab in row_blocks(rows.T)]
    products, means = np.zeros((n, n)), []
    for part, mean in in_order(lambda slab: _products(slab, dtype), slabs, n):
        products += part
        means.append(mean)
    check_squares(products.trace())
    # Centering again takes out what rounding left of the columns' means.
    products -= products.mean(axis=0)
    products -= products.mean(axis=1, keepdims=True)
    total = products.trace()
    values, codes = _leading(products, k)
    codes = codes.astype(dtype)
    loadings = [*in_order(lambda slab: centered_on_own_mean(slab, dtype)[0].T @ codes, slabs, n)]
    # QR completes the basis where the data have lower rank than k.
    components = np.linalg.qr(np.concatenate(loadings).astype(float))[0].T
    freedom = max(n - 1, 1)
    return Spectrum(n, np.concatenate(means), oriented(components), values / freedom, total / freedom)


def _products(slab: np.ndarray, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    rows, center, rest = centered_on_own_mean(slab, dtype)
    return rows @ rows.T, center + rest


def _leading(symmetric: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest k eigenvalues, never negative, falling, and their vectors; overwrites the matrix."""
    d = len(symmetric)
    check_squares(symmetric.trace())
    with one_blas_thread() if d <= WIDEST_SHARED else nullcontext():
        # LAPACK works in place on the transpose, which for a symmetric matrix is the same matrix.
        values, vectors = eigh(
            symmetric.T, subset_by_index=[d - k, d - 1], overwrite_a=True, check_finite=False
        )
    return np.maximum(values[::-1], 0.0), vectors[:, ::-1]
