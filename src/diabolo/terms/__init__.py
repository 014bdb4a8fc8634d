"""Terms of an objective as values: what is done to the input, and what is asked of the code."""

from diabolo.terms.corruptions import Blur, Corruption, Masking, Noise, SaltAndPepper, Swap
from diabolo.terms.divergences import KL
from diabolo.terms.neighbors import Neighbors
from diabolo.terms.penalties import Contractive, KLSparsity, Orthogonal, Penalty, Sparsity
from diabolo.terms.views import Affine

__all__ = [
    "KL",
    "Affine",
    "Blur",
    "Contractive",
    "Corruption",
    "KLSparsity",
    "Masking",
    "Neighbors",
    "Noise",
    "Orthogonal",
    "Penalty",
    "SaltAndPepper",
    "Sparsity",
    "Swap",
]
