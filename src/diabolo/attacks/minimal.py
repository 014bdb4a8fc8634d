r"""The smallest change that fools a model: deceptive, and the row not really changed.

Three movements, each in the norm that is to be small:

1. *Choice.* Of each other class j the margin m_j = z_j − z_y and its gradient tell how far the boundary would be if the
   model were affine; the nearest one is aimed at.
2. *Ascent* of that class's margin in steps that are a share of the distance, until the label is another one.
3. *Refinement.* Bisection between row and success finds the boundary; the tangent there, within the bounds, has a point
   nearest to the row (a quadratic or linear program with a closed path); from it the ascent goes on if need be, and what is
   nearer than before is kept. Last, bisection brings the change back to the boundary.

Of an affine model the first tangent is the boundary, and the change the least there is.

References
----------
Moosavi-Dezfooli, Fawzi & Frossard, "DeepFool: a simple and accurate method to fool deep neural networks", CVPR 2016.
Croce & Hein, "Minimally distorted adversarial examples with a fast adaptive boundary attack", ICML 2020.
"""

import dataclasses
import math
from typing import Literal

import torch
from torch import Tensor

from diabolo.attacks.ascent import BUDGET, MAX_STEPS, STALLED, SUCCESS, Ascent, gradient_of, wide
from diabolo.attacks.balls import L1, L2, Ball, Linf
from diabolo.attacks.base import Attack, Task
from diabolo.attacks.goals import margins, rounding
from diabolo.errors import EpsilonError, ParameterError

__all__ = ["Minimal"]

NORMS: dict[str, type[Ball]] = {"l2": L2, "linf": Linf, "l1": L1}
CLASSES = 9  # at most, whose boundaries are looked at: one backward pass each
GROWTH = 1.2  # of the step, where the distance was underestimated
BEYOND = 0.02  # of the way to the tangent, for a boundary bends; bisection takes back what is too much
MOST = 60  # steps of an ascent

COARSE, FINE = 2, 4  # rounds of bisection, three passes each
NUDGE = 1e-3  # of the bracket, to either side of where the boundary should be


@dataclasses.dataclass(frozen=True)
class Effort:
    """How much is tried: classes aimed at in turn, share of the distance in one step, refinements of each success."""

    rivals: int
    share: float
    rounds: int


EFFORTS = {"base": Effort(1, 0.5, 2), "high": Effort(4, 0.15, 6)}


@dataclasses.dataclass(frozen=True)
class Minimal(Attack):
    """The smallest change that fools the model: choice of a boundary, ascent of the margin, refinement, bisection.

    Parameters
    ----------
    norm : {"l2", "linf", "l1"}
        In which the change is small.
    effort : {"base", "high"}
        ``base`` aims at one class and takes some twenty gradients a row; ``high`` aims at four in turn, in smaller steps.
    budget : float
        Largest change that counts as success; a row that is fooled only by more has the reason ``budget``.
    targeted, margin, random_state
        See :class:`Attack`.

    Examples
    --------
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> found = Minimal().run(net, torch.tensor([[0.25, 3.0]]))
    >>> found.norm.round(4).tolist(), found.labels.tolist()
    ([0.25], [1])
    """

    norm: Literal["l2", "linf", "l1"] = "l2"
    effort: Literal["base", "high"] = "base"
    _: dataclasses.KW_ONLY
    budget: float = math.inf

    def __post_init__(self) -> None:
        if self.norm not in NORMS:
            raise ParameterError(f"norm={self.norm!r} is not one of {', '.join(NORMS)}.")
        if self.effort not in EFFORTS:
            raise ParameterError(f"effort={self.effort!r} is not one of {', '.join(EFFORTS)}.")
        if not self.budget > 0:
            raise EpsilonError(f"budget={self.budget} is no size of a change: give a positive number.")

    @property
    def reach(self) -> Ball:
        """Any change: the norm is what is made small."""
        return NORMS[self.norm](math.inf)

    def search(self, task: Task) -> Ascent:
        """Choice, ascent, refinement, bisection."""
        hunt, effort = _Hunt(task), EFFORTS[self.effort]
        for rivals in hunt.rivals(effort.rivals):
            hunt.climb(torch.arange(len(task.x), device=task.x.device), task.x, effort.share, rivals)
            for _ in range(effort.rounds):
                hunt.halve(COARSE)
                hunt.refine()
        hunt.halve(FINE)
        return hunt.result(self.budget)


class _Hunt:
    """What is known of each row: the nearest success so far, and the passes spent."""

    def __init__(self, task: Task) -> None:
        x, none = task.x, torch.zeros(len(task.x), dtype=torch.int64, device=task.x.device)
        self.task, self.domain, self.x = task, task.domain, x
        self.goal = task.goal("margin")
        self.best, self.size = x.clone(), x.new_full((len(x),), math.inf)
        self.forward, self.backward, self.steps = none, none.clone(), none.clone()
        self.stalled = torch.zeros_like(none, dtype=torch.bool)

    @property
    def fooled(self) -> Tensor:
        """Positions of rows with a success."""
        return torch.isfinite(self.size).nonzero()[:, 0]

    def rivals(self, most: int) -> list[Tensor | None]:
        """The classes each row is led to, (n,) each, the one first whose boundary would be nearest to an affine model."""
        if self.task.targeted:
            return [None]
        with torch.enable_grad():
            point = self.x.detach().requires_grad_()
            logits = self.task.victim.logits(point)
            gaps = logits - logits.gather(1, self.task.labels[:, None])
            others = gaps.detach().scatter(1, self.task.labels[:, None], -math.inf)
            likely = others.topk(min(CLASSES, logits.shape[1] - 1), 1).indices
            if likely.shape[1] == 1:
                return [likely[:, 0]]
            distances = [self._distance(gaps.gather(1, rival[:, None])[:, 0], point) for rival in likely.T]
        self.forward += 1
        self.backward += len(distances)
        order = torch.stack(distances, 1).argsort(1)[:, :most]
        return list(likely.gather(1, order).T)

    def climb(self, rows: Tensor, x: Tensor, share: float, rivals: Tensor | None = None) -> None:
        """Ascend the margin from ``x`` until the row is fooled or no nearer than before, by shares of the distance."""
        length = x.new_zeros(len(x))
        for _ in range(MOST):
            point = self.domain.repair(x, self.x[rows])
            gap, gradient, met = self._slope(point, rows, rivals)
            self._take(rows[met], point[met])
            boundary, distance = self._tangent(gradient, -gap, x)
            length = torch.where(length == 0, share * distance, GROWTH * length)
            part = torch.where(distance <= length, 1 + BEYOND, length / distance)
            onward = self._inside(x + wide(part.nan_to_num(0.0), x) * (boundary - x), rows)
            moved = (onward != x).flatten(1).any(1)
            self.stalled[rows[~met & ~moved]] = True
            go = ~met & moved & (self.domain.norm(onward, self.x[rows]) < self.size[rows])
            if not go.any():
                return
            x, rows, length = onward[go], rows[go], length[go]
            rivals = None if rivals is None else rivals[go]
            self.steps[rows] += 1

    def refine(self) -> None:
        """From the boundary that was found to the nearest point of its tangent, and on from there."""
        rows = self.fooled
        if not len(rows):
            return
        origin, there = self.x[rows], self.best[rows]
        gap, gradient, _ = self._slope(there, rows, None)
        gain = (gradient * (there - origin)).flatten(1).sum(1) - gap
        tangent, _ = self._tangent(gradient, gain, origin)
        candidate = self._inside(tangent, rows)
        nearer = self.domain.norm(candidate, origin) < self.size[rows]
        if nearer.any():
            self.climb(rows[nearer], candidate[nearer], 1.0)

    def halve(self, rounds: int) -> None:
        """Back from each success toward the row: to where both margins point, to either side of it, and half way."""
        rows = self.fooled
        if not len(rows):
            return
        origin, there = self.x[rows], self.best[rows]
        low, high = torch.zeros_like(self.size[rows]), torch.ones_like(self.size[rows])
        under, over = (self._margin(x, rows)[0] for x in (origin, there))
        for turn in range(3 * rounds):
            share = (-under / (over - under)).clamp(0.0, 1.0) + (NUDGE, -NUDGE, 0.0)[turn % 3]
            share = torch.full_like(share, 0.5) if turn % 3 == 2 else share.clamp(0.0, 1.0)
            t = low + share * (high - low)
            x = self.domain.repair(self._inside(origin + wide(t, origin) * (there - origin), rows), origin)
            margin, met = self._margin(x, rows)
            self._take(rows[met], x[met])
            low, under = torch.where(met, low, t), torch.where(met, under, margin)
            high, over = torch.where(met, t, high), torch.where(met, margin, over)

    def result(self, budget: float) -> Ascent:
        """The nearest successes."""
        reached = torch.isfinite(self.size)
        reason = torch.where(self.stalled, STALLED, MAX_STEPS)
        reason = torch.where(reached, torch.where(self.size > budget, BUDGET, SUCCESS), reason).to(
            torch.uint8
        )
        return Ascent(self.best, -self.size, reached, reason, self.steps, self.forward, self.backward)

    def _distance(self, gap: Tensor, point: Tensor) -> Tensor:
        """How far the boundary of a class would be if the model were affine; infinite where the bounds hide it."""
        gradient = torch.autograd.grad(gap.sum(), point, retain_graph=True)[0]
        gain = self.task.margin - gap.detach()
        nearest, distance = self._tangent(gradient, gain, self.x)
        got = (gradient * (nearest - self.x)).flatten(1).sum(1)
        return torch.where(got >= gain * (1 - 1e-4), distance, math.inf)

    def _tangent(self, gradient: Tensor, gain: Tensor, origin: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest rows with such a linear gain, and how near they are."""
        nearest = self.domain.nearest(gradient, gain.clamp(min=0.0), origin)
        return nearest, self.domain.norm(nearest, origin)

    def _inside(self, x: Tensor, rows: Tensor) -> Tensor:
        """Within bounds."""
        return self.domain.project(x, self.x[rows])

    def _slope(self, x: Tensor, rows: Tensor, rivals: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """How far beyond sure success rivals lead (or the best other class), its gradient, and which rows are fooled."""
        with torch.enable_grad():
            point = x.detach().requires_grad_()
            logits = self.task.victim.logits(point)
            labels = self.task.labels[rows]
            margin = margins(logits, labels, targeted=self.task.targeted)
            led = (
                margin
                if rivals is None
                else (logits.gather(1, rivals[:, None]) - logits.gather(1, labels[:, None]))[:, 0]
            )
            gradient = gradient_of(led, point)
        self.forward[rows] += 1
        self.backward[rows] += 1
        beyond = led.detach() - self.task.margin - 2 * rounding(logits)
        return beyond, gradient, self.goal.surely_met(margin.detach(), logits.detach())

    @torch.no_grad()
    def _margin(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Margins, and which rows are fooled."""
        margin, met = self.goal(x, rows)
        self.forward[rows] += 1
        return margin - self.task.margin, met

    def _take(self, rows: Tensor, x: Tensor) -> None:
        """Keep successes that are nearer than those before."""
        size = self.domain.norm(x, self.x[rows])
        nearer = size < self.size[rows]
        self.best[rows[nearer]], self.size[rows[nearer]] = x[nearer], size[nearer]
