"""The joint loss of change and margin: near the least change, within bounds, and unmoved by units."""

import numpy as np
import pytest

from diabolo.attacks import CarliniWagner, Minimal
from diabolo.errors import ParameterError


def test_of_an_affine_model_it_comes_near_the_distance(planes, rng):
    X = rng.uniform(size=(12, 6))
    found = CarliniWagner(steps=300).run(planes, X, bounds=(0, 1))
    exact = Minimal().run(planes, X, bounds=(0, 1))
    assert found.success.tolist() == exact.success.tolist()
    met = exact.success & (exact.norm > 0.02)
    assert (found.norm[met] >= exact.norm[met] * (1 - 1e-6)).all()
    assert np.median(found.norm[met] / exact.norm[met]) < 1.05


def test_without_bounds(planes, rng):
    X = rng.normal(size=(12, 6))
    found, exact = CarliniWagner(steps=300).run(planes, X), Minimal().run(planes, X)
    assert found.success.all()
    assert np.median(found.norm / exact.norm) < 1.1


def test_the_unit_of_the_data_does_not_matter(planes, rng):
    from tests.attacks.conftest import affine

    X = rng.uniform(size=(8, 6))
    percent = affine(planes.weight.detach() / 100, planes.bias.detach())
    one, hundred = (
        CarliniWagner(steps=60).run(net, x, bounds=(0, top))
        for net, x, top in ((planes, X, 1), (percent, 100 * X, 100))
    )
    assert one.success.tolist() == hundred.success.tolist()
    assert np.allclose(one.norm * 100, hundred.norm, rtol=1e-3)


@pytest.mark.parametrize("name", ["steps", "searches", "learning_rate", "weight"])
def test_what_is_no_search_is_refused(name):
    with pytest.raises(ParameterError, match=f"{name}=0"):
        CarliniWagner(**{name: 0})
