r"""How likely a row is under probabilistic PCA, with or without missing cells.

Principal components are the maximum-likelihood fit of a normal distribution whose covariance is
:math:`C = W W^\top + \sigma^2 I` with :math:`W = V^\top (\Lambda - \sigma^2 I)^{1/2}`. A missing cell is
integrated out, which for a normal distribution means to leave it away: with the seen cells :math:`o` of a row,

.. math:: \log p(x_o) = -\tfrac12 \left( n_o \log 2\pi + \log\det C_{oo}
          + (x_o - \mu_o)^\top C_{oo}^{-1} (x_o - \mu_o) \right).

With the expected code :math:`u` of the row, :math:`(x_o - \mu_o)^\top C_{oo}^{-1} (x_o - \mu_o) =
\lVert x_o - \mu_o - W_o u \rVert^2 / \sigma^2 + \lVert u \rVert^2`, which needs matrices of k x k only and
cancels nothing.

References
----------
Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3).
"""

import numpy as np
import torch

from diabolo.train.closed_form.blocks import as_rows, in_order, row_blocks, seen_values
from diabolo.train.closed_form.gaps import NOISE_FLOOR

__all__ = ["log_likelihood"]

LOG_TWO_PI = float(np.log(2 * np.pi))


def log_likelihood(
    data: np.ndarray | torch.Tensor,
    mean: np.ndarray,
    components: np.ndarray,
    variance: np.ndarray,
    noise: float,
) -> np.ndarray:
    r"""Log-density of rows under probabilistic PCA; missing cells are integrated out.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing.
    mean : (d,).
    components : (k, d), orthonormal rows :math:`V`.
    variance : (k,), variance along each component, in squared units.
    noise : variance of each direction the components leave out, in squared units; none is taken for 1e-10 of the
        largest variance.

    Returns
    -------
    (n,) float64, in nats; zero for a row without a seen cell.

    References
    ----------
    Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3), section 3.

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [0.0, np.nan]])
    >>> log_likelihood(rows, np.zeros(2), np.array([[1.0, 0.0]]), np.ones(1), 1.0).round(4)
    array([-1.8379, -0.9189])
    """
    noise = max(noise, NOISE_FLOOR * float(np.max(variance, initial=0.0)), np.finfo(float).tiny)
    loadings = components.T * np.sqrt(np.maximum(variance - noise, 0.0))

    def density(block: np.ndarray) -> np.ndarray:
        values, seen = seen_values(block, mean)
        gaps = ~seen.all(axis=1)
        if not gaps.any():
            return _complete(values, components, np.maximum(variance, noise), noise)
        result = np.empty(len(values))
        result[~gaps] = _complete(values[~gaps], components, np.maximum(variance, noise), noise)
        result[gaps] = _with_gaps(values[gaps], seen[gaps], loadings, noise)
        return result

    rows = as_rows(data)
    return np.concatenate([*in_order(density, row_blocks(rows, len(variance) ** 2), rows.shape[1])])


def _complete(values: np.ndarray, components: np.ndarray, variance: np.ndarray, noise: float) -> np.ndarray:
    """Rows without gaps, centered: distance in units of each component's spread, and of the noise beside them."""
    k, d = components.shape
    codes = values @ components.T
    rest = np.square(values - codes @ components).sum(1) / noise if d > k else 0.0
    log_det = np.log(variance).sum() + (d - k) * np.log(noise)
    return -0.5 * (d * LOG_TWO_PI + log_det + np.square(codes) @ (1.0 / variance) + rest)


def _with_gaps(values: np.ndarray, seen: np.ndarray, loadings: np.ndarray, noise: float) -> np.ndarray:
    """Rows with gaps, centered and zero where missing: the same with each row's own loadings."""
    d, k = loadings.shape
    pairs = (loadings[:, :, None] * loadings[:, None, :]).reshape(d, k * k)
    precision = (seen @ pairs).reshape(-1, k, k) / noise + np.eye(k)
    codes = np.linalg.solve(precision, (values @ loadings)[:, :, None] / noise)[:, :, 0]
    rest = np.square(values - seen * (codes @ loadings.T)).sum(1) / noise
    cells = seen.sum(1)
    log_det = np.linalg.slogdet(precision)[1] + cells * np.log(noise)
    return -0.5 * (cells * LOG_TWO_PI + log_det + np.square(codes).sum(1) + rest)
