"""`diabolo report`: one page about a model and rows."""

from pathlib import Path
from typing import Annotated

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.judging import judge
from diabolo.cli.terminal import Terminal

__all__ = ["report"]

Train = Annotated[
    Path | None,
    typer.Option(
        "--train",
        metavar="FILE",
        help="The rows that the model was fitted with: shows over-fitting, and copies of them among new rows.",
        show_default=False,
    ),
]


def report(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    label: arguments.Label = None,
    train: Train = None,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Write one self-contained page: columns, scores, curves, the map of codes, best and worst rebuilt rows.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["report", "nowhere.diabolo", "people.csv", "-o", "report.html"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    if train is not None:
        inputs.check(train)
    destinations.check(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    frame = inputs.read(data, query, terminal)
    fitting = None if train is None else inputs.read(train, None, terminal)
    with terminal.working("judging and drawing"):
        from diabolo.report import Study, write_html
        from diabolo.report.study import makes_only, rebuilds

        scores = None if makes_only(fitted) else judge(rebuilds(fitted), frame, fitting)
        color = inputs.coloring(frame, label)
        study = Study(fitted, frame, color, scores, title=data.name, file=model, train=fitting)
        write_html(study.report(), out, overwrite=force)
    terminal.say(f"Wrote {out}: open it in a browser.")
    terminal.answer({"report": str(out), "scores": scores and scores.to_json()})
