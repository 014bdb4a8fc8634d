"""`diabolo report`: one page about a model and rows."""

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.judging import judge
from diabolo.cli.terminal import Terminal

__all__ = ["report"]


def report(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    label: arguments.Label = None,
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
    destinations.check(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    frame = inputs.read(data, query, terminal)
    with terminal.working("judging and drawing"):
        from diabolo.report import Study, write_html
        from diabolo.report.study import makes_only, rebuilds

        scores = None if makes_only(fitted) else judge(rebuilds(fitted), frame)
        study = Study(fitted, frame, inputs.coloring(frame, label), scores, title=data.name, file=model)
        write_html(study.report(), out, overwrite=force)
    terminal.say(f"Wrote {out}: open it in a browser.")
    terminal.answer({"report": str(out), "scores": scores and scores.to_json()})
