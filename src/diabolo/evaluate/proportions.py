"""Shares of rows, and how far such a share can be trusted."""

import math

from scipy.stats import beta, norm

from diabolo.errors import ParameterError

__all__ = ["clopper_pearson", "wilson"]


def wilson(hits: int, rows: int, confidence: float = 0.95) -> tuple[float, float]:
    r"""Interval of a share, good also for few rows and near 0 and 1.

    With p = hits/rows and z the quantile of the normal distribution,

    .. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}.

    Parameters
    ----------
    hits, rows : int
    confidence : float
        In (0, 1).

    Returns
    -------
    (low, high) : float
        Both in [0, 1]; (0, 1) of no rows.

    Raises
    ------
    ParameterError
        There are more hits than rows, or the confidence lies outside.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.

    Examples
    --------
    >>> low, high = wilson(8, 10)
    >>> round(low, 4), round(high, 4)
    (0.4902, 0.9433)
    """
    _check(hits, rows, confidence)
    if rows == 0:
        return 0.0, 1.0
    p, z2 = hits / rows, float(norm.ppf((1 + confidence) / 2)) ** 2
    middle, width = p + z2 / (2 * rows), math.sqrt(z2 * (p * (1 - p) / rows + z2 / (4 * rows**2)))
    low, high = ((middle + side * width) / (1 + z2 / rows) for side in (-1, 1))
    return (0.0 if hits == 0 else low), (1.0 if hits == rows else high)


def clopper_pearson(hits: int, rows: int, alpha: float = 0.001) -> float:
    """The share is at least this, with probability 1 − alpha: the exact one-sided bound.

    Parameters
    ----------
    hits, rows : int
    alpha : float
        In (0, 1).

    Raises
    ------
    ParameterError
        There are more hits than rows, or alpha lies outside.

    References
    ----------
    Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 1934.

    Examples
    --------
    >>> round(clopper_pearson(100, 100, 0.001), 4)  # 0.001 ** (1 / 100)
    0.9333
    """
    _check(hits, rows, alpha)
    return float(beta.ppf(alpha, hits, rows - hits + 1)) if hits else 0.0


def _check(hits: int, rows: int, share: float) -> None:
    if not 0 <= hits <= rows:
        raise ParameterError(f"{hits} of {rows} is no share: give counts from 0 to the number of rows.")
    if not 0 < share < 1:
        raise ParameterError(f"{share} is no probability strictly between 0 and 1.")
