"""Who is near whom in two placements: known answers, and scikit-learn's."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from diabolo.errors import ParameterError
from diabolo.evaluate.agreement import agreement, neighbor_hits, shepard


@pytest.fixture(scope="module")
def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """Rows without ties, and a map of them."""
    x = load_digits().data[:600] + np.random.default_rng(0).normal(scale=0.01, size=(600, 64))
    return torch.from_numpy(x), torch.from_numpy(PCA(2).fit_transform(x))


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_is_scikit_learns_and_continuity_is_it_the_other_way_round(digits, k):
    data, places = digits
    found = agreement(data, places, k)
    assert found.trustworthiness == pytest.approx(trustworthiness(data, places, n_neighbors=k), abs=1e-5)
    assert found.continuity == pytest.approx(trustworthiness(places, data, n_neighbors=k), abs=1e-5)


def test_a_turned_and_scaled_copy_agrees_in_everything(digits):
    _, places = digits
    turn = torch.tensor([[0.0, 3.0], [-3.0, 0.0]], dtype=torch.float64)
    found = agreement(places, places @ turn + 100, 7)
    assert (found.trustworthiness, found.continuity, found.rank_error) == (1.0, 1.0, 0.0)
    assert shepard(places, places @ turn + 100) == pytest.approx(1.0)


def test_the_relative_rank_error_by_its_definition(digits):
    data, places = (rows[:40] for rows in digits)
    k, n = 3, 40
    order = [torch.cdist(rows, rows).argsort(1).argsort(1) for rows in (data, places)]  # rank of j for i
    r, s = (o.double() for o in order)
    in_map, in_data = ((x >= 1) & (x <= k) for x in (s, r))
    off = (r - s).abs()
    total = sum(abs(n - 2 * rank) / rank for rank in range(1, k + 1)) * n
    expected = ((off / s)[in_map].sum() + (off / r)[in_data].sum()) / 2 / total
    assert agreement(data, places, k).rank_error == pytest.approx(float(expected))


def test_shuffled_places_agree_in_nothing(digits):
    data, places = digits
    shuffled = places[torch.randperm(600, generator=torch.Generator().manual_seed(0))]
    found = agreement(data, shuffled, 5)
    assert found.trustworthiness == pytest.approx(0.5, abs=0.03)
    assert found.continuity == pytest.approx(0.5, abs=0.03)
    assert shepard(data, shuffled) == pytest.approx(0.0, abs=0.03)


def test_sampled_pairs_come_close_to_all_pairs(digits, monkeypatch):
    data, places = digits
    exact = shepard(data, places)
    monkeypatch.setattr("diabolo.evaluate.agreement.PAIRS", 50_000)
    assert shepard(data, places, seed=1) == pytest.approx(exact, abs=0.01)
    assert shepard(data, places, seed=1) == shepard(data, places, seed=1)


def test_where_all_rows_lie_on_one_place_there_is_no_correlation(digits):
    assert np.isnan(shepard(digits[0], torch.zeros(600, 2)))


def test_hits_count_the_own_label():
    places = torch.tensor([[0.0], [0.1], [0.3], [5.0], [5.1]])
    hits = neighbor_hits(places, torch.tensor([0, 0, 1, 1, 1]), (1, 2, 9))
    assert hits == pytest.approx({1: 4 / 5, 2: (1 + 1 + 0 + 2 + 2) / 10})


def test_too_few_rows_are_refused_with_what_is_allowed():
    with pytest.raises(ParameterError, match="from 1 to 4"):
        agreement(torch.rand(10, 3), torch.rand(10, 2), 5)
