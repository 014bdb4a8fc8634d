"""A narrow waist for a wide network: principal components of its hidden features, and the linear way back to a row."""

import dataclasses
from typing import Self

import torch
from torch import Tensor

from diabolo.nn import ridge

__all__ = ["Waist"]

HELD = 0.95  # share of the features' variance that is wide enough where nobody says how wide


@dataclasses.dataclass(frozen=True)
class Waist:
    """z = (h − mean) Vᵀ and the row's coordinates x̂ = z W + offset.

    Parameters
    ----------
    mean : Tensor, shape (h,)
    components : Tensor, shape (k, h)
        Orthonormal rows V, largest variance of the features first.
    weight : Tensor, shape (k, D)
    offset : Tensor, shape (D,)

    Examples
    --------
    >>> features = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    >>> waist = Waist.fit(features, 10 * features[:, :1], 1)
    >>> waist.decode(waist.encode(features)).round().ravel()
    tensor([10., 20., 30.])
    """

    mean: Tensor
    components: Tensor
    weight: Tensor
    offset: Tensor

    @classmethod
    def fit(cls, features: Tensor, coordinates: Tensor, k: int | None) -> Self:
        """From features (n, h) and coordinates (n, D) of training rows; None: as wide as holds 95 % of their variance."""
        mean = features.mean(0)
        centered = (features - mean).double()
        variance, directions = torch.linalg.eigh(centered.T @ centered)
        shares = variance.flip(0).clamp_min(0).cumsum(0) / variance.clamp_min(0).sum().clamp_min(1e-30)
        k = int((shares < HELD).sum()) + 1 if k is None else k
        found = directions.flip(1)[:, :k].T
        largest = found.abs().argmax(1, keepdim=True)
        components = (found * found.gather(1, largest).sign()).float().contiguous()
        weight, offset = ridge((features - mean) @ components.T, coordinates)
        return cls(mean, components, weight, offset)

    def encode(self, features: Tensor) -> Tensor:
        """Codes (B, k)."""
        return (features - self.mean) @ self.components.T

    def decode(self, code: Tensor) -> Tensor:
        """Coordinates (B, D)."""
        return code @ self.weight + self.offset

    def tensors(self) -> dict[str, Tensor]:
        """By name, for a file."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
