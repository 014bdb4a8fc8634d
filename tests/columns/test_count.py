"""Counts."""

import numpy as np
import pytest
import torch

from diabolo.columns import Count
from diabolo.distributions import NegativeBinomial
from diabolo.errors import OutOfRangeWarning, SchemaError
from diabolo.frames import Frame


@pytest.mark.parametrize("cells", [[0, -1, 2], [0.5, 1.0, 2.0]])
def test_other_numbers_are_refused_with_an_example(cells):
    with pytest.raises(SchemaError, match=r"'x' holds (-1|0\.5), but counts are whole numbers from 0"):
        Count.fit(Frame.of({"x": cells}), ("x",))


def test_gaps_do_not_enter_the_moments():
    with_gaps = Count.fit(Frame.of({"x": [0, 3, None, 7, None]}), ("x",))
    without = Count.fit(Frame.of({"x": [0, 3, 7]}), ("x",))
    assert with_gaps.mean == pytest.approx(without.mean)
    assert with_gaps.scale == pytest.approx(without.scale)
    assert with_gaps.high == without.high == (7,)
    assert (with_gaps.gaps, without.gaps) == (True, False)


def test_coordinates_are_standardized_logarithms():
    frame = Frame.of({"x": [0, 1, 5, 100]})
    column = Count.fit(frame, ("x",))
    logs = np.log1p([0, 1, 5, 100])
    found = column.coordinates(column.to_tensor(frame)[0]).ravel().numpy()
    assert found == pytest.approx((logs - logs.mean()) / logs.std(), abs=1e-5)


def test_what_comes_back_is_whole_and_within_what_was_known():
    column = Count.fit(Frame.of({"x": [0, 1, 5, 100]}), ("x",))
    assert column.from_tensor(torch.tensor([[-3.0], [2.4], [1e9]]))["x"].to_pylist() == [0, 2, 100]
    assert column.from_coordinates(torch.tensor([[-50.0], [50.0]])).ravel().tolist() == [0, 100]


def test_negative_numbers_at_transform_are_missing():
    column = Count.fit(Frame.of({"x": [0, 1, 5]}), ("x",))
    with pytest.warns(OutOfRangeWarning, match="negative numbers are treated as missing .*: 'x'") as told:
        _, seen = column.to_tensor(Frame.of({"x": [2.0, -1.0, np.inf]}))
    assert len(told) == 1
    assert seen.ravel().tolist() == [True, False, False]


def test_fractions_at_transform_are_rounded_and_said():
    column = Count.fit(Frame.of({"x": [0, 1, 5], "y": [0, 1, 5]}), ("x", "y"))
    with pytest.warns(OutOfRangeWarning, match="fractions are rounded .*: 'y'") as told:
        values, seen = column.to_tensor(Frame.of({"x": [2.0, 3.0], "y": [1.4, 2.0]}))
    assert len(told) == 1
    assert values.tolist() == [[2.0, 1.0], [3.0, 2.0]]
    assert seen.all()


def test_the_head_starts_at_the_moments():
    rng = np.random.default_rng(0)
    z = rng.normal(size=4000)
    x = rng.poisson(rng.gamma(2.0, np.exp(1 + 0.8 * z) / 2))
    frame = Frame.of({"x": x.tolist()})
    column = Count.fit(frame, ("x",))
    head = column.head(3, 1)
    code = torch.tensor(z, dtype=torch.float32).unsqueeze(1)
    values, seen = column.to_tensor(frame)
    head.start(code, values, seen)
    p = head(torch.zeros(4000, 3), code)
    assert isinstance(p, NegativeBinomial)
    slope, offset = np.polyfit(z, np.log1p(x), 1)
    assert np.allclose(
        p.mean_log1p[:, 0].detach(), (slope * z + offset).clip(0.01, np.log1p(x.max())), atol=0.02
    )
    assert p.mean.mean().item() == pytest.approx(x.mean(), rel=0.1)
    assert 0.4 < p.log_dispersion.exp().item() < 1.0
    marginal = NegativeBinomial(
        torch.full((4000, 1), float(np.log(x.mean()))), torch.tensor(np.log(x.var() / x.mean() ** 2))
    )
    assert p.log_prob(values).mean() > marginal.log_prob(values).mean() + 0.2


def test_expected_coordinates_minimize_the_squared_error():
    column = Count.fit(Frame.of({"x": [0, 1, 5, 100, 3, 2]}), ("x",))
    torch.manual_seed(0)
    p = NegativeBinomial(torch.full((100000, 1), 1.5), torch.tensor([0.0]))
    draws = column.coordinates(p.sample())
    assert column.expected(p)[0].item() == pytest.approx(draws.mean().item(), abs=0.02)
