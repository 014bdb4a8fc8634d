"""The one dial: plans within bounds, architectures by data, devices by name."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models.defaults import SIZES, STEPS, architecture, device, plan, seed, whole
from diabolo.nn import Conv, Dense


@given(st.integers(2, 10**7), st.sampled_from(list(SIZES)))
def test_what_is_automatic_lies_within_bounds(rows, size):
    found = plan(size, rows, "auto", "auto", "auto")
    assert 32 <= found.batch_size <= 256
    assert 10 <= found.max_epochs <= 200
    assert 1e-3 <= found.learning_rate <= 1e-2
    steps = found.max_epochs * -(-rows // found.batch_size)
    assert steps <= max(2 * STEPS[size], 10 * -(-rows // found.batch_size))


def test_what_a_person_gave_is_used():
    found = plan("base", 1000, 10, 7, 0.5)
    assert (found.batch_size, found.max_epochs, found.learning_rate) == (10, 7, 0.5)


def test_larger_sizes_train_longer():
    epochs = [plan(size, 10_000, "auto", "auto", "auto").max_epochs for size in ("small", "base", "large")]
    assert epochs == sorted(epochs)
    assert epochs[0] < epochs[-1]


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((20, 5), Dense),
        ((20, 400), Dense),
        ((20, 28, 28), Dense),
        ((20, 64, 64), Conv),
        ((20, 48, 48, 3), Conv),
    ],
)
def test_networks_fit_the_kind_of_data(shape, kind):
    rows = np.random.default_rng(0).random(shape)
    schema = Schema.fit(Frame.of(rows))
    small, base = architecture("small", schema), architecture("base", schema)
    assert type(base) is kind
    widths = (small.hidden, base.hidden) if kind is Dense else (small.channels, base.channels)
    assert all(2 * narrow == wide for narrow, wide in zip(*widths, strict=True))


def test_devices():
    assert device("cpu") == torch.device("cpu")
    assert device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["quantum", "cuda:99", 3.5])
def test_a_device_that_is_not_there_is_refused_by_name(name):
    with pytest.raises(ParameterError, match="device="):
        device(name)


@pytest.mark.parametrize("size", ["huge", ["a"], None, 1])
def test_a_size_that_is_none_is_refused_by_name(size):
    with pytest.raises(ParameterError, match=r"size=.* is not one of small, base, large"):
        plan(size, 100, "auto", "auto", "auto")


@pytest.mark.parametrize("value", [0, -3, 1.5, "x", None, True, float("inf"), float("nan")])
def test_a_number_of_epochs_that_cannot_be_is_refused_by_name(value):
    with pytest.raises(ParameterError, match="max_epochs="):
        plan("base", 100, "auto", value, "auto")


@pytest.mark.parametrize("wrong", [np.random.default_rng(0), -1, 0.5, "x"])
def test_another_random_state_is_refused_by_name(wrong):
    with pytest.raises(ParameterError, match=r"random_state=.*numpy\.random\.RandomState"):
        seed(wrong)
    assert seed(np.int64(3)) == 3
    assert seed(None) >= 0


@pytest.mark.parametrize("value", [1, 2.0, "3", None, True, float("nan")])
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(ParameterError, match=r"steps=.* is not a whole number, at least 2, or 'auto'"):
        whole("steps", value, 2, ", or 'auto'")
