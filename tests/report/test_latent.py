import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from diabolo.report.latent import MOST_LEVELS, STEPS, coloring, scatter


def chunked(*cells) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells)])


@pytest.mark.parametrize("k", [1, 2, 3, 10])
def test_any_code_is_a_plane(k: int, rng: np.random.Generator):
    codes = rng.normal(size=(50, k))
    found = scatter(codes, np.arange(50.0), (), 99)
    assert (len(found.x), len(found.y), found.rows) == (50, 50, 99)
    assert found.x == pytest.approx(codes[:, 0], abs=1e-6) if k < 3 else found.x_label.startswith("first")


def test_the_plane_is_that_of_largest_variance(rng: np.random.Generator):
    codes = rng.normal(size=(500, 4)) * [1, 10, 3, 0.1]
    found = scatter(codes, np.ones(500), (), 500)
    assert abs(np.corrcoef(found.x, codes[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(found.y, codes[:, 2])[0, 1]) > 0.99


def test_few_numbers_are_levels_unless_they_have_an_order():
    cells = chunked(3, 1, None, 3)
    plain, ordered = coloring("x", cells), coloring("x", cells, ordered=True)
    assert (plain.scale, plain.codes, plain.legend) == ("levels", (1, 0, -1, 1), ("1", "3"))
    assert (ordered.scale, ordered.codes, ordered.legend) == ("steps", (1, 0, -1, 1), ("1", "3"))


@pytest.mark.parametrize("scale", [1.0, 1e6])
def test_steps_hold_equally_many(scale: float, rng: np.random.Generator):
    found = coloring("x", chunked(*(scale * rng.normal(size=700))))
    assert np.bincount(found.codes).tolist() == [100] * STEPS
    assert len(found.legend) == STEPS


def test_a_column_of_ties_has_fewer_steps():
    found = coloring("x", chunked(*[0.0] * 90, *np.arange(1.0, 21.0)))
    assert len(found.legend) == max(found.codes) + 1 < STEPS
    assert found.legend[0] == "0"


def test_times_are_dates():
    days = [dt.datetime(2020, 1, 1) + dt.timedelta(days=i) for i in range(70)]
    assert coloring("t", chunked(*days)).legend[0] == "2020-01-01 to 2020-01-10"


def test_many_levels_are_grouped():
    cells = chunked(*[f"c{i:02}" for i in range(30) for _ in range(30 - i)])
    found = coloring("c", cells)
    assert len(found.legend) == MOST_LEVELS
    assert found.legend[-1] == "21 others"
    assert max(found.codes) == MOST_LEVELS - 1


@pytest.mark.parametrize(
    "cells", [chunked(None, None), pa.chunked_array([pa.array([None, None], pa.float64())])]
)
def test_a_column_of_gaps_has_one_color(cells: pa.ChunkedArray):
    found = coloring("x", cells, ordered=True)
    assert (found.codes, found.legend) == ((-1, -1), ())
