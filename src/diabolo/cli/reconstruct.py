"""`diabolo reconstruct`: rows through the waist and back."""

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.terminal import Terminal

__all__ = ["reconstruct"]


def reconstruct(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Rebuild every row from its code, gaps filled: the same columns in the same order.

    Columns that the model leaves out are carried over unchanged.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["reconstruct", "nowhere.diabolo", "people.csv", "-o", "rebuilt.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal)
    frame = inputs.read(data, query, terminal)
    with terminal.working("rebuilding"):
        rows = fitted.reconstruct(frame)
    destinations.write(rows, out, force=force)
    terminal.say(f"Wrote {out}: {frame.n_rows:,} rows.")
    terminal.answer({"out": str(out), "rows": frame.n_rows})
