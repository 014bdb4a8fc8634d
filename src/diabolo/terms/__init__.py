"""Terms of an objective as values: what is done to the input, and what is asked of the code."""

from diabolo.terms.corruptions import Corruption, Masking, Noise
from diabolo.terms.divergences import KL
from diabolo.terms.neighbors import Neighbors
from diabolo.terms.penalties import Penalty, Sparsity
from diabolo.terms.views import Affine

__all__ = ["KL", "Affine", "Corruption", "Masking", "Neighbors", "Noise", "Penalty", "Sparsity"]
