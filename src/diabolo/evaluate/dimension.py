r"""How many dimensions rows vary in, told by the distances between neighbors; no model is trained.

Around a point of a smooth d-dimensional set the number of others within a distance r grows as rᵈ, so the ratios of the
distances to the nearest few tell d. :func:`two_nn` and :func:`mle` read it at the smallest distances there are, where
noise, which has as many dimensions as the row, is all there is to see; and where d is large, few rows cannot fill the
space and both come out too small. :func:`intrinsic_dimension` looks at the scale at which noise no longer matters, and
corrects for the number of rows.

References
----------
Levina & Bickel, "Maximum likelihood estimation of intrinsic dimension", NIPS 2004.
MacKay & Ghahramani, "Comments on 'Maximum likelihood estimation of intrinsic dimension'", 2005.
Facco, d'Errico, Rodriguez & Laio, "Estimating the intrinsic dimension of datasets by a minimal neighborhood
information", Scientific Reports 2017.
Denti, Doimo, Laio & Mira, "The generalized ratios intrinsic dimension estimator", Scientific Reports 2022.
Minka, "Automatic choice of dimensionality for PCA", NIPS 2000.
"""

import functools
from typing import Any

import numpy as np
import torch
from scipy.special import digamma
from sklearn.decomposition import PCA

from diabolo.errors import DataError, TooFewRowsError
from diabolo.neighbors import search
from diabolo.randomness import derive

__all__ = ["intrinsic_dimension", "minka", "mle", "two_nn"]

MOST_ROWS = 5_000  # that two_nn and mle look at
SAMPLE = (
    2_000  # that the corrected estimate looks at: a thinner sample has larger distances beside the same noise
)
FEWEST_ROWS = 30
TIE, MOST_TIES = 1e-9, 0.05  # relative difference of equal distances; share of the rows that may have them
WIDE = 16  # between the numbers of neighbors whose distances are set beside each other on a grid
ABOVE_NOISE = 1.5  # squared distance to a neighbor beside what noise alone would make of it
FALLING = (
    0.05  # a scale is past the noise where the next one gives an estimate that is at most so much smaller
)
MOST_CORRECTED = 40  # dimensions: more cannot be told apart by any number of rows one has


def two_nn(X: Any, *, discard: float = 0.1, random_state: int = 0) -> float | None:
    r"""Intrinsic dimension by the two nearest neighbors.

    The ratio μ = r₂ / r₁ of a row's distances to its two nearest neighbors has P(μ ≤ x) = 1 − x⁻ᵈ wherever rows lie
    evenly at that scale; d is the slope of −log(1 − F(μ)) on log μ through the origin.

    Where rows lie on a grid, both neighbors of many rows are equally far, and the ratio tells the grid, not the rows. If so
    for over a twentieth of them, d = (ψ(16k) − ψ(k)) / mean log(r₁₆ₖ / rₖ) is taken instead, at the first scale
    k = 2, 4, ... at which distances differ.

    Parameters
    ----------
    X : array, shape (n, ...)
        Rows; of more than 5,000 a sample is taken, of equal ones one.
    discard : float
        Share of the largest ratios that is left out.
    random_state : int
        Of the sample.

    Returns
    -------
    float or None
        None where distances are equal at every scale, as between the corners of a simplex.

    Raises
    ------
    TooFewRowsError
        Fewer than 30 rows differ.
    DataError
        A number is missing or infinite.

    References
    ----------
    Facco et al., Scientific Reports 2017; Denti et al., Scientific Reports 2022 (ratios of further neighbors).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> round(two_nn(rng.uniform(size=(1000, 3)) @ rng.normal(size=(3, 20))))
    3
    """
    points = _distinct(X, MOST_ROWS, random_state)
    r = neighbor_distances(points, 2)
    if _ties(r[:, 0], r[:, 1]) > MOST_TIES:
        return _beyond_ties(points)
    mu = np.sort(np.log(r[:, 1] / r[:, 0]))[: int(len(r) * (1 - discard))]
    y = -np.log1p(-np.arange(1, len(mu) + 1) / len(r))
    return float(mu @ y / (mu @ mu))


def mle(X: Any, *, k: tuple[int, int] = (10, 20), random_state: int = 0) -> float | None:
    r"""Intrinsic dimension by maximum likelihood from the nearest neighbors.

    1/d is the mean over rows and j < k of log(r_k / r_j) (MacKay and Ghahramani's mean, of inverses), averaged as d over
    k from 10 to 20.

    Parameters
    ----------
    X : array, shape (n, ...)
        Rows; of more than 5,000 a sample is taken, of equal ones one.
    k : (int, int)
        Smallest and largest number of neighbors, from 3.
    random_state : int
        Of the sample.

    Returns
    -------
    float or None
        None where all those neighbors are equally far.

    Raises
    ------
    TooFewRowsError
        Fewer than 30 rows differ.
    DataError
        A number is missing or infinite.

    References
    ----------
    Levina & Bickel, NIPS 2004; MacKay & Ghahramani 2005.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> round(mle(rng.uniform(size=(1000, 3)) @ rng.normal(size=(3, 20))))
    3
    """
    points = _distinct(X, MOST_ROWS, random_state)
    low, high = (min(number, len(points) - 1) for number in k)
    logs = np.log(neighbor_distances(points, high))
    inverse = [(logs[:, j - 1, None] - logs[:, : j - 1]).mean() for j in range(low, high + 1)]
    return float(np.mean(np.reciprocal(inverse))) if min(inverse) > TIE else None


def minka(X: Any) -> int | None:
    """Number of principal components with the largest evidence under probabilistic PCA (Minka's rule).

    It believes in one noise level for all columns, and takes every departure from that, such as the borders of images,
    for a component: on images it keeps nearly all (664 of the 673 pixels of MNIST that vary).

    Parameters
    ----------
    X : array, shape (n, ...)

    Returns
    -------
    int or None
        None where there are not more rows than columns, or fewer than two columns: the evidence is not defined.

    References
    ----------
    Minka, "Automatic choice of dimensionality for PCA", NIPS 2000.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> minka(rng.normal(size=(500, 3)) @ rng.normal(size=(3, 10)) + 0.1 * rng.normal(size=(500, 10)))
    3
    """
    points = _matrix(X)
    if not len(points) > points.shape[1] > 1:
        return None
    return int(PCA(n_components="mle", svd_solver="full").fit(points).n_components_)


def intrinsic_dimension(X: Any, *, random_state: int = 0) -> float:
    r"""Intrinsic dimension at a scale above the noise, corrected for the number of rows.

    1. Principal components whose variance is no more than that of noise (the edge of the Marchenko-Pastur law) are
       dropped; the variance σ² of the others is that of noise in each of the m directions that are left.
    2. At each scale k = 1, 2, 4, ... the distances r to the k-th and 2k-th neighbor give
       d = (ψ(2k) − ψ(k)) / mean log(r₂ₖ / rₖ), which is unbiased where rows lie evenly.
    3. Each is replaced by the dimension at which as many rows, drawn from a cube and from a sphere, give the same d: this
       takes off what few rows, borders and large k do.
    4. The answer is that of the smallest scale that noise does not reach: the median r² is over 1.5 times the 2mσ² that
       two noisy rows would have at one place, and the next scale's dimension is not smaller by more than 5 %.

    Parameters
    ----------
    X : array, shape (n, ...)
        Rows; of more than 2,000 a sample is taken, of equal ones one.
    random_state : int
        Of the sample.

    Raises
    ------
    TooFewRowsError
        Fewer than 30 rows differ.
    DataError
        A number is missing or infinite.

    References
    ----------
    Denti et al., Scientific Reports 2022 (step 2).

    Examples
    --------
    A noisy circle in 20 dimensions: the nearest neighbors see the noise, the dimension is one.

    >>> rng = np.random.default_rng(0)
    >>> angle = rng.uniform(0, 2 * np.pi, 2000)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], 1) @ rng.normal(size=(2, 20))
    >>> X = circle + 0.05 * rng.normal(size=(2000, 20))
    >>> round(two_nn(X)), round(intrinsic_dimension(X))
    (13, 1)
    """
    points, noise = _above_noise(_distinct(X, SAMPLE, random_state))
    ratios, squares = _by_scale(points)
    found = [_corrected(ratio, len(points), scale) for scale, ratio in enumerate(ratios)]
    at = next((i for i, square in enumerate(squares) if square > ABOVE_NOISE * noise), len(found) - 1)
    while at + 1 < len(found) and found[at + 1] < found[at] * (1 - FALLING):
        at += 1
    return float(min(found[at], points.shape[1]))


def neighbor_distances(points: np.ndarray, k: int) -> np.ndarray:
    """Distances (n, k) of every row to its k nearest others, nearest first.

    Examples
    --------
    >>> neighbor_distances(np.array([[0.0], [1.0], [3.0]]), 1).ravel()
    array([1., 1., 2.])
    """
    return search(torch.from_numpy(points), k)[0].numpy()


def _matrix(X: Any) -> np.ndarray:
    """Rows as float64 (n, D)."""
    points = np.asarray(X, dtype=np.float64)
    points = points.reshape(len(points), -1) if points.ndim != 1 else points[:, None]
    if not np.isfinite(points).all():
        raise DataError(
            "a number is missing or infinite, so that distances are not defined: fill gaps first."
        )
    return points


def _sample(n: int, count: int, random_state: int) -> np.ndarray:
    """Row numbers, sorted."""
    rng = np.random.default_rng(derive(random_state, "dimension"))
    return np.sort(rng.choice(n, count, replace=False))


def _distinct(X: Any, most: int, random_state: int) -> np.ndarray:
    """Rows that differ, at most so many; between equal ones there is no ratio of distances."""
    points = _matrix(X)
    if len(points) > most:
        points = points[_sample(len(points), most, random_state)]
    points = np.unique(points, axis=0)
    if len(points) < FEWEST_ROWS:
        raise TooFewRowsError(
            f"{len(points)} rows differ: the dimension of fewer than {FEWEST_ROWS} cannot be told."
        )
    return points


def _ties(near: np.ndarray, far: np.ndarray) -> float:
    """Share of the rows that have two neighbors at one distance."""
    return float((far <= near * (1 + TIE)).mean())


def _beyond_ties(points: np.ndarray) -> float | None:
    """The dimension that a wide ratio of distances means, from the first scale on at which they differ."""
    scales = _scales(len(points))[1:]
    r = neighbor_distances(points, 2 * scales[-1])
    k = next((k for k in scales if _ties(r[:, k - 1], r[:, 2 * k - 1]) <= MOST_TIES), None)
    if k is None:
        return None
    far = min(WIDE * k, 2 * scales[-1])  # over many shells of a grid what each adds evens out
    return float((digamma(far) - digamma(k)) / np.log(r[:, far - 1] / r[:, k - 1]).mean())


def _above_noise(points: np.ndarray) -> tuple[np.ndarray, float]:
    """The rows in the principal components above the noise, and 2mσ², the squared distance that noise makes."""
    n, width = points.shape
    scores, variances = _components(points - points.mean(0))
    edge = 1.1 * (1 + np.sqrt(width / n)) ** 2  # a little beyond the largest variance that noise has
    noise = variances[-max(3, width // 5) :].mean() if width > 3 else 0.0
    m = max(1, int((variances > edge * noise).sum()))
    if m < width:  # once more with the variance of all that is dropped
        noise = variances[m:].mean()
        m = max(1, int((variances > edge * noise).sum()))
    m = min(m, scores.shape[1])
    return scores[:, :m], 2 * m * float(noise)


def _components(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores of centered rows on their principal components, and all D variances, by the smaller Gram matrix."""
    n, width = x.shape
    if width <= n:
        values, directions = np.linalg.eigh(x.T @ x)
        return x @ directions[:, ::-1], values[::-1].clip(0) / (n - 1)
    values, left = np.linalg.eigh(x @ x.T)
    values = values[::-1].clip(0)
    return left[:, ::-1] * np.sqrt(values), np.concatenate([values, np.zeros(width - n)]) / (n - 1)


def _by_scale(points: np.ndarray) -> tuple[list[float], list[float]]:
    """At k = 1, 2, 4, ...: the dimension that the ratio r₂ₖ / rₖ means, and the median of r²ₖ."""
    scales = _scales(len(points))
    r = neighbor_distances(points, 2 * scales[-1])
    ratios = [_ratio(r[:, k - 1], r[:, 2 * k - 1], k) for k in scales]
    return ratios, [float(np.median(r[:, k - 1] ** 2)) for k in scales]


def _scales(n: int) -> list[int]:
    """Numbers of neighbors: powers of two, up to an eighth of the rows and 128."""
    return [2**i for i in range(8) if i == 0 or 2**i <= n // 8]


def _ratio(near: np.ndarray, far: np.ndarray, k: int) -> float:
    return float((digamma(2 * k) - digamma(k)) / max(np.log(far / near).mean(), 1e-12))


def _corrected(ratio: float, n: int, scale: int) -> float:
    """The dimension at which n ideal rows give this ratio estimate, between whole dimensions on a line."""
    start = max(0, int(ratio) - 2)
    below = _ideal(n, start)[scale] if 0 < start <= MOST_CORRECTED else 0.0
    for d in range(start + 1, MOST_CORRECTED + 1):
        here = _ideal(n, d)[scale]
        if here >= ratio > below:
            return d - 1 + (ratio - below) / (here - below)
        below = here
    return ratio


@functools.lru_cache(maxsize=256)
def _ideal(n: int, d: int) -> tuple[float, ...]:
    """Ratio estimates by scale of n rows without noise: mean of a d-cube, all border, and a d-sphere, without one."""
    rng = np.random.default_rng(derive(0, "ideal", n, d))
    ball = rng.normal(size=(n, d + 1))
    sphere = ball / np.linalg.norm(ball, axis=1, keepdims=True)
    both = [_by_scale(rows)[0] for rows in (rng.uniform(size=(n, d)), sphere)]
    return tuple(float(mean) for mean in np.mean(both, axis=0))
