"""Real numbers: scale, quantile map, inflated values, ranges (what all columns share: tests/contracts)."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diabolo.columns import Continuous
from diabolo.distributions import Gaussian, Inflated
from diabolo.errors import DataError
from diabolo.frames import Frame

TABLES = arrays(
    np.float64,
    st.tuples(st.integers(2, 30), st.integers(1, 3)),
    elements=st.one_of(st.floats(-6e4, 6e4, width=16), st.just(np.nan), st.just(0.0)),
)


def column_of(x: np.ndarray, scaling: str = "standard") -> tuple[Continuous, Frame]:
    frame = Frame.of({f"c{j}": x[:, j] for j in range(x.shape[1])})
    return Continuous.fit(frame, frame.names, scaling=scaling), frame


def back(column: Continuous, values: torch.Tensor) -> np.ndarray:
    table = column.from_tensor(values)
    return np.stack([table[name].to_numpy(zero_copy_only=False) for name in column.names], 1)


@given(TABLES, st.sampled_from(["standard", "shared", "auto"]))
def test_numbers_come_back_and_gaps_are_zero_and_unseen(x, scaling):
    column, frame = column_of(x, scaling)
    values, seen = column.to_tensor(frame)
    assert torch.equal(seen, torch.from_numpy(np.isfinite(x)))
    assert (values[~seen] == 0).all()
    error = np.abs(back(column, values) - x)[np.isfinite(x)]
    assert (error <= 1e-5 * max(np.nanmax(np.abs(x), initial=0.0), 1e-300)).all()


@pytest.mark.parametrize("gaps", [False, True])
def test_standard_values_have_zero_mean_and_unit_variance(rng, gaps):
    x = rng.normal([5.0, -300.0], [0.01, 40.0], (500, 2))
    if gaps:
        x[rng.random(x.shape) < 0.2] = np.nan
    column, frame = column_of(x)
    values, seen = column.to_tensor(frame)
    for j in range(2):
        own = values[seen[:, j], j]
        assert own.mean().item() == pytest.approx(0, abs=1e-4)
        assert own.std(correction=0).item() == pytest.approx(1, abs=1e-4)
    assert column.gaps is gaps


def test_shared_scaling_keeps_the_shape_of_the_data(rng):
    x = rng.normal(3.0, [1.0, 5.0, 0.1], (400, 3))
    column, frame = column_of(x, "shared")
    coordinates = column.coordinates(column.to_tensor(frame)[0]).double().numpy()
    assert np.allclose(coordinates, x - x.mean(0), atol=1e-5)


@pytest.mark.parametrize("draw", ["lognormal", "pareto", "standard_cauchy"])
def test_heavy_tails_are_mapped_to_a_normal_and_back(rng, draw):
    x = getattr(rng, draw)(*([1.5] if draw == "pareto" else []), size=(3000, 1))
    column, frame = column_of(x, "auto")
    values, _ = column.to_tensor(frame)
    assert column.quantiles[0] is not None
    assert values.abs().max().item() < 4
    assert (values**4).mean().item() < 4  # a normal has 3
    assert np.allclose(back(column, values), x, rtol=1e-5, atol=1e-5 * np.abs(x).std())


@pytest.mark.parametrize("draw", ["normal", "uniform", "logistic"])
def test_light_tails_are_only_standardised(rng, draw):
    assert column_of(getattr(rng, draw)(size=(2000, 1)), "auto")[0].quantiles == ()


def test_the_map_is_monotone_also_outside_the_training_range(rng):
    column, _ = column_of(rng.lognormal(size=(1000, 1)), "quantile")
    grid = np.linspace(-5, 100, 2000)[:, None]
    values = column.to_tensor(Frame.of({"c0": grid[:, 0]}))[0]
    assert (values.diff(dim=0) >= 0).all()


@pytest.mark.parametrize("value", [0.0, -1.0, 12.5])
def test_an_inflated_value_is_an_atom_and_comes_back_exactly(rng, value):
    x = rng.normal(20.0, 5.0, (500, 1))
    x[::3] = value
    column, frame = column_of(x, "auto")
    values, _ = column.to_tensor(frame)
    assert column.atom == (value,)
    atoms = values == column.head(4).atoms
    assert torch.equal(atoms, torch.from_numpy(x == value))
    assert (back(column, values)[x == value] == value).all()


@pytest.mark.parametrize("case", ["few levels", "two peaks", "no peak"])
def test_what_is_not_inflated_has_no_atom(rng, case):
    x = rng.normal(size=(600, 1))
    if case == "few levels":
        x = rng.integers(0, 10, (600, 1)).astype(float)
    if case == "two peaks":
        x[::3], x[1::3] = 0.0, 1.0
    assert column_of(x, "auto")[0].atom == ()


def test_a_cell_beside_the_atom_is_not_the_atom(rng):
    x = rng.normal(0.0, 1e6, (500, 1))
    x[::3] = 0.0
    x[1] = 1e-9  # rounds to the atom in float32
    column, frame = column_of(x, "auto")
    values, _ = column.to_tensor(frame)
    assert values[1] != values[0]


def test_decoded_numbers_stay_in_the_range_of_training(rng):
    x = rng.uniform(2.0, 3.0, (200, 2))
    column, _ = column_of(x)
    wild = back(column, torch.full((1, 2), 100.0)), back(column, torch.full((1, 2), -100.0))
    assert np.allclose(wild, [x.max(0, keepdims=True), x.min(0, keepdims=True)])
    expected = column.expected(Gaussian(torch.tensor([[100.0, -100.0]]), torch.zeros(2)))
    assert np.allclose(
        expected, column.to_tensor(Frame.of({"c0": [x.max(0)[0]], "c1": [x.min(0)[1]]}))[0], atol=1e-5
    )


def test_infinite_numbers_are_missing():
    x = np.array([[1.0], [np.inf], [2.0], [-np.inf], [3.0]])
    column, frame = column_of(x)
    assert column.to_tensor(frame)[1].ravel().tolist() == [True, False, True, False, True]
    assert column.shift == (2.0,)


@pytest.mark.parametrize("scaling", ["standard", "shared", "auto"])
def test_a_constant_column_is_no_division_by_zero(scaling):
    column, frame = column_of(np.full((5, 1), 7.0), scaling)
    values, _ = column.to_tensor(frame)
    assert torch.equal(values, torch.zeros(5, 1))
    assert (back(column, values) == 7.0).all()


@pytest.mark.parametrize("gaps", [False, True])
def test_the_embedder_flags_gaps_only_where_training_had_some(gaps):
    column, _ = column_of(np.array([[1.0], [2.0], [np.nan if gaps else 3.0]]))
    embedder = column.embedder()
    seen = torch.tensor([[True], [False]])
    features = embedder(torch.tensor([[0.5], [0.0]]), seen)
    assert features.shape == (2, embedder.width)
    assert features.tolist() == ([[0.5, 0.0], [0.0, 1.0]] if gaps else [[0.5], [0.0]])


def test_the_head_starts_at_least_squares(rng):
    code = torch.randn(200, 2)
    values = code @ torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]) + 0.1 * torch.randn(200, 3)
    column, _ = column_of(rng.normal(size=(50, 3)))
    head = column.head(8, 2)
    head.start(code, values, None)
    p = head(torch.randn(200, 8), code)
    assert isinstance(p, Gaussian)
    assert (p.mean - values).square().mean().item() < 0.012
    assert np.allclose(head.log_scale.exp().detach(), 0.1, atol=0.02)


def test_the_head_of_an_inflated_column_starts_at_the_share_of_the_atom(rng):
    x = rng.normal(20.0, 5.0, (600, 1))
    x[::3] = 0.0
    column, frame = column_of(x, "auto")
    values, _ = column.to_tensor(frame)
    head = column.head(8, 2)
    code = torch.randn(600, 2)
    head.start(code, values, None)
    p = head(torch.zeros(600, 8), code)
    assert isinstance(p, Inflated)
    at_atom = p.log_prob(torch.full((600, 1), float(head.atoms))).exp().mean().item()
    assert at_atom == pytest.approx(1 / 3, abs=0.03)
    inputs = torch.cat([code, torch.ones(600, 1)], 1)
    assert torch.allclose(p.mean, inputs @ torch.linalg.lstsq(inputs, values).solution, atol=1e-3)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_numbers_beyond_the_quantiles_go_on_growing(rng, sign):
    x = sign * rng.lognormal(size=(1000, 1))
    column, _ = column_of(x, "quantile")
    end = x[np.abs(x).argmax(), 0]
    far = np.array([end, end * (1 + 1e-9), 2 * end, 10 * end, 1e6 * end, np.nan])
    values, seen = column.to_tensor(Frame.of({"c0": far}))
    steps = np.diff(sign * values[:5, 0].numpy())
    assert steps[0] == pytest.approx(0, abs=1e-6)
    assert (steps[1:] > 1).all()
    assert seen.ravel().tolist() == [True] * 5 + [False]
    assert np.abs(column.from_tensor(values[:5])["c0"].to_numpy()).max() <= abs(end)


def test_an_atom_beyond_the_quantiles_stays_at_their_end(rng):
    x = rng.lognormal(size=(600, 1))
    x[::3] = 1e6
    column, frame = column_of(x, "quantile")
    values, _ = column.to_tensor(frame)
    assert values.abs().max() < 4
    assert column.from_tensor(values)["c0"].to_numpy() == pytest.approx(x[:, 0], rel=1e-3)


@pytest.mark.parametrize("scaling", ["standard", "shared"])
def test_numbers_whose_squares_overflow_are_refused(rng, scaling):
    x = np.column_stack([rng.normal(size=30), rng.normal(size=30) * 1e200])
    with pytest.raises(DataError, match=r"column 'c1' holds numbers that are too large.*rescale"):
        column_of(x, scaling)


def test_scales_are_bounded_below():
    column, _ = column_of(np.random.default_rng(0).normal(size=(20, 1)))
    head = column.head(2)
    torch.nn.init.constant_(head.log_scale, -50.0)
    assert torch.isfinite(head(torch.zeros(3, 2), None).log_prob(torch.ones(3, 1))).all()


def test_json_gives_the_same_column(rng):
    x = np.where(rng.random((300, 2)) < 0.3, 0.0, rng.lognormal(size=(300, 2)))
    column, _ = column_of(x, "auto")
    assert Continuous.from_json(column.to_json()) == column
    assert "2 by quantiles, 2 with an inflated value" in column.describe()


@pytest.mark.parametrize(
    ("x", "decimals"),
    [
        ([1.0, 30.0, 2e9], 0),
        ([0.1, 0.29, 1e6, 33.33], 2),
        (np.float32([0.1, 0.2, 7.7]).astype(float), 1),
        ([1.5, np.nan, 2.25], 2),
        ([1e-9, 0.5], None),
        ([1 / 3, 0.5], None),
        ([np.nan, np.nan], None),
    ],
)
def test_new_numbers_have_the_decimals_of_the_old(x, decimals):
    column, _ = column_of(np.array(x, float)[:, None])
    assert column.decimals == (decimals,)
    came = {"c0": pa.array([0.123456789, -0.0003, None])}
    made = column.written(came)["c0"].to_pylist()
    assert made == [
        None if v is None else v if decimals is None else round(v, decimals) for v in came["c0"].to_pylist()
    ]
    assert decimals not in (0, 1, 2) or str(made[1]) == "0.0"


def test_every_value_of_training_is_written_as_it_was():
    x = np.round(np.random.default_rng(0).lognormal(3, 2, 2000), 2)
    column, frame = column_of(x[:, None], "auto")
    assert column.written(column.from_tensor(column.to_tensor(frame)[0]))["c0"].to_numpy() == pytest.approx(
        x, abs=0.011
    )


def test_arrays_and_columns_of_older_files_are_left_as_they_are():
    column, _ = column_of(np.arange(8.0).reshape(4, 2), "shared")
    assert column.decimals == ()
    cells = {"c0": pa.array([0.123])}
    assert column.written(cells) == cells
