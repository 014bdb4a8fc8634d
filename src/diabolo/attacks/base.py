"""The face of every attack: a model and rows in, changed rows of the same kind out, each with the reason it ended."""

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks.ascent import BUDGET, MAX_STEPS, REASONS, SKIPPED, STALLED, SUCCESS, Ascent
from diabolo.attacks.balls import Ball
from diabolo.attacks.domain import Domain
from diabolo.attacks.goals import Classification, ClassificationLoss, allowed, margins
from diabolo.attacks.limits import Limits
from diabolo.attacks.rows import Rows
from diabolo.attacks.victims import Victim, check_logits, untouched, victim_of, warn_training
from diabolo.errors import AlreadyWrongWarning, LabelError, NoGradientError, ParameterError, TargetError
from diabolo.notices import warn
from diabolo.randomness import generator

__all__ = ["Attack", "AttackResult", "Task"]


@dataclasses.dataclass(frozen=True)
class AttackResult:
    """What an attack found, row by row.

    Attributes
    ----------
    X : of the kind, dtype and shape that came in
        The changed rows; where nothing was found the nearest try, where the model was wrong already the row itself.
    success : bool ndarray of shape (n,)
        The label differs from the true one (targeted: is the target) by at least the margin, checked by a fresh forward
        pass on ``X`` as it is returned, inside ball and bounds.
    reason : ndarray of str, shape (n,)
        ``skipped_wrong``: wrong before any change. ``success``. ``budget``: fooled, but only by more than was allowed.
        ``stalled``: no step moved the row any more. ``max_steps``: all steps taken.
    steps : int ndarray of shape (n,)
        Gradient steps (or queries) until that row was found.
    norm : float ndarray of shape (n,)
        Size of the change, in the norm of the attack and the unit in ``unit``.
    passes : int ndarray of shape (n, 2)
        Forward and backward passes of the model spent on each row, all checks included.
    before, after : float ndarray of shape (n, C)
        Probabilities.
    labels : ndarray of shape (n,)
        What the model says of ``X``.
    unit : str
        What ``norm`` counts in.

    Examples
    --------
    >>> from diabolo.attacks import FGSM, Linf
    >>> net = torch.nn.Linear(1, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0], [-1.0]]), "bias": torch.zeros(2)})
    >>> print(FGSM(Linf(0.5)).run(net, torch.tensor([[0.25], [2.0]]), [0, 0]))
    1 of 2 rows fooled, median change 0.5 (in the unit of the data), 0 were wrong before; 5.0 passes a row
    """

    X: Any
    success: np.ndarray
    reason: np.ndarray
    steps: np.ndarray
    norm: np.ndarray
    passes: np.ndarray
    before: np.ndarray
    after: np.ndarray
    labels: np.ndarray
    unit: str

    def __str__(self) -> str:
        """One line: how many were fooled, by how much, at what cost."""
        tried = self.reason != REASONS[SKIPPED]
        size = f", median change {np.median(self.norm[self.success]):.4g}" if self.success.any() else ""
        cost = self.passes[tried].sum(1).mean() if tried.any() else 0
        return (
            f"{int(self.success.sum())} of {int(tried.sum())} rows fooled{size} (in {self.unit}), "
            f"{int((~tried).sum())} were wrong before; {cost:.1f} passes a row"
        )


@dataclasses.dataclass(frozen=True)
class Task:
    """One batch of rows to attack, all of them labeled right so far.

    Parameters
    ----------
    victim : Victim
    x : Tensor of shape (B, ...)
    labels : int64 Tensor of shape (B,)
        True labels or targets, as positions of logits.
    domain : Domain
    targeted : bool
    margin : float
    seed : int
    batch : int
        Which batch it is: with the seed, what its draws depend on.
    """

    victim: Victim
    x: Tensor
    labels: Tensor
    domain: Domain
    targeted: bool = False
    margin: float = 0.0
    seed: int = 0
    batch: int = 0

    def goal(self, loss: ClassificationLoss) -> Classification:
        """The loss to ascend, with the labels of these rows."""
        return Classification(self.victim.logits, self.labels, loss, self.targeted, self.margin)

    def generator(self, *stream: int | str) -> torch.Generator:
        """Draws for these rows."""
        return generator(self.seed, "attack", self.batch, *stream)

    def take(self, rows: Tensor) -> "Task":
        """The same task for some of the rows."""
        return dataclasses.replace(self, x=self.x[rows], labels=self.labels[rows])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attack(ABC):
    """A way to fool a classifier, as a value; :meth:`run` does it.

    Parameters
    ----------
    targeted : bool
        Whether ``y`` holds the labels the model shall give, rather than the true ones it shall miss.
    margin : float
        In logits, by which the wrong class has to lead.
    random_state : int
        Of all draws; the global random state is left alone.
    """

    targeted: bool = False
    margin: float = 0.0
    random_state: int = 0

    needs_gradient: ClassVar[bool] = True

    @property
    @abstractmethod
    def reach(self) -> Ball:
        """The ball in which changes are measured."""

    @abstractmethod
    def search(self, task: Task) -> Ascent:
        """Change one batch of rows, all of them labeled right."""

    def run(
        self, model: Any, X: Any, y: Any = None, bounds: Any = None, *, batch_size: int = 256
    ) -> AttackResult:
        """Attack every row that the model labels right.

        Parameters
        ----------
        model : Module, scikit-learn classifier or Diabolo classifier
            Weights, their gradients, flags of all submodules and the global random state are left as they are.
        X : array, tensor or table of numbers
        y : array of shape (n,), optional
            True labels, or targets; None: what the model says itself.
        bounds : (low, high), Schema or Limits, optional
            What a feature may be; None: any number.
        batch_size : int
            Rows searched together.

        Returns
        -------
        AttackResult

        Raises
        ------
        BoundsError, EpsilonError, ImmutableError, LabelError, TargetError, NoGradientError, VictimError
            What cannot be; the message says what to do.

        Warns
        -----
        TrainingModeWarning, ProbabilityWarning, AlreadyWrongWarning, NonFiniteGradientWarning, SaturatedLossWarning
            What makes an attack look weaker or stronger than it is.
        """
        victim = victim_of(model)
        warn_training(victim)
        if self.needs_gradient and victim.module is None:
            raise NoGradientError(
                f"{victim.name} has no gradient: the attacks that need none remain, Square and Noise; for a scikit-learn "
                "classifier, a linear model or an MLPClassifier has one."
            )
        rows = Rows.of(X, victim.device, victim.dtype)
        with untouched(victim.module):
            return _Run(self, victim, rows, Limits.of(bounds), batch_size).result(y)


class _Run:
    """One attack on one set of rows."""

    def __init__(self, attack: Attack, victim: Victim, rows: Rows, limits: Limits, batch_size: int) -> None:
        if batch_size < 1:
            raise ParameterError(f"batch_size={batch_size}: give at least 1.")
        self.attack, self.victim, self.rows, self.size = attack, victim, rows, batch_size
        limits = rows.limit(limits)
        self.unit, self.x = limits.unit, rows.x
        self.domain = limits.domain(attack.reach, self.x)

    def result(self, y: Any) -> AttackResult:
        """Clean answers, search on the rows labeled right, fresh check of what goes out."""
        logits = self._ask(self.x)
        check_logits(self.victim, logits)
        labels = self._labels(y, logits)
        wrong = logits.argmax(1) == labels if self.attack.targeted else logits.argmax(1) != labels
        self._tell_wrong(wrong, given=y is not None)
        tried = (~wrong).nonzero()[:, 0]
        found = self._search(tried, labels)
        x = self.x.clone()
        reason = torch.full((len(x),), SKIPPED, dtype=torch.uint8)
        steps, passes = torch.zeros(len(x), dtype=torch.int64), torch.zeros(len(x), 2, dtype=torch.int64)
        passes[:, 0] = 1
        if found is not None:
            x[tried], reason[tried.cpu()], steps[tried.cpu()] = (
                found.x.to(x),
                found.reason.cpu(),
                found.steps.cpu(),
            )
            passes[tried.cpu()] += torch.stack([found.forward + 1, found.backward], 1).cpu()
        return self._checked(x, tried, labels, logits, reason, steps, passes)

    def _search(self, tried: Tensor, labels: Tensor) -> Ascent | None:
        """The searches of all batches."""
        attack, parts = self.attack, []
        for batch, rows in enumerate(tried.split(self.size) if len(tried) else ()):
            task = Task(
                self.victim,
                self.x[rows],
                labels[rows],
                self.domain,
                attack.targeted,
                attack.margin,
                attack.random_state,
                batch,
            )
            parts.append(attack.search(task))
        return Ascent.joined(parts) if parts else None

    def _checked(
        self,
        x: Tensor,
        tried: Tensor,
        labels: Tensor,
        before: Tensor,
        reason: Tensor,
        steps: Tensor,
        passes: Tensor,
    ) -> AttackResult:
        """What goes out, asked again as it goes out: rounded to its type, in ball and bounds."""
        out = self.rows.back(x)
        again = self.rows.again(out)
        after = before.clone()
        after[tried] = self._ask(again[tried]) if len(tried) else before[tried]
        goal = Classification(
            self.victim.logits, labels, targeted=self.attack.targeted, margin=self.attack.margin
        )
        met = goal.met(margins(after, labels, targeted=self.attack.targeted)) & self.domain.holds(
            again, self.x
        )
        met = met.cpu() & (reason != SKIPPED) & (reason != BUDGET)
        reason[(reason == SUCCESS) & ~met] = STALLED
        reason[((reason == MAX_STEPS) | (reason == STALLED)) & met] = SUCCESS
        return AttackResult(
            out,
            met.numpy(),
            np.array(REASONS)[reason.numpy()],
            steps.numpy(),
            self.domain.norm(again.double(), self.x.double()).cpu().numpy(),
            passes.numpy(),
            before.softmax(1).cpu().numpy(),
            after.softmax(1).cpu().numpy(),
            self._names(after.argmax(1)),
            self.unit,
        )

    @torch.no_grad()
    def _ask(self, x: Tensor) -> Tensor:
        """Logits of any number of rows."""
        return torch.cat([self.victim.logits(part) for part in x.split(self.size)])

    def _labels(self, y: Any, logits: Tensor) -> Tensor:
        """Labels as positions of logits."""
        said = logits.argmax(1)
        if y is None:
            if self.attack.targeted:
                raise LabelError("a targeted attack needs y, the labels that the model shall give.")
            return said
        labels = self._positions(np.asarray(y.cpu() if isinstance(y, Tensor) else y), logits.shape[1])
        if len(labels) != len(logits):
            raise LabelError(f"there are {len(labels)} labels for {len(logits)} rows.")
        return labels.to(logits.device)

    def _positions(self, y: np.ndarray, count: int) -> Tensor:
        """Labels of a person -> positions."""
        if y.ndim != 1:
            raise LabelError(f"labels of shape {y.shape}: give one label for each row.")
        classes = np.arange(count) if self.victim.classes is None else self.victim.classes
        same = y[:, None] == classes[None]
        if not same.any(1).all():
            odd = sorted({str(label) for label in y[~same.any(1)]})[:5]
            raise LabelError(
                f"labels {', '.join(odd)} are none of the model's {count} classes "
                f"{', '.join(map(str, classes[:10]))}{', ...' if count > 10 else ''}."
            )
        return torch.from_numpy(same.argmax(1))

    def _names(self, positions: Tensor) -> np.ndarray:
        """Positions -> labels of a person."""
        found = positions.cpu().numpy()
        return found if self.victim.classes is None else self.victim.classes[found]

    def _tell_wrong(self, wrong: Tensor, *, given: bool) -> None:
        """Where nothing is to be done, say so."""
        if not len(wrong) or not bool(wrong.all()):
            return
        if self.attack.targeted:
            raise TargetError(
                "the target of every row is the label that the model gives it already: y holds the labels it shall give, "
                "not the true ones."
            )
        if given:
            warn(
                "the model labels every row wrong before any change: there is nothing to attack. Are the rows scaled as in "
                "training, and are the labels of the same rows?",
                AlreadyWrongWarning,
            )


def fitting(task: Task, loss: ClassificationLoss) -> ClassificationLoss:
    """The loss, or its replacement where the model has too few classes for it."""
    with torch.no_grad():
        classes = task.victim.logits(task.x[:1]).shape[1] if loss == "dlr" else 0
    return allowed(loss, classes, targeted=task.targeted) if loss == "dlr" else loss
