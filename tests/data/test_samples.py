"""The data that come with the package."""

import warnings

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from diabolo.data.samples import CITIES, digit_labels, digits, people
from diabolo.frames import Frame


def test_digits():
    images, labels = digits(), digit_labels()
    assert images.shape == (1797, 8, 8)
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (0, 1)
    assert (images * 16 == np.rint(images * 16)).all()
    assert np.bincount(labels).min() > 170


def test_the_same_seed_gives_the_same_people():
    assert people(300, seed=3).equals(people(300, seed=3))
    assert not people(300, seed=3).equals(people(300, seed=4))


def test_people_need_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = Frame.of(people())
    assert frame.n_rows == 2000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return people()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("income", 0.05, 0.15),
        ("weight", 0.05, 0.15),
        ("joined", 0.03, 0.07),
        ("last_visit", 0.1, 0.4),
        ("age", 0, 0),
    ],
)
def test_gaps(table: pa.Table, name: str, low: float, high: float):
    assert low <= table.column(name).null_count / table.num_rows <= high


def test_gaps_depend_on_other_columns(table: pa.Table):
    silent = table.column("income").is_null().to_numpy()
    savings = table.column("savings").to_numpy()
    assert np.median(savings[silent]) > 2 * np.median(savings[~silent])
    assert (table.column("last_visit").is_null().to_numpy() == (table.column("visits").to_numpy() == 0)).all()


def test_shapes_of_columns(table: pa.Table):
    income = table.column("income").drop_null().to_numpy()
    assert income.max() > 10 * np.median(income)
    assert 0.2 < (table.column("savings").to_numpy() == 0).mean() < 0.45
    assert 0 < pc.sum(pc.equal(table.column("city"), CITIES[-1])).as_py() < 0.03 * table.num_rows
    assert pc.count_distinct(table.column("person_id")).as_py() == table.num_rows
    assert pc.count_distinct(table.column("country")).as_py() == 1
    assert table.schema.field("schooling").type.ordered
    assert table.schema.field("last_visit").type.tz == "Europe/Berlin"


def test_three_dimensions_explain_much(table: pa.Table):
    x = Frame.of(table).numbers(("age", "income", "savings", "weight", "visits", "joined"))
    x = np.column_stack([x[:, 0], np.log(x[:, 1]), np.log1p(x[:, 2]), x[:, 3:]])
    x = x[~np.isnan(x).any(1)]
    variances = np.sort(np.linalg.eigvalsh(np.corrcoef(x.T)))[::-1]
    assert variances[:3].sum() / variances.sum() > 0.75
