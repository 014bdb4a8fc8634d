r"""From noise to data along straight lines: the path of rectified flow, and how it is followed in few steps.

A point x and noise ε ~ N(0, I) are joined by x_t = (1 − t) ε + t x, on which the velocity is x − ε. Among all points that
pass through x_t at time t the mean velocity is v(x_t, t) = E[x − ε | x_t]; following it from t = 0 to t = 1 turns the
distribution of noise into that of the data. For data N(m, S) it is known,

    v(x, t) = m + (t S − (1 − t) I) (t² S + (1 − t)² I)⁻¹ (x − t m),

which for N(0, I) is v = (2t − 1)/(t² + (1 − t)²) x; the network learns what the data add to that.

References
----------
Liu, Gong & Liu, "Flow straight and fast: learning to generate and transfer data with rectified flow", ICLR 2023.
Lipman et al., "Flow matching for generative modeling", ICLR 2023.
Karras et al., "Elucidating the design space of diffusion-based generative models", NeurIPS 2022 (preconditioning, Heun).
"""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["Velocity", "gains", "integrate", "mix", "times"]

Velocity = Callable[[Tensor, Tensor], Tensor]
"""Points (B, width) and times (B,) -> velocities (B, width)."""

DENSER = 2.0  # the steps grow shorter towards t = 1, where the finest structure appears


def mix(points: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """Points on the straight lines from noise to points, (B, width), at times (B,).

    Examples
    --------
    >>> mix(torch.tensor([[4.0]]), torch.tensor([[0.0]]), torch.tensor([0.25]))
    tensor([[1.]])
    """
    return torch.lerp(noise, points, time[:, None])


def gains(time: Tensor) -> tuple[Tensor, Tensor]:
    """What of x_t is the velocity of data N(0, I), and the standard deviation of the rest, each (B, 1), by time (B,).

    Examples
    --------
    >>> [round(float(gain), 3) for gain in gains(torch.tensor([1.0]))]
    [1.0, 1.0]
    """
    variance = (time.square() + (1 - time).square())[:, None]
    return (2 * time[:, None] - 1) / variance, variance.rsqrt()


def times(n_steps: int) -> Tensor:
    """Times 0 = t₀ < ... < t_n = 1, denser towards the end: 1 − (1 − i/n)².

    Examples
    --------
    >>> times(2).tolist()
    [0.0, 0.75, 1.0]
    """
    return 1 - (1 - torch.linspace(0, 1, n_steps + 1)) ** DENSER


def integrate(velocity: Velocity, noise: Tensor, n_steps: int) -> Tensor:
    """Follow a velocity from noise at t = 0 to points at t = 1.

    Heun's method: a step along the mean of the velocities at its two ends; the last step goes straight, since the
    velocity at t = 1 is not needed.

    Parameters
    ----------
    velocity : function of (B, width) points and (B,) times
    noise : Tensor, shape (B, width)
    n_steps : int

    Examples
    --------
    >>> integrate(lambda x, t: torch.ones_like(x), torch.zeros(1, 1), 4)
    tensor([[1.]])
    """
    points, grid = noise, times(n_steps).to(noise.device).tolist()
    for start, stop in itertools.pairwise(grid):
        speed = velocity(points, points.new_full((len(points),), start))
        ahead = points + (stop - start) * speed
        if stop < 1.0:
            speed = (speed + velocity(ahead, points.new_full((len(points),), stop))) / 2
        points = points + (stop - start) * speed
    return points
