"""What networks return: light distributions whose ``log_prob`` is the loss."""

from diabolo.distributions.base import Distribution
from diabolo.distributions.categorical import Bernoulli, Categorical, Ordinal
from diabolo.distributions.counts import NegativeBinomial
from diabolo.distributions.gaussian import Gaussian
from diabolo.distributions.joint import Joint
from diabolo.distributions.mixture import Inflated
from diabolo.distributions.pixels import ClippedGaussian
from diabolo.distributions.point import Point

__all__ = [
    "Bernoulli",
    "Categorical",
    "ClippedGaussian",
    "Distribution",
    "Gaussian",
    "Inflated",
    "Joint",
    "NegativeBinomial",
    "Ordinal",
    "Point",
]
