import warnings
from pathlib import Path

import numpy as np
import pytest

import diabolo
from diabolo.errors import ExtraColumnWarning, InfiniteValueWarning, UnknownCategoryWarning

pytestmark = pytest.mark.toy


@pytest.mark.parametrize("method", ["fit", "transform", "reconstruct"])
def test_warnings_point_at_the_line_that_called(method: str, rng: np.random.Generator):
    X = rng.normal(size=(40, 3))
    model = diabolo.LinearAutoencoder(1).fit(X)
    X[3, 1] = np.inf
    with warnings.catch_warnings(record=True, action="always") as told:
        getattr(model, method)(X)
    (one,) = [w for w in told if w.category is InfiniteValueWarning]
    assert Path(one.filename) == Path(__file__)


def test_so_do_warnings_of_columns(rng: np.random.Generator):
    table = {"x": rng.normal(size=40), "y": rng.choice(["a", "b"], 40)}
    model = diabolo.LinearAutoencoder(1).fit(table)
    with warnings.catch_warnings(record=True, action="always") as told:
        model.transform({"x": table["x"], "y": ["c"] * 40, "z": table["x"]})
    assert {w.category for w in told} == {UnknownCategoryWarning, ExtraColumnWarning}
    assert {Path(w.filename) for w in told} == {Path(__file__)}
