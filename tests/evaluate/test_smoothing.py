import numpy as np
import pytest
import torch
from scipy.stats import norm

from diabolo.attacks import Limits
from diabolo.errors import LabelError, ParameterError
from diabolo.evaluate import certified_radius
from tests.evaluate.victims import plane, rows

WEIGHT = torch.tensor([3.0, 4.0, 0.0]).double()  # of length 5


def test_the_radius_of_a_plane_is_the_distance_to_it(rng: np.random.Generator):
    """What is missing is what draws cost: three standard deviations to be sure, four for luck."""
    X, y = rows(rng, WEIGHT, 30)
    distance = np.abs(X @ WEIGHT.numpy()) / 5
    sigma, draws = 0.5, 4000
    found = certified_radius(plane(WEIGHT), X, y, sigma=sigma, draws=draws, random_state=1)
    p = norm.cdf(distance / sigma)
    told = found.right & (p < 0.995)
    assert told.sum() > 10
    assert (found.radius[told] <= distance[told]).all()
    least = sigma * norm.ppf(np.clip(p - 7 * np.sqrt(p * (1 - p) / draws) - 1e-3, 1e-9, 1))
    assert (found.radius[told] >= least[told]).all()
    assert found.right[distance > 0.3].all()


def test_it_abstains_on_the_plane_itself():
    found = certified_radius(plane(WEIGHT), np.zeros((1, 3)), [0], sigma=0.5)
    assert found.abstained == 1.0
    assert found.median is None
    assert found.to_json()["radius"] == [None]


def test_what_is_certified_falls_with_the_size(rng: np.random.Generator):
    X, y = rows(rng, WEIGHT, 30)
    found = certified_radius(plane(WEIGHT), X, y, sigma=0.5)
    shares = [found.certified(size) for size in (0.0, 0.2, 0.6, 5.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == found.accuracy
    assert shares[-1] == 0.0


def test_noise_counts_in_the_scale_and_leaves_what_is_immutable(rng: np.random.Generator):
    X, y = rows(rng, WEIGHT, 10)
    wide = certified_radius(plane(WEIGHT), X, y, sigma=1.0)
    scaled = certified_radius(plane(WEIGHT), X, y, Limits(scale=[2.0] * 3), sigma=0.5)
    np.testing.assert_allclose(wide.radius, 2 * scaled.radius)
    fixed = certified_radius(plane(WEIGHT), X, y, Limits(immutable=[0, 1]), sigma=0.5)
    assert np.unique(fixed.radius).size == 1  # only a feature that does not matter got noise


def test_same_seed_same_radii(rng: np.random.Generator):
    X, y = rows(rng, WEIGHT, 5)
    one, two = (certified_radius(plane(WEIGHT), X, y, sigma=0.5, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(one.radius, two.radius)


@pytest.mark.parametrize(
    ("options", "error"), [({"sigma": 0.0}, ParameterError), ({"sigma": 1.0, "draws": 0}, ParameterError)]
)
def test_bad_input(options: dict, error: type):
    with pytest.raises(error):
        certified_radius(plane(WEIGHT), np.ones((2, 3)), [0, 1], **options)
    with pytest.raises(LabelError, match="3 labels for 2 rows"):
        certified_radius(plane(WEIGHT), np.ones((2, 3)), [0, 1, 1], sigma=1.0)
