"""Odd rows whose reason is known: broken relations, wrong levels, gaps; and every kind of wrong question."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from diabolo import Autoencoder, LinearAutoencoder
from diabolo.errors import ParameterError
from diabolo.evaluate import anomaly
from diabolo.nn import Dense


def people(rows: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(0)
    height = random.normal(170, 10, rows)
    shoe = 0.25 * height + random.normal(0, 0.4, rows)
    weight = 0.9 * height - 83 + random.normal(0, 2, rows)
    city = np.array(["Bonn", "Lima", "Oslo"])[np.digitize(height, (165, 175))]
    return pd.DataFrame({"height": height, "shoe": shoe, "weight": weight, "city": city})


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    data = people()
    # Neither is unusual by itself: a small person's shoe on a tall one, and a tall one's weight on a small one.
    data.loc[3, ["height", "shoe", "weight", "city"]] = [182.0, 39.0, 80.8, "Oslo"]
    data.loc[11, ["height", "shoe", "weight", "city"]] = [158.0, 39.5, 83.0, "Bonn"]
    return data


@pytest.fixture(scope="module")
def linear(table) -> LinearAutoencoder:
    return LinearAutoencoder(3).fit(table)


@pytest.fixture(scope="module")
def deep(table) -> Autoencoder:
    return Autoencoder(2, architecture=Dense((16,)), max_epochs=30, random_state=0).fit(table)


def test_rows_that_break_a_relation_come_first_with_the_column(table, linear):
    found = anomaly(linear, table)
    assert set(found.ranking[:2]) == {3, 11}
    first = {odd.row: odd.reasons[0] for odd in found.oddest}
    assert (first[3].column, first[3].value) == ("shoe", 39.0)
    assert first[3].expected == pytest.approx(45.5, abs=2)
    assert (first[11].column, first[11].value) == ("weight", 83.0)
    assert "shoe is 39 where 4" in next(odd.sentence for odd in found.oddest if odd.row == 3)


def test_the_excess_is_half_the_square_of_a_conditional_z_score():
    random = np.random.default_rng(0)
    rows = random.normal(size=(500, 4)) @ random.normal(size=(4, 4))
    rows[0, 2] += 9.0
    model = LinearAutoencoder(4).fit(rows)
    precision = np.linalg.inv(np.cov(rows.T))
    z = precision @ (rows[0] - rows.mean(0)) / np.sqrt(precision.diagonal())
    excess = {r.column: r.excess for odd in anomaly(model, rows).oddest if odd.row == 0 for r in odd.reasons}
    assert excess == pytest.approx({f"x{j}": z[j] ** 2 / 2 for j in range(4)}, rel=1e-3)


def test_shares_add_up(table, linear):
    for odd in anomaly(linear, table).oddest:
        assert sum(reason.share for reason in odd.reasons) == pytest.approx(1.0, abs=0.01)
        assert all(reason.excess > 0 for reason in odd.reasons)


def test_a_missing_cell_is_no_reason(table, linear):
    gaps = table.copy()
    gaps.loc[3, "weight"] = np.nan
    gaps.loc[11, "city"] = None
    found = anomaly(linear, gaps)
    reasons = {odd.row: {reason.column for reason in odd.reasons} for odd in found.oddest}
    assert "weight" not in reasons[3]
    assert "city" not in reasons[11]
    assert next(odd for odd in found.oddest if odd.row == 3).reasons[0].column == "shoe"


def test_a_deep_model_finds_them_too(table, deep):
    found = anomaly(deep, table, truth=np.isin(np.arange(len(table)), [3, 11]))
    assert found.auroc > 0.98
    first = next(odd for odd in found.oddest if odd.row == 3)
    assert (first.reasons[0].column, first.reasons[0].value) == ("shoe", 39.0)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_contamination_is_a_share_of_these_rows(table, linear, share):
    found = anomaly(linear, table.iloc[:200], contamination=share)
    assert len(found.flagged) == pytest.approx(200 * share, abs=1)
    assert np.array_equal(found.flagged, found.ranking[: len(found.flagged)])
    assert (found.scores[found.flagged] < found.threshold).all()
    assert f"{100 * share:g} % of these rows" in found.rule


def test_a_quantile_is_one_of_the_training_rows(table, linear):
    found = anomaly(linear, table, quantile=0.1)
    assert found.threshold == linear.threshold(0.1)
    assert len(found.flagged) == pytest.approx(0.1 * len(table), abs=1)
    assert "training rows" in found.rule


def test_without_either_it_flags_what_predict_does(table, linear):
    odd = np.flatnonzero(linear.predict(table) == -1)
    assert set(anomaly(linear, table).flagged) == set(odd)


def test_truth_is_known_by_ones_or_by_minus_ones(table, linear):
    odd = np.zeros(len(table), dtype=int)
    odd[[3, 11]] = 1
    found = anomaly(linear, table, truth=odd)
    assert found.auroc == found.average_precision == 1.0
    assert anomaly(linear, table, truth=np.where(odd, -1, 1)).auroc == 1.0
    assert anomaly(linear, table, truth=odd.astype(bool).tolist()).auroc == 1.0
    assert anomaly(linear, table, truth=1 - odd).auroc == 0.0
    assert anomaly(linear, table).auroc is None


def test_images_are_explained_as_a_whole():
    images = np.random.default_rng(0).integers(100, 140, (60, 6, 5)).astype(np.uint8)
    images[5] = 255
    found = anomaly(LinearAutoencoder(2).fit(images), images, explain=1)
    assert found.ranking[0] == 5
    assert [(r.column, r.share, r.value) for r in found.oddest[0].reasons] == [("image", 1.0, None)]


def test_arrays_go_by_position(linear, table):
    rows = table[["height", "shoe", "weight"]].to_numpy()
    model = LinearAutoencoder(2).fit(rows)
    named = anomaly(model, pd.DataFrame(rows, columns=["a", "b", "c"]))
    assert {odd.row: odd.reasons[0].column for odd in named.oddest}[3] == "x1"
    assert (
        named.oddest[0].reasons[0].value
        == rows[named.oddest[0].row, int(named.oddest[0].reasons[0].column[1])]
    )


def test_as_many_rows_are_explained_as_asked_for(table, linear):
    assert [len(anomaly(linear, table, explain=n).oddest) for n in (0, 3, 5000)] == [0, 3, len(table)]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"contamination": 0}, "contamination=0 is not"),
        ({"contamination": 0.6}, "contamination=0.6 is not"),
        ({"contamination": "auto"}, "contamination='auto' is not"),
        ({"quantile": 0.95}, "quantile=0.95 is not"),
        ({"contamination": 0.1, "quantile": 0.1}, "not both"),
        ({"truth": [0, 1]}, "truth has 2 values for 400 rows"),
        ({"truth": [0] * 400}, "one class only"),
        ({"truth": [-1] * 400}, "one class only"),
        ({"truth": [0, 2] * 200}, "truth holds 0, 2"),
        ({"truth": ["odd", "normal"] * 200}, "truth holds 'normal', 'odd'"),
    ],
)
def test_questions_that_cannot_be_answered(table, linear, question, message):
    with pytest.raises(ParameterError, match=message):
        anomaly(linear, table, **question)


def test_a_model_that_cannot_score(table):
    with pytest.raises(ParameterError, match="KMeans cannot say how likely a row is"):
        anomaly(KMeans(2), table)


@pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")
def test_a_truncated_model_draws_the_line_by_the_rows_it_is_given():
    rows = np.random.default_rng(0).normal(size=(200, 5))
    model = Autoencoder(3, ordered=True, max_epochs=2, random_state=0).fit(rows).truncate(2)
    found = anomaly(model, rows)
    assert len(found.flagged) == 10
    assert found.rule.startswith("the least likely 5 % of these rows, as a truncated model")
    with pytest.raises(ParameterError, match="truncated"):
        anomaly(model, rows, quantile=0.1)
