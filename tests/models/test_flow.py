"""Flow learns simple distributions, keeps what it is told, goes through an autoencoder's code, and refuses the rest."""

import numpy as np
import pandas as pd
import pytest

import diabolo
from diabolo import Autoencoder, Flow
from diabolo.errors import CapabilityError, ParameterError
from diabolo.nn import Dense

NETS = Dense((16,), linear_path=False)  # nothing is compared with PCA
QUICK = {"size": "small", "max_epochs": 2, "random_state": 0}


def cloud(rows: int = 1500) -> np.ndarray:
    random = np.random.default_rng(0)
    return (random.normal(size=(rows, 2)) @ [[2.0, 0.5], [0.0, 0.3]] + [5.0, -1.0]).astype(np.float32)


def table(rows: int = 400) -> pd.DataFrame:
    """Towns of people of different size; sizes missing in one town more often than in the other."""
    random = np.random.default_rng(0)
    town = random.choice(["Rome", "Oslo"], rows, p=[0.7, 0.3])
    size = np.where(town == "Rome", 165.0, 185.0) + random.normal(0, 3, rows)
    size[random.random(rows) < np.where(town == "Rome", 0.5, 0.05)] = np.nan
    return pd.DataFrame({"town": pd.Categorical(town), "size": size, "children": random.poisson(2, rows)})


@pytest.fixture(scope="module")
def told() -> Flow:
    return Flow(condition=["town", "children"], size="small", max_epochs=60, random_state=0).fit(table())


def test_mean_and_covariance_of_a_cloud():
    rows = cloud()
    made = Flow(size="small", max_epochs=12, random_state=0).fit(rows).sample(2000, random_state=1)
    assert made.dtype == rows.dtype
    assert np.allclose(made.mean(0), rows.mean(0), atol=0.15)
    assert np.allclose(np.cov(made.T), np.cov(rows.T), atol=0.6)


def test_a_table_comes_back_as_one_with_its_pattern_of_gaps(told):
    data = table()
    made = told.sample(1500, random_state=0)
    assert made.dtypes.equals(data.dtypes)
    assert list(made.columns) == list(data.columns)
    assert (made.town == "Rome").mean() == pytest.approx((data.town == "Rome").mean(), abs=0.08)
    gaps, expected = (t["size"].isna().groupby(t.town, observed=True).mean() for t in (made, data))
    assert gaps["Rome"] == pytest.approx(expected["Rome"], abs=0.15)
    assert gaps["Oslo"] == pytest.approx(expected["Oslo"], abs=0.15)
    assert not made.children.isna().any()


def test_what_is_told_is_kept_and_heard(told):
    rome, oslo = (told.sample(300, given={"town": town}, random_state=0) for town in ("Rome", "Oslo"))
    assert (rome.town == "Rome").all()
    assert (oslo.town == "Oslo").all()
    assert oslo["size"].mean() - rome["size"].mean() == pytest.approx(20, abs=4)
    both = told.sample(20, given={"town": ["Rome", "Oslo"], "children": 1}, random_state=0)
    assert (both.children == 1).all()
    assert set(both.town) == {"Rome", "Oslo"}


def test_guidance_leans_towards_the_condition(told):
    spreads = []
    for guidance in (0.0, 3.0):
        told.guidance = guidance
        spreads.append(told.sample(400, given={"town": "Oslo"}, random_state=0)["size"].isna().mean())
    told.guidance = 0.0
    assert spreads[1] < max(spreads[0], 0.02)  # missing sizes speak for Rome


@pytest.mark.parametrize("given", [{"size": 170.0}, {"town": "Bern"}, {"children": None}, {"wings": 2}])
def test_refuses_conditions_it_cannot_keep(told, given):
    with pytest.raises(ParameterError):
        told.sample(3, given=given)


def test_no_rows_are_a_table_of_the_right_columns(told):
    assert told.sample(0).dtypes.equals(table().dtypes)
    assert told.sample(0, given={"town": "Rome"}).shape == (0, 3)


def test_a_file_keeps_conditions_and_every_bit(told, tmp_path):
    told.save(tmp_path / "flow.diabolo")
    again = diabolo.load(tmp_path / "flow.diabolo")
    given = {"given": {"town": "Oslo"}, "random_state": 3}
    assert again.sample(40, **given).equals(told.sample(40, **given))
    again.save(tmp_path / "again.diabolo")
    assert (tmp_path / "again.diabolo").read_bytes() == (tmp_path / "flow.diabolo").read_bytes()


def test_labels_beside_the_rows_are_told_and_are_no_column():
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 600)
    X = (random.normal(size=(600, 2)) + 6 * y[:, None]).astype(np.float32)
    model = Flow(size="small", max_epochs=20, random_state=0).fit(X, y)
    for label in (0, 1):
        made = model.sample(300, given={"label": label}, random_state=0)
        assert made.shape == (300, 2)
        assert made.mean() == pytest.approx(6 * label, abs=0.7)
    halves = model.sample(500, random_state=0).mean(1) > 3
    assert 0.35 < halves.mean() < 0.65


def images(rows: int = 120) -> np.ndarray:
    random = np.random.default_rng(0)
    light = random.random((rows, 1, 1)) * np.linspace(0, 1, 6)[None, :, None] * np.ones((1, 1, 5))
    return (255 * light).astype(np.uint8)


def test_images_are_made_by_way_of_a_code(tmp_path):
    latent = Autoencoder(2, architecture=NETS, max_epochs=5, random_state=0)
    model = Flow(latent=latent, **QUICK).fit(images())
    made = model.sample(7, random_state=0)
    assert made.shape == (7, 6, 5)
    assert made.dtype == np.uint8
    assert model.n_components_ == 2 == model.latent_.n_components_
    assert not hasattr(latent, "codec_")  # a clone was fitted
    model.save(tmp_path / "flow.diabolo")
    assert np.array_equal(diabolo.load(tmp_path / "flow.diabolo").sample(7, random_state=0), made)


def test_a_fitted_latent_model_is_used_as_it_is():
    data = table()
    latent = Autoencoder(2, architecture=NETS, max_epochs=3, random_state=0).fit(data)
    model = Flow(latent=latent, **QUICK).fit(data)
    assert model.latent_ is latent
    made = model.sample(50, random_state=0)
    assert made.dtypes.equals(data.dtypes)
    assert set(made.town) <= {"Rome", "Oslo"}


def test_an_unfinished_run_goes_on(tmp_path):
    rows = cloud(300)
    trainer = diabolo.Trainer(checkpoint_every=0.0)
    whole = Flow(size="small", max_epochs=4, random_state=0, trainer=trainer).fit(rows)
    short = diabolo.Trainer(checkpoint_every=0.0, max_seconds=1e-9)
    Flow(size="small", max_epochs=4, random_state=0, trainer=short).fit(rows, run_dir=tmp_path)
    again = Flow(size="small", max_epochs=4, random_state=0, trainer=trainer).fit(rows, run_dir=tmp_path)
    assert again.history_.plan["resumed_at"] == 1
    assert np.array_equal(again.sample(9, random_state=0), whole.sample(9, random_state=0))


def test_it_gives_no_code():
    with pytest.raises(CapabilityError, match="a Flow has no transform"):
        Flow().transform(cloud(5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_steps": 0},
        {"n_steps": 2.5},
        {"guidance": -1},
        {"guidance": "strong"},
        {"condition": "town"},
        {"condition": ["wings"]},
        {"latent": "code"},
        {"n_components": 0},
        {"n_components": "auto"},
        {"n_components": 2, "latent": Autoencoder(2)},
        {"latent": diabolo.GAN()},
        {"size": "huge"},
    ],
)
def test_refuses_what_cannot_be(wrong):
    with pytest.raises(ParameterError):
        Flow(**{**QUICK, **wrong}).fit(table(40))
