"""What is done to the input of a denoising autoencoder: embedded cells in, damaged ones out."""

import dataclasses
from abc import ABC, abstractmethod

import torch

from diabolo.errors import ParameterError
from diabolo.shapes import Features

__all__ = ["Corruption", "Masking", "Noise"]


class Corruption(ABC):
    """A random map on what the encoder sees; the target stays clean.

    References
    ----------
    Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008.
    """

    @abstractmethod
    def __call__(self, features: Features) -> Features:
        """(B, features) -> damaged (B, features), drawn from the global generator."""


@dataclasses.dataclass(frozen=True)
class Noise(Corruption):
    """Gaussian noise x + sd·ε in units of the embedding (about one standard deviation of a column).

    Examples
    --------
    >>> Noise(0.1)(torch.zeros(2, 3)).shape
    torch.Size([2, 3])
    """

    sd: float = 0.3

    def __post_init__(self) -> None:
        if self.sd < 0:
            raise ParameterError(f"sd={self.sd} is not a standard deviation: give 0 or more.")

    def __call__(self, features: Features) -> Features:
        """Add the noise."""
        return features + self.sd * torch.randn_like(features)


@dataclasses.dataclass(frozen=True)
class Masking(Corruption):
    """Each feature is hidden (put to zero, the mean) with probability ``share``.

    Examples
    --------
    >>> Masking(1.0)(torch.ones(1, 3)).tolist()
    [[0.0, 0.0, 0.0]]
    """

    share: float = 0.25

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ParameterError(f"share={self.share} is not a share of the features in [0, 1].")

    def __call__(self, features: Features) -> Features:
        """Hide cells."""
        return features * (torch.rand_like(features) >= self.share)
