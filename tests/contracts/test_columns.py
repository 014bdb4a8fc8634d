"""What every data type promises, over the registry ``columns.__all__``."""

import datetime as dt
import json

import numpy as np
import pytest
import torch

from diabolo import columns
from diabolo.columns.base import Column
from diabolo.distributions import Joint
from diabolo.frames import Frame
from diabolo.nn import ridge

ROWS = 120
DAY = dt.date(2020, 2, 27)


def _with_gaps(cells: list, start: int) -> list:
    return [None if i % 7 == start else cell for i, cell in enumerate(cells)]


def _table(rng: np.random.Generator, kind: str) -> dict[str, list]:
    """Three columns of a kind, two of them with gaps."""
    draws = {
        "binary": (
            rng.choice(["no", "yes"], ROWS).tolist(),
            rng.random(ROWS).__gt__(0.9).tolist(),
            rng.choice([3, 8], ROWS).tolist(),
        ),
        "categorical": (
            rng.choice(list("abc"), ROWS).tolist(),
            [f"z{int(i)}" for i in rng.exponential(20, ROWS)],
            rng.choice([10, 20, 30, 40], ROWS).tolist(),
        ),
        "continuous": (
            rng.normal(50, 3, ROWS).tolist(),
            np.where(rng.random(ROWS) < 0.4, 0.0, rng.lognormal(0, 2, ROWS)).tolist(),
            rng.uniform(-1, 1, ROWS).tolist(),
        ),
        "count": (
            rng.poisson(1.0, ROWS).tolist(),
            rng.geometric(0.01, ROWS).tolist(),
            rng.poisson(5.0, ROWS).tolist(),
        ),
        "datetime": (
            [DAY + dt.timedelta(int(i)) for i in rng.integers(0, 900, ROWS)],
            [dt.datetime(2021, 3, 1, 7) + dt.timedelta(hours=int(i)) for i in rng.integers(0, 900, ROWS)],
            [
                dt.datetime(2021, 3, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=int(i))
                for i in rng.integers(0, 9000, ROWS)
            ],
        ),
        "ordinal": (
            rng.integers(1, 6, ROWS).tolist(),
            rng.choice(["a", "b"], ROWS).tolist(),
            rng.choice([0.5, 1.5, 7.0], ROWS).tolist(),
        ),
    }[kind]
    return {"u": draws[0], "v": _with_gaps(draws[1], 3), "w": _with_gaps(draws[2], 5)}


def _frame(kind: str) -> Frame:
    rng = np.random.default_rng(3)
    if kind == "image":
        return Frame.of(rng.integers(0, 256, (ROWS, 6, 5), dtype=np.uint8))
    return Frame.of(_table(rng, kind))


KINDS = {getattr(columns, name).kind: getattr(columns, name) for name in columns.__all__}


@pytest.fixture(params=sorted(KINDS))
def frame(request) -> Frame:
    frame = _frame(request.param)
    # The frame remembers its kind for the fixtures that build on it.
    object.__setattr__(frame, "kind_of_column", request.param)
    return frame


@pytest.fixture
def column(frame: Frame) -> Column:
    return KINDS[frame.kind_of_column].fit(frame, frame.names)


@pytest.fixture
def code(frame: Frame, column: Column) -> torch.Tensor:
    """A code that tells everything: the coordinates themselves, with a little noise."""
    torch.manual_seed(0)
    values, _seen = column.to_tensor(frame)
    coordinates = column.coordinates(values)
    return coordinates + 0.1 * torch.randn_like(coordinates)


def _cells(column: Column, frame: Frame) -> dict[str, list]:
    return {name: frame.arrow(name).to_pylist() for name in column.names}


def test_every_type_is_a_column_with_a_kind_of_its_own():
    assert len(KINDS) == len(columns.__all__)
    assert all(issubclass(kind, Column) for kind in KINDS.values())


def test_seen_cells_come_back(frame, column):
    values, _seen = column.to_tensor(frame)
    back = column.from_tensor(values)
    assert tuple(back) == column.names
    for name, cells in _cells(column, frame).items():
        found = [(b, c) for b, c in zip(back[name].to_pylist(), cells, strict=True) if c is not None]
        if column.kind == "categorical" and name == "v":
            rare = set(column.rare[1])
            found = [(b, c) for b, c in found if c not in rare]
        if column.kind == "continuous":
            # The quantile-normal map is flat beyond its outermost knots.
            inside = np.sort(np.array(found), axis=0)[2:-2]
            assert inside[:, 0] == pytest.approx(inside[:, 1], rel=1e-4, abs=1e-5)
        else:
            assert all(b == c for b, c in found)


def test_one_flag_per_scored_cell(frame, column):
    values, seen = column.to_tensor(frame)
    p = column.head(7)(torch.randn(ROWS, 7), None)
    assert seen.dtype == torch.bool
    assert seen.shape == p.log_prob(values).shape == values.shape
    assert (values[~seen] == 0).all()
    assert torch.isfinite(p.log_prob(values)).all()
    if column.kind != "image":
        missing = [[cell is None for cell in cells] for cells in _cells(column, frame).values()]
        assert torch.equal(~seen, torch.tensor(missing).T)


def test_values_are_float32_or_codes(frame, column):
    values, _ = column.to_tensor(frame)
    assert values.dtype == (torch.int64 if column.kind in ("categorical", "ordinal") else torch.float32)
    assert column.coordinates(values).dtype == torch.float32


def test_a_block_is_its_columns_side_by_side(frame, column, code):
    values, seen = column.to_tensor(frame)
    scores = _started(column, code, values, seen).log_prob(values)
    parts = column.coordinates(values).split(column.widths, 1)
    for j, name in enumerate(column.names):
        alone = type(column).fit(frame, (name,))
        one, flags = alone.to_tensor(frame)
        assert torch.equal(one, values[:, j : j + 1])
        assert torch.equal(flags, seen[:, j : j + 1])
        assert torch.allclose(alone.coordinates(one), parts[j])
        assert alone.widths == column.widths[j : j + 1]
        expected = _started(alone, code, one, flags).log_prob(one)
        assert torch.allclose(
            torch.where(flags, expected, 0), torch.where(flags, scores[:, j : j + 1], 0), atol=2e-3
        )


def test_json_is_strict_and_exact(column):
    text = json.dumps(column.to_json(), allow_nan=False)
    assert type(column).from_json(json.loads(text)) == column
    assert json.loads(text)["kind"] == column.kind


def test_unseen_cells_send_no_gradient(frame, column):
    values, seen = column.to_tensor(frame)
    hidden = torch.randn(ROWS, 7, requires_grad=True)
    blind = seen.clone()
    blind[::2] = False
    joint = Joint({"x": column.head(7)(hidden, None)})
    joint.log_prob({"x": values}, {"x": blind}).sum().backward()
    assert (hidden.grad[::2] == 0).all()
    assert (hidden.grad[1::2] != 0).any(1).all()


def test_unseen_cells_are_blank_to_the_network(frame, column):
    values, seen = column.to_tensor(frame)
    embedder = column.embedder()
    embedder.start(values, seen)
    features = embedder(torch.zeros_like(values), torch.zeros_like(seen))
    assert features.shape == (ROWS, embedder.width)
    assert (features[:, : sum(column.widths)] == 0).all()


def test_the_network_sees_centered_features_of_unit_size(frame, column):
    values, seen = column.to_tensor(frame)
    embedder = column.embedder()
    embedder.start(values, seen)
    features = embedder(values, seen)[:, : sum(column.widths)]
    assert features.mean(0).abs().max() < 0.2
    assert (
        0.02
        < features.square().sum() / (ROWS * len(column.names)) / (30 if column.kind == "image" else 1)
        < 1.2
    )


def test_everything_given_is_plausible(frame, column):
    torch.manual_seed(0)
    p = column.head(7)(50 * torch.randn(ROWS, 7), None)
    for values in (p.sample(), p.mode, column.from_coordinates(column.expected(p))):
        for name, cells in column.from_tensor(values).items():
            assert cells.null_count == 0
            _assert_plausible(
                column.kind, cells.to_pylist(), [c for c in frame.arrow(name).to_pylist() if c is not None]
            )


def _assert_plausible(kind: str, given: list, known: list) -> None:
    if kind in ("binary", "categorical", "ordinal"):
        assert set(given) <= set(known)
    elif kind == "image":
        assert 0 <= np.min(given) <= np.max(given) <= 255
    else:
        # Counts may be as low as zero whatever the sample held.
        assert min(given) >= (0 if kind == "count" else min(known))
        assert max(given) <= max(known)


def test_coordinates_lead_back_to_the_cells(frame, column):
    values, seen = column.to_tensor(frame)
    coordinates = column.coordinates(values)
    assert coordinates.shape == (ROWS, sum(column.widths))
    assert len(column.widths) == len(column.names)
    back = column.from_coordinates(coordinates)
    assert back.dtype == values.dtype
    known = seen & (values != 0) if column.kind == "categorical" else seen
    assert torch.allclose(back[known].float(), values[known].float(), rtol=1e-4, atol=1e-4)


def test_expected_coordinates_are_near_the_cells_once_the_head_knows_them(frame, column, code):
    values, seen = column.to_tensor(frame)
    p = _started(column, code, values, seen)
    coordinates = column.coordinates(values)
    expected = column.expected(p)
    assert expected.shape == coordinates.shape
    known = seen.flatten(1)
    if known.shape != coordinates.shape:
        known = known.repeat_interleave(torch.tensor(column.widths), 1)
    mean = torch.where(known, coordinates, 0).sum(0) / known.sum(0)
    error = torch.where(known, expected - coordinates, 0).square().sum()
    assert error < 0.6 * torch.where(known, mean - coordinates, 0).square().sum()


@pytest.mark.parametrize("noise", [0.3, 3.0])
def test_a_head_starts_no_worse_than_the_linear_decoder(frame, column, noise):
    values, seen = column.to_tensor(frame)
    coordinates = column.coordinates(values)
    known = seen.flatten(1)
    if known.shape != coordinates.shape:
        known = known.repeat_interleave(torch.tensor(column.widths), 1)
    torch.manual_seed(0)
    code = (coordinates @ torch.randn(coordinates.shape[1], 2)) + noise * torch.randn(ROWS, 2)
    mean = torch.where(known, coordinates, 0).sum(0) / known.sum(0)
    centered = torch.where(known, coordinates - mean, 0)
    weight, offset = ridge(code, centered)
    linear = torch.where(known, code @ weight + offset - centered, 0).square().sum()
    expected = column.expected(_started(column, code, values, seen)) - mean
    assert torch.where(known, expected - centered, 0).square().sum() <= 1.002 * linear


def test_starting_at_the_linear_decoder_beats_starting_anywhere(frame, column, code):
    values, seen = column.to_tensor(frame)
    torch.manual_seed(0)
    cold = column.head(7, code.shape[1])(torch.zeros(ROWS, 7), torch.zeros_like(code))
    warm = _started(column, code, values, seen)
    assert (
        Joint({"x": warm}).log_prob({"x": values}, {"x": seen}).sum()
        > Joint({"x": cold}).log_prob({"x": values}, {"x": seen}).sum()
    )


def test_all_weights_of_a_head_learn(frame, column, code):
    values, seen = column.to_tensor(frame)
    head = column.head(7, code.shape[1])
    Joint({"x": head(torch.randn(ROWS, 7), code)}).log_prob({"x": values}, {"x": seen}).sum().backward()
    for name, parameter in head.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_rows_do_not_know_of_each_other(frame, column):
    rows = np.random.default_rng(0).permutation(ROWS)[:50]
    values, seen = column.to_tensor(frame)
    some, flags = column.to_tensor(frame.take(rows))
    assert torch.equal(some, values[rows])
    assert torch.equal(flags, seen[rows])


def test_it_describes_itself_in_one_line(column):
    assert column.kind in column.describe()
    assert "\n" not in column.describe()


def _started(column: Column, code: torch.Tensor, values: torch.Tensor, seen: torch.Tensor):
    """The distribution of a head at the best linear decoder."""
    head = column.head(7, code.shape[1])
    head.start(code, values, seen)
    return head(torch.randn(len(code), 7), code)
