"""What is done to the input of a denoising autoencoder, while the clean row stays the target."""

import dataclasses
import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.shapes import Features

__all__ = ["Blur", "CellCorruption", "Corruption", "Masking", "Noise", "SaltAndPepper", "Swap"]


class Corruption(ABC):
    """A random map on what the encoder sees; the target stays clean.

    One is called with the embedded cells of a batch; a :class:`CellCorruption` damages the cells themselves.

    References
    ----------
    Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008.
    """

    @abstractmethod
    def __call__(self, features: Features) -> Features:
        """(B, features) -> damaged (B, features), drawn from the global generator."""

    def check(self, schema: Schema) -> None:  # noqa: B027 - most can damage anything
        """Raise a ParameterError where rows of this kind cannot be damaged so."""


class CellCorruption(Corruption):
    """A random map on the cells of rows, before they are embedded."""

    @abstractmethod
    def damaged(self, batch: Batch) -> Batch:
        """The same rows with damaged cells, drawn from the global generator."""

    def __call__(self, features: Features) -> Features:
        """Embedded cells are left as they are: the damage was done before."""
        return features


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
        if not 0 <= self.sd < math.inf:
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
        _check_share(self.share, "features")

    def __call__(self, features: Features) -> Features:
        """Hide cells."""
        return features * (torch.rand_like(features) >= self.share)


@dataclasses.dataclass(frozen=True)
class Swap(CellCorruption):
    """Each cell is replaced, with probability ``share``, by the same column's cell of another row of the batch.

    What comes in is a value that the column can have, of any type, so only what goes with what tells it apart.

    References
    ----------
    Yoon et al., "VIME: extending the success of self- and semi-supervised learning to tabular domain", NeurIPS 2020.

    Examples
    --------
    >>> rows = Batch({"continuous": torch.tensor([[1.0, 2.0], [3.0, 4.0]])}, {}, torch.arange(2))
    >>> Swap(0.0).damaged(rows).values["continuous"].tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """

    share: float = 0.15

    def __post_init__(self) -> None:
        _check_share(self.share, "cells")

    def damaged(self, batch: Batch) -> Batch:
        """Swap values together with their flags."""
        values, seen = dict(batch.values), dict(batch.seen)
        for key, cells in values.items():
            flat = cells.flatten(1)
            own = torch.arange(len(flat), device=flat.device)[:, None].expand_as(flat)
            other = torch.randint(len(flat), flat.shape, device=flat.device)
            source = torch.where(torch.rand(flat.shape, device=flat.device) < self.share, other, own)
            values[key] = flat.gather(0, source).view_as(cells)
            if key in seen:
                seen[key] = seen[key].flatten(1).gather(0, source).view_as(seen[key])
        return dataclasses.replace(batch, values=values, seen=seen)


@dataclasses.dataclass(frozen=True)
class SaltAndPepper(CellCorruption):
    """Each number or pixel becomes, with probability ``share``, the smallest or the largest there is.

    The extremes are those of the batch: of the column for numbers, of the whole block for pixels. Levels stay.

    Examples
    --------
    >>> pixels = torch.tensor([[[[0.0, 0.5, 1.0]]]])
    >>> damaged = SaltAndPepper(1.0).damaged(Batch({"image": pixels}, {}, torch.arange(1))).values["image"]
    >>> set(damaged.ravel().tolist()) <= {0.0, 1.0}
    True
    """

    share: float = 0.1

    def __post_init__(self) -> None:
        _check_share(self.share, "cells")

    def damaged(self, batch: Batch) -> Batch:
        """Set cells to an extreme."""
        numbers = {key: v for key, v in batch.values.items() if v.is_floating_point()}
        return dataclasses.replace(
            batch, values={**batch.values, **{k: self._speckled(v) for k, v in numbers.items()}}
        )

    def _speckled(self, cells: Tensor) -> Tensor:
        axes = tuple(range(cells.ndim)) if cells.ndim > 2 else (0,)
        draw = torch.rand_like(cells)
        speckled = torch.where(draw < self.share, cells.amin(axes, keepdim=True), cells)
        return torch.where(draw < self.share / 2, cells.amax(axes, keepdim=True), speckled)


@dataclasses.dataclass(frozen=True)
class Blur(CellCorruption):
    """Images seen through a Gaussian blur of ``sd`` pixels; at the edge the outermost pixels go on.

    Raises
    ------
    ParameterError
        In fitting: there is no column of images.

    Examples
    --------
    >>> pixels = torch.zeros(1, 1, 5, 5)
    >>> pixels[..., 2, 2] = 1.0
    >>> blurred = Blur(1.0).damaged(Batch({"image": pixels}, {}, torch.arange(1))).values["image"]
    >>> round(blurred[0, 0, 2, 2].item(), 2)
    0.16
    """

    sd: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.sd < math.inf:
            raise ParameterError(f"sd={self.sd} is not a width in pixels: give a positive number.")

    def check(self, schema: Schema) -> None:
        """Images are needed."""
        if not any(isinstance(column, Image) for column in schema.columns):
            raise ParameterError(
                "Blur needs images, and there are none: take Noise, Masking or Swap for tables."
            )

    def damaged(self, batch: Batch) -> Batch:
        """Blur every image."""
        images = {key: v for key, v in batch.values.items() if v.ndim == 4}
        return dataclasses.replace(
            batch, values={**batch.values, **{k: self._blurred(v) for k, v in images.items()}}
        )

    def _blurred(self, images: Tensor) -> Tensor:
        """One pass over columns and one over rows."""
        reach = math.ceil(3 * self.sd)
        steps = torch.arange(-reach, reach + 1, device=images.device, dtype=images.dtype)
        weights = torch.exp(-0.5 * (steps / self.sd).square())
        weights = weights / weights.sum()
        flat = functional.pad(images.flatten(0, 1)[:, None], (reach,) * 4, mode="replicate")
        for kernel in (weights[None, None, :, None], weights[None, None, None, :]):
            flat = functional.conv2d(flat, kernel)
        return flat.view_as(images)


def _check_share(share: float, of: str) -> None:
    if not 0.0 <= share <= 1.0:
        raise ParameterError(f"share={share} is not a share of the {of} in [0, 1].")
