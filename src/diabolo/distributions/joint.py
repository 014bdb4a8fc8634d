"""The distribution of a whole row: one distribution per block of columns, independent given the code."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from diabolo.distributions.base import Distribution

__all__ = ["Joint"]


class Joint(Mapping[str, Distribution]):
    """p(row | z) = ∏_blocks ∏_cells p(cell | z); cells that were not seen add nothing.

    Parameters
    ----------
    blocks : dict of str to Distribution
        One distribution per block of the schema, by the block's key.

    Examples
    --------
    >>> from diabolo.distributions import Gaussian
    >>> joint = Joint({"a": Gaussian(torch.zeros(4, 2), torch.zeros(2))})
    >>> joint.log_prob({"a": torch.zeros(4, 2)}, {}).shape
    torch.Size([4])
    """

    def __init__(self, blocks: dict[str, Distribution]) -> None:
        self.blocks = blocks

    def __getitem__(self, key: str) -> Distribution:
        return self.blocks[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def log_probs(self, values: Mapping[str, Tensor], seen: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Log-probability of every cell, zero (with zero gradient) where it was not seen.

        A block absent from ``seen`` is seen everywhere.
        """
        cells = {key: p.log_prob(values[key]) for key, p in self.blocks.items()}
        return {key: torch.where(seen[key], c, 0.0) if key in seen else c for key, c in cells.items()}

    def log_prob(self, values: Mapping[str, Tensor], seen: Mapping[str, Tensor]) -> Tensor:
        """Log-probability of every row, shape (B,): the sum over all seen cells."""
        return torch.stack([c.flatten(1).sum(1) for c in self.log_probs(values, seen).values()]).sum(0)
