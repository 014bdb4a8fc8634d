"""Learning-rate schedules: up, down, within bounds, continuous."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.train.schedules import SCHEDULES, learning_rate


@given(st.floats(0, 1), st.floats(0, 0.9), st.sampled_from(SCHEDULES))
def test_rates_lie_between_zero_and_the_peak(done, warmup, schedule):
    assert 0 <= learning_rate(2.0, done, warmup=warmup, schedule=schedule) <= 2.0


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("warmup", [0.0, 0.2])
def test_it_rises_then_never_rises_again_and_does_not_jump(schedule, warmup):
    rates = [learning_rate(1.0, i / 1000, warmup=warmup, schedule=schedule) for i in range(1001)]
    top = round(1000 * warmup)
    assert rates[top] == pytest.approx(1.0)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert max(abs(a - b) for a, b in zip(rates[1:], rates[:-1], strict=True)) < 0.01


@pytest.mark.parametrize(
    ("schedule", "half", "end"), [("linear", 0.5, 0), ("cosine", 0.5, 0), ("constant", 1, 1)]
)
def test_values_known_by_hand(schedule, half, end):
    assert learning_rate(1.0, 0.6, warmup=0.2, schedule=schedule) == pytest.approx(half)
    assert learning_rate(1.0, 1.0, warmup=0.2, schedule=schedule) == pytest.approx(end, abs=1e-12)
    assert learning_rate(1.0, 0.1, warmup=0.2, schedule=schedule) == pytest.approx(0.5)
