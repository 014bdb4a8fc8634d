"""How a classifier stands up to the worst small changes: a curve from one search, confirmed, checked; what can be proved.

The smallest change d of each row is searched once; the accuracy after changes of at most ε is the share of rows that are
right and have d > ε, for every ε at once. At some ε an attack of that size is run as well, and each row counts by its worst
case. Every number is an upper bound; the checks say what speaks against it.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks import Minimal, Square
from diabolo.attacks.rows import Rows
from diabolo.errors import EpsilonError, LabelError, ParameterError
from diabolo.evaluate.contest import Contest, Sizes, spent
from diabolo.evaluate.proportions import wilson
from diabolo.evaluate.smoothing import certified_radius, movable
from diabolo.evaluate.suspicions import Evidence, of_attack, of_model, without_gradient
from diabolo.evaluate.target import Target
from diabolo.evaluate.verdict import Certificate, Deception, RobustAccuracy, Robustness
from diabolo.randomness import derive

__all__ = ["robustness"]

Norm = Literal["l2", "linf", "l1"]
POINTS = 41  # of the curve
POOL = 2000  # rows among which the nearest of another class is sought
EXAMPLES = 8
CERTIFIED = 50  # rows
P = {"l1": 1.0, "l2": 2.0, "linf": float("inf")}


def robustness(
    model: Any,
    X: Any,
    y: Any,
    bounds: Any = None,
    *,
    norm: Norm = "l2",
    eps: float | Sequence[float] = (),
    effort: Literal["base", "high"] = "base",
    max_rows: int = 1000,
    checked_rows: int = 200,
    sigma: float | Literal["auto"] | None = "auto",
    draws: int = 500,
    random_state: int = 0,
) -> Robustness:
    """Attack a classifier in many ways, and judge both it and the attacks.

    Parameters
    ----------
    model : Module giving logits, scikit-learn classifier or Diabolo classifier
        Tables with categories and gaps are attacked in their continuous columns.
    X : array, tensor, table or images
    y : array of shape (n,)
        True labels.
    bounds : (low, high), Schema or Limits, optional
        What a feature may be. None: what the schema of a Diabolo classifier says, else any number.
    norm : {"l2", "linf", "l1"}
        In which changes are measured: in the unit of arrays and images, in standard deviations of the columns of a table.
    eps : float or sequence of float
        Sizes at which the curve is confirmed; none: where accuracy has fallen by a quarter, a half and three quarters.
    effort : {"base", "high"}
        Of the search for the smallest changes.
    max_rows, checked_rows : int
        Rows that are attacked, drawn by chance, and rows for the dearer checks.
    sigma : float, "auto" or None
        Noise of the certificate: half of the median L2 length of the smallest changes; None leaves it out.
    draws : int
        Noisy copies of each of at most 50 rows.
    random_state : int

    Returns
    -------
    Robustness

    Raises
    ------
    LabelError, BoundsError, EpsilonError, ParameterError, DataError, CapabilityError
        What cannot be; the message says what to do.

    References
    ----------
    Carlini et al., "On evaluating adversarial robustness", 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = load_iris(return_X_y=True)
    >>> found = robustness(LogisticRegression(max_iter=500).fit(X, y), X, y, max_rows=60)
    >>> found.rows, found.clean.accuracy > 0.9, found.curve[-1].accuracy
    (60, True, 0.0)
    """
    _check(eps, max_rows, checked_rows)
    target, labels = Target.of(model, X, bounds), _labels(y)
    if labels.shape != (target.rows,):
        raise LabelError(f"there are {len(labels)} labels for {target.rows} rows: give one for each.")
    index = _drawn(target.rows, max_rows, random_state)
    contest = Contest(target, index, labels[index], norm, random_state)
    other, known = _neighbors(target, labels, contest, random_state)
    checks = of_model(contest)
    sizes, fooled, smallest = _attack(contest, eps, effort, other)
    gradient = contest.differentiable()
    rows = np.flatnonzero(contest.right)[:checked_rows]
    evidence = Evidence(contest, sizes, fooled, smallest, rows, known)
    checks += of_attack(evidence) if gradient else without_gradient(contest)
    certificate = _certificate(contest, sigma, draws)
    return _record(target, contest, sizes, checks, certificate, other, gradient)


def _attack(
    contest: Contest, given: Any, effort: Any, other: float | None
) -> tuple[tuple[float, ...], tuple[np.ndarray, ...], np.ndarray]:
    """The smallest changes, then attacks of some sizes; without a gradient only queries."""
    gradient = contest.differentiable()
    if gradient:
        contest.run(Minimal(contest.norm, effort, random_state=contest.seed))  # type: ignore[arg-type]
    smallest = contest.distances.copy()
    sizes = Sizes.of(given, smallest, other).eps
    if not gradient and not sizes:
        raise EpsilonError("this model has no gradient: give the sizes of the change, eps=(0.1, 0.2) say.")
    fooled = tuple(contest.confirm(size) if gradient else _queried(contest, size) for size in sizes)
    return sizes, fooled, smallest


def _queried(contest: Contest, size: float) -> np.ndarray:
    """Rows fooled by queries alone, among those that no smaller change has fooled."""
    left = np.flatnonzero(contest.distances > size)
    return contest.run(Square(contest.ball(size), random_state=contest.seed), left)


def _record(
    target: Target,
    contest: Contest,
    sizes: tuple[float, ...],
    checks: list[Any],
    certificate: Certificate | None,
    other: float | None,
    gradient: bool,
) -> Robustness:
    """Everything in one record."""
    distances = contest.distances
    of_right = distances[contest.right]
    median = float(np.median(of_right)) if len(of_right) else None
    how = "APGD, cross-entropy and margin" if gradient else "Square"
    grid = _grid(of_right, sizes) if gradient else np.array([0.0, *sizes])
    return Robustness(
        rows=len(contest.y),
        total=target.rows,
        clean=_point(distances, 0.0),
        norm=contest.norm,
        unit=contest.limits.unit,
        curve=tuple(_point(distances, float(size)) for size in grid),
        confirmed=tuple(_point(distances, size, how) for size in sizes),
        distances=distances,
        median_distance=median if median is not None and np.isfinite(median) else None,
        other_class_distance=other,
        certificate=certificate,
        checks=tuple(checks),
        examples=_examples(target, contest),
        classes=contest.classes,
        passes=spent(contest),
        index=contest.index,
        changed=target.written(contest.changed, contest.index),
    )


def _point(distances: np.ndarray, size: float, attack: str = "") -> RobustAccuracy:
    """Share of rows that no change up to a size fools."""
    right, rows = int((distances > size).sum()), len(distances)
    return RobustAccuracy(size, right / rows, *wilson(right, rows), attack)


def _grid(distances: np.ndarray, sizes: tuple[float, ...]) -> np.ndarray:
    """Sizes from none to where nobody is left, the confirmed ones among them."""
    finite = distances[np.isfinite(distances)]
    most = max([*sizes, float(finite.max()) if len(finite) else 0.0])
    return np.unique([*np.linspace(0.0, most, POINTS), *sizes])


def _neighbors(
    target: Target, labels: np.ndarray, contest: Contest, seed: int
) -> tuple[float | None, np.ndarray]:
    """Median distance to the nearest row of another class, and each row's to the nearest that the model calls otherwise.

    In the unit and norm of the attack; rows that differ in what must not change are out of reach.
    """
    pool = _drawn(target.rows, POOL, derive(seed, "pool"))
    others = Rows.of(target.take(pool), contest.rows.x.device, contest.victim.dtype).x
    distances = _distances(contest, others)
    other = torch.from_numpy(contest.y[:, None] != labels[pool][None])
    least = torch.where(other, distances, torch.inf).amin(1)
    least = least[torch.isfinite(least)]
    said = torch.from_numpy(contest.y[:, None] != contest.names(contest.ask(others).argmax(1))[None])
    known = torch.where(said, distances, torch.inf).amin(1).numpy()
    return (float(least.median()) if len(least) else None), known


def _distances(contest: Contest, others: Tensor) -> Tensor:
    """Between the rows and others, (n, m); infinite where something differs that must not change."""
    domain = contest.domain(float("inf"))
    free = movable(domain, others[0])
    scale = 1.0 if domain.scale is None else domain.scale
    a, b = ((x / scale).double() for x in (contest.rows.x, others))
    found = torch.cat([torch.cdist(part, b[:, free], P[contest.norm]) for part in a[:, free].split(64)])
    if not bool(free.all()):
        found[torch.cdist(a[:, ~free], b[:, ~free], P["linf"]) > 0] = torch.inf
    return found.cpu()


def _certificate(contest: Contest, sigma: Any, draws: int) -> Certificate | None:
    """By smoothing, on some rows."""
    if sigma is None:
        return None
    if sigma == "auto":
        fooled = contest.right & np.isfinite(contest.distances)
        if not fooled.any():
            return None
        again = contest.rows.again(contest.changed)[torch.from_numpy(fooled)]
        lengths = (
            contest.domain(float("inf")).delta(again, contest.rows.x[torch.from_numpy(fooled)]).norm(dim=1)
        )
        sigma = float(f"{float(lengths.median()) / 2:.2g}")
    some = slice(0, CERTIFIED)
    return certified_radius(
        contest.model,
        contest.X[some],
        contest.y[some],
        contest.limits,
        sigma=sigma,
        draws=draws,
        random_state=contest.seed,
    )


def _examples(target: Target, contest: Contest) -> tuple[Deception, ...]:
    """Rows fooled by a change of typical size, of as many labels as there are."""
    fooled = np.flatnonzero(contest.right & np.isfinite(contest.distances))
    if not len(fooled):
        return ()
    order = fooled[
        np.argsort(np.abs(contest.distances[fooled] - np.median(contest.distances[fooled])), kind="stable")
    ]
    taken: list[int] = []
    for label in np.unique(contest.y[fooled]):
        taken.append(int(order[contest.y[order] == label][0]))
    chosen = sorted(dict.fromkeys([*taken, *order.tolist()]), key=lambda row: (row not in taken,))[:EXAMPLES]
    return tuple(_deception(target, contest, row) for row in sorted(chosen))


def _deception(target: Target, contest: Contest, row: int) -> Deception:
    """One changed row."""
    before, after = (
        np.asarray(x[row].cpu() if isinstance(x, Tensor) else x[row]) for x in (contest.X, contest.changed)
    )
    table = target.coding is not None or target.frame is not None
    return Deception(
        int(contest.index[row]),
        _plain(contest.y[row]),
        _plain(contest.classes[contest.after[row].argmax()]),
        float(contest.distances[row]),
        (contest.before[row], contest.after[row]),
        np.zeros(0) if table else target.picture(before),
        np.zeros(0) if table else target.picture(after),
        target.cells(before, after),
    )


def _drawn(rows: int, most: int, seed: int) -> np.ndarray:
    """At most so many rows, by chance, in order."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(derive(seed, "rows")).permutation(rows)[:most])


def _labels(y: Any) -> np.ndarray:
    return np.asarray(y.cpu() if isinstance(y, Tensor) else y)


def _plain(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label


def _check(eps: Any, max_rows: int, checked_rows: int) -> None:
    """Refuse sizes that are none, and no rows."""
    sizes = np.atleast_1d(np.asarray(eps, float))
    if not (np.isfinite(sizes) & (sizes > 0)).all():
        raise EpsilonError(f"eps={eps} is no size of a change: give positive numbers.")
    if min(max_rows, checked_rows) < 1:
        raise ParameterError(f"max_rows={max_rows}, checked_rows={checked_rows}: give at least 1 of each.")
