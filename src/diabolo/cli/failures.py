"""How a command ends: one clear sentence and an exit code instead of a traceback, and warnings as notes."""

import functools
import os
import re
import sys
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from diabolo.cli.phrases import spoken
from diabolo.cli.terminal import line
from diabolo.errors import DiaboloError, DiaboloWarning

__all__ = ["BAD_INPUT", "INTERRUPTED", "guarded", "misused", "notes"]

BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells say it
CLOSED_PIPE = 141  # 128 + SIGPIPE
MEANT = re.compile(r" \(Possible options: ([^)]*)\)$")


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with mistakes a person can mend told in a sentence and exit code 2.

    Warnings of Diabolo become notes. Other exceptions are mistakes of ours and keep their traceback.

    Parameters
    ----------
    command : callable

    Examples
    --------
    >>> from diabolo.errors import EmptyDataError
    >>> def command() -> None:
    ...     raise EmptyDataError("there is no row")
    >>> guarded(command)()
    Traceback (most recent call last):
    SystemExit: 2
    """

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            with notes():
                command(*arguments, **options)
                sys.stdout.flush()
        except (Exception, KeyboardInterrupt) as error:
            code = _told(error)
            if code is None:
                raise
            raise SystemExit(code) from error

    return run


def misused(error: Exception) -> int | None:
    """Tell how a command was misspelled, in one line, and give the exit code; None for another exception.

    Parameters
    ----------
    error : Exception
        What typer raises for unknown commands and options, absent arguments and values that are not allowed; its class
        is typer's own secret.

    Examples
    --------
    >>> misused(AssertionError("ours")) is None
    True
    """
    if not hasattr(error, "format_message"):
        return None
    used: Any = error
    command = used.ctx.command_path if getattr(used, "ctx", None) else "diabolo"
    text = (
        used.format_message().replace("Value error, ", "").replace("Input should", "it should").rstrip(". ")
    )
    text = MEANT.sub(r". Did you mean \1?", text)
    end = "" if text.endswith("?") else "."
    line(f"error: {text[:1].lower() + text[1:]}{end} See: {command} --help")
    return BAD_INPUT


@contextmanager
def notes() -> Generator[None]:
    """Print each warning of Diabolo once, as a line "note: ..." on standard error; others stay silent.

    Whoever asked Python for warnings (``python -W``) gets what was asked for.

    Examples
    --------
    >>> with notes():
    ...     warnings.warn("goes to standard error", DiaboloWarning)
    """
    told: set[str] = set()

    def tell(message: Warning | str, *_: Any) -> None:
        if str(message) not in told:
            told.add(str(message))
            line(f"note: {spoken(str(message))}")

    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", DiaboloWarning)
            warnings.showwarning = tell
        yield


def _told(error: BaseException) -> int | None:
    """Tell about an exception and give the exit code; None for a mistake of ours."""
    if isinstance(error, KeyboardInterrupt):
        line("stopped.")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    if isinstance(error, DiaboloError):
        line(f"error: {spoken(str(error))}")
    elif isinstance(error, MemoryError):
        line("error: there is not enough memory: give fewer rows or columns, or use --size small.")
    elif isinstance(error, OSError):
        place = f"{str(error.filename)!r}: " if error.filename else ""
        line(f"error: {place}{error.strerror or error}.")
    else:
        return None
    return BAD_INPUT
