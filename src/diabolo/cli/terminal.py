"""What a person sees and what a machine reads: results on standard output, the rest on standard error."""

import json
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["Terminal"]


class Terminal:
    """The two streams of a command.

    With ``machine=True`` standard output holds one JSON value and nothing else; what a person would read goes
    to standard error.

    Parameters
    ----------
    machine : bool
        Whether ``--json`` was given.

    Examples
    --------
    >>> Terminal(machine=True).answer({"kept": 0.5})
    {
     "kept": 0.5
    }
    """

    def __init__(self, *, machine: bool = False) -> None:
        self.machine = machine

    @property
    def out(self) -> "Console":
        """Where results for people go."""
        return _console(error=self.machine)

    def say(self, text: "RenderableType" = "", *, wrap: bool = True) -> None:
        """Print a sentence, wrapped at words unless it is to be copied, or a table."""
        self.out.print(text, markup=False, highlight=False, soft_wrap=not wrap)

    def answer(self, value: Mapping[str, Any]) -> None:
        """Print JSON where it was asked for; numbers that are not finite become null."""
        if self.machine:
            text = json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False)
            _console(error=False).print(text, markup=False, highlight=False, soft_wrap=True)

    def working(self, text: str) -> AbstractContextManager[Any]:
        """Show that something is being done, on a terminal only."""
        console = _console(error=True)
        return console.status(f"{text} ...", spinner="dots") if console.is_terminal else nullcontext()


def line(text: str) -> None:
    """One line on standard error, however wide the terminal is."""
    _console(error=True).print(" ".join(text.split()), markup=False, highlight=False, soft_wrap=True)


def _console(*, error: bool) -> "Console":
    """A console on a stream as it is now: tests and notebooks replace the streams."""
    from rich.console import Console

    return Console(stderr=error)


def _finite(value: Any) -> Any:
    """JSON values without NaN and infinity, and without NumPy's scalars."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
