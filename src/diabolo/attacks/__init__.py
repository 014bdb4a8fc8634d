"""Searches for the small change that fools a model, and for where it has to stop.

Every attack is one search, :func:`ascend`, on a loss, in a ball and bounds, by a rule that turns gradients into steps.
"""

from diabolo.attacks.adaptive import APGD, Halving
from diabolo.attacks.ascent import Ascent, ascend
from diabolo.attacks.autoencoders import (
    AmplificationCurve,
    AutoencoderAttack,
    Distortion,
    amplification_curve,
)
from diabolo.attacks.balls import L0, L1, L2, Ball, Linf
from diabolo.attacks.base import Attack, AttackResult
from diabolo.attacks.blackbox import Noise, Square
from diabolo.attacks.carlini_wagner import CarliniWagner
from diabolo.attacks.deepfool import DeepFool
from diabolo.attacks.domain import Domain
from diabolo.attacks.ensemble import standard, worst_case
from diabolo.attacks.goals import Classification, margins
from diabolo.attacks.gradient import FGSM, PGD, Momentum
from diabolo.attacks.limits import Limits
from diabolo.attacks.minimal import Minimal
from diabolo.attacks.rules import Accumulated, Farthest, Steepest
from diabolo.attacks.victims import LogProbabilities, untouched

__all__ = [
    "APGD",
    "FGSM",
    "L0",
    "L1",
    "L2",
    "PGD",
    "Accumulated",
    "AmplificationCurve",
    "Ascent",
    "Attack",
    "AttackResult",
    "AutoencoderAttack",
    "Ball",
    "CarliniWagner",
    "Classification",
    "DeepFool",
    "Distortion",
    "Domain",
    "Farthest",
    "Halving",
    "Limits",
    "Linf",
    "LogProbabilities",
    "Minimal",
    "Momentum",
    "Noise",
    "Square",
    "Steepest",
    "amplification_curve",
    "ascend",
    "margins",
    "standard",
    "untouched",
    "worst_case",
]
