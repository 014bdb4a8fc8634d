"""`diabolo reconstruct`: rows through the waist and back."""

from typing import Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.terminal import Terminal
from diabolo.errors import CapabilityError

__all__ = ["reconstruct"]

Denoise = Annotated[
    bool,
    typer.Option("--denoise", help="Insist on a model that was trained to clean rows; say how much changed."),
]


def reconstruct(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    denoise: Denoise = False,
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
    if denoise:
        _require_cleaning(fitted)
    frame = inputs.read(data, query, terminal)
    with terminal.working("rebuilding"):
        rows = fitted.reconstruct(frame)
    destinations.write(rows, out, force=force)
    terminal.say(f"Wrote {out}: {frame.n_rows:,} rows.")
    answer: dict[str, str | int | float] = {"out": str(out), "rows": frame.n_rows}
    if denoise:
        answer["changed"] = float(fitted.reconstruction_error(frame).mean())
        terminal.say(f"Mean squared change of a row: {answer['changed']:.4g}.")
    terminal.answer(answer)


def _require_cleaning(fitted: Any) -> None:
    """Raise unless the model was trained to clean rows."""
    if not getattr(fitted, "denoises_", False):
        raise CapabilityError(
            "this model was not trained to clean rows, it rebuilds them as they are: fit one with --corruption noise (or "
            "masking, swap, saltandpepper, blur), or in Python from pairs, Autoencoder().fit(noisy, clean)."
        )
