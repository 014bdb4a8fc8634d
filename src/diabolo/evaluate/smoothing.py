r"""What can be proved: the radius within which the answer of a smoothed classifier cannot change.

The smoothed classifier answers what the model says of most noisy copies of a row, x + N(0, σ²). If the leading class has
probability at least p > ½ among these, then no change shorter than

.. math:: R = \sigma \, \Phi^{-1}(p)

in L2 moves its answer. p is bounded from below by counting (Clopper–Pearson), with the class chosen on other draws; where
the bound does not exceed ½ it abstains. The certificate is that of the smoothed classifier, not of the model alone.
"""

from typing import Any

import numpy as np
import torch
from scipy.stats import norm
from torch import Tensor

from diabolo.attacks import L2, untouched
from diabolo.attacks.domain import Domain
from diabolo.attacks.rows import Rows
from diabolo.attacks.victims import Victim, victim_of
from diabolo.errors import LabelError, ParameterError
from diabolo.evaluate.proportions import clopper_pearson
from diabolo.evaluate.target import Target
from diabolo.evaluate.verdict import Certificate
from diabolo.randomness import generator

__all__ = ["certified_radius"]

BATCH = 1024  # noisy copies asked together


def certified_radius(
    model: Any,
    X: Any,
    y: Any,
    bounds: Any = None,
    *,
    sigma: float,
    draws: int = 1000,
    first_draws: int = 100,
    alpha: float = 0.001,
    random_state: int = 0,
) -> Certificate:
    """Certify each row by randomized smoothing.

    Parameters
    ----------
    model : Module, scikit-learn classifier or Diabolo classifier
    X : array, tensor, table or images
    y : array of shape (n,)
        True labels.
    bounds : (low, high), Schema or Limits, optional
        Its scale is the unit of ``sigma``, and what is immutable gets no noise.
    sigma : float
        Standard deviation of the noise: more certifies farther, and answers worse.
    draws, first_draws : int
        Noisy copies of a row to count with, and to choose the class with.
    alpha : float
        Probability that a radius is too large.
    random_state : int

    Returns
    -------
    Certificate

    Raises
    ------
    ParameterError, LabelError

    References
    ----------
    Cohen, Rosenfeld & Kolter, "Certified adversarial robustness via randomized smoothing", ICML 2019.

    Examples
    --------
    >>> net = torch.nn.Linear(2, 2)
    >>> _ = net.load_state_dict({"weight": torch.tensor([[1.0, 0.0], [-1.0, 0.0]]), "bias": torch.zeros(2)})
    >>> found = certified_radius(net, torch.tensor([[0.5, 3.0]]), [0], sigma=0.5)  # 0.5 from the plane
    >>> bool(0.4 < found.radius[0] < 0.5)
    True
    """
    if not (sigma > 0 and np.isfinite(sigma)):
        raise ParameterError(f"sigma={sigma} is no width of a noise: give a positive number.")
    if min(draws, first_draws) < 1:
        raise ParameterError(f"draws={draws}, first_draws={first_draws}: give at least 1 of each.")
    target, y = Target.of(model, X, bounds), np.asarray(y)
    if y.shape != (target.rows,):
        raise LabelError(f"there are {len(y)} labels for {target.rows} rows: give one for each.")
    victim = victim_of(target.model)
    rows = Rows.of(target.X, victim.device, victim.dtype)
    domain = rows.limit(target.limits).domain(L2(float("inf")), rows.x)
    noise = _Noise(victim, domain, sigma, generator(random_state, "smoothing"))
    with untouched(victim.module), torch.no_grad():
        found = [_certified(noise, x, draws, first_draws, alpha) for x in rows.x]
    said = np.array([top for top, _ in found])
    names = said if victim.classes is None else victim.classes[said]
    radius = np.array([length for _, length in found])
    return Certificate(float(sigma), draws, alpha, radius, (names == y) & np.isfinite(radius))


class _Noise:
    """What a model says of noisy copies of a row."""

    def __init__(self, victim: Victim, domain: Domain, sigma: float, draws: torch.Generator) -> None:
        self.victim, self.domain, self.sigma, self.draws = victim, domain, sigma, draws

    def counts(self, x: Tensor, copies: int) -> np.ndarray:
        """How often each class is said, (C,)."""
        total = 0
        for start in range(0, copies, BATCH):
            many = x.expand(min(BATCH, copies - start), *x.shape)
            step = self.sigma * torch.randn(many.shape, generator=self.draws, dtype=x.dtype).to(x.device)
            free = movable(self.domain, x)
            noisy = self.domain.moved(many, torch.where(free, step, 0.0).flatten(1))
            logits = self.victim.logits(noisy)
            total = total + np.bincount(logits.argmax(1).cpu().numpy(), minlength=logits.shape[1])
        return np.asarray(total)


def _certified(noise: _Noise, x: Tensor, draws: int, first_draws: int, alpha: float) -> tuple[int, float]:
    """The leading class of a row and its radius, NaN where it cannot be told."""
    top = int(noise.counts(x, first_draws).argmax())
    least = clopper_pearson(int(noise.counts(x, draws)[top]), draws, alpha)
    return top, noise.sigma * float(norm.ppf(least)) if least > 0.5 else float("nan")


def movable(domain: Domain, row: Tensor) -> Tensor:
    """Which features of a row may change.

    Examples
    --------
    >>> movable(Domain(L2(1.0)), torch.zeros(2)).tolist()
    [True, True]
    """
    if domain.up is None or domain.down is None:
        return torch.ones_like(row, dtype=torch.bool)
    return (domain.up | domain.down).expand(row.shape)
