"""Carlini and Wagner's attack: change and margin in one loss, minimized by Adam, their weight found by bisection."""

import dataclasses
import math

import torch
from torch import Tensor

from diabolo.attacks.ascent import MAX_STEPS, SUCCESS, Ascent, gradient_of, wide
from diabolo.attacks.balls import L2, Ball
from diabolo.attacks.base import Attack, Task
from diabolo.attacks.goals import rounding
from diabolo.errors import ParameterError

__all__ = ["CarliniWagner"]

DECAY = (0.9, 0.999)  # of Adam
INSIDE = 1 - 1e-6  # of the way to a bound, beyond which the inverse of tanh is infinite


@dataclasses.dataclass(frozen=True)
class CarliniWagner(Attack):
    r"""min ‖δ‖₂² + c · max(0, −margin), by Adam in coordinates in which bounds cannot be left.

    x = center + half · tanh(w) between bounds, x = w where there are none. The weight c is found for each row by bisection:
    larger where no success was met, smaller where one was. Strong and slow; :class:`Minimal` is the quick one.

    Parameters
    ----------
    steps : int
        Of Adam, for each weight.
    searches : int
        Weights tried.
    learning_rate : float
        In w: for bounded features relative to their range.
    weight : float
        First c, where changes count in the mean range of the features.
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Carlini & Wagner, "Towards evaluating the robustness of neural networks", IEEE Symposium on Security and Privacy 2017.

    Examples
    --------
    >>> CarliniWagner(steps=50).searches
    6
    """

    steps: int = 200
    searches: int = 6
    _: dataclasses.KW_ONLY
    learning_rate: float = 0.02
    weight: float = 1.0

    def __post_init__(self) -> None:
        for name in ("steps", "searches", "learning_rate", "weight"):
            if not getattr(self, name) > 0:
                raise ParameterError(f"{name}={getattr(self, name)}: give a positive number.")

    @property
    def reach(self) -> Ball:
        """Any change, as small as can be."""
        return L2(math.inf)

    def search(self, task: Task) -> Ascent:
        """One descent for each weight."""
        n = len(task.x)
        low, high = task.x.new_zeros(n), task.x.new_full((n,), math.inf)
        weight = task.x.new_full((n,), self.weight)
        best, size = task.x.clone(), task.x.new_full((n,), math.inf)
        coordinates = _Coordinates(task)
        for _ in range(self.searches):
            found, met = self._descend(task, coordinates, weight, best, size)
            best, size = found
            high, low = torch.where(met, weight, high), torch.where(met, low, weight)
            weight = torch.where(torch.isfinite(high), (low + high) / 2, weight * 10)
        reached = torch.isfinite(size)
        asked = torch.full((n,), self.steps * self.searches, device=task.x.device)
        reason = torch.where(reached, SUCCESS, MAX_STEPS).to(torch.uint8)
        return Ascent(best, -size, reached, reason, asked, asked.clone(), asked.clone())

    def _descend(
        self, task: Task, coordinates: "_Coordinates", weight: Tensor, best: Tensor, size: Tensor
    ) -> tuple[tuple[Tensor, Tensor], Tensor]:
        """Adam from the row itself; the smallest success so far, and which rows met one with this weight."""
        goal, rows = task.goal("margin"), torch.arange(len(task.x), device=task.x.device)
        w = coordinates.start.clone()
        first, second, met = (
            torch.zeros_like(w),
            torch.zeros_like(w),
            torch.zeros_like(weight, dtype=torch.bool),
        )
        for step in range(1, self.steps + 1):
            with torch.enable_grad():
                point = w.detach().requires_grad_()
                x = coordinates.rows(point)
                on_grid = (
                    x + (task.domain.repair(x, task.x) - x).detach()
                )  # the gradient passes the rounding by
                logits = task.victim.logits(on_grid)
                margin = goal.margin_of(logits, rows)
                change = (task.domain.delta(x, task.x) / coordinates.size).square().sum(1)
                lacking = (task.margin + 2 * rounding(logits) - margin).clamp(min=0.0)
                gradient = gradient_of(-(change + weight * lacking), point)
            good = goal.surely_met(margin.detach(), logits.detach())
            length = task.domain.norm(on_grid.detach(), task.x)
            near = good & (length < size)
            best, size = torch.where(wide(near, x), on_grid.detach(), best), torch.where(near, length, size)
            met = met | good
            first = DECAY[0] * first + (1 - DECAY[0]) * gradient
            second = DECAY[1] * second + (1 - DECAY[1]) * gradient.square()
            scale = (second / (1 - DECAY[1] ** step)).sqrt() + 1e-12
            w = w + self.learning_rate * coordinates.unit * first / (1 - DECAY[0] ** step) / scale
        return (best, size), met


class _Coordinates:
    """w and the rows it stands for: tanh between finite bounds, the number itself elsewhere."""

    def __init__(self, task: Task) -> None:
        low, high = (task.domain.moved(task.x, edge) for edge in task.domain.box(task.x))
        self.bounded = torch.isfinite(low) & torch.isfinite(high)
        self.center = torch.where(self.bounded, (low + high) / 2, 0.0)
        self.half = torch.where(self.bounded, (high - low) / 2, 1.0)
        self.low, self.high, self.x = low, high, task.x
        share = ((task.x - self.center) / self.half.clamp(min=torch.finfo(low.dtype).tiny)).clamp(
            -1, 1
        ) * INSIDE
        self.start = torch.where(self.bounded, torch.atanh(torch.where(self.bounded, share, 0.0)), task.x)
        spread = task.x.abs().mean().clamp(min=1e-3)
        self.unit = torch.where(self.bounded, 1.0, spread)
        self.size = float(torch.where(self.bounded, high - low, spread).mean())  # c has no unit then

    def rows(self, w: Tensor) -> Tensor:
        """W -> rows within their bounds."""
        free = torch.minimum(torch.maximum(w, self.low), self.high)
        bounded = self.center + self.half * torch.tanh(torch.where(self.bounded, w, 0.0))
        return torch.where(self.half == 0, self.x, torch.where(self.bounded, bounded, free))
