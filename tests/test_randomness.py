"""Randomness: a function of seed and stream, and nothing of it left behind in the global generators."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.randomness import as_seed, derive, generator, reseed, seeded

STREAMS = st.lists(st.one_of(st.integers(0, 99), st.sampled_from(["order", "step", "weights"])), max_size=3)


@given(st.integers(0, 2**63 - 1), STREAMS)
def test_a_derived_seed_is_reproducible_and_fits_every_generator(seed, stream):
    drawn = derive(seed, *stream)
    assert drawn == derive(seed, *stream)
    assert 0 <= drawn < 2**63
    np.random.default_rng(drawn)
    torch.Generator().manual_seed(drawn)


def test_seeds_and_streams_do_not_collide():
    keys = [(s, name, i) for s in range(20) for name in ("order", "step") for i in range(20)]
    assert len({derive(*key) for key in keys}) == len(keys)


def test_a_derived_seed_does_not_depend_on_the_process():
    code = "from diabolo.randomness import derive; print(derive(7, 'order', 3))"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert int(run.stdout) == derive(7, "order", 3)


@pytest.mark.parametrize("given_state", [3, np.int64(3)])
def test_a_number_is_its_own_seed(given_state):
    assert as_seed(given_state) == 3


def test_a_random_state_gives_the_next_of_its_numbers():
    state = np.random.RandomState(0)
    assert as_seed(np.random.RandomState(0)) == as_seed(state) != as_seed(state)


def test_none_is_another_seed_every_time():
    assert len({as_seed(None) for _ in range(5)}) == 5


def test_generators_of_one_stream_agree_and_of_two_do_not():
    draws = [torch.rand(8, generator=generator(*key)) for key in [(0, "a"), (0, "a"), (0, "b"), (1, "a")]]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert not torch.equal(draws[0], draws[3])


@pytest.mark.parametrize("fails", [False, True])
def test_seeded_gives_the_global_generators_back(fails):
    before, before_numpy = torch.get_rng_state(), np.random.get_state()[1].copy()
    try:
        with seeded(0, "block"):
            first = torch.rand(4)
            if fails:
                raise RuntimeError
    except RuntimeError:
        pass
    assert torch.equal(before, torch.get_rng_state())
    assert (before_numpy == np.random.get_state()[1]).all()
    with seeded(0, "block"):
        assert torch.equal(first, torch.rand(4))


def test_reseed_does_what_torch_does_on_this_device():
    with seeded(0, "anything"):
        torch.manual_seed(derive(3, "step", 1))
        expected = torch.randn(5)
        reseed(torch.device("cpu"), 3, "step", 1)
        assert torch.equal(torch.randn(5), expected)
