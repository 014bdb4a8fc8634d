"""Which number format a step is computed in: measured, not guessed."""

import math
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

__all__ = ["PRECISIONS", "choose"]

PRECISIONS = {"fp32": None, "bf16": torch.bfloat16}
WORTH_TIMING = 2e8  # multiply-adds a step: below this a step is too short for the format to matter
HOPELESS = 4.0  # times slower: no unit for bf16, and more such steps would only cost time
MARGIN = 1.3  # bf16 must win clearly, so that the same machine always answers the same


def choose(
    precision: str, step: Callable[[torch.dtype | None], None], module: nn.Module, batch_size: int
) -> str:
    """The format to use: as asked, or for ``auto`` the faster of the two in a timed forward and backward pass.

    Small steps are never timed and stay in fp32; bf16 is taken when its median of three is 1.3 times faster.

    Parameters
    ----------
    precision : {"auto", "fp32", "bf16"}
    step : callable
        Runs a forward and backward pass under autocast to the given dtype (None: fp32), changing no weights.
    module : torch.nn.Module
    batch_size : int

    Examples
    --------
    >>> choose("auto", lambda dtype: None, nn.Linear(2, 2), 32)
    'fp32'
    """
    if precision != "auto":
        return precision
    if batch_size * sum(p.numel() for p in module.parameters() if p.ndim > 1) < WORTH_TIMING:
        return "fp32"
    fp32 = _median(step, None, math.inf)
    return "bf16" if fp32 > MARGIN * _median(step, torch.bfloat16, HOPELESS * fp32) else "fp32"


def _median(step: Callable[[torch.dtype | None], None], dtype: torch.dtype | None, hopeless: float) -> float:
    """Median of three timed steps after one to warm up; of one alone if that takes more than ``hopeless`` seconds."""
    step(dtype)
    first = _seconds(step, dtype)
    return (
        first if first > hopeless else statistics.median([first, *(_seconds(step, dtype) for _ in range(2))])
    )


def _seconds(step: Callable[[torch.dtype | None], None], dtype: torch.dtype | None) -> float:
    """Wall time of one step."""
    start = time.perf_counter()
    step(dtype)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start
