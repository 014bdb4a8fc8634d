"""Reasons to stop before the plan is done: no progress on held-out rows, a time limit, Ctrl-C."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupt", "interruptible"]


class Interrupt:
    """Whether the person has asked to stop."""

    def __init__(self) -> None:
        self.requested = False

    def request(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's arguments
        """Ask politely once; the second Ctrl-C stops at once."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


@contextmanager
def interruptible() -> Generator[Interrupt]:
    """Turn the first Ctrl-C inside the block into a request; only the main thread may listen to signals.

    Examples
    --------
    >>> with interruptible() as interrupt:
    ...     interrupt.requested
    False
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    previous = signal.signal(signal.SIGINT, interrupt.request)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, previous)
