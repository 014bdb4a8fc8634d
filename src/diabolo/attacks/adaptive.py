"""APGD: gradient steps whose length halves by itself where the loss stops rising, so that nothing has to be chosen."""

import dataclasses
import math
from typing import Literal

import torch
from torch import Tensor

from diabolo.attacks.ascent import Ascent, Space, State, ascend, wide
from diabolo.attacks.balls import Ball
from diabolo.attacks.base import Attack, Task, fitting
from diabolo.attacks.goals import ClassificationLoss
from diabolo.errors import ParameterError
from diabolo.shapes import PerRow

__all__ = ["APGD", "Halving"]

FIRST, LESS, LEAST = 0.22, 0.03, 0.06  # of the steps: until the first look, and by how much looks come closer


@dataclasses.dataclass(frozen=True)
class Halving:
    """Steps with inertia, x ← x + ¾ (step) + ¼ (last step), of a length that halves where it no longer pays.

    Looks are taken after shrinking spans of steps. Where fewer than three quarters of a span's steps raised the loss, or
    neither the length nor the best loss has changed since the last look, the length halves and the search goes on from the
    best row so far.

    Parameters
    ----------
    length : float
        Of the first step.
    steps : int
        Of the whole search.

    References
    ----------
    Croce & Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks", ICML
    2020.

    Examples
    --------
    >>> sorted(Halving(0.6, 100).looks)[:3]
    [22, 41, 57]
    """

    length: float
    steps: int
    inertia: float = 0.75
    rising: float = 0.75
    memory: bool = dataclasses.field(default=True, init=False)

    @property
    def looks(self) -> dict[int, int]:
        """Steps after which the length may halve, with the span since the last look."""
        shares, found = [0.0, FIRST], {}
        while (now := self._at(shares[-1])) < self.steps:
            found[now] = now - self._at(shares[-2])
            shares.append(shares[-1] + max(shares[-1] - shares[-2] - LESS, LEAST))
        return found

    def _at(self, share: float) -> int:
        """The step at a share of the search; what rounding adds to a whole number does not count."""
        return math.ceil(share * self.steps - 1e-9)

    def begin(self, x: Tensor) -> State:
        """Nothing is known of any row."""
        none = x.new_zeros(len(x))
        return {
            "step": none.long(),
            "length": none + self.length,
            "before": x,
            "best": x,
            "slope": torch.zeros_like(x),
            "best_loss": none - math.inf,
            "loss": none - math.inf,
            "rises": none.long(),
            "length_then": none + math.inf,
            "best_then": none - math.inf,
        }

    def move(
        self, x: Tensor, gradient: Tensor, loss: PerRow, origin: Tensor, space: Space, state: State
    ) -> Tensor:
        """One step, after a look where one is due."""
        better = loss > state["best_loss"]
        state["best"] = torch.where(wide(better, x), x, state["best"])
        state["slope"] = torch.where(wide(better, x), gradient, state["slope"])
        state["best_loss"] = torch.where(better, loss, state["best_loss"])
        state["rises"] = state["rises"] + (loss > state["loss"])
        state["loss"] = loss
        step = int(state["step"][0])
        if step in self.looks:
            x, gradient = self._look(x, gradient, self.looks[step], state)
        onward = space.project(x + wide(state["length"], x) * space.steepest(gradient, x, origin), origin)
        if step:
            onward = space.project(
                x + self.inertia * (onward - x) + (1 - self.inertia) * (x - state["before"]), origin
            )
        state["before"], state["step"] = x, state["step"] + 1
        return onward

    def _look(self, x: Tensor, gradient: Tensor, span: int, state: State) -> tuple[Tensor, Tensor]:
        """Halve where it no longer pays, and go back to the best row."""
        same = (state["length"] == state["length_then"]) & (state["best_loss"] == state["best_then"])
        halve = (state["rises"] < self.rising * span) | same
        state["length_then"], state["best_then"] = state["length"], state["best_loss"]
        state["length"] = torch.where(halve, state["length"] / 2, state["length"])
        state["rises"] = torch.zeros_like(state["rises"])
        x = torch.where(wide(halve, x), state["best"], x)
        return x, torch.where(wide(halve, x), state["slope"], gradient)


@dataclasses.dataclass(frozen=True)
class APGD(Attack):
    """Projected gradient steps that choose their own length.

    Parameters
    ----------
    ball : Ball
    steps : int
    loss : {"ce", "margin", "dlr"}
        ``dlr`` does not see the scale of the logits; with two classes it is the margin.
    random_start : bool
    stop : {"first", "never"}
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Croce & Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks", ICML
    2020.

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> APGD(Linf(0.3), loss="dlr").steps
    100
    """

    ball: Ball
    steps: int = 100
    _: dataclasses.KW_ONLY
    loss: ClassificationLoss = "ce"
    random_start: bool = True
    stop: Literal["first", "never"] = "first"

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ParameterError(f"steps={self.steps}: a search takes at least one step.")

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """Steps of two radii at first."""
        length = task.domain.step(self.steps, task.x) * self.steps / 2.5 * 2
        start = task.domain.sample(task.x, task.generator("start")) if self.random_start else None
        goal = task.goal(fitting(task, self.loss))
        return ascend(
            goal,
            task.x,
            task.domain,
            Halving(length, self.steps),
            steps=self.steps,
            stop=self.stop,
            start=start,
        )
