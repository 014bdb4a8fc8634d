"""Gaps filled and only gaps; one column told from the others by the same conditionals; likelihoods that are stable."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo import MaskedAutoencoder
from diabolo.errors import EmptyColumnWarning, ParameterError, UnfilledWarning
from diabolo.frames import Frame
from diabolo.models.filling import chain
from diabolo.nn import Residual


@pytest.fixture
def gappy(rows) -> pd.DataFrame:
    table = rows.iloc[:120].copy()
    table.loc[:59, "size"] = np.nan
    table.loc[40:79, "town"] = None
    table["kids"] = table["kids"].astype("Int64")
    table.loc[50:99, "kids"] = pd.NA
    return table


@pytest.mark.parametrize("method", ["draw", "mode"])
def test_all_gaps_are_filled_and_what_was_there_is_as_it_was(masked, gappy, method):
    filled = masked.impute(gappy, method=method, random_state=0)
    assert not filled.isna().any().any()
    assert filled.dtypes.equals(gappy.dtypes)
    for name in gappy:
        there = gappy[name].notna()
        assert (filled.loc[there, name] == gappy.loc[there, name]).all()


def test_what_is_filled_in_goes_with_the_rest_of_the_row(masked, gappy):
    filled = masked.impute(gappy, random_state=0)
    gaps = gappy["size"].isna() & (gappy["town"] == "Oslo")
    assert (filled.loc[gaps, "size"] > 175).mean() > 0.7
    best = masked.impute(gappy, method="mode")
    known = gappy["town"].isna() & gappy["size"].notna()
    assert ((best.loc[known, "size"] > 176) == (best.loc[known, "town"] == "Oslo")).all()


def test_draws_differ_where_there_are_gaps_and_nowhere_else(masked, gappy):
    several = masked.impute(gappy, n_draws=3, random_state=0)
    assert len(several) == 3
    assert not several[0].equals(several[1])
    assert several[0].iloc[100:, :3].equals(several[1].iloc[100:, :3])
    assert masked.impute(gappy, random_state=5).equals(masked.impute(gappy, random_state=5))


def test_uncertainty_is_zero_where_a_cell_is_seen_and_the_spread_of_draws_elsewhere(masked, gappy):
    _, doubt = masked.impute(gappy, return_uncertainty=True, random_state=0)
    there = gappy[list(masked.schema_.names)].notna().to_numpy()
    assert (doubt[there] == 0).all()
    assert (doubt[~there] > 0).all()
    size = list(masked.schema_.names).index("size")
    draws = np.stack([t["size"] for t in masked.impute(gappy.iloc[:20], n_draws=40, random_state=0)])
    assert doubt[:20, size].mean() == pytest.approx(draws.std(0).mean(), rel=0.2)


def test_a_column_without_any_value_is_filled(masked, rows):
    table = rows.iloc[:30].assign(size=np.nan, town=None)
    filled = masked.impute(table, random_state=0)
    assert filled["size"].notna().all()
    assert set(filled["town"]) <= {"Rome", "Oslo"}


@pytest.mark.parametrize("method", ["draw", "mode"])
def test_what_is_filled_in_has_the_decimals_of_training(masked, rows, method):
    filled = masked.impute(rows.iloc[:200], method=method, random_state=0)["pay"]
    assert (filled.round(2) == filled).all()


def test_columns_the_model_left_out_keep_their_gaps_and_say_so(rows):
    table = rows[["size", "kids"]].assign(void=np.nan)
    with pytest.warns(EmptyColumnWarning):
        model = MaskedAutoencoder(architecture=Residual(8, 1), max_epochs=1, random_state=0).fit(table)
    with pytest.warns(UnfilledWarning, match="'void' holds no value at all"):
        assert model.impute(table)["void"].isna().all()


def test_an_array_is_filled():
    X = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    model = MaskedAutoencoder(architecture=Residual(16, 1), max_epochs=2, random_state=0).fit(X)
    holes = X.copy()
    holes[::2, 1] = np.nan
    filled = model.impute(holes, random_state=0)
    assert filled.dtype == np.float32
    assert np.isfinite(filled).all()
    assert np.array_equal(filled[~np.isnan(holes)], X[~np.isnan(holes)])


@pytest.mark.parametrize("wrong", [{"method": "mean"}, {"n_draws": 0}, {"n_draws": 2, "method": "mode"}])
def test_refuses_what_is_no_way_to_fill(masked, rows, wrong):
    with pytest.raises(ParameterError):
        masked.impute(rows, **wrong)


@pytest.mark.parametrize("column", ["town", "size", "kids", "pay", "paid", "smoker"])
def test_probabilities_of_a_column_add_up_and_agree_with_the_chain(masked, rows, column):
    """p(column | others) ∝ p(whole row) in an order in which the column comes last."""
    shares = masked.predict_proba(rows.iloc[:4], column)
    assert shares.dtype == np.float32
    assert shares.shape == (4, len(masked.levels(column)))
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    codes = masked.codebook_.to_codes(masked.schema_.to_batch(Frame.of(rows.iloc[:4])))
    j = masked.codebook_.places(column)[0]
    order = [i for i in range(codes.shape[1]) if i != j] + [j]
    for code in (0, 1):
        asked, other = codes.clone(), codes.clone()
        asked[:, j], other[:, j] = code, 1 - code
        odds = (chain(masked.net_, asked, order) - chain(masked.net_, other, order)).exp().detach().numpy()
        assert np.allclose(odds, shares[:, code] / shares[:, 1 - code], rtol=1e-3)


def test_the_column_itself_is_not_looked_at_and_may_be_absent(masked, rows):
    shares = masked.predict_proba(rows, "town")
    assert np.array_equal(masked.predict_proba(rows.drop(columns="town"), "town"), shares)
    assert np.array_equal(masked.predict_proba(rows.assign(town="Rome"), "town"), shares)
    right = masked.levels("town")[shares.argmax(1)] == rows["town"]
    assert right.mean() > 0.97


def test_an_unknown_column_cannot_be_told(masked, rows):
    with pytest.raises(ParameterError, match="no column 'city'"):
        masked.predict_proba(rows, "city")


def test_likelihoods_do_not_hang_on_the_other_rows_and_rise_with_what_is_usual(masked, rows):
    found = masked.log_likelihood(rows)
    assert found.dtype == np.float64
    assert np.array_equal(found, masked.log_likelihood(rows))
    assert np.allclose(found[::-1][:50], masked.log_likelihood(rows.iloc[::-1].iloc[:50]), atol=1e-4)
    random = np.random.default_rng(1)
    shuffled = rows.assign(town=random.permutation(rows["town"].astype(object)))
    assert found.mean() > masked.log_likelihood(shuffled.astype(rows.dtypes)).mean()


def test_more_orders_only_make_the_mean_steadier(masked, rows):
    one, many = (masked.log_likelihood(rows.iloc[:50], n_orders=n, random_state=3).mean() for n in (2, 20))
    assert one == pytest.approx(many, abs=0.5)
    with pytest.raises(ParameterError):
        masked.log_likelihood(rows, n_orders=0)


def test_no_gap_is_left_in_codes_to_fill(masked, gappy):
    from diabolo.models.gaps import hide_gaps

    codes = hide_gaps(masked.codebook_, masked.schema_.to_batch(Frame.of(gappy)))
    bins = torch.tensor([len(variable.bins) for variable in masked.codebook_.variables])
    assert (codes < bins).all()
