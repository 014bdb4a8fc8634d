"""Attacks that follow the gradient inside a ball: one step, many steps, steps with momentum."""

import dataclasses
from typing import Literal

from torch import Tensor

from diabolo.attacks.ascent import STALLED, Ascent, Rule, ascend
from diabolo.attacks.balls import Ball
from diabolo.attacks.base import Attack, Task, fitting
from diabolo.attacks.goals import ClassificationLoss
from diabolo.attacks.rules import Accumulated, Farthest, Steepest
from diabolo.errors import EpsilonError, ParameterError, SaturatedLossWarning
from diabolo.notices import warn

__all__ = ["FGSM", "PGD", "Momentum"]

SATURATED = 1e-6  # nats, below which single precision leaves the cross-entropy no gradient worth the name


@dataclasses.dataclass(frozen=True)
class FGSM(Attack):
    r"""One step to where the gradient says the loss is largest: x + argmax ⟨∂ loss, δ⟩ over ball and bounds.

    In L∞ this is the fast gradient *sign* method, clip(x + ε sign ∂ loss); in other balls the extreme point of the ball
    and the box of the bounds together, so that no part of ε is lost at a bound. Of an affine model it is the strongest
    attack there is.

    Parameters
    ----------
    ball : Ball
    loss : {"ce", "margin", "dlr"}
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Goodfellow, Shlens & Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015.

    Examples
    --------
    >>> import torch
    >>> from diabolo.attacks import Linf
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> FGSM(Linf(0.5)).run(net, torch.tensor([[0.2, 0.0]])).X
    tensor([[-0.3000,  0.0000]])
    """

    ball: Ball
    _: dataclasses.KW_ONLY
    loss: ClassificationLoss = "ce"

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """One step, then one look."""
        goal = task.goal(fitting(task, self.loss))
        return ascend(goal, task.x, task.domain, Farthest(), steps=1, stop="never", keep="latest")


@dataclasses.dataclass(frozen=True)
class PGD(Attack):
    """Projected gradient steps: x ← project(x + step · steepest(∂ loss)), each row until it is fooled.

    Without a random start this is the basic iterative method (BIM).

    Parameters
    ----------
    ball : Ball
    steps : int
    step_size : float, optional
        Length of a step in the ball's norm; None: 2.5 ε / steps.
    random_start : bool
        Begin anywhere in the ball. With ``stop="first"``, where a near change is wanted, only rows that withstood the
        ascent from where they are get another one from a random point.
    stop : {"first", "never"}
        ``first``: a row is left alone at its first success, the nearest change that the path meets; where there is none,
        the row of the largest loss is given. ``never``: all steps are taken, for the largest loss rather than for the
        first success; the last row is given, or the last success where the last row is none.
    targeted : bool
    loss : {"ce", "margin", "dlr"}
        With ``stop="first"``, rows in which the cross-entropy has no gradient go on with the margin.
    margin, random_state
        See :class:`Attack`.

    References
    ----------
    Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
    Kurakin, Goodfellow & Bengio, "Adversarial examples in the physical world", ICLR workshop 2017 (BIM).

    Examples
    --------
    >>> import torch
    >>> from diabolo.attacks import Linf
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> found = PGD(Linf(0.5), step_size=0.1, random_start=False).run(net, torch.tensor([[0.25, 0.0]]))
    >>> found.reason.tolist(), found.steps.tolist(), found.norm.round(2).tolist()
    (['success'], [3], [0.3])
    """

    ball: Ball
    steps: int = 40
    step_size: float | None = None
    random_start: bool = True
    stop: Literal["first", "never"] = "first"
    _: dataclasses.KW_ONLY
    loss: ClassificationLoss = "ce"

    def __post_init__(self) -> None:
        _check_steps(self.steps, self.step_size, self.stop)

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """Steps of one length."""
        rule, loss = Steepest(_length(self.step_size, self.steps, task)), fitting(task, self.loss)
        start = task.domain.sample(task.x, task.generator("start")) if self.random_start else None
        if start is None or self.stop == "never":
            return _pursued(task, loss, rule, start, self.steps, self.stop)
        found = _pursued(task, loss, rule, None, self.steps, self.stop)
        rest = (~found.reached).nonzero()[:, 0]
        if not len(rest):
            return found
        return found.improved(rest, _pursued(task.take(rest), loss, rule, start[rest], self.steps, self.stop))


@dataclasses.dataclass(frozen=True)
class Momentum(Attack):
    """Steps along an accumulated gradient (MI-FGSM), which pass small humps of the loss and transfer better.

    Parameters
    ----------
    ball : Ball
    steps : int
    step_size : float, optional
        None: 2.5 ε / steps.
    decay : float
        Of the accumulated gradient.
    stop : {"first", "never"}
        As in :class:`PGD`.
    loss, targeted, margin, random_state
        See :class:`PGD`.

    References
    ----------
    Dong et al., "Boosting adversarial attacks with momentum", CVPR 2018.

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> Momentum(Linf(0.3)).decay
    1.0
    """

    ball: Ball
    steps: int = 10
    step_size: float | None = None
    decay: float = 1.0
    stop: Literal["first", "never"] = "first"
    _: dataclasses.KW_ONLY
    loss: ClassificationLoss = "ce"

    def __post_init__(self) -> None:
        _check_steps(self.steps, self.step_size, self.stop)

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """Steps of one length along what has added up."""
        rule = Accumulated(_length(self.step_size, self.steps, task), self.decay)
        return _pursued(task, fitting(task, self.loss), rule, None, self.steps, self.stop)


def _pursued(
    task: Task,
    loss: ClassificationLoss,
    rule: Rule,
    start: Tensor | None,
    steps: int,
    stop: Literal["first", "never"],
) -> Ascent:
    """The search; rows in which the cross-entropy is flat go on with the margin."""
    keep = "best" if stop == "first" else "latest"
    found = ascend(task.goal(loss), task.x, task.domain, rule, steps=steps, stop=stop, keep=keep, start=start)
    flat = ((found.reason == STALLED) & ~found.reached).nonzero()[:, 0]
    if loss != "ce" or stop != "first" or not len(flat):
        return found
    rest = task.take(flat)
    again = ascend(
        rest.goal("margin"),
        rest.x,
        task.domain,
        rule,
        steps=steps,
        stop=stop,
        start=None if start is None else start[flat],
    )
    _warn_saturated(again.reached & (found.loss[flat].abs() < SATURATED))
    return found.improved(flat, again)


def _warn_saturated(saved: Tensor) -> None:
    """Say where the cross-entropy hid what the margin found."""
    if saved.any():
        warn(
            f"the cross-entropy of {int(saved.sum())} rows has no gradient, for the model is very sure of them; ascending "
            "the margin of the logits fooled it. loss='margin' does so at once.",
            SaturatedLossWarning,
        )


def _length(step_size: float | None, steps: int, task: Task) -> float:
    """Of a step."""
    return task.domain.step(steps, task.x) if step_size is None else step_size


def _check_steps(steps: int, step_size: float | None, stop: str) -> None:
    if steps < 1:
        raise ParameterError(f"steps={steps}: a search takes at least one step.")
    if step_size is not None and not step_size > 0:
        raise EpsilonError(f"step_size={step_size} is no length of a step: give a positive number, or None.")
    if stop not in ("first", "never"):
        raise ParameterError(f"stop={stop!r} is neither 'first' nor 'never'.")
