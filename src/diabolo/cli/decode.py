"""`diabolo decode`: codes to rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.terminal import Terminal
from diabolo.errors import DataError

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
    inputs.check(codes, model)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal)
    frame = inputs.read(codes, None, terminal)
    with terminal.working("decoding"):
        rows = fitted.inverse_transform(_dimensions(frame, fitted.n_components_, fitted.schema_.names))
    destinations.write(rows, out, force=force)
    terminal.say(f"Wrote {out}: {frame.n_rows:,} rows.")
    terminal.answer({"out": str(out), "rows": frame.n_rows})


def _refuse_rows(frame: "Frame", k: int, rows: Sequence[str]) -> None:
    """Say it where rows came instead of codes: they have the columns of the training data."""
    if set(rows) & set(frame.names):
        raise DataError(
            f"these are not codes of this model: it has {k} number{'s' * (k != 1)} per row, in columns "
            f"{' to '.join(dict.fromkeys(('z1', f'z{k}')))} or alone, and the columns that came are "
            f"{', '.join(map(repr, frame.names[:8]))}{' ...' * (len(frame.names) > 8)}. "
            "`diabolo encode` makes codes of rows."
        )


def _dimensions(frame: "Frame", k: int, rows: Sequence[str]) -> "Frame":
    """The columns z1 to zk in their order where they are there, whatever else is; else all columns."""
    from diabolo.frames import Frame

    names = tuple(f"z{j + 1}" for j in range(k))
    if not set(names) <= set(frame.names):
        _refuse_rows(frame, k, rows)
        return frame
    return Frame.of(frame.numbers(names))
