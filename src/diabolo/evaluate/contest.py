"""Attacks on the same rows, one after another: of each row the smallest change that fooled the model is kept."""

import dataclasses
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks import (
    APGD,
    L1,
    L2,
    Attack,
    AttackResult,
    Ball,
    Linf,
    LogProbabilities,
    margins,
    untouched,
)
from diabolo.attacks.ascent import gradient_of
from diabolo.attacks.domain import Domain
from diabolo.attacks.rows import Rows
from diabolo.attacks.victims import RESTLESS, Victim, victim_of
from diabolo.errors import (
    AlreadyWrongWarning,
    LabelError,
    NoGradientError,
    NonFiniteGradientWarning,
    ParameterError,
    ProbabilityWarning,
    SaturatedLossWarning,
    TrainingModeWarning,
)
from diabolo.evaluate.target import Target

__all__ = ["BALLS", "Contest"]

BALLS: dict[str, type[Ball]] = {"l2": L2, "linf": Linf, "l1": L1}
CHECKED = (  # what a check says with its numbers
    AlreadyWrongWarning,
    NonFiniteGradientWarning,
    ProbabilityWarning,
    SaturatedLossWarning,
    TrainingModeWarning,
)
BATCH = 256
STEPS = 40  # of an attack of a fixed size
SURE = 1e-4  # deviation from one of sums of probabilities in single precision


class Contest:
    """A model, rows, and what attacks have done to them so far.

    Parameters
    ----------
    target : Target
    index : int array
        The rows that take part.
    y : array of shape (n,)
        Their labels.
    norm : {"l2", "linf", "l1"}
    seed : int

    Attributes
    ----------
    distances : float array, shape (n,)
        0 where the model was wrong before, infinite where no attack was successful yet.
    changed : array or Tensor
        The rows after the smallest successful change.
    passes : int
        Forward and backward passes so far.

    Examples
    --------
    >>> from diabolo.attacks import FGSM
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> contest = Contest(Target.of(net, torch.tensor([[0.1, 0.0], [0.5, 0.0]])), np.arange(2), np.zeros(2, int))
    >>> contest.run(FGSM(contest.ball(0.2))).tolist(), contest.distances.round(2).tolist()
    ([True, False], [0.2, inf])
    """

    def __init__(
        self, target: Target, index: np.ndarray, y: np.ndarray, norm: str = "l2", seed: int = 0
    ) -> None:
        if norm not in BALLS:
            raise ParameterError(f"norm={norm!r} is not one of {', '.join(BALLS)}.")
        self.index, self.y, self.norm, self.seed = index, y, norm, seed
        victim = victim_of(target.model)
        self.restless = (
            any(m.training and isinstance(m, RESTLESS) for m in victim.module.modules())
            if victim.module
            else False
        )
        self.X = _precise(target.take(index), victim)
        self.rows = Rows.of(self.X, victim.device, victim.dtype)
        self.limits = self.rows.limit(target.limits)
        self.probabilities = self._gives_probabilities(victim)
        wrapped = self.probabilities and isinstance(target.model, torch.nn.Module)
        self.model = LogProbabilities(target.model) if wrapped else target.model
        self.victim = victim_of(self.model)
        self.passes = 0
        self.logits = self.ask(self.rows.x)
        _check_labels(y, self.classes_of(self.logits.shape[1]))
        self.right = self.names(self.logits.argmax(1)) == y
        self.distances = np.where(self.right, np.inf, 0.0)
        self.changed: Any = self.X.clone() if isinstance(self.X, Tensor) else self.X.copy()
        self.before = self.logits.softmax(1).cpu().numpy()
        self.after = self.before.copy()

    @property
    def classes(self) -> np.ndarray:
        """Labels in the order of the logits."""
        return self.classes_of(self.before.shape[1])

    def classes_of(self, count: int) -> np.ndarray:
        """Labels in the order of so many logits."""
        return np.arange(count) if self.victim.classes is None else self.victim.classes

    def ball(self, eps: float) -> Ball:
        """Changes up to a size."""
        return BALLS[self.norm](eps)

    def domain(self, eps: float) -> Domain:
        """Ball and bounds as tensors."""
        return self.limits.domain(self.ball(eps), self.rows.x)

    def run(self, attack: Attack, rows: np.ndarray | None = None) -> np.ndarray:
        """Attack those rows (places; None: all) that were right, and say which of all rows it fooled, (n,)."""
        which = np.arange(len(self.y)) if rows is None else rows
        which, fooled = which[self.right[which]], np.zeros(len(self.y), bool)
        if not len(which):
            return fooled
        found = self.quietly(attack, self.model, self._some(which), self.y[which])
        fooled[which] = found.success
        self._keep(which, found, attack.reach)
        return fooled

    def confirm(self, eps: float) -> np.ndarray:
        """Rows fooled by adaptive steps of a fixed size, by cross-entropy and then by the margin."""
        first = self.run(APGD(self.ball(eps), STEPS, random_state=self.seed))
        second = APGD(self.ball(eps), STEPS, loss="margin", random_state=self.seed)
        return first | self.run(second, np.flatnonzero(~first))

    def differentiable(self) -> bool:
        """Whether there is a gradient at all."""
        try:
            if self.victim.module is None:
                return False
            self.gradients(self.rows.x[:1])
        except NoGradientError:
            return False
        return True

    def gradients(self, x: Tensor, *, loss: str = "margin") -> Tensor:
        """Gradient of the loss of each row (n, ...)."""
        labels, found = self.positions().to(x.device)[: len(x)], []
        with untouched(self.victim.module):
            for start in range(0, len(x), BATCH):
                point = x[start : start + BATCH].detach().requires_grad_()
                logits, own = self.victim.logits(point), labels[start : start + BATCH]
                cost = (
                    margins(logits, own)
                    if loss == "margin"
                    else torch.nn.functional.cross_entropy(logits, own, reduction="none")
                )
                found.append(gradient_of(cost, point))
        return torch.cat(found)

    def positions(self) -> Tensor:
        """Labels as positions of logits."""
        return torch.from_numpy((self.y[:, None] == self.classes[None]).argmax(1))

    def ask(self, x: Tensor) -> Tensor:
        """Logits of rows, with nothing left changed in the model."""
        return self.repeatedly(x, 1)[0]

    @torch.no_grad()
    def repeatedly(self, x: Tensor, times: int) -> Tensor:
        """Logits of the same rows several times over, (times, n, C), draws going on."""
        with untouched(self.victim.module):
            found = [self.victim.logits(part) for _ in range(times) for part in x.split(BATCH)]
        return torch.cat(found).unflatten(0, (times, len(x)))

    def names(self, positions: Tensor) -> np.ndarray:
        """Positions of logits -> labels."""
        found = positions.cpu().numpy()
        return found if self.victim.classes is None else self.victim.classes[found]

    def quietly(self, attack: Attack, model: Any, X: Any, y: np.ndarray) -> AttackResult:
        """An attack whose warnings are checks here, and whose passes are counted."""
        with warnings.catch_warnings():
            for told in CHECKED:
                warnings.simplefilter("ignore", told)
            found = attack.run(model, X, y, self.limits, batch_size=BATCH)
        self.passes += int(found.passes.sum())
        return found

    def _keep(self, which: np.ndarray, found: AttackResult, reach: Ball) -> None:
        """Where a change is smaller than before, keep it."""
        norm = np.minimum(found.norm, reach.eps) if isinstance(reach, BALLS[self.norm]) else found.norm
        better = found.success & (norm < self.distances[which])
        rows = which[better]
        self.distances[rows] = norm[better]
        self.changed[rows] = found.X[torch.from_numpy(better) if isinstance(found.X, Tensor) else better]
        self.after[rows] = found.after[better]

    def _some(self, which: np.ndarray) -> Any:
        return self.X[torch.from_numpy(which)] if isinstance(self.X, Tensor) else self.X[which]

    @torch.no_grad()
    def _gives_probabilities(self, victim: Victim) -> bool:
        with untouched(victim.module):
            answer = victim.logits(self.rows.x[:BATCH])
        return (
            answer.ndim == 2 and bool((answer >= 0).all()) and bool(((answer.sum(1) - 1).abs() < SURE).all())
        )


def _check_labels(y: np.ndarray, classes: np.ndarray) -> None:
    """Refuse labels that the model does not know."""
    known = (y[:, None] == classes[None]).any(1)
    if not known.all():
        odd = ", ".join(sorted({str(label) for label in y[~known]})[:5])
        raise LabelError(
            f"labels {odd} are none of the model's {len(classes)} classes {', '.join(map(str, classes[:10]))}"
            f"{', ...' if len(classes) > 10 else ''}."
        )


def _precise(X: Any, victim: Victim) -> Any:
    """Rows in the precision in which the model answers: rounding may take a smallest change back over the boundary."""
    if victim.dtype is not torch.float64:
        return X
    if isinstance(X, Tensor):
        return X.double() if X.is_floating_point() else X
    return X.astype(np.float64) if X.dtype.kind == "f" else X


def spent(contest: Contest) -> float:
    """Passes per row."""
    return contest.passes / max(len(contest.y), 1)


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of change at which attacks are run: given, or where a quarter, half and three quarters are fooled.

    Examples
    --------
    >>> Sizes.of((), np.array([0.0, 1.0, 2.0, 3.0, np.inf]), None).eps
    (1.5, 2.0, 2.5)
    """

    eps: tuple[float, ...]

    @classmethod
    def of(cls, given: Any, distances: np.ndarray, other_class: float | None) -> "Sizes":
        """Given sizes in order, or such as the smallest changes suggest; else shares of the way to another class."""
        given = tuple(sorted({float(eps) for eps in np.atleast_1d(np.asarray(given, float))}))
        if given:
            return cls(given)
        finite = distances[np.isfinite(distances) & (distances > 0)]
        if (
            2 * len(finite) >= (distances > 0).sum() > 0
        ):  # of a search that found little, no size can be read off
            found = [float(f"{v:.2g}") for v in np.quantile(finite, (0.25, 0.5, 0.75))]
            return cls(tuple(sorted({v for v in found if v > 0})))
        if other_class:
            return cls(tuple(float(f"{share * other_class:.2g}") for share in (0.125, 0.25, 0.5)))
        return cls(())
