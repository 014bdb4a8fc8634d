"""The process alone, or as one rank of a torch process group that somebody has started."""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

__all__ = ["Local"]

T = TypeVar("T")


class Local:
    """The seat of this process among its peers: rank 0 of 1 where there is no process group.

    Each rank takes its slice of every global batch, gradients are summed over ranks, so the plan of learning does not
    depend on their number; rank 0 writes.

    Examples
    --------
    >>> Local().slice(torch.arange(4)).tolist()
    [0, 1, 2, 3]
    """

    def __init__(self) -> None:
        grouped = dist.is_available() and dist.is_initialized()
        self.rank = dist.get_rank() if grouped else 0
        self.size = dist.get_world_size() if grouped else 1

    @property
    def is_main(self) -> bool:
        """Whether this rank writes files and shows progress."""
        return self.rank == 0

    def slice(self, rows: Tensor) -> Tensor:
        """The rank's rows of a global batch."""
        share = len(rows) * self.rank // self.size
        return rows[share : len(rows) * (self.rank + 1) // self.size]

    def sum(self, tensors: list[Tensor]) -> None:
        """Sum tensors over ranks, in place."""
        if self.size > 1:
            flat = torch.cat([t.reshape(-1) for t in tensors])
            dist.all_reduce(flat)
            for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
                tensor.copy_(part.view_as(tensor))

    def average(self, tensors: list[Tensor]) -> None:
        """Replace tensors by their mean over ranks."""
        if self.size > 1 and tensors:
            self.sum(tensors)
            for tensor in tensors:
                tensor.div_(self.size)

    def agree(self, flag: bool) -> bool:
        """Whether any rank says so."""
        if self.size == 1:
            return flag
        vote = torch.tensor(float(flag))
        dist.all_reduce(vote, op=dist.ReduceOp.MAX)
        return bool(vote)

    def ask_main(self, compute: Callable[[], T]) -> T:
        """What rank 0 computes, on every rank; what it raises is raised on every rank.

        For decisions that must be one (which number format is faster) and files that one rank reads.
        """
        if self.size == 1:
            return compute()
        told: list[Any] = [None, None]
        if self.is_main:
            try:
                told[0] = compute()
            except Exception as error:
                told[1] = error
        dist.broadcast_object_list(told)
        if told[1] is not None:
            raise told[1]
        return told[0]

    def barrier(self) -> None:
        """Wait for all ranks."""
        if self.size > 1:
            dist.barrier()
