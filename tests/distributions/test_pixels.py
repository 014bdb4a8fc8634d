"""Light between black and white."""

import pytest
import torch

from diabolo.distributions import ClippedGaussian, Gaussian


def score(loc: float, value: float, log_scale: float = -1.0) -> tuple[float, float]:
    """Log-probability and its derivative in loc."""
    where = torch.tensor([loc], requires_grad=True)
    found = ClippedGaussian(where, torch.tensor(log_scale), 0.0, 1.0).log_prob(torch.tensor([value]))
    found.sum().backward()
    return found.item(), where.grad.item()


@pytest.mark.parametrize("loc", [-0.5, 0.2, 1.4])
@pytest.mark.parametrize("value", [0.1, 0.5, 0.9])
def test_inside_the_range_it_is_normal(loc, value):
    normal = Gaussian(torch.tensor([loc]), torch.tensor(-1.0)).log_prob(torch.tensor([value]))
    assert score(loc, value)[0] == pytest.approx(normal.item())


@pytest.mark.parametrize(("loc", "value"), [(-3.0, 0.0), (0.0, 0.0), (1.0, 1.0), (7.0, 1.0)])
def test_beyond_its_bound_a_pixel_asks_for_nothing(loc, value):
    assert score(loc, value) == (0.0, 0.0)


@pytest.mark.parametrize(("loc", "value", "sign"), [(0.3, 0.0, -1), (0.6, 1.0, 1)])
def test_inside_its_bound_a_pixel_pulls_outward(loc, value, sign):
    found, slope = score(loc, value)
    assert found < 0
    assert sign * slope > 0


def test_what_it_gives_is_light():
    p = ClippedGaussian(torch.linspace(-2, 3, 100), torch.tensor(0.0), 0.0, 1.0)
    for pixels in (p.mean, p.mode, p.sample()):
        assert pixels.min() == 0
        assert pixels.max() == 1
