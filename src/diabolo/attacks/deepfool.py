"""DeepFool: the model taken as affine again and again, and the nearest of its boundaries stepped across."""

import dataclasses
import math
from typing import Literal

import torch
from torch import Tensor

from diabolo.attacks.ascent import MAX_STEPS, SUCCESS, Ascent, wide
from diabolo.attacks.balls import L1, L2, Ball, Linf
from diabolo.attacks.base import Attack, Task
from diabolo.errors import NoGradientError, ParameterError

__all__ = ["DeepFool"]

NORMS: dict[str, type[Ball]] = {"l2": L2, "linf": Linf, "l1": L1}
ABSOLUTE = 1e-4  # of a logit, beyond the boundary: an overshoot in proportion alone ends on it


@dataclasses.dataclass(frozen=True)
class DeepFool(Attack):
    """Step after step to the nearest boundary of the model's affine approximation, within the bounds.

    With m_j = z_j − z_y and its gradient g_j the nearest class is argmin |m_j| / ‖g_j‖*, and the step the smallest change
    with ⟨g_j, δ⟩ = |m_j|. All gradients of a step come from one forward pass. :class:`Minimal` finds smaller changes with
    fewer gradients; this is the classic to compare with.

    Parameters
    ----------
    norm : {"l2", "linf", "l1"}
    steps : int
    overshoot : float
        Of every step, in proportion.
    candidates : int
        Classes of the largest logits that are looked at.
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Moosavi-Dezfooli, Fawzi & Frossard, "DeepFool: a simple and accurate method to fool deep neural networks", CVPR 2016.

    Examples
    --------
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> DeepFool().run(net, torch.tensor([[0.25, 3.0]])).norm.round(3).tolist()
    [0.255]
    """

    norm: Literal["l2", "linf", "l1"] = "l2"
    steps: int = 50
    _: dataclasses.KW_ONLY
    overshoot: float = 0.02
    candidates: int = 10

    def __post_init__(self) -> None:
        if self.norm not in NORMS:
            raise ParameterError(f"norm={self.norm!r} is not one of {', '.join(NORMS)}.")
        if self.steps < 1:
            raise ParameterError(f"steps={self.steps}: a search takes at least one step.")

    @property
    def reach(self) -> Ball:
        """Any change: the norm says which boundary is nearest."""
        return NORMS[self.norm](math.inf)

    def search(self, task: Task) -> Ascent:
        """Rows leave at their first success."""
        goal, n = task.goal("margin"), len(task.x)
        x, rows = task.x.clone(), torch.arange(n, device=task.x.device)
        found, reached = task.x.clone(), torch.zeros(n, dtype=torch.bool, device=task.x.device)
        steps, forward, backward = (torch.zeros_like(rows) for _ in range(3))
        for step in range(self.steps + 1):
            with torch.set_grad_enabled(step < self.steps):
                point = task.domain.repair(x, task.x[rows]).detach().requires_grad_(step < self.steps)
                logits = task.victim.logits(point)
                margin = goal.margin_of(logits, rows)
            forward[rows] += 1
            met = goal.surely_met(margin.detach(), logits.detach())
            found[rows], reached[rows], steps[rows] = point.detach(), met, step
            if step == self.steps or bool(met.all()):
                break
            ahead, asked = self._ahead(task, logits, point, rows)
            backward[rows] += asked
            x, rows = ahead[~met], rows[~met]
        reason = torch.where(reached, SUCCESS, MAX_STEPS).to(torch.uint8)
        return Ascent(found, -task.domain.norm(found, task.x), reached, reason, steps, forward, backward)

    def _ahead(self, task: Task, logits: Tensor, point: Tensor, rows: Tensor) -> tuple[Tensor, int]:
        """Beyond the nearest boundary of the affine approximation, and how many gradients that took."""
        if not logits.requires_grad:
            raise NoGradientError(
                "the logits cannot be differentiated by the rows: Square and Noise need no gradient."
            )
        labels, domain, x = task.labels[rows][:, None], task.domain, point.detach()
        own = logits.gather(1, labels)
        others = logits.detach().scatter(1, labels, -math.inf)
        likely = others.topk(min(self.candidates, logits.shape[1] - 1), 1).indices
        gaps = (own - logits if task.targeted else logits - own).gather(1, likely)
        near, best = x, torch.full_like(own[:, 0].detach(), math.inf)
        for place in range(gaps.shape[1]):
            (gradient,) = torch.autograd.grad(gaps[:, place].sum(), point, retain_graph=True)
            gain = (task.margin - gaps[:, place].detach()).clamp(min=0.0) + ABSOLUTE
            candidate = domain.nearest(gradient, gain, x)
            distance = domain.norm(candidate, x)
            # toward a target the farthest of the classes that lead decides, away from a label the nearest one
            distance = (
                torch.where(gaps[:, place] < task.margin, -distance, math.inf) if task.targeted else distance
            )
            near = torch.where(wide(distance < best, x), candidate, near)
            best = torch.minimum(best, distance)
        return domain.project(x + (1 + self.overshoot) * (near - x), task.x[rows]), gaps.shape[1]
