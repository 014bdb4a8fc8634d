"""Limits in words of the data, and those that a fitted schema knows."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from diabolo import Schema
from diabolo.attacks import PGD, Limits, Linf
from diabolo.errors import BoundsError, ImmutableError, ParameterError
from diabolo.frames import Frame
from tests.attacks.conftest import affine


@pytest.fixture
def table(rng) -> pa.Table:
    return pa.table(
        {
            "age": rng.integers(18, 80, 200),
            "income": rng.normal(3000, 400, 200),
            "city": rng.choice(["Bonn", "Ulm"], 200),
            "smoker": rng.integers(0, 2, 200),
        }
    )


def schema_of(table: pa.Table) -> Schema:
    return Schema.fit(Frame.of(table), override={"age": "continuous", "smoker": "binary"})


def test_a_schema_knows_ranges_units_and_what_is_whole(table):
    limits = Limits.from_schema(schema_of(table))
    age, income, city, smoker = range(4)
    assert limits.names == ("age", "income", "city", "smoker")
    assert limits.low[age] == min(table["age"].to_pylist())
    assert limits.high[income] == pytest.approx(max(table["income"].to_pylist()))
    assert limits.scale[income] == pytest.approx(np.std(table["income"].to_numpy()), rel=0.1)
    assert (limits.low[smoker], limits.high[smoker]) == (0, 1)
    assert smoker in limits.whole
    assert limits.immutable == [city]
    assert limits.unit == "the scale of each feature (standard deviations)"


def test_the_unit_can_be_that_of_the_column(table):
    limits = Limits.from_schema(schema_of(table), in_deviations=False)
    assert limits.scale is None
    assert limits.unit == "the unit of the data"


def test_arrays_and_images_count_in_their_own_unit(rng):
    array = Limits.from_schema(Schema.fit(Frame.of(rng.normal(size=(50, 3)))))
    image = Limits.from_schema(Schema.fit(Frame.of(rng.integers(0, 255, (50, 4, 4)).astype(np.uint8))))
    assert array.scale is None is image.scale
    assert image.high.max() == 255
    assert image.whole is True


def test_an_attack_on_a_table_keeps_kind_and_whole_columns(rng):
    frame = pa.table({"age": rng.integers(18, 80, 60), "income": rng.normal(3000, 400, 60)})
    schema = Schema.fit(Frame.of(frame), override={"age": "continuous"})
    net = affine(np.array([[0.1, 0.002], [-0.1, -0.002]]), np.array([-10.0, 10.0]))
    limits = Limits.from_schema(schema, rises=["age"])
    found = PGD(Linf(0.5)).run(net, frame, bounds=limits)
    assert isinstance(found.X, pa.Table)
    assert found.X.schema == frame.schema
    assert (found.X["age"].to_numpy() >= frame["age"].to_numpy()).all()
    assert found.success.any()
    assert found.norm.max() <= 0.5 + 1e-6  # standard deviations
    assert "standard deviations" in str(found)


def test_rows_beyond_the_training_range_are_not_refused(rng):
    schema = Schema.fit(Frame.of({"a": rng.uniform(size=50).tolist(), "b": rng.uniform(size=50).tolist()}))
    Limits.of(schema).domain(Linf(0.1), torch.tensor([[5.0, 0.5]]))


@pytest.mark.parametrize("bounds", [None, (0, 1), [0, 1], Limits(0, 1)])
def test_bounds_come_in_several_kinds(bounds):
    assert isinstance(Limits.of(bounds), Limits)


@pytest.mark.parametrize("bounds", [1.0, (0, 1, 2), "unit"])
def test_other_bounds_are_refused(bounds):
    with pytest.raises(BoundsError, match="give \\(low, high\\)"):
        Limits.of(bounds)


def test_bounds_of_each_feature_take_the_shape_of_a_row():
    domain = Limits([0, 1, 2, 3], [9, 9, 9, 9]).domain(Linf(0.5), torch.full((2, 1, 2, 2), 5.0))
    assert domain.box(torch.full((1, 1, 2, 2), 5.0))[0].tolist() == [[-5, -4, -3, -2]]
    with pytest.raises(BoundsError, match="do not fit rows of shape"):
        Limits([0, 1, 2]).domain(Linf(0.5), torch.full((2, 1, 2, 2), 5.0))


def test_features_have_names_or_positions():
    limits = Limits(0, 1, immutable=["b"], rises=[0], names=("a", "b"))
    low, high = limits.domain(Linf(0.5), torch.full((1, 2), 0.5)).box(torch.full((1, 2), 0.5))
    assert (low.tolist(), high.tolist()) == ([[0.0, 0.0]], [[0.5, 0.0]])
    with pytest.raises(ParameterError, match="there is no feature 'c'; there are a, b"):
        Limits(immutable=["c"], names=("a", "b")).domain(Linf(0.5), torch.zeros(1, 2))
    with pytest.raises(ParameterError, match="there is no feature 2; there are 0 to 1"):
        Limits(immutable=[2]).domain(Linf(0.5), torch.zeros(1, 2))


@pytest.mark.parametrize(
    "limits", [Limits(immutable=[0, 1]), Limits([0, 0.5], [0, 0.5]), Limits(0, 1, rises=[0, 1], falls=[0, 1])]
)
def test_something_has_to_be_left(limits):
    with pytest.raises(ImmutableError, match="nothing is left"):
        limits.domain(Linf(0.5), torch.tensor([[0.0, 0.5]]))
