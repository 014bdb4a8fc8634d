"""One call of fit: the choice of a width, a run folder, fingerprints."""

import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from diabolo.errors import CheckpointError, CollapseWarning, LinearFallbackWarning, ParameterError
from diabolo.frames import Frame
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.diagnosis import IS_PCA
from diabolo.models.fitting import KEPT, fingerprint, width_for
from diabolo.nn import Dense
from diabolo.terms import Noise, Sparsity
from diabolo.train import Trainer

pytestmark = pytest.mark.toy

ROWS = np.random.default_rng(0).normal(size=(80, 5))
QUIET = Trainer(checkpoint_every=0.0, patience=1.0)


def fit(folder, rows=ROWS, **changes):
    parameters = {
        "architecture": Dense((8,)),
        "max_epochs": 4,
        "random_state": 0,
        "trainer": QUIET,
        **changes,
    }
    return Autoencoder(2, **parameters).fit(rows, run_dir=folder)


@given(st.lists(st.floats(0.01, 99.0), min_size=1, max_size=10))
def test_the_width_is_the_smallest_that_keeps_enough(errors):
    curve = dict(enumerate(errors, start=1))
    k = width_for(curve, 100.0)
    gain = KEPT * (100.0 - min(errors))
    assert 100.0 - curve[k] >= gain - 1e-9
    assert all(100.0 - curve[smaller] < gain for smaller in range(1, k))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"max_epochs": 5}, "max_epochs"),
        ({"random_state": 1}, "random_state|seed"),
        ({"learning_rate": 0.5}, "learning_rate"),
        ({"architecture": Dense((9,))}, "architecture"),
        ({"rows": ROWS + 1e-3}, "data|schema"),
        ({"rows": ROWS[::-1].copy()}, "data"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_run_folder_refuses_another_run_naming_the_difference(tmp_path, change, named):
    fit(tmp_path)
    with pytest.raises(CheckpointError, match=named):
        fit(tmp_path, **change)


def test_a_run_folder_changes_nothing_about_the_result(tmp_path):
    with_folder, without = fit(tmp_path), fit(None)
    assert np.array_equal(with_folder.transform(ROWS), without.transform(ROWS))
    assert np.array_equal(fit(tmp_path).transform(ROWS), without.transform(ROWS))


def test_the_plan_says_when_pca_was_taken_up(tmp_path):
    assert "PCA" in fit(None).history_.plan["linear_path"]


def test_fingerprints_tell_contents_apart():
    assert fingerprint(b"a", b"b") == fingerprint(b"ab")
    assert fingerprint(b"a") != fingerprint(b"b")


WANTED = [{"corruption": Noise(0.5)}, {"penalty": Sparsity(0.5)}, {"allow_overcomplete": True}]


@pytest.mark.parametrize("wanted", WANTED)
def test_what_asks_for_more_than_a_small_error_is_not_replaced_by_pca(wanted: dict[str, object]):
    rows = np.random.default_rng(0).normal(size=(200, 6))
    model = Autoencoder(8, max_epochs=2, random_state=0, **wanted).fit(rows)
    assert model.architecture_.linear_path is None
    assert "linear_path" not in model.history_.plan
    assert model.score(rows) < 0.999


def mixed(rows: int, seed: int) -> dict[str, np.ndarray]:
    """Counts, levels, coins and numbers with little in common: nothing for networks to find in few rows."""
    random = np.random.default_rng(seed)
    z = random.normal(size=rows)
    return {
        "children": random.poisson(np.exp(0.5 + 0.8 * z)),
        "visits": random.poisson(np.exp(0.2 - 0.5 * z)),
        "town": random.choice(list("abc"), rows),
        "side": np.array(["l", "m", "r"])[np.digitize(z + random.normal(size=rows), (-0.5, 0.5))],
        "smoker": random.random(rows) < 1 / (1 + np.exp(-2 * z)),
        "amount": np.where(random.random(rows) < 0.4, 0.0, np.exp(z + random.normal(size=rows))),
        "height": random.normal(size=rows),
    }


@pytest.mark.parametrize("k", [1, 3])
def test_on_few_rows_of_a_mixed_table_the_error_on_new_rows_is_no_larger_than_that_of_pca(k):
    new = Frame.of(mixed(2000, seed=9))
    model = Autoencoder(k, architecture=Dense((32,)), max_epochs=6, random_state=0).fit(mixed(250, seed=0))
    linear = model.reference_.error(model.schema_, model.schema_.to_batch(new))
    assert model.history_.plan["linear_path"] == IS_PCA
    assert model.reconstruction_error(new).mean() <= 1.003 * linear


def test_the_fallback_is_pca_of_all_rows():
    rows = np.random.default_rng(1).normal(size=(60, 5))
    with pytest.warns(LinearFallbackWarning, match="it is PCA now"):
        model = Autoencoder(2, architecture=Dense((8,)), max_epochs=2, random_state=0).fit(rows)
    pca = PCA(2).fit(rows)
    assert np.allclose(model.reconstruct(rows), pca.inverse_transform(pca.transform(rows)), atol=1e-3)
    assert model.history_.best_epoch == 2  # the start of the second training


@pytest.mark.parametrize("rate", [1e-9, 1e-2])
def test_a_code_that_tells_nothing_is_told_after_fit(rate):
    rows = np.random.default_rng(0).normal(size=(80, 1)) @ np.ones((1, 4))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Autoencoder(
            1,
            architecture=Dense((16,)),
            corruption=Noise(0.1),
            max_epochs=15,
            learning_rate=rate,
            random_state=0,
        ).fit(rows)
    assert (CollapseWarning in [c.category for c in caught]) is (rate < 1e-3)


def test_a_run_folder_without_a_seed_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="random_state"):
        Autoencoder(2).fit(ROWS, run_dir=tmp_path)


def test_a_second_stage_is_part_of_the_record():
    model = Autoencoder(2, max_epochs=3, random_state=0).fit(ROWS)
    assert model.history_.plan["linear_path"]
    assert [epoch.epoch for epoch in model.history_.epochs] == [1, 2, 3, 4, 5, 6]
    seconds = [epoch.seconds for epoch in model.history_.epochs]
    assert seconds == sorted(seconds)


def test_fit_reads_a_file(tmp_path):
    np.save(tmp_path / "rows.npy", ROWS)
    model = Autoencoder(2, max_epochs=1, random_state=0).fit(tmp_path / "rows.npy")
    assert model.transform(str(tmp_path / "rows.npy")).shape == (80, 2)


@pytest.mark.filterwarnings("ignore::diabolo.errors.CollapseWarning")  # after one epoch
def test_who_pressed_ctrl_c_does_not_wait_for_a_second_training(monkeypatch):
    fit, calls = Trainer.fit, []

    def interrupted(self, *args, **kwargs):
        calls.append(1)
        return dataclasses.replace(fit(self, *args, **kwargs), stop_reason="interrupted")

    monkeypatch.setattr(Trainer, "fit", interrupted)
    model = Autoencoder(2, max_epochs=1, random_state=0).fit(ROWS)
    assert len(calls) == 1
    assert model.history_.stop_reason == "interrupted"
    assert model.reconstruct(ROWS).shape == ROWS.shape
