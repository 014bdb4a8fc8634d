"""Which cells of a batch may move, in which unit, and how far."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.attacks import L2, Linf
from diabolo.data.schema import Schema
from diabolo.errors import EpsilonError, ParameterError
from diabolo.frames import Frame
from diabolo.models.surroundings import Surroundings

RANDOM = np.random.default_rng(0)


def seen(X, ball, **override):
    frame = Frame.of(X)
    schema = Schema.fit(frame, override or None)
    return schema, schema.to_batch(frame), Surroundings.of(schema, ball)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_pixels_move_in_the_unit_they_came_in_and_stay_light(dtype):
    white = 255 if dtype is np.uint8 else 1
    X = (white * RANDOM.random((20, 4, 4))).astype(dtype)
    schema, batch, around = seen(X, Linf(0.2 * white))
    moved = around.domain.project(around.cells(batch) + 1.0, around.cells(batch))
    table = np.asarray(schema.to_table({"image": moved}, Frame.of(X).template), float)
    np.testing.assert_allclose(
        table,
        np.minimum(X + 0.2 * white, schema.columns[0].high * white),
        atol=1e-5 * white + 0.5 * (dtype is np.uint8),
    )


def test_numbers_of_an_array_move_in_their_unit():
    X = RANDOM.normal(50, 20, (30, 3))
    schema, batch, around = seen(X, L2(5.0))
    random = torch.Generator().manual_seed(0)
    cells = around.domain.project(
        around.cells(batch) + torch.randn(30, 3, generator=random), around.cells(batch)
    )
    table = schema.to_table({"continuous": cells}, Frame.of(X).template)
    np.testing.assert_allclose(np.linalg.norm(table - X, axis=1), 5.0, rtol=1e-4)


def test_columns_of_a_table_move_in_deviations_and_within_their_range():
    X = pd.DataFrame(
        {"a": RANDOM.normal(0, 1, 60), "b": RANDOM.normal(0, 100, 60), "town": ["x", "y", "z"] * 20}
    )
    schema, batch, around = seen(X, Linf(0.5))
    moved = around.moved(batch, around.domain.project(around.cells(batch) + 9.0, around.cells(batch)))
    table = schema.to_table(moved.values, Frame.of(X).template)
    for name in ("a", "b"):
        wanted = np.minimum(X[name] + 0.5 * X[name].std(ddof=0), X[name].max())
        np.testing.assert_allclose(table[name], wanted, rtol=1e-4, atol=1e-4)
    assert list(table["town"]) == list(X["town"])


def test_blocks_lie_side_by_side():
    X = pd.DataFrame({"a": RANDOM.normal(size=40), "b": RANDOM.normal(size=40)})
    kinds = {
        "a": {"kind": "continuous", "scaling": "standard"},
        "b": {"kind": "continuous", "scaling": "quantile"},
    }
    _, batch, around = seen(X, L2(1.0), **kinds)
    assert len(around.keys) == 2
    cells = around.cells(batch)
    assert cells.shape == (40, 2)
    again = around.moved(batch, cells)
    assert all(torch.equal(again.values[key], batch.values[key]) for key in batch.values)


def test_draws_lie_in_the_ball_and_may_leave_the_light():
    _, batch, around = seen(RANDOM.random((40, 6, 6)), Linf(0.1))
    torch.manual_seed(0)
    change = around.anywhere(around.cells(batch)) - around.cells(batch)
    assert 0.099 < change.max() <= 0.1
    assert -0.1 <= change.min() < -0.099
    assert change.mean().abs() < 0.01  # also of dark pixels


def test_what_cannot_move_is_refused():
    with pytest.raises(ParameterError, match="a level has no neighborhood"):
        seen(pd.DataFrame({"town": ["x", "y", "z"] * 20}), Linf(0.1))
    with pytest.raises(
        EpsilonError, match=r"changes nothing of images that came as bytes.*Linf\(0.3 \* 255\)"
    ):
        seen(RANDOM.integers(0, 256, (20, 4, 4)).astype(np.uint8), Linf(0.3))
    _, batch, around = seen(RANDOM.random((20, 4, 4)), Linf(30.0))
    with pytest.raises(EpsilonError, match="larger than the whole range"):
        around.check(batch)
