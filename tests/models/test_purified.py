"""A classifier behind an autoencoder: one function, also for whoever differentiates it."""

import numpy as np
import pytest
import torch
from sklearn.exceptions import NotFittedError

from diabolo import GAN, Autoencoder, Classifier, Denoiser, Purified
from diabolo.attacks import PGD, Linf
from diabolo.errors import CapabilityError
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

PLAN = {"architecture": Dense((16,)), "max_epochs": 10, "random_state": 0}


def rows(images: bool) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    X = (random.random((200, 2)) @ random.random((2, 16)) / 2).astype(np.float32)
    y = (X.mean(1) > np.median(X.mean(1))).astype(int)
    return (X.reshape(-1, 4, 4) if images else X), y


@pytest.fixture(scope="module", params=[False, True], ids=["array", "images"])
def fitted(request):
    X, y = rows(request.param)
    return X, y, Classifier(**PLAN).fit(X, y)


CLEANERS = {"autoencoder": lambda: Autoencoder(2, **PLAN), "denoiser": lambda: Denoiser(**PLAN)}


@pytest.mark.parametrize("name", CLEANERS)
def test_the_module_is_what_predicts(name, fitted):
    X, y, classifier = fitted
    whole = Purified(classifier, CLEANERS[name]().fit(X), rounds=2)
    with torch.no_grad():
        found = whole.to_module()(torch.from_numpy(X)).softmax(1).numpy()
    np.testing.assert_allclose(found, whole.predict_proba(X), atol=2e-4)
    assert whole.score(X, y) > 0.9
    assert np.array_equal(whole.predict(X), whole.classes_[found.argmax(1)])


def test_the_gradient_goes_through_both(fitted):
    X, _, classifier = fitted
    module = Purified(classifier, Autoencoder(2, **PLAN).fit(X)).to_module()
    x = torch.from_numpy(X[:5]).requires_grad_()
    (gradient,) = torch.autograd.grad(module(x)[:, 1].sum(), x)
    h = 1e-2
    moved = module(x + h * gradient / gradient.norm())[:, 1].sum() - module(x)[:, 1].sum()
    assert float(moved.detach()) == pytest.approx(h * float(gradient.norm()), rel=0.1)


def test_it_is_attacked_as_a_whole(fitted):
    """Rows made against the classifier alone look harmless behind the autoencoder; rows made against both do not."""
    X, y, classifier = fitted
    whole = Purified(classifier, Autoencoder(2, **PLAN).fit(X))
    attack, bounds = PGD(Linf(0.2), steps=20), (float(X.min()) - 1, float(X.max()) + 1)
    grey_box = whole.score(attack.run(classifier, X, y, bounds=bounds).X, y)
    found = attack.run(whole, X, y, bounds=bounds)
    end_to_end = 1 - (found.success | (found.reason == "skipped_wrong")).mean()
    assert end_to_end <= grey_box + 1e-9
    assert end_to_end < whole.score(X, y) - 0.2


def test_what_does_not_fit_together_is_refused(fitted):
    X, _, classifier = fitted
    other = Autoencoder(1, **PLAN).fit(np.random.default_rng(0).normal(size=(40, 3)))
    with pytest.raises(CapabilityError, match="fit both on the same columns"):
        Purified(classifier, other)
    with pytest.raises(CapabilityError, match="gives no likelihood"):
        Purified(classifier, GAN())
    with pytest.raises(CapabilityError, match="no Classifier"):
        Purified(other, other)
    with pytest.raises(NotFittedError):
        Purified(Classifier(), other)
    with pytest.raises(CapabilityError, match="at least once"):
        Purified(classifier, Autoencoder(2, **PLAN).fit(X), rounds=0)
