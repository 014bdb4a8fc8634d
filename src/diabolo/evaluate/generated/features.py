"""Cells as the features of a classifier: trees take them as they are, a linear one scaled and one of many."""

from typing import Any

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler

from diabolo.evaluate.generated.cells import Cells

__all__ = ["boosted", "features", "learned", "logistic"]

MOST_LEVELS = 250  # of a column that the trees can split as levels; the rarer ones are one
ITERATIONS = 100


def features(cells: Cells, leave_out: int | None = None) -> np.ndarray:
    """Rows as floats, NaN where missing, levels by their codes.

    Parameters
    ----------
    cells : Cells
    leave_out : int, optional
        A column that is not to be among them.

    Returns
    -------
    float64 array, shape (n, columns)

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> features(*read(Frame.of({"age": [31.5, None, 47.0], "city": ["Rome", "Bonn", "Rome"]})))
    array([[31.5,  0. ],
           [ nan,  1. ],
           [47. ,  0. ]])
    """
    columns = [_floats(column) for j, column in enumerate(cells.columns) if j != leave_out]
    return np.stack(columns, 1) if columns else np.zeros((len(cells), 0))


def _floats(column: np.ndarray) -> np.ndarray:
    """One column."""
    if column.dtype.kind == "f":
        return column
    return np.where(column < 0, np.nan, np.minimum(column, MOST_LEVELS - 1))


def _levels(cells: Cells, leave_out: int | None = None) -> list[bool]:
    """Which features are codes of levels."""
    return [not cells.is_number(j) for j in range(len(cells.names)) if j != leave_out]


def boosted(cells: Cells, seed: int, leave_out: int | None = None, *, regress: bool = False) -> Any:
    """Gradient-boosted trees at scikit-learn's defaults, that know which features are levels.

    Parameters
    ----------
    cells : Cells
        Whose columns the features are.
    seed : int
    leave_out : int, optional
        As for :func:`features`.
    regress : bool
        Whether a number is to be foretold.

    Returns
    -------
    Unfitted scikit-learn estimator.

    References
    ----------
    Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NeurIPS 2017.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> boosted(*read(Frame.of({"age": [31, 47]})), seed=0).random_state
    0
    """
    made: Any = HistGradientBoostingRegressor if regress else HistGradientBoostingClassifier
    return made(categorical_features=_levels(cells, leave_out), random_state=seed % 2**32)


def learned(model: Any, X: np.ndarray, y: np.ndarray) -> Any:
    """Fit a model where columns may have no number in any row, of which trees would make no bins.

    Parameters
    ----------
    model : scikit-learn estimator
    X : array, shape (n, columns)
    y : array, shape (n,)

    Returns
    -------
    The model.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> X = np.array([[np.nan, 0.0]] * 30 + [[np.nan, 1.0]] * 30)
    >>> learned(HistGradientBoostingClassifier(), X, X[:, 1]).predict(X[:1])
    array([0.])
    """
    return model.fit(np.where(np.isnan(X).all(0), 0.0, X), y)


def logistic(cells: Cells) -> Any:
    """Logistic regression: numbers by their quartiles, gaps at the mean, levels as one of many.

    Parameters
    ----------
    cells : Cells
        Whose columns the features are.

    Returns
    -------
    Unfitted scikit-learn estimator.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> len(logistic(*read(Frame.of({"age": [31, 47]}))).steps)
    2
    """
    levels = np.array(_levels(cells))
    encoded = make_column_transformer(
        (make_pipeline(SimpleImputer(keep_empty_features=True), RobustScaler()), ~levels),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), levels),
    )
    return make_pipeline(encoded, LogisticRegression(max_iter=ITERATIONS))
