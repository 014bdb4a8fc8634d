"""Exact neighbors and ranks, against sorting everything."""

import pytest
import torch

from diabolo import neighbors
from diabolo.errors import ParameterError
from diabolo.neighbors import ranks, search


def rows(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def sorted_distances(queries: torch.Tensor, others: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return (queries[:, None].double() - others.double()).square().sum(2).sqrt().sort(1)


@pytest.mark.parametrize("n", [20, 64, 700, 1001])  # without groups, and with some columns left over
@pytest.mark.parametrize("d", [1, 2, 50])
def test_neighbors_are_those_that_sorting_finds(n, d, monkeypatch):
    monkeypatch.setattr(neighbors, "CELLS", 7 * n)  # several blocks
    x = rows(n, d)
    distances, indices = search(x, 5)
    expected, order = sorted_distances(x, x)
    assert torch.equal(indices, order[:, 1:6])
    assert torch.allclose(distances.double(), expected[:, 1:6], atol=1e-5)


def test_among_other_rows_a_copy_is_its_own_nearest():
    others = rows(300, 3)
    distances, indices = search(others[10:20], 1, among=others)
    assert torch.equal(indices[:, 0], torch.arange(10, 20))
    assert not distances.any()


def test_in_a_tight_plane_far_from_the_center_nothing_is_lost():
    """Two clumps 10 apart whose rows are 0.001 apart: in float32 the squares would drown them."""
    x = rows(400, 2).double() * 1e-3
    x[200:] += 10
    assert torch.equal(search(x, 10)[1], sorted_distances(x, x)[1][:, 1:11])


def test_of_equally_near_rows_the_first_comes_first():
    x = torch.tensor([[0.0], [1.0], [1.0], [1.0], [-1.0]])
    assert search(x, 4)[1][0].tolist() == [1, 2, 3, 4]


def test_ranks_count_the_nearer_ones():
    x = rows(150, 4)
    order = sorted_distances(x, x)[1]
    everyone = torch.stack([row[row != i] for i, row in enumerate(order)])
    assert torch.equal(ranks(x, everyone), torch.arange(1, 150).expand(150, -1))


def test_equal_distances_share_the_best_rank():
    x = torch.tensor([[0.0], [1.0], [1.0], [2.0]])
    assert ranks(x, torch.tensor([[1, 2, 3]] * 4))[0].tolist() == [1, 1, 3]


@pytest.mark.parametrize("k", [0, 3, 4])
def test_more_neighbors_than_others_are_refused(k):
    with pytest.raises(ParameterError, match="from 1 to 2"):
        search(rows(3, 2), k)
    if k == 3:
        assert search(rows(3, 2), k, among=rows(3, 2))[1].shape == (3, 3)


def test_who_asks_for_nobody_finds_nobody():
    distances, indices = search(torch.empty(0, 2), 3, among=torch.randn(5, 2))
    assert distances.shape == indices.shape == (0, 3)
    assert indices.dtype == torch.int64


def test_some_of_the_rows_are_not_their_own_neighbors(monkeypatch):
    monkeypatch.setattr(neighbors, "CELLS", 1000)  # many blocks
    whole, own = rows(300, 5), torch.tensor([7, 299, 0, 7])
    distances, indices = search(whole[own], 4, among=whole, own=own)
    every = search(whole, 4)
    assert torch.equal(indices, every[1][own])
    assert torch.allclose(distances, every[0][own])
    with pytest.raises(ParameterError, match="299 other rows"):
        search(whole[own], 300, among=whole, own=own)
