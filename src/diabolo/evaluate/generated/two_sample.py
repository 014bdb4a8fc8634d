"""Whether a classifier can tell generated rows from real ones."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from diabolo.evaluate.generated.cells import Cells
from diabolo.evaluate.generated.features import boosted, features, learned, logistic
from diabolo.randomness import derive

__all__ = ["areas", "two_sample", "two_sample_logistic"]

FOLDS = 3


def two_sample(real: Cells, generated: Cells, seed: int = 0) -> tuple[float, float]:
    """Score of gradient-boosted trees that are to tell rows apart: 1 − mean(2 max(½, AUC) − 1) over three folds.

    Parameters
    ----------
    real, generated : Cells
        Equally many rows are taken of both.
    seed : int
        Of the rows taken, the folds and the trees.

    Returns
    -------
    (score, auc)
        1 and ½ where nothing tells them apart, 0 and 1 where everything does.

    References
    ----------
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> rng = np.random.default_rng(0)
    >>> far = rng.normal(9, 1, (60, 1))
    >>> two_sample(*read(Frame.of(rng.normal(0, 1, (60, 1))), Frame.of(far)))
    (0.0, 1.0)
    """
    return _score(areas(real, generated, lambda cells: boosted(cells, derive(seed, "trees")), seed))


def two_sample_logistic(real: Cells, generated: Cells, seed: int = 0) -> float:
    """The same by logistic regression, which sees each column by itself and is blind for what joins them.

    Parameters
    ----------
    real, generated : Cells
    seed : int

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=200)
    >>> apart = np.stack([x, rng.permutation(x)], 1)
    >>> two_sample_logistic(*read(Frame.of(np.stack([x, x], 1)), Frame.of(apart))) > 0.8
    True
    """
    return _score(areas(real, generated, logistic, seed))[0]


def areas(real: Cells, generated: Cells, classifier: Callable[[Cells], Any], seed: int = 0) -> list[float]:
    """Area under the ROC curve of a classifier on each of three stratified folds.

    Parameters
    ----------
    real, generated : Cells
    classifier : callable
        Cells -> unfitted scikit-learn classifier of their features.
    seed : int

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> areas(*read(Frame.of({"x": [0.0] * 6 + [1.0]}), Frame.of({"x": [9.0] * 7})), logistic)
    [1.0, 1.0, 1.0]
    """
    rng = np.random.default_rng(derive(seed, "two samples"))
    n = min(len(real), len(generated))
    X = np.concatenate([features(table.sample(n, rng)) for table in (real, generated)])
    y = np.repeat([0, 1], n)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=derive(seed, "folds") % 2**32)
    return [_area(classifier(real), X[fit], y[fit], X[ask], y[ask]) for fit, ask in folds.split(X, y)]


def _area(model: Any, X: np.ndarray, y: np.ndarray, asked: np.ndarray, truth: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # one that has not quite converged is as good a judge
        warnings.simplefilter("ignore", RuntimeWarning)  # quartiles of a column that does not vary
        return float(roc_auc_score(truth, learned(model, X, y).predict_proba(asked)[:, 1]))


def _score(found: list[float]) -> tuple[float, float]:
    """Score, and mean area."""
    return 1 - float(np.mean([2 * max(0.5, area) - 1 for area in found])), float(np.mean(found))
