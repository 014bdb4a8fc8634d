"""`diabolo decode`: codes to rows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.terminal import Terminal

if TYPE_CHECKING:
    from diabolo.frames import Frame

__all__ = ["decode"]

Codes = Annotated[
    Path,
    typer.Argument(
        metavar="CODES", help="A table or array with one column per dimension.", show_default=False
    ),
]


def decode(
    model: arguments.Model,
    codes: Codes,
    out: arguments.Out,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Turn codes back into rows, with the columns of the training data.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["decode", "nowhere.diabolo", "codes.parquet", "-o", "rows.csv"])
    2
    """
    terminal = Terminal(machine=json)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal)
    frame = inputs.read(codes, None, terminal)
    with terminal.working("decoding"):
        rows = fitted.inverse_transform(_dimensions(frame, fitted.n_components_))
    destinations.write(rows, out, force=force)
    terminal.say(f"Wrote {out}: {frame.n_rows:,} rows.")
    terminal.answer({"out": str(out), "rows": frame.n_rows})


def _dimensions(frame: "Frame", k: int) -> "Frame":
    """The columns z1 to zk in their order where they are there, whatever else is; else all columns."""
    from diabolo.frames import Frame

    names = tuple(f"z{j + 1}" for j in range(k))
    if not set(names) <= set(frame.names):
        return frame
    return Frame.of(frame.numbers(names))
