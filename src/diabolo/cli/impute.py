"""`diabolo impute`: the gaps of a table filled."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.abilities import require
from diabolo.cli.terminal import Terminal

if TYPE_CHECKING:
    from diabolo.frames import Frame

__all__ = ["Method", "impute"]


class Method(StrEnum):
    """How a gap is filled.

    Examples
    --------
    >>> Method("mode").value
    'mode'
    """

    draw = "draw"
    mode = "mode"


How = Annotated[
    Method,
    typer.Option(
        "--method", help="draw: by chance, columns keep their spread; mode: the best guess of each cell."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same draws.")]


def impute(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    method: How = Method.draw,
    seed: Seed = 0,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Fill the gaps of every row from its other cells; cells that are there stay as they are.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["impute", "nowhere.diabolo", "people.csv", "-o", "filled.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    from diabolo.frames import Frame
    from diabolo.models.imputing import Imputes

    filler = require(fitted, Imputes, "fill gaps")
    frame = inputs.read(data, query, terminal)
    with terminal.working("filling gaps"):
        rows = filler.impute(frame, method=method.value, random_state=seed)
    destinations.write(rows, out, force=force)
    filled = _gaps(frame) - _gaps(Frame.decoded(rows))
    terminal.say(f"Wrote {out}: {frame.n_rows:,} rows, {filled:,} gaps filled.")
    terminal.answer({"out": str(out), "rows": frame.n_rows, "filled": filled})


def _gaps(frame: "Frame") -> int:
    """Number of missing cells."""
    return sum(frame.arrow(name).null_count for name in frame.names)
