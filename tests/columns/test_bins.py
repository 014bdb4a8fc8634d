"""Codes of numbers: every value in the code that holds it, drawn again with the distribution it had."""

import pytest
import torch

from diabolo.columns.bins import KNOTS, Bins


@pytest.fixture(scope="module")
def amounts() -> torch.Tensor:
    """Two thousand amounts, every third one zero."""
    torch.manual_seed(0)
    return torch.where(torch.rand(2000) < 1 / 3, 0.0, torch.randn(2000).exp())


def test_few_values_are_codes_themselves():
    values = torch.tensor([3.0, 1.0, 3.0, 7.0] * 50)
    bins = Bins.fit(values, 100)
    assert bins.low.tolist() == bins.high.tolist() == [1.0, 3.0, 7.0]
    assert torch.equal(bins.from_codes(bins.to_codes(values), torch.rand(200)), values)


def test_many_values_are_bins_of_about_equal_size(amounts):
    bins = Bins.fit(amounts, 40)
    counts = torch.bincount(bins.to_codes(amounts))
    assert len(bins) <= 42
    assert counts[1:].max() < 2 * 2000 / 40
    assert (bins.low[1:] > bins.high[:-1]).all()
    assert bins.holds(amounts).all()


def test_an_inflated_value_has_a_code_of_its_own(amounts):
    bins = Bins.fit(amounts, 40)
    zero = bins.to_codes(torch.zeros(1))
    assert bins.low[zero] == bins.high[zero] == 0
    assert int((bins.to_codes(amounts) == zero).sum()) == int((amounts == 0).sum())


def test_drawn_values_have_the_distribution_of_the_given_ones(amounts):
    bins = Bins.fit(amounts, 40)
    drawn = bins.from_codes(bins.to_codes(amounts), torch.rand(2000)).sort().values
    steps = torch.linspace(0, 5, 101)
    shares = [torch.searchsorted(x, steps, right=True) / 2000 for x in (amounts.sort().values, drawn)]
    assert (shares[0] - shares[1]).abs().max() < 0.01


@pytest.mark.parametrize("code", [0, 1, 12, 26])
def test_the_share_below_a_value_is_where_the_value_is_drawn(amounts, code):
    bins = Bins.fit(amounts, 40)
    places = torch.linspace(0, 1, 7) if code else torch.zeros(7)
    values = bins.from_codes(torch.full((7,), code), places)
    found = [float(bins.below(float(value))[code]) for value in values]
    assert found == pytest.approx(places.tolist(), abs=1e-4)


@pytest.mark.parametrize(("value", "code"), [(-5.0, 0), (1.4, 0), (1.6, 1), (99.0, 2)])
def test_a_value_between_codes_takes_the_nearest(value, code):
    bins = Bins.fit(torch.tensor([1.0, 2.0, 3.0]), 100, levels=True)
    assert bins.to_codes(torch.tensor([value])).item() == code
    assert not bins.holds(torch.tensor([value]))


def test_few_rows_give_few_bins():
    torch.manual_seed(0)
    assert len(Bins.fit(torch.randn(60), 100)) <= 2 * 60**0.5 + 2


def test_no_value_is_no_code():
    assert Bins.fit(torch.zeros(0), 100).knots.shape == (0, KNOTS)
