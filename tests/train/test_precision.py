"""The number format: as asked, or the one that is clearly faster on a step that is worth timing."""

import pytest
import torch
from torch import nn

from diabolo.train import precision
from diabolo.train.precision import MARGIN, WORTH_TIMING, choose

LARGE = nn.Linear(100, 100, bias=False, device="meta")
ENOUGH = int(WORTH_TIMING / 10_000)


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only where a test lets it."""
    now = [0.0]
    monkeypatch.setattr(precision.time, "perf_counter", lambda: now[0])
    return now


def stepper(clock, seconds, calls):
    def step(dtype):
        calls.append(dtype)
        clock[0] += seconds["bf16" if dtype is torch.bfloat16 else "fp32"][min(len(calls), 8) - 1]

    return step


@pytest.mark.parametrize(
    ("fp32", "bf16", "chosen"),
    [(1.0, 0.5, "bf16"), (1.0, 1.0 / MARGIN, "fp32"), (1.0, 0.9, "fp32"), (1.0, 2.0, "fp32")],
)
def test_bf16_must_win_clearly(clock, fp32, bf16, chosen):
    calls = []
    step = stepper(clock, {"fp32": [fp32] * 8, "bf16": [bf16] * 8}, calls)
    assert choose("auto", step, LARGE, ENOUGH) == chosen
    assert calls == [None] * 4 + [torch.bfloat16] * 4


def test_one_slow_step_and_the_first_do_not_count(clock):
    times = {"fp32": [99.0, 1.0, 50.0, 1.0] + [1.0] * 4, "bf16": [9.0] * 4 + [99.0, 0.5, 50.0, 0.5]}
    assert choose("auto", stepper(clock, times, []), LARGE, ENOUGH) == "bf16"


def test_a_hopeless_format_is_not_timed_to_the_end(clock):
    calls = []
    step = stepper(clock, {"fp32": [1.0] * 8, "bf16": [10.0] * 8}, calls)
    assert choose("auto", step, LARGE, ENOUGH) == "fp32"
    assert calls == [None] * 4 + [torch.bfloat16] * 2


@pytest.mark.parametrize("asked", ["fp32", "bf16"])
def test_what_was_asked_for_is_not_timed(asked):
    calls = []
    assert choose(asked, calls.append, LARGE, ENOUGH) == asked
    assert calls == []


def test_small_steps_are_not_timed():
    calls = []
    assert choose("auto", calls.append, LARGE, ENOUGH - 1) == "fp32"
    assert calls == []
