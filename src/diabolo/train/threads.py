"""How many threads a step is worth: small steps lose more by waiting for each other than they win."""

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["WORTH_SHARING", "threads_for"]

WORTH_SHARING = 5e7  # multiply-adds a step, about a millisecond of one core


@contextmanager
def threads_for(module: nn.Module, batch_size: int) -> Generator[None]:
    """Run a block on one thread if a step of the module is small; the person's own setting comes back after it.

    The rule looks at sizes only, so the same run always uses the same number of threads, and gives the same bits.

    Parameters
    ----------
    module : torch.nn.Module
    batch_size : int

    Examples
    --------
    >>> with threads_for(nn.Linear(8, 2), 32):
    ...     torch.get_num_threads()
    1
    """
    usual = torch.get_num_threads()
    work = batch_size * sum(p.numel() for p in module.parameters() if p.ndim > 1)
    if work < WORTH_SHARING:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)
