"""On a Gaussian the velocity is known, so the way from noise to data can be checked without learning anything."""

import math

import pytest
import torch

from diabolo.models.transport import gains, integrate, mix, times

MEAN = torch.tensor([1.0, -2.0])
COVARIANCE = torch.tensor([[1.5, 0.6], [0.6, 0.4]])


def gaussian_velocity(mean, covariance):
    """E[x − ε | x_t] for x ~ N(m, S), ε ~ N(0, I)."""

    def velocity(points, time):
        t = float(time[0])
        total = t**2 * covariance + (1 - t) ** 2 * torch.eye(len(mean))
        gain = torch.linalg.solve(total, (t * covariance - (1 - t) * torch.eye(len(mean))).T).T
        return mean + (points - t * mean) @ gain.T

    return velocity


@pytest.mark.parametrize(("n_steps", "tolerance"), [(10, 0.05), (25, 0.01)])
def test_noise_becomes_the_gaussian(n_steps, tolerance):
    """The map is x ↦ m + S^(1/2) ε: exact moments need no sampling, for it is linear."""
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    ends = integrate(gaussian_velocity(MEAN, COVARIANCE), corners, n_steps)
    linear = (ends[1:] - ends[0]).T
    assert torch.allclose(ends[0], MEAN, atol=tolerance)
    assert torch.allclose(linear @ linear.T, COVARIANCE, atol=2 * tolerance)


@pytest.mark.parametrize("scale", [0.01, 0.1, 3.0])
def test_25_steps_keep_the_scale_of_narrow_and_wide_data(scale):
    variance = torch.tensor([[scale**2]])
    ends = integrate(gaussian_velocity(torch.zeros(1), variance), torch.tensor([[0.0], [1.0]]), 25)
    assert float(ends[1] - ends[0]) == pytest.approx(scale, rel=0.06)


def test_the_gain_is_the_velocity_of_standard_normal_data():
    time = torch.tensor([0.0, 0.3, 0.5, 0.9, 1.0])
    gain, scale = gains(time)
    expected = [
        float(gaussian_velocity(torch.zeros(1), torch.eye(1))(torch.ones(1, 1), t[None])) for t in time
    ]
    assert gain.squeeze(1).tolist() == pytest.approx(expected, abs=1e-6)
    # the variance of x − ε given x_t: 2 − (2t − 1)² / (t² + (1 − t)²)
    rest = [2 - (2 * t - 1) ** 2 / (t**2 + (1 - t) ** 2) for t in time.tolist()]
    assert scale.square().squeeze(1).tolist() == pytest.approx(rest, abs=1e-6)


def test_lines_are_straight():
    points, noise = torch.randn(4, 3), torch.randn(4, 3)
    halves = (mix(points, noise, torch.full((4,), t)) for t in (0.0, 0.5, 1.0))
    for found, expected in zip(halves, (noise, (noise + points) / 2, points), strict=True):
        assert torch.allclose(found, expected, atol=1e-6)


def test_times_run_from_0_to_1_ever_denser():
    steps = times(25).diff()
    assert math.isclose(float(steps.sum()), 1.0, rel_tol=1e-6)
    assert (steps.diff() < 0).all()
