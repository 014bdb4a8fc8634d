"""Centered, scaled, blank where nothing was seen."""

import pytest
import torch

from diabolo.columns.embedders import SMALLEST_SPREAD, StandardEmbedder, with_gaps

SEEN = torch.tensor([[True, False], [True, True]])


@pytest.mark.parametrize("flags", [False, True])
def test_gaps_are_zero_and_flagged_on_demand(flags):
    found = with_gaps(torch.full((2, 2), 5.0), SEEN, flags=flags)
    assert found[:, :2].tolist() == [[5, 0], [5, 5]]
    assert found[:, 2:].tolist() == ([[0, 1], [0, 0]] if flags else [[], []])


def test_without_gaps_the_flags_are_zero():
    assert with_gaps(torch.ones(1, 2), None, flags=True).tolist() == [[1, 1, 0, 0]]


def test_it_standardizes_after_its_map():
    embedder = StandardEmbedder([0.0, 1.0], [1.0, 2.0], flags=True, transform=torch.log1p)
    values = torch.tensor([[0.0, 1.0]]).expm1()
    assert embedder(values, None)[0].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.0], abs=1e-6)
    assert embedder.width == 4


def test_a_rare_coin_is_not_blown_up():
    embedder = StandardEmbedder([1e-6], [1e-3], flags=False)
    assert embedder(torch.ones(1, 1), None).item() == pytest.approx(1 / SMALLEST_SPREAD, rel=1e-3)
