"""`diabolo label`: a label for every row from the labels of a few."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.labels import Given, answer_table, given_labels, show_standings
from diabolo.cli.terminal import Terminal
from diabolo.errors import LabelError, ParameterError

if TYPE_CHECKING:
    from diabolo.frames import Frame
    from diabolo.models import SemiSupervisedClassifier

__all__ = ["Method", "label"]


class Method(StrEnum):
    """The ways from a few labels to all rows.

    Examples
    --------
    >>> Method("knn").value
    'knn'
    """

    joint = "joint"
    spread = "spread"
    probe = "probe"
    knn = "knn"


Labels = Annotated[
    Path | None,
    typer.Option("--labels", metavar="FILE", help="A table of rows and their labels.", show_default=False),
]
Column = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="The labels: a column of FILE, or a partly empty one of DATA.",
        show_default=False,
    ),
]
How = Annotated[Method, typer.Option("--method", help="spread takes seconds, joint trains networks.")]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", metavar="P", help="Leave rows open whose label is less probable.", show_default=False
    ),
]
Suggest = Annotated[
    int, typer.Option("--suggest", metavar="N", min=0, help="Rows to name that a person should label next.")
]
Encoder = Annotated[
    Path | None,
    typer.Option("--model", metavar="MODEL", help="A fitted model whose codes to use.", show_default=False),
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save", metavar="FILE", help="Keep the classifier in a .diabolo file.", show_default=False
    ),
]
Excluded = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="COLUMN", help="Leave a column out; may be repeated.")
]
Epochs = Annotated[str, typer.Option("--epochs", metavar="N|auto", help="Most passes over the rows.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same labels.")]


def label(  # noqa: PLR0913 - one parameter per option
    data: arguments.Data,
    out: arguments.Out,
    labels: Labels = None,
    column: Column = None,
    method: How = Method.joint,
    threshold: Threshold = None,
    suggest: Suggest = 0,
    model: Encoder = None,
    epochs: Epochs = "auto",
    seed: Seed = 0,
    exclude: Excluded = None,
    save: Save = None,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Label every row from the labels of a few, and say how sure that is.

    The labels come from a table of rows and labels, whose rows are named by a column that DATA has too or
    numbered from 0 in a column `row`, or from a partly empty column of DATA. Beside the answer stands how far
    the same labels reach on raw features and on principal components.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["label", "nowhere.csv", "--labels", "few.csv", "-o", "labels.parquet"])
    2
    """
    terminal = Terminal(machine=json)
    if model:
        _check_options(exclude, epochs, method)
    destinations.check_table(out, force=force)
    destinations.check(*filter(None, (save,)), force=force)
    frame = inputs.read(data, query, terminal)
    table = inputs.read(labels, None, terminal) if labels else None
    given = given_labels(frame, table, column)
    if all(value is not None for value in given.y):
        raise LabelError(
            "every row has a label already: there is nothing to label. Leave the cell of a row empty whose label is "
            "not known, or write -1 where no cell is empty."
        )
    options: dict[str, Any] = {"method": method.value, "threshold": threshold, "random_state": seed}
    fitted = _fitted(frame, given, exclude or [], epochs, model, options, terminal)
    destinations.write(answer_table(frame, fitted, given.key), out, force=force)
    if save:
        fitted.save(save, overwrite=force)
    show_standings(fitted, terminal)
    ask = fitted.suggest(suggest).tolist() if suggest else []
    if ask:
        terminal.say(f"Label these rows next: {', '.join(map(str, ask))}.")
    terminal.say(f"Wrote {out}: {len(frame):,} rows." + (f" Wrote {save}." if save else ""), wrap=False)
    terminal.answer(_answer(fitted, out, len(frame), ask))


def _check_options(exclude: list[str] | None, epochs: str, method: Method) -> None:
    """Refuse what a fitted model makes void."""
    if exclude:
        raise ParameterError(
            "--exclude does not go with --model: the model was fitted with its columns; fit another one without some."
        )
    if epochs != "auto" and method is not Method.joint:
        raise ParameterError(
            f"--epochs does not go with --model and --method {method.value}: nothing is trained but by --method joint."
        )


def _fitted(
    frame: "Frame",
    given: Given,
    exclude: list[str],
    epochs: str,
    model: Path | None,
    options: dict[str, Any],
    terminal: Terminal,
) -> "SemiSupervisedClassifier":
    """The classifier, with the label and the key of rows kept out of what is learned from."""
    from diabolo.models import SemiSupervisedClassifier

    encoder = inputs.load(model, terminal, decodes=False) if model else None
    if encoder and given.label in encoder.schema_.names:
        raise LabelError(
            f"{str(model)!r} has learned from {given.label!r}, the column of labels, and would be judged by what it was "
            f"told: fit one without it, by diabolo fit ... --exclude {given.label}."
        )
    max_epochs: Any = arguments.number_or_auto("--epochs", epochs)
    classifier = SemiSupervisedClassifier(encoder=encoder, max_epochs=max_epochs, **options)
    left_out = dict.fromkeys([*given.left_out, *exclude])
    with terminal.working("labeling"):
        return classifier.fit(frame, given.y, schema=None if model else left_out)


def _answer(fitted: "SemiSupervisedClassifier", out: Path, rows: int, ask: list[int]) -> dict[str, Any]:
    """What a machine reads."""
    return {
        "out": str(out),
        "rows": rows,
        "classes": fitted.classes_.tolist(),
        "labeled": int(fitted.given_.sum()),
        "coverage": fitted.coverage_,
        "calibration": fitted.calibration_.to_json(),
        "comparison": fitted.comparison_.to_json(),
        "suggested": ask,
    }
