"""Conditions are kept exactly, and what is not under conditions follows from them."""

import numpy as np
import pandas as pd
import pytest

from diabolo import MaskedAutoencoder
from diabolo.errors import ParameterError
from diabolo.nn import Residual


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"town": "Oslo"}, lambda t: t["town"] == "Oslo"),
        ({"town": ["Oslo", "Rome"]}, lambda t: t["town"].isin(["Oslo", "Rome"])),
        ({"smoker": True}, lambda t: t["smoker"]),
        ({"kids": [0, 3]}, lambda t: t["kids"].isin([0, 3])),
        ({"kids": (2, None)}, lambda t: t["kids"] >= 2),
        ({"size": 161.23456789}, lambda t: t["size"] == 161.23456789),
        ({"size": (158.25, 158.5)}, lambda t: t["size"].between(158.25, 158.5)),
        ({"size": [158.5, 170.25]}, lambda t: t["size"].isin([158.5, 170.25])),
        ({"pay": None}, lambda t: t["pay"].isna()),
        ({"pay": (None, 1000)}, lambda t: t["pay"] <= 1000),
        ({"pay": [None, 1000.5]}, lambda t: t["pay"].isna() | (t["pay"] == 1000.5)),
        ({"paid": ("2021-01-01", "2021-03-31")}, lambda t: t["paid"].between("2021-01-01", "2021-03-31")),
        ({"paid": "2021-02-03"}, lambda t: t["paid"] == pd.Timestamp("2021-02-03")),
    ],
)
def test_conditions_are_kept_in_every_row(masked, rows, given, kept):
    made = masked.sample(150, given=given, random_state=0)
    assert kept(made).all()
    assert made.dtypes.equals(rows.dtypes)
    assert len(made.drop_duplicates()) > 75


def test_several_conditions_are_kept_at_once(masked):
    made = masked.sample(100, given={"town": "Oslo", "kids": (1, 3), "size": (185, 195)}, random_state=0)
    assert ((made["town"] == "Oslo") & made["kids"].between(1, 3) & made["size"].between(185, 195)).all()


def test_other_columns_follow_from_a_condition(masked):
    sizes = [masked.sample(200, given={"town": t}, random_state=0)["size"].mean() for t in ("Rome", "Oslo")]
    assert sizes[1] - sizes[0] > 20
    towns = masked.sample(200, given={"size": (185, None)}, random_state=0)["town"]
    assert (towns == "Oslo").mean() > 0.8


def test_two_ranges_together_are_drawn_from_their_joint(masked):
    """Most are of Rome if asked alone; of a size as in Oslo hardly any is."""
    made = masked.sample(400, given={"town": ["Rome", "Oslo"], "size": (185, 200)}, random_state=0)
    assert (made["town"] == "Oslo").mean() > 0.9


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"size": 1000.0}, "next to it"),
        ({"size": (500, 600)}, "run from"),
        ({"town": None}, "no training row lacks it"),
        ({"paid": "2077-01-01"}, "next to it"),
    ],
)
def test_what_training_never_met_is_refused(masked, given, message):
    with pytest.raises(ParameterError, match=message):
        masked.sample(3, given=given)


def test_rare_levels_can_be_had_and_come_up():
    random = np.random.default_rng(0)
    town = random.choice(["Rome", "Oslo"], 6000).astype(object)
    town[:12] = ["Ulm"] * 4 + ["Jena"] * 4 + ["Bonn"] * 4
    rows = pd.DataFrame({"town": town, "x": random.normal(size=6000)})
    model = MaskedAutoencoder(architecture=Residual(16, 1), max_epochs=1, random_state=0).fit(rows)
    assert len(model.schema_.blocks["categorical"].rare[0]) == 3
    assert (model.sample(9, given={"town": "Jena"}, random_state=0)["town"] == "Jena").all()
    found = set(model.sample(60, given={"town": ["Ulm", "Jena", "Bonn"]}, random_state=0)["town"])
    assert found == {"Ulm", "Jena", "Bonn"}
    assert list(model.levels("town")) == ["Bonn", "Jena", "Oslo", "Rome", "Ulm"]
    shares = model.predict_proba(rows, "town")
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    column = model.schema_.blocks["categorical"]
    counts = dict(zip(column.rare[0], column.rare_counts[0], strict=True))
    assert np.allclose(shares[:, 0] * counts["Jena"], shares[:, 1] * counts["Bonn"], rtol=1e-3)


def test_arrays_and_their_columns(masked):
    X = np.random.default_rng(0).normal(size=(200, 3))
    model = MaskedAutoencoder(architecture=Residual(16, 1), max_epochs=2, random_state=0).fit(X)
    made = model.sample(40, given={"x1": (0.0, 0.5)}, random_state=0)
    assert made.shape == (40, 3)
    assert made.dtype == X.dtype
    assert ((made[:, 1] >= 0) & (made[:, 1] <= 0.5)).all()
