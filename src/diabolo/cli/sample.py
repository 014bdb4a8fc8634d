"""`diabolo sample`: new rows like those a model was fitted with."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.abilities import require
from diabolo.cli.terminal import Terminal
from diabolo.errors import ParameterError

__all__ = ["conditions", "sample"]

Number = Annotated[int, typer.Option("-n", "--rows", metavar="N", min=0, help="How many rows.")]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        metavar="COLUMN=VALUE",
        help="What a column is to be: a value, LOW..HIGH (either may be left out), or nothing for a gap; "
        "given twice for one column, one of both.",
        show_default=False,
    ),
]
Balance = Annotated[
    str | None,
    typer.Option(
        "--balance", metavar="COLUMN", help="Make its levels come up equally often.", show_default=False
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same rows.")]


def sample(
    model: arguments.Model,
    out: arguments.Out,
    n: Number = 1000,
    given: Given = None,
    balance: Balance = None,
    seed: Seed = 0,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Make new rows with the columns of the training data, gaps included where it had some.

    With --given every row keeps the conditions, and the other columns follow from them.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["sample", "nowhere.diabolo", "-o", "new.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(None, model)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    from diabolo.models.sampling import Samples

    maker = require(fitted, Samples, "make new rows")
    wanted = conditions(given or ())
    with terminal.working("sampling"):
        rows = maker.sample(n, given=wanted, balance=balance, random_state=seed)
    destinations.write(rows, out, force=force)
    terminal.say(f"Wrote {out}: {n:,} rows.")
    terminal.answer({"out": str(out), "rows": n})


def conditions(texts: Sequence[str]) -> dict[str, Any]:
    """What ``--given COLUMN=VALUE`` says, by column.

    Parameters
    ----------
    texts : sequence of str

    Raises
    ------
    ParameterError
        There is no ``=``, or one column has several ranges.

    Examples
    --------
    >>> conditions(["age=30..40", "income=>50K", "town=Oslo", "town=Rome", "pay="])
    {'age': (30, 40), 'income': '>50K', 'town': ['Oslo', 'Rome'], 'pay': None}
    """
    found: dict[str, list[Any]] = {}
    for text in texts:
        column, equals, value = text.partition("=")
        if not column or not equals:
            raise ParameterError(
                f"--given {text} needs a column and a value, as in --given age=30..40 or --given town=Oslo."
            )
        found.setdefault(column, []).append(_value(value))
    return {
        column: values[0] if len(values) == 1 else _one_of(column, values) for column, values in found.items()
    }


def _one_of(column: str, values: list[Any]) -> list[Any]:
    """Several values for one column."""
    if any(isinstance(value, tuple) for value in values):
        raise ParameterError(
            f"--given {column}=LOW..HIGH can be said once for a column, and not beside values."
        )
    return values


def _value(text: str) -> Any:
    """A value, a range, or None where nothing is said."""
    low, dots, high = text.partition("..")
    if dots:
        return tuple(_number(end) if end else None for end in (low, high))
    return text or None


def _number(text: str) -> int | float | str:
    """A number if it is one, else the text: a date."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
