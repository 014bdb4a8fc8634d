"""Where the data lie along each dimension of the code."""

import dataclasses
from typing import Any

import numpy as np

from diabolo.errors import ParameterError
from diabolo.maps.rows import codes_of
from diabolo.models.defaults import whole
from diabolo.models.linear import LinearAutoencoder

__all__ = ["Ranges", "of_codes", "ranges_of"]

OUTER = 0.01  # quantile at either end where a traversal begins and ends
USUAL, FARTHEST = 2.0, 4.0  # standard deviations, where only these are known


@dataclasses.dataclass(frozen=True, eq=False)
class Ranges:
    """Usual and whole range of every dimension.

    Parameters
    ----------
    mean : array, shape (k,)
        Mean code.
    spread : array, shape (k,)
        Standard deviations.
    low, high : array, shape (k,), or None
        1 % and 99 % quantiles; None where nothing is known.
    least, most : array, shape (k,), or None
        Smallest and largest value.

    Examples
    --------
    >>> Ranges(np.zeros(2)).far(0, np.zeros(3)) is None
    True
    """

    mean: np.ndarray
    spread: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    least: np.ndarray | None = None
    most: np.ndarray | None = None

    def steps(self, j: int, count: int) -> np.ndarray:
        """Evenly spaced values over the usual range of a dimension.

        Raises
        ------
        ParameterError
            No range is known, or fewer than two values are asked for.

        Examples
        --------
        >>> of_codes(np.arange(101.0)[:, None]).steps(0, 3)
        array([ 1., 50., 99.])
        """
        if self.low is None or self.high is None:
            raise ParameterError(
                "this model does not know where data lie in its latent space: give X=..., rows whose codes tell, or "
                "values=[...]."
            )
        return np.linspace(self.low[j], self.high[j], whole("steps", count, 2))

    def far(self, j: int, values: np.ndarray) -> np.ndarray | None:
        """Which values lie beyond all data.

        Examples
        --------
        >>> of_codes(np.arange(3.0)[:, None]).far(0, np.array([1.0, 2.5]))
        array([False,  True])
        """
        if self.least is None or self.most is None:
            return None
        slack = 1e-6 * (self.most[j] - self.least[j])  # codes are float32
        return (values < self.least[j] - slack) | (values > self.most[j] + slack)


def ranges_of(model: Any, X: Any = None, codes: np.ndarray | None = None) -> Ranges:
    """Ranges of a model's dimensions: of the codes of rows, else as far as the model knows.

    Parameters
    ----------
    model : estimator
    X : table, array or images, optional
    codes : array, shape (n, k), optional
        Their codes, where they are known already.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [0.0, 3.0], [0.0, 5.0]])
    >>> ranges_of(LinearAutoencoder(1).fit(X)).high
    array([4.])
    """
    if X is not None or codes is not None:
        return of_codes(codes_of(model, X, codes))
    mean = np.zeros(model.n_components_)
    if not isinstance(model, LinearAutoencoder):
        return Ranges(mean)
    spread = np.ones_like(mean) if model.whiten else np.sqrt(model.explained_variance_)
    return Ranges(mean, spread, -USUAL * spread, USUAL * spread, -FARTHEST * spread, FARTHEST * spread)


def of_codes(codes: np.ndarray) -> Ranges:
    """Ranges of codes (n, k).

    Examples
    --------
    >>> of_codes(np.array([[0.0], [4.0]])).mean
    array([2.])
    """
    low, high = np.quantile(codes, [OUTER, 1 - OUTER], axis=0)
    mean, spread = codes.mean(0, dtype=np.float64), codes.std(0, dtype=np.float64)
    return Ranges(mean, spread, low, high, codes.min(0).astype(float), codes.max(0).astype(float))
