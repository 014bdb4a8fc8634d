r"""Rows with missing cells: probabilistic PCA finds the components and the codes.

Under probabilistic PCA a row is :math:`x = \mu + W z + \epsilon` with :math:`z \sim N(0, I)` and
:math:`\epsilon \sim N(0, \sigma^2 I)`. A missing cell drops out of the likelihood, so the code of a row
with gaps is the posterior mean given the cells :math:`o` that were seen,

.. math:: E[z] = (W_o^\top W_o + \sigma^2 I)^{-1} W_o^\top (x_o - \mu_o),

and EM over these posteriors finds the parameters. As :math:`\sigma^2 \to 0` it becomes least squares on
the seen cells.

References
----------
Roweis (1998), EM algorithms for PCA and SPCA, NIPS 10.
Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3).
Ilin & Raiko (2010), Practical approaches to principal component analysis in the presence of missing
    values, JMLR 11.
"""

import numpy as np
import torch

from diabolo.train.closed_form.blocks import as_rows, in_order, row_blocks, seen_values
from diabolo.train.closed_form.spectrum import Spectrum, oriented

__all__ = ["encode_seen", "refine"]

MAX_PASSES = 30
TOLERANCE = 1e-3  # of the noise's change from pass to pass
NOISE_FLOOR = 1e-10  # of the variance: without noise EM would not move


def refine(data: np.ndarray | torch.Tensor, start: Spectrum) -> Spectrum:
    r"""Improve principal components of data with gaps by EM for probabilistic PCA, until the noise settles.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing.
    start : the components of :class:`~diabolo.train.closed_form.moments.PairwiseMoments`.

    Returns
    -------
    The spectrum under the model: variance :math:`\lambda` and total :math:`\sum \lambda + (d - k)
    \sigma^2`.

    Examples
    --------
    >>> rows = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, np.nan], [4.0, 4.0]])
    >>> start = Spectrum(4, np.array([2.5, 2.3]), np.array([[0.8, 0.6]]), np.array([3.0]), 4.0)
    >>> refine(rows, start).components.round(2)
    array([[0.71, 0.71]])
    """
    rows = as_rows(data)
    noise = max(start.noise, NOISE_FLOOR * start.total / len(start.mean))
    loadings = start.components.T * np.sqrt(np.maximum(start.variance - noise, noise))
    weights = np.column_stack([loadings, np.zeros(len(start.mean))])
    for _ in range(MAX_PASSES):
        before = noise
        weights, noise = _em_step(rows, start.mean, weights, noise)
        noise = max(noise, NOISE_FLOOR * start.total / len(start.mean))
        if abs(noise - before) <= TOLERANCE * before:
            break
    return _spectrum(start, weights, noise)


def _em_step(
    rows: np.ndarray, center: np.ndarray, weights: np.ndarray, noise: float
) -> tuple[np.ndarray, float]:
    """New loadings with the mean as last column, (d, k + 1), and noise: one regression per column."""
    d, width = weights.shape
    quadratic, linear = np.zeros((d, width * width)), np.zeros((d, width))
    squares, cells = 0.0, 0.0

    def expect(block: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
        values, seen = seen_values(block, center)
        codes, spread = _posterior(values - seen * weights[:, -1], seen, weights[:, :-1], noise)
        codes = np.column_stack([codes, np.ones(len(codes))])
        second = codes[:, :, None] * codes[:, None, :]
        second[:, :-1, :-1] += noise * spread
        return (
            seen.T @ second.reshape(-1, width**2),
            values.T @ codes,
            float(np.vdot(values, values)),
            float(seen.sum()),
        )

    for parts in in_order(expect, row_blocks(rows, width**2), d):
        quadratic += parts[0]
        linear += parts[1]
        squares += parts[2]
        cells += parts[3]
    # A column without a seen cell has no equation: the ridge leaves it at zero.
    ridge = 1e-12 * np.eye(width) * (1 + np.abs(quadratic).max())
    weights = np.linalg.solve(quadratic.reshape(d, width, width) + ridge, linear[:, :, None])[:, :, 0]
    return weights, float(squares - np.vdot(weights, linear)) / max(cells, 1.0)


def _spectrum(start: Spectrum, weights: np.ndarray, noise: float) -> Spectrum:
    """Turn loadings into orthonormal components by falling variance."""
    left, scale, _ = np.linalg.svd(weights[:, :-1], full_matrices=False)
    variance = scale**2 + noise
    total = float(variance.sum() + noise * (len(left) - len(scale)))
    return Spectrum(start.n, start.mean + weights[:, -1], oriented(left.T), variance, total, gaps=True)


def _posterior(
    values: np.ndarray, seen: np.ndarray, loadings: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean (n, k) and covariance over noise (n, k, k) of the codes, given the seen cells of centered rows."""
    d, k = loadings.shape
    pairs = (loadings[:, :, None] * loadings[:, None, :]).reshape(d, k * k)
    precision = (seen @ pairs).reshape(-1, k, k) + noise * np.eye(k)
    spread = np.linalg.inv(precision)
    return (spread @ (values @ loadings)[:, :, None])[:, :, 0], spread


def encode_seen(
    data: np.ndarray | torch.Tensor,
    mean: np.ndarray,
    components: np.ndarray,
    variance: np.ndarray,
    noise: float,
) -> np.ndarray:
    r"""Project rows with gaps: the expected :math:`V (x - \mu)` of the full row, given its seen cells.

    Seen cells count as they are, missing ones at their posterior mean :math:`\mu + W E[z]` under
    probabilistic PCA; a row without gaps gets its orthogonal projection.

    Parameters
    ----------
    data : (n, d), NaN where a cell is missing.
    mean : (d,).
    components : (k, d), orthonormal rows :math:`V`.
    variance : (k,), variance along each component, in squared units.
    noise : variance of each direction the components leave out, in squared units.

    Returns
    -------
    (n, k) float64.

    References
    ----------
    Tipping & Bishop (1999), Probabilistic principal component analysis, JRSS B 61(3), section 4.

    Examples
    --------
    >>> rows, components = np.array([[0.6, 0.8], [0.6, np.nan]]), np.array([[0.6, 0.8]])
    >>> encode_seen(rows, np.zeros(2), components, np.ones(1), 0.0).round(6)
    array([[1.],
           [1.]])
    """
    noise = max(noise, NOISE_FLOOR * float(np.max(variance, initial=0.0)), np.finfo(float).tiny)
    loadings = components.T * np.sqrt(np.maximum(variance - noise, noise))

    def project(block: np.ndarray) -> np.ndarray:
        values, seen = seen_values(block, mean)
        codes = values @ components.T
        gaps = ~seen.all(axis=1)
        if gaps.any():
            guess = _posterior(values[gaps], seen[gaps], loadings, noise)[0] @ loadings.T
            codes[gaps] += (guess * (1 - seen[gaps])) @ components.T
        return codes

    rows = as_rows(data)
    return np.concatenate([*in_order(project, row_blocks(rows, len(variance) ** 2), rows.shape[1])])
