"""The variational autoencoder: a code in use, new rows like the old, rows near given ones, and the likelihood of a row."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits

import diabolo
from diabolo.errors import CollapseWarning, OvercompleteError, ParameterError
from diabolo.maps import interpolate
from diabolo.models.density import Density
from diabolo.models.vae import VAE
from diabolo.nn import Dense
from diabolo.terms import KL
from diabolo.train import Trainer

pytestmark = pytest.mark.toy

QUICK = {"max_epochs": 3, "random_state": 0, "architecture": Dense((16,))}


def table(rows: int = 400) -> pd.DataFrame:
    """Columns that go together, one of them with a rare level."""
    random = np.random.default_rng(0)
    z = random.normal(size=rows)
    return pd.DataFrame(
        {
            "height": 170 + 10 * z + random.normal(size=rows),
            "weight": 70 + 12 * z + 3 * random.normal(size=rows),
            "town": random.choice(["Rome", "Oslo"], rows, p=[0.95, 0.05]),
            "tall": np.where(z + 0.3 * random.normal(size=rows) > 0, "yes", "no"),
            "children": random.poisson(2, rows),
        }
    )


@pytest.fixture(scope="module")
def fitted() -> VAE:
    return VAE(2, max_epochs=60, learning_rate=0.01, random_state=0, architecture=Dense((32,))).fit(table())


@pytest.fixture(scope="module")
def digits() -> VAE:
    return VAE(4, max_epochs=15, random_state=0, architecture=Dense((128,))).fit(load_digits().images[:600])


# --- the code


def test_numbers_on_a_small_scale_do_not_collapse():
    """A unit noise scale on data in [0, 1] would."""
    pixels = load_digits().data / 16
    model = VAE(4, max_epochs=10, random_state=0, architecture=Dense((64,))).fit(pixels[:600])
    assert model.active_units_ == 4
    assert model.kl_.min() > 0.3
    assert model.score(pixels[600:]) > 0.35


def test_the_record_has_information_by_dimension_and_active_units_in_every_epoch(digits):
    assert len(digits.history_.epochs) == 15
    for epoch in digits.history_.epochs:
        assert len(epoch.measures["kl"]) == 4
        assert epoch.measures["active_units"] in [[float(n)] for n in range(5)]
        assert set(epoch.terms) == {"reconstruction", "kl"}
    best = digits.history_.epochs[digits.history_.best_epoch - 1]
    assert np.allclose(best.measures["kl"], digits.kl_, rtol=1e-4)


def test_a_code_at_the_prior_is_told():
    noise = np.random.default_rng(0).normal(size=(200, 4))
    with pytest.warns(CollapseWarning, match=r"none of the 2 .* lower beta"):
        model = VAE(2, beta=20.0, **{**QUICK, "max_epochs": 20}, learning_rate=0.01).fit(noise)
    assert model.active_units_ == 0


def test_a_higher_price_tells_less():
    told = [
        VAE(2, beta=beta, **{**QUICK, "max_epochs": 8}).fit(table()).kl_.sum() for beta in (0.2, 1.0, 5.0)
    ]
    assert told[0] > told[1] > told[2]


def test_dimensions_that_are_not_needed_tell_next_to_nothing():
    """One hidden cause and noise of one size, of which probabilistic PCA takes one dimension."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(400, 1)) @ np.ones((1, 8)) + 0.5 * random.normal(size=(400, 8))
    told = np.sort(VAE(3, **{**QUICK, "max_epochs": 20}, learning_rate=0.01).fit(rows).kl_)
    assert told[2] == pytest.approx(0.5 * np.log(1 + 8 / 0.25), abs=0.3)
    assert told[1] < 0.2


# --- new rows


def test_new_rows_go_together_as_the_old_do(fitted):
    real, made = table(), fitted.sample(2000, random_state=0)
    assert list(made.columns) == list(real.columns)
    assert made.dtypes.equals(real.dtypes)
    assert made["height"].corr(made["weight"]) == pytest.approx(real["height"].corr(real["weight"]), abs=0.1)
    shares = [frame[frame["height"] > 175]["tall"].eq("yes").mean() for frame in (real, made)]
    assert shares[1] == pytest.approx(shares[0], abs=0.1)
    assert made["height"].std() == pytest.approx(real["height"].std(), rel=0.15)


def test_a_rare_level_keeps_its_share(fitted):
    share = (fitted.sample(5000, random_state=1)["town"] == "Rome").mean()
    assert share == pytest.approx((table()["town"] == "Rome").mean(), abs=0.02)


def test_new_images_are_pictures_in_the_range_of_light(digits):
    made = digits.sample(20, random_state=0)
    assert made.shape == (20, 8, 8)
    assert made.min() >= 0
    assert made.max() <= 16
    assert np.abs(made - made[0]).max() > 1


def test_n_rows_and_not_one_more(fitted):
    assert len(fitted.sample(0)) == 0
    assert fitted.sample(0).dtypes.equals(table().dtypes)
    assert len(fitted.sample(7, random_state=0)) == 7


def test_an_unconditional_model_refuses_conditions(fitted):
    with pytest.raises(ParameterError, match="'town'"):
        fitted.sample(3, given={"town": "Rome"})


def test_the_standard_prior_can_be_insisted_on():
    model = VAE(2, prior="standard", **QUICK).fit(table())
    assert model.prior_.means.tolist() == [[0.0, 0.0]]


# --- conditions


@pytest.fixture(scope="module")
def told() -> VAE:
    rows = table().assign(children=lambda frame: frame["children"].where(frame["children"] != 3))
    return VAE(
        2,
        condition=["tall", "children"],
        max_epochs=30,
        learning_rate=0.01,
        random_state=0,
        architecture=Dense((32,)),
    ).fit(rows)


@pytest.mark.parametrize("level", ["yes", "no"])
def test_what_it_is_told_is_kept_to_and_the_rest_follows(told, level):
    made, real = told.sample(500, given={"tall": level}, random_state=0), table()
    assert set(made["tall"]) == {level}
    assert made["height"].mean() == pytest.approx(real[real["tall"] == level]["height"].mean(), abs=3)
    assert made["height"].std() == pytest.approx(real[real["tall"] == level]["height"].std(), rel=0.25)


def test_what_it_is_not_told_is_drawn_as_in_training_gaps_included(told):
    made, real = told.sample(2000, random_state=0), table()
    assert made["tall"].eq("yes").mean() == pytest.approx(real["tall"].eq("yes").mean(), abs=0.04)
    assert made["children"].isna().mean() == pytest.approx(real["children"].eq(3).mean(), abs=0.04)


def test_ranges_and_balance_are_conditions_as_well(told):
    made = told.sample(40, given={"children": (4, None)}, balance="tall", random_state=0)
    assert made["children"].min() >= 4
    assert made["tall"].value_counts().tolist() == [20, 20]


def test_only_what_it_was_fitted_with_can_be_told(told):
    with pytest.raises(ParameterError, match="cannot be told 'town'"):
        told.sample(3, given={"town": "Rome"})


def test_the_code_has_its_width_and_rows_are_rebuilt_under_their_own_condition(told):
    rows = table()
    assert told.transform(rows).shape == (400, 2)
    assert told.inverse_transform(told.transform(rows)).shape == rows.shape
    rebuilt = told.reconstruct(rows)
    assert (rebuilt["tall"] == rows["tall"]).mean() > 0.95
    assert np.corrcoef(rebuilt["height"], rows["height"])[0, 1] > 0.9
    assert (told.augment(rows, random_state=0)["tall"] == rows["tall"]).all()


def test_what_it_is_told_has_no_share_in_the_likelihood(told):
    """Where it is all that is seen, and the code tells nothing, the likelihood is that of seeing nothing: 1."""
    rows = table().assign(height=np.nan, weight=np.nan, town=None)
    silent = copy.copy(told)
    silent.codec_, silent.prior_ = copy.deepcopy(told.codec_), Density.standard(2)
    with torch.no_grad():
        for layer in (silent.codec_.encoder[-2], silent.codec_.shortcut):
            layer.weight.zero_()
            layer.bias.zero_()
    assert np.abs(silent.log_likelihood(rows, 5, random_state=0)).max() < 1e-5
    assert np.abs(silent.log_likelihood(table(), 5, random_state=0)).mean() > 0.5


def test_a_conditional_model_goes_into_a_file(told, tmp_path):
    told.save(tmp_path / "told.diabolo")
    again = diabolo.load(tmp_path / "told.diabolo")
    wanted = {"n": 9, "given": {"tall": "no"}, "random_state": 3}
    assert again.sample(**wanted).equals(told.sample(**wanted))


# --- rows near given ones


def test_augmented_rows_are_similar_but_not_the_same(fitted):
    rows = table()[:200]
    near, far = (fitted.augment(rows, scale, random_state=0) for scale in (0.5, 20.0))
    assert near.dtypes.equals(rows.dtypes)
    assert list(near.index) == list(rows.index)
    distance = [np.abs(other["height"] - rows["height"]).mean() for other in (near, far)]
    assert 0.1 < distance[0] < 0.6 * distance[1]


@pytest.mark.parametrize("scale", [-1.0, float("nan"), "1", True])
def test_a_distance_is_a_number_from_zero(fitted, scale):
    with pytest.raises(ParameterError, match="scale="):
        fitted.augment(table(), scale)


def test_a_row_is_led_to_another_through_the_code(digits):
    images = load_digits().images
    way = interpolate(digits, 0, 1, 5, X=images)
    assert way.rows.shape == (5, 8, 8)
    assert np.allclose(way.codes[0], digits.transform(images[:1])[0], atol=1e-5)


# --- likelihood


def test_the_bound_rises_with_the_number_of_draws(fitted):
    wide = copy.copy(fitted)
    wide.codec_ = copy.deepcopy(fitted.codec_)
    with torch.no_grad():
        wide.codec_.encoder[-2].bias[2:] += 1.0  # q(z | x) wider than it should be
    means = [wide.log_likelihood(table(), n, random_state=0).mean() for n in (1, 5, 200)]
    assert means[0] < means[1] < means[2]
    assert means[2] <= fitted.log_likelihood(table(), 200, random_state=0).mean() + 0.05


def test_one_draw_is_the_bound_that_training_was_judged_by():
    rows = np.random.default_rng(0).normal(size=(300, 2)) @ np.ones((2, 5)) + np.random.default_rng(1).normal(
        size=(300, 5)
    )
    model = VAE(1, prior="standard", trainer=Trainer(validation=0.0), **{**QUICK, "max_epochs": 20}).fit(rows)
    bounds = [model.log_likelihood(rows, 1, random_state=seed).mean() for seed in range(20)]
    assert np.mean(bounds) == pytest.approx(-model.history_.best, abs=0.1)


def test_odd_rows_are_less_likely(fitted):
    rows = table()
    odd = rows.assign(weight=rows["weight"].to_numpy()[::-1])
    assert fitted.log_likelihood(odd, 30, random_state=0).mean() < fitted.score_samples(rows).mean() - 1


@pytest.mark.parametrize("n", [0, 1.5, True, "many"])
def test_a_number_of_draws_is_a_whole_number(fitted, n):
    with pytest.raises(ParameterError, match="n_importance="):
        fitted.log_likelihood(table(), n)


# --- fitting


@pytest.mark.parametrize(
    ("change", "kind", "named"),
    [
        ({"beta": -1.0}, ParameterError, "beta=-1"),
        ({"beta": "high"}, ParameterError, "beta='high'"),
        ({"condition": ["city"]}, ParameterError, "no column 'city'"),
        ({"prior": "flow"}, ParameterError, "prior='flow'"),
        ({"n_components": 0}, ParameterError, "n_components=0"),
        ({"n_components": 9, "beta": KL(free_bits=0.5)}, OvercompleteError, "n_components=9.*free_bits"),
        ({"architecture": "resnet"}, ParameterError, "architecture='resnet'"),
    ],
)
def test_what_cannot_be_is_refused(change, kind, named):
    with pytest.raises(kind, match=named):
        VAE(**{"n_components": 2, **QUICK, **change}).fit(table())


def test_a_resumed_run_is_the_run_that_never_stopped(tmp_path, monkeypatch):
    """The price of information goes on rising where it was."""
    rows, quiet = table(), {"checkpoint_every": 0.0, "patience": 1.0}
    plan = {"beta": KL(warmup=0.8), **QUICK, "max_epochs": 4}
    whole = VAE(2, trainer=Trainer(**quiet), **plan).fit(rows)
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_ended", lambda _, run: "max_seconds" if run.epoch else None)
        VAE(2, trainer=Trainer(**quiet), **plan).fit(rows, run_dir=tmp_path)
    again = VAE(2, trainer=Trainer(**quiet), **plan).fit(rows, run_dir=tmp_path)
    assert again.history_.plan["resumed_at"] == 1
    assert np.array_equal(again.transform(rows), whole.transform(rows))


def test_a_file_keeps_what_sampling_and_likelihood_need(fitted, tmp_path):
    fitted.save(tmp_path / "model.diabolo")
    again = diabolo.load(tmp_path / "model.diabolo")
    assert again.sample(9, random_state=3).equals(fitted.sample(9, random_state=3))
    assert np.array_equal(
        again.log_likelihood(table(), 5, random_state=0), fitted.log_likelihood(table(), 5, random_state=0)
    )
    assert np.array_equal(again.kl_, fitted.kl_)
    assert again.active_units_ == fitted.active_units_
