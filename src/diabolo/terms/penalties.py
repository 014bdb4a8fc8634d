"""What is asked of the code beside a good reconstruction: one number per row, added to the loss."""

import dataclasses
from abc import ABC, abstractmethod

from diabolo.errors import ParameterError
from diabolo.shapes import Code, PerRow

__all__ = ["Penalty", "Sparsity"]


class Penalty(ABC):
    """A map from codes to one number per row."""

    @abstractmethod
    def __call__(self, code: Code) -> PerRow:
        """(B, k) -> (B,)."""


@dataclasses.dataclass(frozen=True)
class Sparsity(Penalty):
    """weight · Σ|z_j|: few dimensions at a time.

    References
    ----------
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011.

    Examples
    --------
    >>> import torch
    >>> Sparsity(2.0)(torch.tensor([[1.0, -1.0]])).tolist()
    [4.0]
    """

    weight: float = 1e-2

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ParameterError(f"weight={self.weight} would reward large codes: give 0 or more.")

    def __call__(self, code: Code) -> PerRow:
        """Weighted L1 norm of each row's code."""
        return self.weight * code.abs().sum(1)
