"""What may follow a command's name, where several commands share it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from diabolo.errors import ParameterError

__all__ = ["Choice", "Data", "Force", "Json", "Label", "Model", "Out", "Query", "choices", "number_or_auto"]

DATA_HELP = (
    "A file (.csv .tsv .parquet .feather .arrow .jsonl .npy .npz), a folder of PNG or JPEG images "
    "(its subfolders are labels), or a database, with --query."
)

Data = Annotated[Path, typer.Argument(metavar="DATA", help=DATA_HELP, show_default=False)]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A .diabolo file.", show_default=False)]
Query = Annotated[
    str | None,
    typer.Option(
        "--query", metavar="SQL", help="What to select from a DuckDB or SQLite database.", show_default=False
    ),
]
Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Json = Annotated[
    bool, typer.Option("--json", help="JSON on standard output, and everything else on standard error.")
]
Label = Annotated[
    str | None,
    typer.Option(
        "--label", metavar="COLUMN", help="Color the report's map by this column.", show_default=False
    ),
]


Choice: TypeAlias = str | dict[str, str] | None
"""The kind of a column, with its options in a dict; None leaves it out."""


def choices(kinds: Sequence[str], excluded: Sequence[str]) -> dict[str, Choice]:
    """What ``--kind COLUMN=KIND`` and ``--exclude COLUMN`` say: kind by column, None to leave it out.

    Parameters
    ----------
    kinds, excluded : sequence of str
        Behind ``datetime`` may stand ``:day`` or ``:month``, which is what comes first in its dates.

    Raises
    ------
    ParameterError
        There is no ``=``, or a column is given a kind and left out.

    Examples
    --------
    >>> choices(["zip=categorical"], ["note"])
    {'zip': 'categorical', 'note': None}
    >>> choices(["born=datetime:day"], [])
    {'born': {'kind': 'datetime', 'order': 'day'}}
    """
    parts = [text.rpartition("=") for text in kinds]
    given = {column: _kind(kind) for column, _, kind in parts}
    if "" in given:
        raise ParameterError("--kind needs a column and its kind, as in --kind zip=categorical.")
    if both := given.keys() & set(excluded):
        raise ParameterError(
            f"the column {min(both)!r} is given a --kind and left out by --exclude: choose one."
        )
    return {**given, **dict.fromkeys(excluded)}


def _kind(text: str) -> Choice:
    """A kind, with the order of its dates where one is given."""
    kind, _, order = text.partition(":")
    return {"kind": kind, "order": order} if order and kind == "datetime" else text


def number_or_auto(option: str, text: str, kind: type[int] | type[float] = int) -> int | float | str:
    """The value of an option that is a positive number or ``auto``.

    Parameters
    ----------
    option : str
        For the message.
    text : str
        What came.
    kind : int or float

    Raises
    ------
    ParameterError
        It is neither.

    Examples
    --------
    >>> number_or_auto("-k", "8"), number_or_auto("-k", "auto")
    (8, 'auto')
    """
    if text == "auto":
        return text
    try:
        value = kind(text)
    except ValueError:
        value = kind(0)
    if not 0 < value < float("inf"):
        what = "a whole number, at least 1," if kind is int else "a positive number"
        raise ParameterError(f"{option} {text} is not allowed: give {what} or 'auto'.")
    return value
