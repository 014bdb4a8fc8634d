"""Stateless randomness: every draw is a function of (seed, what it is for, when), so nothing has to be saved to resume."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

__all__ = ["as_seed", "derive", "generator", "reseed", "seeded"]


def derive(seed: int, *stream: int | str) -> int:
    """Seed of one stream: the first 63 bits of SHA-256 over ``(seed, *stream)``.

    Parameters
    ----------
    seed : int
        The seed of the whole run.
    stream : int or str
        What the draw is for, for example ``("order", epoch)`` or ``("step", step, rank)``.

    Examples
    --------
    >>> derive(0, "order", 1) == derive(0, "order", 1)
    True
    >>> derive(0, "order", 1) == derive(0, "order", 2)
    False
    """
    text = "/".join(str(part) for part in (seed, *stream))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def as_seed(random_state: int | np.random.RandomState | None) -> int:
    """Seed of a run from scikit-learn's ``random_state``.

    Parameters
    ----------
    random_state : int, numpy.random.RandomState or None
        None draws a fresh seed from the operating system.

    Examples
    --------
    >>> as_seed(7)
    7
    """
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return int(random_state)


def generator(seed: int, *stream: int | str) -> "torch.Generator":
    """A torch generator at the start of one stream.

    Examples
    --------
    >>> import torch
    >>> a = torch.randperm(5, generator=generator(0, "order", 3))
    >>> b = torch.randperm(5, generator=generator(0, "order", 3))
    >>> bool((a == b).all())
    True
    """
    import torch

    return torch.Generator().manual_seed(derive(seed, *stream))


def reseed(device: "torch.device", seed: int, *stream: int | str) -> None:
    """Put the global generators of the CPU and of a device at the start of one stream.

    ``torch.manual_seed`` does the same for all devices there might be, which takes longer than a small training step.

    Examples
    --------
    >>> import torch
    >>> with seeded(0, "anything"):
    ...     reseed(torch.device("cpu"), 0, "step", 1)
    ...     a = torch.rand(1)
    ...     reseed(torch.device("cpu"), 0, "step", 1)
    ...     bool(a == torch.rand(1))
    True
    """
    import torch

    start = derive(seed, *stream)
    torch.default_generator.manual_seed(start)
    if device.type == "cuda":
        torch.cuda.manual_seed(start)


@contextmanager
def seeded(seed: int, *stream: int | str) -> Generator[None]:
    """Run a block on the global generators at the start of one stream, and give them back untouched.

    Examples
    --------
    >>> import torch
    >>> with seeded(0, "weights"):
    ...     a = torch.rand(1)
    >>> with seeded(0, "weights"):
    ...     bool(a == torch.rand(1))
    True
    """
    import torch

    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(derive(seed, *stream))
        yield
