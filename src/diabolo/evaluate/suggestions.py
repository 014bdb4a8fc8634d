"""Rules that read a number of dimensions off a curve of errors or off the rows themselves."""

from typing import Any

import numpy as np

from diabolo.errors import TooFewRowsError
from diabolo.evaluate.dimension import intrinsic_dimension, minka, mle, two_nn

__all__ = ["RULES", "estimates", "knee", "recommended", "within"]

RESOLUTION = 1e-6  # of the largest error: what is smaller is rounding
SHARE = 0.05
WIDEST_MINKA = 100  # columns: beyond it the rule takes minutes, and keeps nearly all of them

RULES = {
    "dimension": "intrinsic dimension of the rows, by ratios of distances at a scale above the noise, corrected for the "
    "number of rows",
    "knee": "where the error stops falling fast: the point farthest below the line from the first to the last, "
    "errors on a logarithmic scale",
    "within_5_percent": "the smallest k whose error is within 5 % of the best",
    "two_nn": "intrinsic dimension by the two nearest neighbors (TwoNN); noise makes it too large",
    "mle": "intrinsic dimension by maximum likelihood (Levina and Bickel, 10 to 20 neighbors); too small beyond 5",
    "minka": "components with the largest evidence under probabilistic PCA (Minka); for linear data with even noise",
}
"""What each suggestion means, in the order in which they are shown."""

PREFERRED = ("dimension", "knee", "within_5_percent")


def knee(n_components: Any, error: Any) -> int | None:
    """Where a curve of errors stops falling fast.

    On the plane of k and log error a line is drawn from the first point to the last; the knee is the point that lies
    farthest below it (Kneedle, for a falling curve). On this scale a straight line is an error that falls by the same
    share with every number.

    Parameters
    ----------
    n_components : array of int, shape (m,)
        Rising.
    error : array, shape (m,)

    Returns
    -------
    int or None
        One of ``n_components``; None where no point lies below the line, by a hundredth of its height at least.

    References
    ----------
    Satopää et al., "Finding a 'kneedle' in a haystack", ICDCS Workshops 2011.

    Examples
    --------
    >>> knee([1, 2, 3, 4, 5, 6], [64.0, 16.0, 4.0, 3.8, 3.6, 3.4])
    3
    """
    k, logs = np.asarray(n_components, float), np.log(_resolved(error))
    if len(k) < 3 or logs[-1] >= logs[0]:
        return None
    line = logs[0] + (k - k[0]) / (k[-1] - k[0]) * (logs[-1] - logs[0])
    depth = (line - logs) / (logs[0] - logs[-1])
    return int(k[depth.argmax()]) if depth.max() > 0.01 else None


def within(n_components: Any, error: Any, share: float = SHARE) -> int:
    """The smallest k whose error is within a share of the best.

    Parameters
    ----------
    n_components : array of int, shape (m,)
        Rising.
    error : array, shape (m,)
    share : float

    Examples
    --------
    >>> within([1, 2, 4, 8], [9.0, 4.1, 4.0, 4.2])
    2
    """
    errors = _resolved(error)
    return int(np.asarray(n_components)[np.flatnonzero(errors <= (1 + share) * errors.min())[0]])


def estimates(coordinates: np.ndarray, *, images: bool = False, random_state: int = 0) -> dict[str, float]:
    """The rules that look at rows only, each as the number it gives before rounding.

    Parameters
    ----------
    coordinates : array, shape (n, D)
        Complete.
    images : bool
        Whether they are pixels, for which Minka's rule is useless.
    random_state : int

    Returns
    -------
    dict of str to float
        Empty where fewer than 30 rows differ; without ``minka`` where that is undefined, useless or too slow, and
        without the others where distances tell nothing.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> plane = rng.normal(size=(300, 2)) @ rng.normal(size=(2, 6)) + 0.01 * rng.normal(size=(300, 6))
    >>> {rule: round(d) for rule, d in estimates(plane).items()}
    {'dimension': 2, 'two_nn': 2, 'mle': 2, 'minka': 2}
    """
    rules = {"dimension": intrinsic_dimension, "two_nn": two_nn, "mle": mle}
    try:
        found = {name: rule(coordinates, random_state=random_state) for name, rule in rules.items()}
    except TooFewRowsError:
        return {}
    found = {name: d for name, d in found.items() if d is not None}
    components = None if images or coordinates.shape[1] > WIDEST_MINKA else minka(coordinates)
    return found if components is None else found | {"minka": float(components)}


def recommended(suggested: dict[str, int]) -> str | None:
    """The rule to follow: the dimension of the rows, else the knee, else the smallest k near the best.

    No smooth code of fewer numbers than the rows vary in can tell them apart, and a few more than that are needed only
    where the rows close on themselves, as a sphere does.

    Parameters
    ----------
    suggested : dict of str to int

    Examples
    --------
    >>> recommended({"knee": 3, "within_5_percent": 8})
    'knee'
    """
    return next((rule for rule in PREFERRED if rule in suggested), None)


def _resolved(error: Any) -> np.ndarray:
    """Errors, none smaller than rounding lets one tell."""
    errors = np.asarray(error, float)
    return np.maximum(errors, max(RESOLUTION * errors.max(), 1e-300))
