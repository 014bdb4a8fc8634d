"""What a person sees while a model trains: a bar on a terminal, nothing elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

__all__ = ["Progress"]

REFRESH = 0.1  # seconds between two updates: drawing must cost nothing


class Progress:
    """A bar of steps with the last loss and the time left.

    Parameters
    ----------
    show : bool or "auto"
        ``auto``: only where standard error is a terminal.
    total, done : int
        Planned steps, and steps that a resumed run has behind it.

    Examples
    --------
    >>> with Progress(False, 10, 0) as bar:
    ...     bar.advance("loss 1.0")
    """

    def __init__(self, show: bool | str, total: int, done: int) -> None:
        self.show = sys.stderr.isatty() if show == "auto" else bool(show)
        self.total, self.done = total, done
        self._bar: Bar | None = None
        self._drawn = 0.0

    def __enter__(self) -> Self:
        if self.show:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("training", total=self.total, completed=self.done)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, description: str) -> None:
        """One step is done."""
        self.done += 1
        if self._bar is not None and time.monotonic() - self._drawn > REFRESH:
            self._drawn = time.monotonic()
            self._bar.update(self._task, completed=self.done, description=description)
