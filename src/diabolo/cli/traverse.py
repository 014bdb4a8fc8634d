"""`diabolo traverse`: what every number of the code stands for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.tables import share
from diabolo.cli.terminal import Terminal
from diabolo.errors import OutputError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

    from diabolo.maps import Traversal, Traversals

__all__ = ["traverse"]

PICTURE = ".png"

Row = Annotated[
    int | None,
    typer.Option(
        "--row",
        metavar="N",
        help="Start at the code of this row of DATA, counted from 0; by default at the mean code.",
        show_default=False,
    ),
]
Dim = Annotated[
    list[str] | None,
    typer.Option(
        "--dim",
        metavar="J",
        help="Only this number of the code, z1 or 1 for the first; may be repeated.",
        show_default=False,
    ),
]
Values = Annotated[
    str | None,
    typer.Option(
        "--values",
        metavar="A,B,...",
        help="What to set it to; by default nine steps from the 1 % to the 99 % quantile of the codes.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help="Write the decoded rows (.csv, .parquet, ...), or of images a picture (.png).",
        show_default=False,
    ),
]


def traverse(
    model: arguments.Model,
    data: arguments.Data,
    row: Row = None,
    dim: Dim = None,
    values: Values = None,
    out: Out = None,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Say what every number of the code stands for: change it, hold the others, decode, and see which columns move.

    The numbers come by how much they move the rows; those that do next to nothing are named at the end. DATA say where the
    codes of real rows lie; values beyond them are decoded all the same, and marked.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["traverse", "nowhere.diabolo", "people.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    _check_out(out, force=force)
    chosen = None if values is None else _numbers(values)
    fitted = inputs.load(model, terminal)
    frame = inputs.read(data, query, terminal)
    with terminal.working("traversing"):
        from diabolo.maps import traverse as walk_along

        found = walk_along(fitted, row, dim or None, chosen, X=frame)
    if out is not None:
        _write([*found, *found.folded], out, force=force)
    start = "the mean code" if row is None else f"row {row}"
    terminal.say(f"What the numbers of the code stand for, from {start} of {frame.n_rows:,} rows")
    terminal.say()
    _show(found, terminal)
    if out is not None:
        terminal.say(f"Wrote {out}.")
    terminal.answer(found.to_json() | {"row": row, "out": None if out is None else str(out)})


def _show(found: "Traversals", terminal: Terminal) -> None:
    """A line for each dimension, then those that do nothing, then what is far from data."""
    from rich.table import Table
    from rich.text import Text

    lines = Table.grid(padding=(0, 2))
    lines.add_column(justify="right", no_wrap=True)
    for traversal, part in zip(found, found.shares, strict=True):
        lines.add_row(share(part), Text(traversal.sentence))
    terminal.say(lines)
    if found.folded:
        names = ", ".join(t.name for t in found.folded)
        terminal.say(f"Next to nothing moves with {names}.")
    far = [
        f"{t.name} = {value:g}"
        for t in (*found, *found.folded)
        for value, is_far in zip(t.values, [] if t.far is None else t.far, strict=False)
        if is_far
    ]
    if far:
        more = f" and {len(far) - 6} more" if len(far) > 6 else ""
        terminal.say(f"Far from data: {', '.join(far[:6])}{more} lie beyond the codes of all rows of DATA.")
    terminal.say()


def _numbers(text: str) -> list[float]:
    """The numbers of ``--values``."""
    try:
        return [float(part) for part in text.replace(",", " ").split()]
    except ValueError as error:
        raise ParameterError(f"--values {text} is not a list of numbers, as in --values=-2,0,2.") from error


def _check_out(out: Path | None, *, force: bool) -> None:
    """Fail before any work."""
    if out is None:
        return
    if out.suffix.lower() == PICTURE:
        destinations.check(out, force=force)
    else:
        destinations.check_table(out, force=force)


def _write(traversals: Sequence["Traversal"], out: Path, *, force: bool) -> None:
    """The picture of images, or the table of decoded rows."""
    if out.suffix.lower() != PICTURE:
        destinations.write(_table(traversals), out, force=force)
        return
    if traversals[0].strip is None:
        raise OutputError(
            f"cannot write {str(out)!r}: this model is not of images, and its rows make no picture; give a name that "
            f"ends in .csv or .parquet."
        )
    from diabolo.report.strips import write_strips

    write_strips(traversals, out, overwrite=force)


def _table(traversals: Sequence["Traversal"]) -> "pa.Table":
    """Decoded rows, with the dimension, its value and whether that is far from data before them."""
    import pyarrow as pa

    from diabolo.frames import Frame

    parts: list[Any] = []
    for t in traversals:
        frame = Frame.of(t.rows)
        far = [False] * len(t.values) if t.far is None else t.far.tolist()
        own = {"dimension": [t.name] * len(t.values), "value": t.values, "far_from_data": far}
        names = {name: f"{name}_" if name in own else name for name in frame.names}
        parts.append(pa.table(own | {names[name]: frame.arrow(name) for name in frame.names}))
    return pa.concat_tables(parts)
