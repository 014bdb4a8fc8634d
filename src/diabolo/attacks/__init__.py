"""Searches for the small change that fools a model, and for where it has to stop.

Every attack is one search, :func:`ascend`, on a loss, in a ball and bounds, by a rule that turns gradients into steps.
"""

from diabolo.attacks.ascent import Ascent, ascend
from diabolo.attacks.balls import L0, L1, L2, Ball, Linf
from diabolo.attacks.base import Attack, AttackResult
from diabolo.attacks.domain import Domain
from diabolo.attacks.goals import Classification, margins
from diabolo.attacks.gradient import FGSM, PGD, Momentum
from diabolo.attacks.limits import Limits
from diabolo.attacks.minimal import Minimal
from diabolo.attacks.rules import Accumulated, Farthest, Steepest
from diabolo.attacks.victims import LogProbabilities, untouched

__all__ = [
    "FGSM",
    "L0",
    "L1",
    "L2",
    "PGD",
    "Accumulated",
    "Ascent",
    "Attack",
    "AttackResult",
    "Ball",
    "Classification",
    "Domain",
    "Farthest",
    "Limits",
    "Linf",
    "LogProbabilities",
    "Minimal",
    "Momentum",
    "Steepest",
    "ascend",
    "margins",
    "untouched",
]
