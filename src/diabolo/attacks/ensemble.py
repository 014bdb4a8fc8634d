"""The worst case: several attacks one after another, each on the rows that withstood those before."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from diabolo.attacks.adaptive import APGD
from diabolo.attacks.ascent import REASONS, SKIPPED
from diabolo.attacks.balls import L1, L2, Ball, Linf
from diabolo.attacks.base import Attack, AttackResult
from diabolo.attacks.blackbox import Square
from diabolo.attacks.minimal import Minimal
from diabolo.attacks.victims import victim_of
from diabolo.errors import ParameterError

__all__ = ["standard", "worst_case"]

NORMS = {L1: "l1", L2: "l2", Linf: "linf"}


def standard(ball: Ball, *, random_state: int = 0) -> tuple[Attack, ...]:
    """Attacks that fail for different reasons: two losses, the distance to the boundary, and one without gradients.

    Parameters
    ----------
    ball : Ball
    random_state : int

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> [type(attack).__name__ for attack in standard(Linf(0.1))]
    ['APGD', 'APGD', 'Minimal', 'Square']
    """
    norm: Any = next((name for kind, name in NORMS.items() if isinstance(ball, kind)), None)
    least = () if norm is None else (Minimal(norm, "high", budget=ball.eps, random_state=random_state),)
    first, second = (APGD(ball, loss=loss, random_state=random_state) for loss in ("ce", "dlr"))
    return first, second, *least, Square(ball, random_state=random_state)


def worst_case(
    model: Any,
    X: Any,
    y: Any = None,
    bounds: Any = None,
    *,
    ball: Ball | None = None,
    attacks: Sequence[Attack] = (),
    batch_size: int = 256,
) -> AttackResult:
    """Fool every row by some attack: each is run on those that withstood the ones before.

    Parameters
    ----------
    model, X, y, bounds, batch_size
        As in :meth:`Attack.run`.
    ball : Ball, optional
        For the standard attacks; those that need a gradient are left out where there is none.
    attacks : sequence of Attack, optional
        Instead of the standard ones.

    Returns
    -------
    AttackResult
        Of each row the success, else what the last attack left; passes of all attacks together.

    References
    ----------
    Croce & Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks", ICML
    2020.

    Examples
    --------
    >>> import torch
    >>> from diabolo.attacks import FGSM, Linf, PGD
    >>> net, X = torch.nn.Linear(2, 2), torch.rand(4, 2)
    >>> found = worst_case(net, X, attacks=[FGSM(Linf(0.2)), PGD(Linf(0.2))])
    >>> found.success.shape
    (4,)
    """
    if not attacks and ball is None:
        raise ParameterError(
            "worst_case needs a ball for the standard attacks, or attacks=[...] of your own."
        )
    chosen = attacks or standard(ball)  # type: ignore[arg-type]
    if not attacks and victim_of(model).module is None:
        chosen = [attack for attack in chosen if not attack.needs_gradient]
    first, *others = chosen
    found = first.run(model, X, y, bounds, batch_size=batch_size)
    labels = _labels(model, found, y)
    for attack in others:
        left = np.flatnonzero(~found.success & (found.reason != REASONS[SKIPPED]))
        if len(left):
            again = attack.run(model, _rows(X, left), labels[left], bounds, batch_size=batch_size)
            found = _merged(found, left, again)
    return found


def _merged(found: AttackResult, rows: np.ndarray, again: AttackResult) -> AttackResult:
    """Results of all rows with those of some replaced, passes added up."""
    changes: dict[str, Any] = {"X": _put(found.X, rows, again.X)}
    for name in ("success", "reason", "steps", "norm", "before", "after", "labels", "passes"):
        whole = getattr(found, name).copy()
        whole[rows] = (
            getattr(again, name) + (whole[rows] if name == "passes" else 0)
            if name == "passes"
            else getattr(again, name)
        )
        changes[name] = whole
    return dataclasses.replace(found, **changes)


def _labels(model: Any, found: AttackResult, y: Any) -> np.ndarray:
    """The labels that were attacked: those given, else what the model said at first."""
    if y is not None:
        return np.asarray(y.cpu() if isinstance(y, Tensor) else y)
    said, classes = found.before.argmax(1), victim_of(model).classes
    return said if classes is None else classes[said]


def _rows(X: Any, rows: np.ndarray) -> Any:
    """Some rows of data of any kind."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows] if isinstance(X, np.ndarray | Tensor) else X.take(rows)


def _put(X: Any, rows: np.ndarray, new: Any) -> Any:
    """Data with some rows replaced."""
    if isinstance(X, Tensor):
        whole = X.clone()
        whole[rows] = new
        return whole
    if isinstance(X, np.ndarray):
        whole = X.copy()
        whole[rows] = new
        return whole
    raise ParameterError("worst_case takes arrays and tensors; give the numbers of the table.")
