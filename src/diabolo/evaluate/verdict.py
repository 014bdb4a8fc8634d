"""The record of a model under attack: accuracy by size of the change, what can be proved, and what the attack is worth."""

import dataclasses
import math
from typing import Any

import numpy as np

from diabolo.evaluate.scores import plain_json

__all__ = ["Certificate", "Check", "Deception", "RobustAccuracy", "Robustness"]


@dataclasses.dataclass(frozen=True)
class RobustAccuracy:
    """Share of rows that are right after the worst change of some size that was found.

    Parameters
    ----------
    eps : float
        Size of the change; 0: none.
    accuracy : float
        An upper bound: a better attack can only lower it.
    low, high : float
        Wilson's interval, 95 %, for rows drawn as these were.
    attack : str
        What was run at this very size; empty where it is read off the smallest changes alone.

    Examples
    --------
    >>> print(RobustAccuracy(0.1, 0.5, 0.4038, 0.5962))
    50.0 % (40.4 to 59.6) at 0.1
    """

    eps: float
    accuracy: float
    low: float
    high: float
    attack: str = ""

    def __str__(self) -> str:
        return (
            f"{100 * self.accuracy:.1f} % ({100 * self.low:.1f} to {100 * self.high:.1f}) at {self.eps:.4g}"
        )


@dataclasses.dataclass(frozen=True)
class Check:
    """One question to the attack itself, and its answer: is the number worth anything.

    Parameters
    ----------
    name : str
    passed : bool
    value, limit : float
        What was measured, and where the line is.
    sentence : str
        What it means, with the numbers.

    Examples
    --------
    >>> print(Check("restarts", False, 0.04, 0.002, "another start fools 4.0 % more"))
    WARN restarts: another start fools 4.0 % more
    """

    name: str
    passed: bool
    value: float
    limit: float
    sentence: str

    def __str__(self) -> str:
        return f"{'PASS' if self.passed else 'WARN'} {self.name}: {self.sentence}"


@dataclasses.dataclass(frozen=True, eq=False)
class Certificate:
    """What randomized smoothing proves: no change shorter than the radius moves the *smoothed* classifier's answer.

    Parameters
    ----------
    sigma : float
        Standard deviation of the noise, in the unit of the attack.
    draws : int
        Noisy copies of each row.
    alpha : float
        Probability that one of these radii is too large.
    radius : float array, shape (n,)
        In L2; NaN where the smoothed classifier abstains.
    right : bool array, shape (n,)
        Whether it answers, and rightly.

    Examples
    --------
    >>> found = Certificate(0.5, 100, 0.001, np.array([0.8, 0.2, np.nan]), np.array([True, False, False]))
    >>> found.accuracy, found.abstained, found.median
    (0.3333333333333333, 0.3333333333333333, 0.8)
    """

    sigma: float
    draws: int
    alpha: float
    radius: np.ndarray
    right: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of rows that the smoothed classifier gets right."""
        return float(self.right.mean())

    @property
    def abstained(self) -> float:
        """Share of rows of which it cannot say which class leads."""
        return float(np.isnan(self.radius).mean())

    @property
    def median(self) -> float | None:
        """Median radius of the rows it gets right; None where there are none."""
        return float(np.median(self.radius[self.right])) if self.right.any() else None

    def certified(self, eps: float) -> float:
        """Share of rows that are proved to stay right after any change up to ``eps``."""
        return float((self.right & (np.nan_to_num(self.radius, nan=-1.0) >= eps)).mean())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; the radius of a row is null where it abstains."""
        own = {name: getattr(self, name) for name in ("accuracy", "abstained", "median")}
        return plain_json(dataclasses.asdict(self) | own)


@dataclasses.dataclass(frozen=True, eq=False)
class Deception:
    """One row that was right, and the smallest change found that makes the model wrong.

    Parameters
    ----------
    row : int
        Its place in the data, counted from 0.
    label, said : Any
        The true label, and what the model says of the changed row.
    size : float
        Of the change, in the norm of the attack.
    probabilities : pair of float arrays, shape (C,)
        Before and after, in the order of the classes.
    before, after : array
        The row as numbers or pixels (c, y, x); empty for tables.
    cells : tuple of (str, value, value)
        Of tables: the changed columns with both values, in their own unit.

    Examples
    --------
    >>> Deception(3, "no", "yes", 0.2, (np.array([0.9, 0.1]), np.array([0.4, 0.6]))).to_json()["said"]
    'yes'
    """

    row: int
    label: Any
    said: Any
    size: float
    probabilities: tuple[np.ndarray, np.ndarray]
    before: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
    after: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
    cells: tuple[tuple[str, Any, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the numbers of arrays and images."""
        fields = ("row", "label", "said", "size", "probabilities", "cells")
        return plain_json({name: getattr(self, name) for name in fields})


@dataclasses.dataclass(frozen=True, eq=False)
class Robustness:
    """How a classifier stands up to the worst small changes, and whether that may be believed.

    Parameters
    ----------
    rows, total : int
        Rows judged, and rows there were.
    clean : RobustAccuracy
        Without any change.
    norm : {"l2", "linf", "l1"}
    unit : str
        What sizes of changes count in.
    curve : tuple of RobustAccuracy
        By rising size, down to where no row that could be fooled is left.
    confirmed : tuple of RobustAccuracy
        At the sizes at which an attack of a fixed size was run as well; each row counts by its worst case.
    distances : float array, shape (rows,)
        The smallest change found of each row; 0 where it was wrong before, infinite where none was found.
    median_distance : float or None
        Of the rows that were right; None where more than half of them were not fooled.
    other_class_distance : float or None
        Median distance of a row to the nearest row of another class: a change of that size is no small change.
    certificate : Certificate or None
    checks : tuple of Check
    examples : tuple of Deception
    classes : array, shape (C,)
    passes : float
        Forward and backward passes of the model per row, of all attacks together.
    index : int array, shape (rows,)
        Places of the judged rows in the data.
    changed : Any
        The judged rows after their smallest changes, of the kind that came in.

    Examples
    --------
    >>> import torch
    >>> from diabolo.evaluate import robustness
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> X = torch.tensor([[0.1, 0.0], [0.3, 1.0], [-0.5, 0.0]])
    >>> found = robustness(net, X, [0, 0, 1], norm="l2", eps=(0.2,), sigma=None)
    >>> found.distances.round(3).tolist(), round(found.confirmed[0].accuracy, 3)
    ([0.1, 0.3, 0.5], 0.667)
    """

    rows: int
    total: int
    clean: RobustAccuracy
    norm: str
    unit: str
    curve: tuple[RobustAccuracy, ...]
    confirmed: tuple[RobustAccuracy, ...]
    distances: np.ndarray
    median_distance: float | None
    other_class_distance: float | None
    certificate: Certificate | None
    checks: tuple[Check, ...]
    examples: tuple[Deception, ...]
    classes: np.ndarray
    passes: float
    index: np.ndarray
    changed: Any

    @property
    def passed(self) -> bool:
        """Whether every check is passed."""
        return all(check.passed for check in self.checks)

    @property
    def sentence(self) -> str:
        """The headline."""
        start = f"{_percent(self.clean.accuracy)} right as the rows come"
        if self.median_distance is None:
            least = min(self.confirmed, key=lambda point: point.accuracy, default=None)
            return (
                f"{start}, {_percent(least.accuracy)} after changes of {least.eps:.3g}."
                if least
                else f"{start}."
            )
        unit = " standard deviations" if "deviations" in self.unit else ""
        size = f"half of these are fooled by a change of {self.median_distance:.3g}{unit} in {self.norm_name}"
        share = self.median_distance / (self.other_class_distance or self.median_distance)
        if share >= 1:
            return f"{start}; {size}."
        return f"{start}; {size}, {_percent(share)} of the way to a row of another class."

    @property
    def norm_name(self) -> str:
        """The norm as it is written."""
        return {"l1": "L1", "l2": "L2", "linf": "L∞"}[self.norm]

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per check."""
        return [dataclasses.asdict(check) for check in self.checks]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a row that was not fooled has the distance null."""
        plain = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name
            not in ("certificate", "examples", "changed", "curve", "confirmed", "checks", "clean")
        }
        points = {
            name: [dataclasses.asdict(p) for p in getattr(self, name)] for name in ("curve", "confirmed")
        }
        own = {
            "passed": self.passed,
            "sentence": self.sentence,
            "clean": dataclasses.asdict(self.clean),
            "certificate": self.certificate and self.certificate.to_json(),
            "checks": self.table(),
            "examples": [example.to_json() for example in self.examples],
        }
        return plain_json(plain | points | own)


def _percent(share: float) -> str:
    text = f"{100 * share:.1f} %"
    return text if math.isfinite(share) else "–"
