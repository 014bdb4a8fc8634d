"""What networks see of numbers: centered, of unit size, blank where nothing was seen."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from diabolo.columns.base import Embedder

__all__ = ["StandardEmbedder", "with_gaps"]

SMALLEST_SPREAD = 0.1  # a coin that almost never falls must not be blown up by more than this


def with_gaps(features: Tensor, seen: Tensor | None, *, flags: bool) -> Tensor:
    """Features (B, m), zero where a cell was not seen, then (B, m) flags of those cells if ``flags``.

    Examples
    --------
    >>> with_gaps(torch.ones(1, 2), torch.tensor([[True, False]]), flags=True)
    tensor([[1., 0., 0., 1.]])
    """
    blank = features if seen is None else torch.where(seen, features, 0.0)
    if not flags:
        return blank
    missing = torch.zeros_like(features) if seen is None else (~seen).to(features.dtype)
    return torch.cat([blank, missing], 1)


class StandardEmbedder(Embedder):
    """(t(x) − mean) / spread of every cell, followed by flags of gaps where training rows had any.

    Parameters
    ----------
    mean, spread : sequence of float, length m
        Statistics of t(x) in the training rows.
    flags : bool
        Whether to flag the missing cells.
    transform : function of a Tensor
        The map t, for example ``torch.log1p``.

    Examples
    --------
    >>> embed = StandardEmbedder([5.0], [2.0], flags=False)
    >>> embed(torch.tensor([[9.0]]), None)
    tensor([[2.]])
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self,
        mean: Sequence[float],
        spread: Sequence[float],
        *,
        flags: bool,
        transform: Callable[[Tensor], Tensor] = Tensor.float,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("spread", torch.tensor(spread).clamp_min(SMALLEST_SPREAD))
        self.flags = flags
        self.transform = transform
        self.width = len(mean) * (2 if flags else 1)

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, m) -> (B, width)."""
        return with_gaps((self.transform(values) - self.mean) / self.spread, seen, flags=self.flags)
