"""The rules that choose a type."""

import datetime as dt
import re
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from diabolo.data.inference import MANY_NUMBERS, infer
from diabolo.errors import ConstantColumnWarning, DiaboloWarning, EmptyColumnWarning, IdentifierColumnWarning
from diabolo.frames import Frame

N = 200
RNG = np.random.default_rng(0)
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(int(i)) for i in RNG.integers(0, 500, N)]

KINDS = {
    "truth": (RNG.random(N) < 0.3, "binary"),
    "two words": (RNG.choice(["no", "yes"], N), "binary"),
    "two whole numbers": (RNG.choice([1, 2], N), "binary"),
    "two numbers with gaps": (RNG.choice([0.0, 1.0, np.nan], N), "binary"),
    "two amounts": (RNG.choice([0.5, 9.25], N), "binary"),
    "words": (RNG.choice(list("abcde"), N), "categorical"),
    "many words": ([f"w{i}" for i in RNG.integers(0, 150, N)], "categorical"),
    "category": (pd.Categorical(RNG.choice(list("abc"), N)), "categorical"),
    "ordered category": (pd.Categorical(RNG.choice(list("abc"), N), list("cab"), ordered=True), "ordinal"),
    "ordered pair": (pd.Categorical(RNG.choice(list("ab"), N), list("ba"), ordered=True), "ordinal"),
    "stars": (RNG.integers(1, 6, N), "ordinal"),
    "skewed stars": (np.r_[np.ones(150), RNG.integers(1, 6, 50)].astype(int), "ordinal"),
    "stars with gaps": (np.where(RNG.random(N) < 0.1, np.nan, RNG.integers(1, 6, N)), "ordinal"),
    "stars as floats": (RNG.integers(1, 6, N).astype(float), "continuous"),
    "children": (RNG.poisson(0.8, N), "count"),
    "visits": (RNG.geometric(0.02, N) - 1, "count"),
    "visits with gaps": (np.where(RNG.random(N) < 0.1, np.nan, RNG.geometric(0.02, N)), "count"),
    "visits in unsigned bytes": (np.minimum(RNG.geometric(0.05, N) - 1, 255).astype(np.uint8), "count"),
    "population": (np.exp(RNG.normal(12, 2, N)).astype(int), "continuous"),
    "inflated amounts": (np.where(RNG.random(N) < 0.9, 0, RNG.integers(500, 3000, N)), "continuous"),
    "age": (RNG.integers(18, 90, N), "continuous"),
    "temperature": (RNG.integers(-30, 30, N), "continuous"),
    "numbers": (RNG.normal(size=N), "continuous"),
    "numbers with infinities": (np.where(RNG.random(N) < 0.1, np.inf, RNG.normal(size=N)), "continuous"),
    "numbers from unique and ascending ranks": (np.sort(RNG.normal(size=N)), "continuous"),
    "dates": (DAYS, "datetime"),
    "times of day": ([dt.time(int(h)) for h in RNG.integers(0, 24, N)], "continuous"),
    "durations": (pd.to_timedelta(RNG.integers(0, 900, N), unit="s"), "continuous"),
    "times": (pd.to_datetime(DAYS).tz_localize("UTC"), "datetime"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name):
    cells, kind = KINDS[name]
    assert infer(Frame.of(pd.DataFrame({name: cells})))[name].kind == kind


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_does_not_hang_on_the_order_of_rows_or_on_the_other_columns(name):
    cells, kind = KINDS[name]
    rows = np.random.default_rng(1).permutation(N)
    table = pd.DataFrame({"before": RNG.normal(size=N), name: cells, "after": RNG.integers(1, 6, N)}).iloc[
        rows
    ]
    assert infer(Frame.of(table))[name].kind == kind


LEFT_OUT = {
    "row": (np.arange(N), IdentifierColumnWarning, f"{N} different whole numbers"),
    "sorted keys": (np.cumsum(RNG.integers(1, 9, N)), IdentifierColumnWarning, "whole numbers"),
    "customer_id": (RNG.permutation(10**6)[:N], IdentifierColumnWarning, "whole numbers"),
    "customerId": (RNG.permutation(10**6)[:N], IdentifierColumnWarning, "whole numbers"),
    "uuid": (
        [f"{i:032x}" for i in RNG.permutation(N)],
        IdentifierColumnWarning,
        f"{N} different values in {N} rows",
    ),
    "names": ([f"n{i}" for i in range(N - 5)] + ["n1"] * 5, IdentifierColumnWarning, "195 different values"),
    "one number": (np.full(N, 3), ConstantColumnWarning, "one value only, 3"),
    "one number and gaps": (np.where(RNG.random(N) < 0.1, np.nan, 2.5), ConstantColumnWarning, r"only, 2\.5"),
    "one word": (["x"] * N, ConstantColumnWarning, "one value only, 'x'"),
    "one truth": ([True] * N, ConstantColumnWarning, "one value only, True"),
    "one day": ([dt.date(2020, 1, 1)] * N, ConstantColumnWarning, "2020-01-01"),
    "nothing": (np.full(N, np.nan), EmptyColumnWarning, "no value at all"),
    "no word": (pa.nulls(N, pa.string()), EmptyColumnWarning, "no value at all"),
    "no type": (pa.nulls(N), EmptyColumnWarning, "no value at all"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_left_out_with_a_reason(name):
    cells, warning, words = LEFT_OUT[name]
    found = infer(
        Frame.of({name: cells if isinstance(cells, pa.Array) else pa.array(cells, from_pandas=True)})
    )[name]
    assert found.kind is None
    assert found.warning is warning
    assert issubclass(warning, DiaboloWarning)
    assert re.search(words, found.why)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2, 3], "continuous"),
        ([3, 1], "binary"),
        ([0.1, 0.7], "continuous"),
        (["a", "b", "c"], "categorical"),
    ],
)
def test_in_a_tiny_table_being_unique_says_nothing(cells, kind):
    assert infer(Frame.of({"x": cells}))["x"].kind == kind


def test_in_a_tiny_table_the_name_counts():
    found = infer(Frame.of({"id": [7, 3, 5], "uuid": ["x", "y", "z"]}))
    assert {f.kind for f in found.values()} == {None}


def test_unique_numbers_in_any_order_are_no_identifier_without_a_name():
    assert infer(Frame.of({"amount": RNG.permutation(10**6)[:N]}))["amount"].kind == "continuous"


@pytest.mark.parametrize("shape", [(30, 5), (30, 1)])
def test_an_array_is_one_block_whatever_it_holds(shape):
    found = infer(Frame.of(np.ones(shape, int)))
    assert [f.kind for f in found.values()] == ["continuous"] * shape[1]
    assert found["x0"].options == {"scaling": "shared"}


@pytest.mark.parametrize("shape", [(9, 6, 5), (9, 6, 5, 3)])
def test_images(shape):
    assert infer(Frame.of(np.zeros(shape, np.uint8)))["image"].kind == "image"


def test_wide_tables_of_numbers_are_measurements():
    pixels = RNG.poisson(0.5, (N, MANY_NUMBERS))
    table = pd.DataFrame({f"p{i}": pixels[:, i] for i in range(MANY_NUMBERS)})
    table["p1"] = RNG.choice([0, 7], N)
    table["p2"] = RNG.choice([0, 1], N)
    found = infer(Frame.of(table))
    assert found["p0"].kind == found["p1"].kind == "continuous"
    assert found["p2"].kind == "binary"
    assert infer(Frame.of(table.drop(columns="p0")))["p3"].kind == "count"


def test_a_rare_value_beyond_the_sample_is_not_overlooked():
    cells = np.zeros(20000)
    cells[::2] = 1
    cells[777] = 0.5
    assert infer(Frame.of({"x": cells}))["x"].kind == "continuous"


@pytest.mark.parametrize("width", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_very_many_columns_take_seconds(width):
    x = np.random.default_rng(0).normal(size=(50, width)).astype(np.float32)
    frame = Frame.of(pa.table({f"c{i}": x[:, i] for i in range(x.shape[1])}))
    began = time.perf_counter()
    found = infer(frame)
    assert {f.kind for f in found.values()} == {"continuous"}
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize(
    ("cells", "way"),
    [
        (["01/02/2026", "03/04/2026", "n/a"], "--kind born=datetime:day or datetime:month"),
        (["31.01.26", "1.2.26"], "write dates as 2026-01-31"),
        (["31.02.2026", "1.2.2026"], "write dates as 2026-01-31"),
        (["1.234 €", "1.000 €"], "numbers as 1234.5"),
    ],
)
def test_text_that_can_be_read_in_two_ways_stays_text_and_says_why(cells: list[str], way: str):
    found = infer(Frame.of({"born": cells}))["born"]
    assert found.kind in ("categorical", "binary")
    assert re.search("^holds .* and stays text: ", found.unclear)
    assert way in found.unclear
