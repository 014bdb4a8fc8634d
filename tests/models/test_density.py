"""The density behind an autoencoder's scores: normal distributions known in closed form."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.datasets import make_blobs

from diabolo import Autoencoder
from diabolo.data.batch import Batch
from diabolo.distributions import Bernoulli, Gaussian, Inflated, Joint
from diabolo.errors import ParameterError
from diabolo.models.density import PRIOR, Density, residual_scales
from diabolo.nn import Dense

pytestmark = pytest.mark.toy


def codes(rows: int = 400, width: int = 3, seed: int = 0) -> torch.Tensor:
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.normal(size=(rows, width)) @ np.diag([5.0, 1.0, 0.2][:width]) + 7)


def test_one_component_is_the_normal_distribution_of_the_codes():
    z = codes()
    density = Density.fit(z, codes(seed=1), {}, 0)
    assert len(density.shares) == 1
    exact = multivariate_normal(z.mean(0), np.cov(z.T, bias=True)).logpdf(z)
    assert np.allclose(density.log_prob(z), exact, atol=0.02)


def test_clusters_get_components_of_their_own():
    z, _ = make_blobs(1000, 2, centers=[(0, 0), (20, 0), (0, 20), (20, 20)], random_state=0)
    density = Density.fit(torch.from_numpy(z[:800]), torch.from_numpy(z[800:]), {}, 0)
    assert len(density.shares) >= 4
    between, within = density.log_prob(torch.tensor([[10.0, 10.0], [20.0, 20.0]]))
    assert within - between > 20


def test_few_rows_get_one_component():
    z = torch.from_numpy(make_blobs(30, 2, centers=2, random_state=0)[0])
    assert len(Density.fit(z, z, {}, 0).shares) == 1


def test_a_dead_dimension_does_no_harm():
    z = codes(width=2)
    z[:, 1] = 0.0
    assert torch.isfinite(Density.fit(z, z, {}, 0).log_prob(z)).all()


def test_truncated_it_is_the_marginal():
    z = codes()
    density = Density.fit(z, codes(seed=1), {"x": torch.zeros(2)}, 0).truncate(1, 4.0)
    alone = Density.fit(z[:, :1], codes(seed=1)[:, :1], {}, 0)
    assert torch.allclose(density.log_prob(z[:, :1]), alone.log_prob(z[:, :1]), atol=1e-6)
    assert torch.allclose(density.log_scales["x"], torch.full((2,), math.log(2.0)))


def test_a_file_gives_it_back():
    density = Density.fit(codes(), codes(), {"x": torch.ones(2)}, 0)
    again = Density.from_tensors(density.tensors())
    assert torch.equal(again.log_prob(codes()), density.log_prob(codes()))
    assert torch.equal(again.log_scales["x"], density.log_scales["x"])


def test_scales_are_those_of_the_residuals():
    loc, noise = torch.zeros(5000, 2), torch.randn(5000, 2) * torch.tensor([1.0, 3.0])
    joint = Joint({"x": Gaussian(loc, torch.zeros(1)), "b": Bernoulli(torch.zeros(5000, 1))})
    batch = Batch({"x": noise, "b": torch.zeros(5000, 1)}, {}, torch.arange(5000))
    scales = residual_scales(joint, batch, set())
    assert set(scales) == {"x"}
    assert scales["x"].exp().tolist() == pytest.approx([1.0, 3.0], rel=0.05)


def test_missing_cells_and_atoms_tell_nothing_about_a_scale():
    values = torch.tensor([[2.0, 9.0]] * 1000)
    values[::2] = torch.tensor([100.0, -1.5])
    seen = torch.tensor([[True, True]] * 1000)
    seen[::2, 0] = False
    base = Gaussian(torch.zeros(1000, 2), torch.zeros(2))
    joint = Joint({"x": Inflated(base, torch.zeros(2), torch.tensor([math.nan, -1.5]))})
    scales = residual_scales(joint, Batch({"x": values}, {"x": seen}, torch.arange(1000)), set())
    typical = (2.0**2 + 9.0**2) / 2
    expected = [((500 * v + PRIOR * typical) / (500 + PRIOR)) ** 0.5 for v in (4.0, 81.0)]
    assert scales["x"].exp().tolist() == pytest.approx(expected, rel=1e-5)


def test_a_pixel_that_never_lit_is_not_infinitely_odd():
    values = torch.randn(100_000, 2) * torch.tensor([1.0, 0.0])
    joint = Joint({"x": Gaussian(torch.zeros(100_000, 2), torch.zeros(1))})
    batch = Batch({"x": values}, {}, torch.arange(100_000))
    free, shared = residual_scales(joint, batch, set())["x"], residual_scales(joint, batch, {"x"})["x"]
    assert shared[1].exp().item() == pytest.approx(0.05**0.5 * 0.5**0.5, rel=0.02)
    assert free[1] < shared[1]


def test_a_joint_keeps_its_atoms_when_its_spread_is_changed():
    base = Gaussian(torch.zeros(1, 1), torch.zeros(1))
    joint = Joint({"x": Inflated(base, torch.zeros(1), torch.tensor([5.0]))})
    other = Density.fit(codes(), codes(), {"x": torch.tensor([math.log(2.0)])}, 0).rescale(joint)
    assert other.log_prob({"x": torch.tensor([[5.0]])}, {}).item() == pytest.approx(math.log(0.5))
    far = other.log_prob({"x": torch.tensor([[2.0]])}, {}).item()
    assert far == pytest.approx(math.log(0.5) - 0.5 - math.log(2.0) - 0.5 * math.log(2 * math.pi))
    assert joint["x"].base is base


def test_an_ordered_model_scores_at_every_width():
    random = np.random.default_rng(0)
    rows = random.normal(size=(200, 2)) @ random.normal(size=(2, 5)) + 0.1 * random.normal(size=(200, 5))
    model = Autoencoder(3, ordered=True, architecture=Dense((8,)), max_epochs=3, random_state=0).fit(rows)
    shorter = model.truncate(1)
    assert np.isfinite(shorter.score_samples(rows)).all()
    assert np.array_equal(model.truncate(3).predict(rows), model.predict(rows))
    with pytest.raises(ParameterError, match="truncated"):
        shorter.predict(rows)


def test_draws_have_the_moments_of_the_mixture():
    means = torch.tensor([[3.0, 0.0], [-1.0, 2.0]]).double()
    covariances = torch.stack([torch.eye(2), torch.tensor([[2.0, 1.0], [1.0, 1.0]])]).double()
    density = Density(torch.tensor([0.25, 0.75]).double(), means, covariances)
    torch.manual_seed(0)
    drawn = density.sample(40_000).double()
    mean = density.shares @ means
    spread = torch.einsum("g,gij->ij", density.shares, covariances + means[:, :, None] * means[:, None])
    assert torch.allclose(drawn.mean(0), mean, atol=0.04)
    assert torch.allclose(torch.cov(drawn.T), spread - mean[:, None] * mean, atol=0.1)
    assert density.sample(0).shape == (0, 2)


def test_the_standard_density_is_the_standard_normal():
    z = codes(width=2).float()
    exact = multivariate_normal(np.zeros(2), np.eye(2)).logpdf(z)
    assert np.allclose(Density.standard(2).log_prob(z), exact)


def test_the_prior_is_a_mixture_where_it_is_likelier():
    torch.manual_seed(0)
    ring = torch.randn(4000, 2)
    ring = 2 * ring / ring.norm(dim=1, keepdim=True)
    assert len(Density.prior(ring[:3000], ring[3000:], 0).shares) > 1
    normal = Density.prior(torch.randn(40, 2), torch.randn(4000, 2), 0)
    assert torch.equal(normal.covariances[0], torch.eye(2).double())
