"""Whether a model that learned from generated rows is as good on real ones."""

from typing import Any

import numpy as np
from sklearn.metrics import r2_score, roc_auc_score

from diabolo.evaluate.generated.cells import Cells
from diabolo.evaluate.generated.features import boosted, features, learned
from diabolo.randomness import derive

__all__ = ["choose", "usefulness"]

MOST_CLASSES = 20
FEWEST = 10  # rows of a class in training and held-out rows
FORETOLD = 0.6  # area from which on a column can be foretold
MOST_TRIED = 5


def choose(train: Cells, held_out: Cells, seed: int = 0) -> int | None:
    """The column to foretell: the last one of a few levels that trees can foretell from the others, else the last number.

    Parameters
    ----------
    train, held_out : Cells
    seed : int

    Returns
    -------
    int or None
        None where there is no such column.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> x = np.random.default_rng(0).normal(size=200)
    >>> cells, = read(Frame.of({"x": x, "side": np.where(x > 0, "right", "left")}))
    >>> choose(cells, cells)
    1
    """
    if len(train.names) < 2:
        return None
    tried = 0
    for j in reversed(range(len(train.names))):
        if not train.is_number(j) and _enough(train, j) and _enough(held_out, j) and tried < MOST_TRIED:
            tried += 1
            if (usefulness(train, held_out, j, seed) or 0.0) > FORETOLD:
                return j
    return max((j for j in range(len(train.names)) if train.is_number(j)), default=None)


def usefulness(train: Cells, held_out: Cells, target: int, seed: int = 0) -> float | None:
    """How well trees that learned from some rows foretell a column of real held-out rows: the AUC, or R² of a number.

    With more than two levels the area is the mean of one against the rest, over levels. Half, or 0 for R², is chance; a
    level that the rows do not show cannot be learned.

    Parameters
    ----------
    train : Cells
        Generated rows, or real ones beside them.
    held_out : Cells
    target : int
        The column.
    seed : int

    Returns
    -------
    float or None
        None where the held-out rows hold one level only.

    References
    ----------
    Esteban, Hyland & Rätsch, "Real-valued (medical) time series generation with recurrent conditional GANs", 2017.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> x = np.random.default_rng(0).normal(size=200)
    >>> cells, = read(Frame.of({"x": x, "side": np.where(x > 0, "right", "left")}))
    >>> usefulness(cells, cells, 1)
    1.0
    """
    given, asked = (table.take(np.flatnonzero(~table.missing(target))) for table in (train, held_out))
    if not len(given) or not len(asked):
        return None
    regress = train.is_number(target)
    given = given if regress else _met_again(given, target)
    y, truth = (table.columns[target] for table in (given, asked))
    if len(np.unique(y)) < 2:
        return 0.0 if regress else 0.5
    model = boosted(given, derive(seed, "use"), target, regress=regress)
    model = learned(model, features(given, target), y)
    X = features(asked, target)
    return float(r2_score(truth, model.predict(X))) if regress else _area(model, X, truth)


def _area(model: Any, X: np.ndarray, truth: np.ndarray) -> float | None:
    """Mean over levels of the area of one against the rest; a level that was never learned has a half."""
    scores = dict(zip(model.classes_.tolist(), model.predict_proba(X).T, strict=True))
    levels = np.unique(truth).tolist()
    if len(levels) < 2:
        return None
    chance = np.zeros(len(truth))
    found = [roc_auc_score(truth == level, scores.get(level, chance)) for level in levels]
    return float(np.mean(found))


def _met_again(cells: Cells, target: int) -> Cells:
    """Rows whose level another row has, too: trees cannot hold out a part of one."""
    column = cells.columns[target]
    return cells.take(np.flatnonzero(np.bincount(column)[column] > 1))


def _enough(cells: Cells, j: int) -> bool:
    """Whether a column has from 2 to 20 levels, each met often enough."""
    column = cells.columns[j]
    counts = np.unique(column[column >= 0], return_counts=True)[1]
    return 2 <= len(counts) <= MOST_CLASSES and int(counts.min()) >= FEWEST
