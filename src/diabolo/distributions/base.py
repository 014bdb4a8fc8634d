"""The one face of all distributions: element-wise ``log_prob``, ``mean``, ``mode`` and ``rsample``."""

from abc import ABC, abstractmethod

from torch import Tensor

__all__ = ["Distribution"]


class Distribution(ABC):
    """A distribution per cell: parameters of shape (B, ...), independent over cells, no argument validation."""

    @abstractmethod
    def log_prob(self, value: Tensor) -> Tensor:
        """Log-density or log-mass of every cell, in nats, in the shape of ``value``."""

    @property
    @abstractmethod
    def mean(self) -> Tensor:
        """Expectation of every cell (for categories: the probabilities, with one more axis)."""

    @property
    @abstractmethod
    def mode(self) -> Tensor:
        """Most probable value of every cell, in the shape and dtype of the values."""

    @abstractmethod
    def sample(self) -> Tensor:
        """One draw per cell, from the global generator (see :func:`diabolo.randomness.seeded`)."""
