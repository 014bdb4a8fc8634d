import numpy as np
import pytest

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.privacy import nearest, nearness
from diabolo.evaluate.generated.space import Space
from diabolo.frames import Frame


@pytest.mark.parametrize("held_out", [100, 300, 600])
def test_fresh_rows_are_as_near_to_either_whatever_their_numbers(cells, held_out):
    train, test, fresh = cells
    found = nearness(Space.of(*cells), train, test.take(np.arange(held_out)), fresh)
    assert found.dcr_share == pytest.approx(0.5, abs=0.08)
    assert found.near < 0.06


def test_copies_are_found(cells):
    train, test, _ = cells
    found = nearness(Space.of(*cells), train, test.take(np.arange(100)), train)
    assert (found.dcr_share, found.near, found.copies) == (1.0, 1.0, 1.0)
    assert nearness(Space.of(*cells), train, test, cells[2]).copies == 0.0


def test_copies_that_were_rounded_on_their_way_are_copies():
    rng = np.random.default_rng(0)
    X = rng.normal(1e4, 1e3, (200, 3))
    cells = read(*map(Frame.of, (X, rng.normal(1e4, 1e3, (200, 3)), X.astype(np.float32), X + 0.1)))
    found = [nearness(Space.of(*cells), *cells[:2], rows).copies for rows in cells[2:]]
    assert found == [1.0, 0.0]


def test_rows_that_few_values_make_count_by_how_many_are_as_near():
    rng = np.random.default_rng(0)
    tables = [
        Frame.of({"a": rng.choice(["x", "y"], n), "b": rng.choice(["u", "v"], n)}) for n in (900, 100, 400)
    ]
    cells = read(*tables)
    assert nearness(Space.of(*cells), *cells).dcr_share == pytest.approx(0.5, abs=0.05)


def test_half_copies_lie_between(cells):
    train, test, fresh = cells
    columns = [
        np.where(np.arange(600) < 300, a, b) for a, b in zip(train.columns, fresh.columns, strict=True)
    ]
    mixed = type(fresh)(fresh.names, fresh.kinds, fresh.levels, tuple(columns))
    found = nearness(Space.of(*cells), train, test, mixed)
    assert found.dcr_share == pytest.approx(0.75, abs=0.06)
    assert found.copies == 0.5


def test_the_nearest_training_row(cells):
    train = cells[0]
    distance, row = nearest(Space.of(*cells), train, train.take(np.array([5, 3])))
    assert (distance.tolist(), row.tolist()) == ([0.0, 0.0], [5, 3])
