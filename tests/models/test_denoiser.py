"""The denoiser: cleaner rows than came in, from pairs or from damage of its own, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

import diabolo
from diabolo.errors import ArchitectureError, CheckpointError, DataError, ParameterError
from diabolo.models.denoiser import Denoiser
from diabolo.nn import Dense, UNet
from diabolo.terms import Blur, Masking, SaltAndPepper

pytestmark = pytest.mark.toy

QUICK = {"max_epochs": 2, "random_state": 0, "architecture": UNet(4)}
CLEAN = (load_digits().images / 16).astype(np.float32)
NOISY = CLEAN + 0.3 * np.random.default_rng(0).normal(size=CLEAN.shape).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> Denoiser:
    return Denoiser(**{**QUICK, "max_epochs": 8}).fit(NOISY[:900], CLEAN[:900])


def test_pairs_teach_to_clean(fitted):
    before, after = (
        np.square(images - CLEAN[900:]).mean() for images in (NOISY[900:], fitted.reconstruct(NOISY[900:]))
    )
    linear = np.linalg.lstsq(_with_one(NOISY[:900]), CLEAN[:900].reshape(900, -1), rcond=None)[0]
    best_linear = np.square(_with_one(NOISY[900:]) @ linear - CLEAN[900:].reshape(897, -1)).mean()
    assert after < best_linear < before


def _with_one(images: np.ndarray) -> np.ndarray:
    return np.column_stack([images.reshape(len(images), -1), np.ones(len(images))])


def test_damage_of_its_own_teaches_to_clean_as_well():
    model = Denoiser(corruption=SaltAndPepper(0.2), **{**QUICK, "max_epochs": 8}).fit(CLEAN[:900])
    random = np.random.default_rng(1)
    hit = random.random(CLEAN[900:].shape) < 0.2
    speckled = np.where(hit, random.integers(0, 2, hit.shape), CLEAN[900:]).astype(np.float32)
    before, after = (
        np.square(images - CLEAN[900:]).mean() for images in (speckled, model.reconstruct(speckled))
    )
    assert after < 0.5 * before


def test_tables_are_cleaned_by_a_dense_net():
    random = np.random.default_rng(0)
    z = random.normal(size=400)
    rows = pd.DataFrame({"a": z, "b": z + 0.1 * random.normal(size=400), "c": np.where(z > 0, "x", "y")})
    model = Denoiser(corruption=Masking(0.3), architecture=Dense((32,)), max_epochs=40, random_state=0).fit(
        rows
    )
    gaps = rows.assign(a=np.where(np.arange(400) % 2, np.nan, rows["a"]))
    filled = model.reconstruct(gaps)
    assert list(filled.columns) == ["a", "b", "c"]
    assert np.abs(filled["a"] - rows["a"])[1::2].mean() < 0.4 * rows["a"].std()


def test_how_much_was_changed_is_told(fitted):
    noisy, clean = (fitted.reconstruction_error(images[900:]) for images in (NOISY, CLEAN))
    assert noisy.shape == (897,)
    assert noisy.mean() > 2 * clean.mean()
    assert fitted.reconstruction_error(NOISY[:5], by_column=True).shape == (5, 1)
    assert fitted.denoises_


@pytest.mark.parametrize(("size", "channels"), [("small", 12), ("large", 48)])
def test_the_size_is_that_of_the_net(size, channels):
    model = Denoiser(size=size, max_epochs=1, random_state=0).fit(CLEAN[:20])
    assert model.architecture_ == UNet(channels)


def test_bytes_come_back_as_bytes():
    model = Denoiser(**QUICK).fit((255 * CLEAN[:200]).astype(np.uint8))
    assert model.reconstruct((255 * CLEAN[:3]).astype(np.uint8)).dtype == np.uint8


def test_a_file_keeps_every_bit(fitted, tmp_path):
    fitted.save(tmp_path / "model.diabolo")
    again = diabolo.load(tmp_path / "model.diabolo")
    assert np.array_equal(again.reconstruct(NOISY[:50]), fitted.reconstruct(NOISY[:50]))
    assert again.architecture_ == UNet(4)


def test_a_seed_gives_the_same_bits_and_a_folder_changes_nothing(tmp_path):
    models = [Denoiser(**QUICK).fit(CLEAN[:60], run_dir=folder) for folder in (None, tmp_path)]
    assert np.array_equal(*(model.reconstruct(NOISY[:9]) for model in models))
    with pytest.raises(CheckpointError, match="corruption"):
        Denoiser(corruption=Blur(), **QUICK).fit(CLEAN[:60], run_dir=tmp_path)


@pytest.mark.parametrize(
    ("change", "arguments", "kind", "said"),
    [
        ({}, (NOISY[:9], CLEAN[:8]), DataError, "9 damaged rows and 8 clean"),
        ({}, (NOISY[:9, ::2], CLEAN[:9]), DataError, "pixels"),
        ({}, (np.zeros((9, 4)) + np.arange(9)[:, None],), ArchitectureError, "image"),
        ({"architecture": "resnet"}, (CLEAN[:9],), ParameterError, "architecture='resnet'"),
        (
            {"corruption": Blur(), "architecture": "auto"},
            (np.random.rand(9, 4),),
            ParameterError,
            "needs images",
        ),
        ({"size": "huge", "architecture": "auto"}, (CLEAN[:9],), ParameterError, "size='huge'"),
        ({"corruption": 0.3}, (CLEAN[:9],), ParameterError, "corruption=0.3"),
    ],
)
def test_what_cannot_be_is_refused(change, arguments, kind, said):
    with pytest.raises(kind, match=said):
        Denoiser(**{**QUICK, **change}).fit(*arguments)
