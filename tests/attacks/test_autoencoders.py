"""Attacks on autoencoders: of linear ones the singular values, of others more than noise does."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

import diabolo
from diabolo.attacks import L2, AutoencoderAttack, Linf, amplification_curve
from diabolo.errors import EpsilonError, ParameterError


@pytest.fixture
def pair() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(1)
    encoder = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 2)).double()
    return encoder, nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 6)).double()


@pytest.mark.parametrize("eps", [0.01, 1.0, 30.0])
def test_of_a_linear_encoder_the_code_moves_by_epsilon_times_the_largest_singular_value(eps, rng):
    encoder, decoder = nn.Linear(7, 3).double(), nn.Linear(3, 7).double()
    largest = float(torch.linalg.svdvals(encoder.weight.detach())[0])
    found = AutoencoderAttack(L2(eps), "latent", steps=300, restarts=1).run(
        (encoder, decoder), rng.normal(size=(6, 7))
    )
    assert found.shift == pytest.approx(eps * largest, rel=1e-6)
    assert found.amplification == pytest.approx(largest, rel=1e-6)
    assert found.norm == pytest.approx(eps)


def test_of_principal_components_nothing_is_amplified(rng):
    X = rng.normal(size=(100, 6)) @ rng.normal(size=(6, 6))
    found = AutoencoderAttack(L2(0.5), "latent").run(diabolo.LinearAutoencoder(2).fit(X), X[:8])
    assert found.amplification == pytest.approx(1.0, abs=1e-4)


def test_of_principal_components_the_error_grows_by_the_whole_change(rng):
    X = rng.normal(size=(100, 6)) @ rng.normal(size=(6, 6))
    model = diabolo.LinearAutoencoder(2).fit(X)
    found = AutoencoderAttack(L2(0.5), "reconstruction").run(model, X[:8])
    assert np.sqrt(found.after) == pytest.approx(np.sqrt(found.before) + 0.5, rel=1e-3)  # along the residual
    assert found.after == pytest.approx(model.reconstruction_error(found.X), rel=1e-3)


@pytest.mark.parametrize("goal", ["reconstruction", "latent"])
def test_it_does_more_than_noise_of_the_same_size(pair, goal, rng):
    X = torch.from_numpy(rng.normal(size=(20, 6)))
    found = AutoencoderAttack(L2(0.5), goal).run(pair, X)
    noise = torch.from_numpy(rng.normal(size=(200, 20, 6)))
    noise = X + 0.5 * noise / noise.norm(dim=2, keepdim=True)
    encoder, decoder = pair
    if goal == "latent":
        best = (encoder(noise) - encoder(X)).norm(dim=2).amax(0)
    else:
        best = (decoder(encoder(noise)) - noise).square().sum(2).amax(0)
    assert (found.after >= best.detach().numpy() * 0.999).all()
    assert (found.norm <= 0.5 + 1e-9).all()
    assert found.success.all()


def test_a_row_is_decoded_as_another(pair, rng):
    X = torch.from_numpy(rng.normal(size=(10, 6)))
    found = AutoencoderAttack(L2(4.0), "target").run(pair, X[:5], target=X[5:])
    encoder = pair[0]
    left = (encoder(found.X) - encoder(X[5:])).norm(dim=1).detach().numpy()
    assert left == pytest.approx(found.after, abs=1e-9)
    assert (found.after < 0.2 * found.before).all()
    one = AutoencoderAttack(L2(4.0), "target").run(pair, X[:5], target=X[5:6])
    assert one.success.all()


def test_an_odd_row_passes_for_a_normal_one(rng):
    X = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 6)) + 0.05 * rng.normal(size=(200, 6))
    model = diabolo.LinearAutoencoder(2).fit(X)
    odd = X[:5] + 0.8 * rng.normal(size=(5, 6))
    threshold = float(np.quantile(model.reconstruction_error(X), 0.99))
    assert (model.reconstruction_error(odd) > threshold).all()
    found = AutoencoderAttack(L2(5.0), "evasion").run(model, odd, threshold=threshold)
    assert found.success.all()
    assert (model.reconstruction_error(found.X) <= threshold * 1.01).all()
    small = AutoencoderAttack(L2(0.01), "evasion").run(model, odd, threshold=threshold)
    assert not small.success.any()
    assert (small.after < small.before).all()


def test_nothing_is_touched(pair, rng):
    X = torch.from_numpy(rng.normal(size=(4, 6)))
    kept, state = X.clone(), torch.random.get_rng_state()
    before = [copy.deepcopy(part.state_dict()) for part in pair]
    AutoencoderAttack(Linf(0.3)).run(pair, X)
    assert torch.equal(X, kept)
    assert torch.equal(state, torch.random.get_rng_state())
    for part, weights in zip(pair, before, strict=True):
        assert part.training
        assert all(weight.grad is None and weight.requires_grad for weight in part.parameters())
        assert all(
            torch.equal(a, b) for a, b in zip(part.state_dict().values(), weights.values(), strict=True)
        )


def test_pixels_stay_within_the_range_of_light(rng):
    X = rng.uniform(size=(60, 4, 4)).astype(np.float32)
    found = AutoencoderAttack(Linf(0.3)).run(diabolo.LinearAutoencoder(3).fit(X), X[:6])
    assert found.X.shape == (6, 4, 4)
    assert found.X.dtype == np.float32
    assert found.X.min() >= 0
    assert found.X.max() <= 1
    assert np.abs(found.X - X[:6]).max() <= 0.3 + 1e-5


def test_a_curve_over_sizes(pair, rng):
    X = rng.normal(size=(5, 6))
    curve = amplification_curve(pair, X, [0.1, 0.3, 1.0], L2, goal="latent", steps=60)
    assert curve.shift.shape == (3, 5)
    assert (np.diff(curve.shift, axis=0) > 0).all()
    jacobians = torch.func.vmap(torch.func.jacrev(pair[0]))(torch.from_numpy(X))
    assert curve.amplification[0] == pytest.approx(
        torch.linalg.svdvals(jacobians)[:, 0].detach().numpy(), rel=0.15
    )


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: AutoencoderAttack(L2(1.0), "confusion"), "goal='confusion'"),
        (lambda: AutoencoderAttack(L2(1.0), steps=1), "steps=1"),
        (lambda: AutoencoderAttack(L2(1.0), restarts=0), "restarts=0"),
        (lambda: AutoencoderAttack(L2(1.0), "target").run(None, None), "target= and goal"),
        (lambda: AutoencoderAttack(L2(1.0)).run(None, None, threshold=1.0), "threshold= and goal"),
    ],
)
def test_what_does_not_fit_is_refused(make, text):
    with pytest.raises(ParameterError, match=text):
        make()


def test_targets_are_one_or_one_each(pair):
    with pytest.raises(ParameterError, match="there are 2 targets for 3 rows"):
        AutoencoderAttack(L2(1.0), "target").run(pair, np.zeros((3, 6)), target=np.zeros((2, 6)))


def test_a_size_is_positive():
    with pytest.raises(EpsilonError):
        AutoencoderAttack(L2(-1.0))
    assert math.isinf(L2(math.inf).eps)
