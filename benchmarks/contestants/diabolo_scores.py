"""Diabolo's estimators as detectors of odd rows.

Parameters: `sets` (pairs of .npy files, the rows to fit and the rows to score), `estimator` (its name),
`arguments` (its keywords). Rows of a matrix are given as a table with named columns, images as they are. The
answer holds for every set the log-likelihood of each row to score and, for comparison, its reconstruction error.
"""

import warnings

import numpy as np
import pandas as pd
from clock import answer, parameters, timed

import diabolo
from diabolo.errors import DiaboloWarning


def rows(path: str) -> "pd.DataFrame | np.ndarray":
    """Columns of numbers get names, so that each is measured in its own standard deviations."""
    array = np.load(path)
    return pd.DataFrame(array).add_prefix("c") if array.ndim == 2 else array


def main() -> None:
    p = parameters()
    warnings.simplefilter("ignore", DiaboloWarning)  # constant pixels are left out
    scores, errors, seconds = [], [], 0.0
    for train, test in p["sets"]:
        known, new = rows(train), rows(test)
        numbers = {name: "continuous" for name in getattr(known, "columns", ()) if known[name].nunique() > 1}
        model = getattr(diabolo, p["estimator"])(**p["arguments"])
        fit = {"schema": numbers} if numbers else {}
        seconds += timed(lambda model=model, known=known, fit=fit: model.fit(known, **fit))["cpu_seconds"]
        scores.append(model.score_samples(new).tolist())
        errors.append(model.reconstruction_error(new).tolist())
    answer(scores=scores, errors=errors, cpu_seconds=seconds)


if __name__ == "__main__":
    main()
