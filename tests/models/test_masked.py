"""The masked autoencoder: it learns a joint, keeps what a file keeps, resumes, and refuses what it cannot be."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

import diabolo
from diabolo import MaskedAutoencoder
from diabolo.errors import ArchitectureError, CheckpointError, OvercompleteError, ParameterError
from diabolo.models.filling import chain
from diabolo.nn import Conv, Residual
from diabolo.train import Trainer

SMALL = {"architecture": Residual(32, 1), "random_state": 0}


def pairs(n: int = 2000) -> pd.DataFrame:
    """Three levels and two, which go together."""
    random = np.random.default_rng(0)
    a = random.choice(["p", "q", "r"], n, p=[0.5, 0.3, 0.2])
    odds = pd.Series(a).map({"p": 0.9, "q": 0.5, "r": 0.05}).to_numpy()
    return pd.DataFrame({"a": a, "b": np.where(random.random(n) < odds, "yes", "no")})


@pytest.fixture(scope="module")
def joint() -> MaskedAutoencoder:
    """Of all rows, none held out: what it learns is their joint."""
    return MaskedAutoencoder(max_epochs=80, trainer=Trainer(validation=0.0), **SMALL).fit(pairs(600))


def test_the_learned_joint_is_that_of_the_rows_in_either_order(joint):
    states = pd.DataFrame(itertools.product("pqr", ["no", "yes"]), columns=["a", "b"])
    codes = joint.codebook_.to_codes(joint.schema_.to_batch(diabolo.models.base.as_frame(states)))
    shares = pairs(600).value_counts(normalize=True).reindex(pd.MultiIndex.from_frame(states)).to_numpy()
    for order in ((0, 1), (1, 0)):
        learned = chain(joint.net_, codes, order).exp().detach().numpy()
        assert learned.sum() == pytest.approx(1.0, abs=1e-5)
        assert np.abs(learned - shares).sum() / 2 < 0.03


def test_samples_have_the_shares_of_the_rows(joint):
    found = joint.sample(4000, random_state=0).value_counts(normalize=True)
    shares = pairs(600).value_counts(normalize=True)
    assert found.sub(shares, fill_value=0).abs().sum() / 2 < 0.04


def test_a_level_of_95_percent_comes_as_often_as_it_did():
    random = np.random.default_rng(0)
    rows = pd.DataFrame(
        {"a": np.where(random.random(3000) < 0.95, "usual", "rare"), "x": random.normal(size=3000)}
    )
    model = MaskedAutoencoder(max_epochs=8, **SMALL).fit(rows)
    assert 0.94 < (model.sample(5000, random_state=0)["a"] == "usual").mean() < 0.96


def test_gaps_come_where_they_came(masked, rows):
    made = masked.sample(2000, random_state=0)
    assert made["pay"].isna().mean() == pytest.approx(rows["pay"].isna().mean(), abs=0.05)
    assert (made["pay"].isna() == made["paid"].isna()).mean() > 0.97
    assert made.dtypes.equals(rows.dtypes)


def test_columns_go_together(masked):
    made = masked.sample(3000, random_state=0)
    means = made.groupby("town", observed=True)["size"].mean()
    assert means["Oslo"] - means["Rome"] > 20


def test_a_file_keeps_what_is_asked_of_the_model(masked, rows, tmp_path):
    masked.save(tmp_path / "m.diabolo")
    again = diabolo.load(tmp_path / "m.diabolo")
    assert again.sample(20, random_state=1).equals(masked.sample(20, random_state=1))
    assert np.array_equal(again.predict_proba(rows, "kids"), masked.predict_proba(rows, "kids"))
    assert np.array_equal(again.log_likelihood(rows), masked.log_likelihood(rows))
    assert torch.equal(again.mean_coordinates_, masked.mean_coordinates_)


def test_a_run_folder_changes_nothing_and_is_gone_on_with(tmp_path):
    parameters = {**SMALL, "max_epochs": 3, "trainer": Trainer(checkpoint_every=0.0, patience=1.0)}
    codes = MaskedAutoencoder(**parameters).fit(pairs(300)).transform(pairs(300))
    for epochs in (0, 3):
        model = MaskedAutoencoder(**parameters).fit(pairs(300), run_dir=tmp_path)
        assert model.history_.plan["resumed_at"] == epochs
        assert np.array_equal(model.transform(pairs(300)), codes)
    with pytest.raises(CheckpointError, match="bins"):
        MaskedAutoencoder(bins=9, **parameters).fit(pairs(300), run_dir=tmp_path)


def test_the_code_is_as_wide_as_asked_and_rebuilds_the_better_the_wider(rows):
    errors = []
    for k in (1, 4, "auto"):
        model = MaskedAutoencoder(k, max_epochs=5, **SMALL).fit(rows)
        errors.append(float(model.reconstruction_error(rows).mean()))
        assert model.transform(rows).shape == (len(rows), model.n_components_)
        assert k == "auto" or model.n_components_ == k
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"n_components": 0}, ParameterError),
        ({"n_components": 33}, ParameterError),
        ({"bins": 1}, ParameterError),
        ({"bins": "many"}, ParameterError),
        ({"architecture": "deep"}, ParameterError),
        ({"architecture": Residual}, ParameterError),
        ({"architecture": Conv()}, ArchitectureError),
        ({"size": "huge"}, ParameterError),
    ],
)
def test_refuses_what_it_cannot_be(parameters, error):
    with pytest.raises(error):
        MaskedAutoencoder(**{**SMALL, "max_epochs": 1, **parameters}).fit(pairs(100))


def test_a_code_may_be_as_wide_as_the_row_for_nothing_is_copied_through_it():
    try:
        MaskedAutoencoder(8, max_epochs=1, **SMALL).fit(pairs(100))
    except OvercompleteError as error:  # pragma: no cover - what must not come
        pytest.fail(str(error))
