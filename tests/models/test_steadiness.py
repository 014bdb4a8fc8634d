"""The penalty on codes that small changes move: exact for linear encoders, and felt by an autoencoder."""

import dataclasses

import numpy as np
import pytest
import torch

import diabolo
from diabolo import Adversarial, Autoencoder
from diabolo.attacks import L2, Linf
from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.nn import Dense

pytestmark = pytest.mark.toy


def linear(weight):
    rows = Batch(
        {"continuous": torch.randn(30, 5, generator=torch.Generator().manual_seed(0))}, {}, torch.arange(30)
    )
    return rows, lambda batch: batch.values["continuous"] @ weight.T


def test_of_a_linear_encoder_it_is_eps_times_the_largest_singular_value():
    turn = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(1))).Q
    weight = torch.diag(torch.tensor([2.0, 1.0, 0.5])) @ turn[:3]
    rows, encode = linear(weight)
    cost = Adversarial(0.7, L2(0.2), steps=100).prepare(rows, lambda _: torch.zeros(0))
    torch.manual_seed(0)
    found = cost(encode(rows), rows, encode)
    share = found / (
        0.7 * (0.2 * 2.0) ** 2
    )  # of the exact maximum; rows that start at right angles come late
    assert bool((share <= 1 + 1e-5).all())
    assert share.min() > 0.9
    assert share.median() > 0.95


def test_its_gradient_shrinks_the_encoder():
    weight = torch.randn(3, 5, generator=torch.Generator().manual_seed(1)).requires_grad_()
    rows, encode = linear(weight)
    cost = Adversarial(1.0, L2(0.2), steps=30).prepare(rows, lambda _: torch.zeros(0))
    torch.manual_seed(0)
    cost(encode(rows), rows, encode).sum().backward()
    u, _, v = torch.linalg.svd(weight.detach(), full_matrices=False)
    along = float((u[:, 0] @ weight.grad @ v[0]) / weight.grad.norm())
    assert along > 0.99  # d (ε σ₁)² / dW = 2 ε² σ₁ u₁ v₁ᵀ


def test_pixels_stay_inside_the_light_of_the_training_rows():
    rows = Batch({"image": torch.rand(20, 1, 4, 4)}, {}, torch.arange(20))
    seen = []

    def encode(batch):
        seen.append(batch.values["image"])
        return batch.values["image"].flatten(1)

    Adversarial(1.0, Linf(0.4)).prepare(rows, lambda _: torch.zeros(0))(encode(rows), rows, encode)
    light = rows.values["image"]
    assert all(light.min() <= x.min() and x.max() <= light.max() for x in seen)


def test_an_autoencoder_becomes_steadier_and_its_file_knows_why(tmp_path):
    random = np.random.default_rng(0)
    X = (
        random.normal(size=(300, 2)) @ random.normal(size=(2, 8)) + 0.1 * random.normal(size=(300, 8))
    ).astype(np.float32)
    given = {"architecture": Dense((16,)), "max_epochs": 10, "random_state": 0}
    penalty = Adversarial(5.0, L2(0.5))
    plain, steady = (Autoencoder(2, penalty=p, **given).fit(X) for p in (None, penalty))

    def moved(model):
        shift = 0.3 * random.normal(size=X.shape).astype(np.float32)
        return np.linalg.norm(model.transform(X + shift) - model.transform(X), axis=1).mean()

    assert moved(steady) < 0.7 * moved(plain)
    assert "penalty" in steady.history_.epochs[0].terms
    steady.save(tmp_path / "steady.diabolo")
    assert diabolo.load(tmp_path / "steady.diabolo").penalty == penalty


def test_what_makes_no_sense_is_refused():
    for bad in ({"weight": -1.0}, {"ball": 0.1}, {"ball": Linf(float("inf"))}, {"steps": 0}):
        with pytest.raises(ParameterError, match=next(iter(bad))):
            Adversarial(**bad)
    levels = Batch({"categorical": torch.zeros(3, 1)}, {}, torch.arange(3))
    with pytest.raises(ParameterError, match="numbers or pixels"):
        Adversarial().prepare(levels, lambda _: torch.zeros(0))
    assert dataclasses.replace(Adversarial(), weight=0.0).weight == 0.0
