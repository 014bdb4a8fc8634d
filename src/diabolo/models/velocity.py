"""The velocity of a flow: a network that is told time and conditions, and what it learns from."""

from typing import Any

import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.models import transport
from diabolo.models.encoding import POINTS
from diabolo.randomness import seeded
from diabolo.train import Objective
from diabolo.train.average import Average

__all__ = ["CONDITION", "Matching", "Steered"]

CONDITION = "condition"  # under which a batch holds the encoded conditions
MEMORY = 0.05  # of the planned steps, over which weights are averaged
DROPPED = 0.1  # share of rows that are told nothing, so that guidance has something to compare with
TOLD = 0.5  # chance of each of several conditions to be told
DRAWS = 64  # of noise and time, by which held-out rows are measured
PER_ROW = 4


class Steered(nn.Module):
    """v(x, t | c) = gain(t) x + scale(t) F(x, t, c): exact for standard normal data before it has learned anything.

    Parameters
    ----------
    net : torch.nn.Module
        F: (B, width) points, (B,) times, (B, C + m) conditions -> (B, width).
    owners : int64 Tensor, shape (C,)
        Which of the m conditions each feature of the encoded conditions belongs to.
    """

    owners: Tensor

    def __init__(self, net: nn.Module, owners: Tensor) -> None:
        super().__init__()
        self.net = net
        self.count = int(owners.max()) + 1 if len(owners) else 0
        self.register_buffer("owners", owners, False)

    def forward(self, points: Tensor, time: Tensor, condition: Tensor, told: Tensor) -> Tensor:
        """(B, width) points, (B,) times, (B, C) conditions and flags (B, m) of those that are told -> velocities."""
        gain, scale = transport.gains(time)
        known = torch.cat([torch.where(told[:, self.owners], condition, 0.0), told.to(condition.dtype)], 1)
        return gain * points + scale * self.net(points * scale, time, known)


class Matching(Objective):
    """Mean over coordinates of ‖v(x_t, t | c) − (x − ε)‖², with t logit-normal, some conditions being withheld.

    Parameters
    ----------
    velocity : Steered
    width : int
    steps : int
        Planned.

    References
    ----------
    Esser et al., "Scaling rectified flow transformers for high-resolution image synthesis", ICML 2024 (logit-normal t).
    Ho & Salimans, "Classifier-free diffusion guidance", 2022 (withheld conditions).
    """

    noise: Tensor
    time: Tensor

    def __init__(self, velocity: Steered, width: int, steps: int) -> None:
        super().__init__()
        self.velocity = velocity
        self.average = Average(velocity, max(1.0, MEMORY * steps))
        with seeded(0, "measured"):
            self.register_buffer("noise", torch.randn(DRAWS, width), False)
            self.register_buffer("time", (torch.randperm(DRAWS) + 0.5) / DRAWS, False)

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:  # noqa: ARG002 - one player
        """``velocity``, per row."""
        if self.training:
            self.average.follow(self.velocity)
        points = batch.values[POINTS]
        time = torch.sigmoid(torch.randn(len(points), device=points.device))
        return {
            "velocity": self._error(self.velocity, batch, torch.randn_like(points), time, self._told(batch))
        }

    def monitor(self, batch: Batch) -> Tensor:
        """The same of the averaged weights, for noise and times that belong to the row, all conditions told."""
        told = torch.ones(len(batch), self.velocity.count, dtype=torch.bool, device=batch.index.device)
        errors = []
        for draw in range(PER_ROW):
            place = (PER_ROW * batch.index + draw) % DRAWS
            errors.append(self._error(self.average, batch, self.noise[place], self.time[place], told))
        return torch.stack(errors).mean(0)

    def _error(self, velocity: Any, batch: Batch, noise: Tensor, time: Tensor, told: Tensor) -> Tensor:
        points = batch.values[POINTS]
        found = velocity(transport.mix(points, noise, time), time, batch.values[CONDITION], told)
        return (found - (points - noise)).square().mean(1)

    def _told(self, batch: Batch) -> Tensor:
        """Which conditions each row is told, bool (B, m): all, some, or none."""
        shape, device = (len(batch), self.velocity.count), batch.index.device
        some = torch.rand(shape, device=device) < (TOLD if self.velocity.count > 1 else 1.0)
        everything = torch.rand(len(batch), 1, device=device) < TOLD
        return (some | everything) & (torch.rand(len(batch), 1, device=device) >= DROPPED)
