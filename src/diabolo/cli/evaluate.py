"""`diabolo evaluate`: how much of other rows survives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from diabolo.cli import arguments, inputs
from diabolo.cli.abilities import require
from diabolo.cli.generation import judge_generation
from diabolo.cli.judging import judge, show_anomalies, show_scores
from diabolo.cli.latent import judge_latent
from diabolo.cli.terminal import Terminal
from diabolo.errors import CapabilityError, ParameterError

if TYPE_CHECKING:
    from diabolo.models import Autoencoder

__all__ = ["evaluate"]

SEEN = "This holds for new rows where the model has not seen these: the {:,} rows that it learned from come back better."

Map = Annotated[
    bool, typer.Option("--map", help="Judge the code as a map, too: is near in it near in the data?")
]
Label = Annotated[
    str | None,
    typer.Option(
        "--label",
        metavar="COLUMN",
        help="With the map, how well this column can be read off the code, the data and PCA.",
        show_default=False,
    ),
]

Anomalies = Annotated[
    int | None,
    typer.Option(
        "--anomalies",
        metavar="N",
        min=1,
        help="Also list the N oddest rows, and which columns make them odd.",
        show_default=False,
    ),
]

First = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A .diabolo file; with --generated it may be the training rows.",
        show_default=False,
    ),
]
Rows = Annotated[Path | None, typer.Argument(metavar="DATA", help=arguments.DATA_HELP, show_default=False)]
Generated = Annotated[
    Path | None,
    typer.Option(
        "--generated",
        metavar="FILE",
        help="Judge these generated rows by DATA, real rows that their model never saw.",
        show_default=False,
    ),
]
Train = Annotated[
    Path | None,
    typer.Option(
        "--train",
        metavar="FILE",
        help="With --generated, the rows that the model was fitted with, where they do not come first.",
        show_default=False,
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="COLUMN",
        help="With --generated, the column that trees are to foretell.",
        show_default=False,
    ),
]


def evaluate(
    model: First,
    data: Rows = None,
    map: Map = False,
    label: Label = None,
    anomalies: Anomalies = None,
    generated: Generated = None,
    train: Train = None,
    target: Target = None,
    query: arguments.Query = None,
    json: arguments.Json = False,
) -> None:
    """Say how well rows are rebuilt, column by column, beside PCA of the same width and the mean row.

    Give rows that the model has not seen: on its training rows every model looks better than it is. With
    --anomalies the oddest rows are listed too, each with the columns that make it odd.

    With --generated rows that a model made up are judged, of Diabolo or of anybody else, beside real rows and
    independent marginals: diabolo evaluate train.csv test.csv --generated new.csv.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["evaluate", "nowhere.diabolo", "people.csv"])
    2
    """
    terminal = Terminal(machine=json)
    if generated is not None:
        return terminal.answer(judge_generation(model, data, generated, train, target, terminal))
    if data is None or train is not None or target is not None:
        raise ParameterError("give MODEL and DATA; --train and --target belong to --generated.")
    inputs.check(data, model)
    fitted = _rebuilding(inputs.load(model, terminal, decodes=False), model)
    frame = inputs.read(data, query, terminal)
    if label is not None:
        frame.type(label)  # raises where there is none
    with terminal.working("judging"):
        scores = judge(fitted, frame)
    show_scores(scores, terminal)
    terminal.say(SEEN.format(fitted.history_.rows))
    terminal.say()
    told = scores.to_json()
    if map or label:
        told |= judge_latent(fitted, frame, label, terminal)
    if anomalies:
        from diabolo.evaluate import anomaly

        with terminal.working("looking for odd rows"):
            found = anomaly(fitted, frame, explain=anomalies)
        show_anomalies(found, terminal)
        told["anomalies"] = found.to_json(limit=anomalies)
    terminal.answer(told)


def _rebuilding(fitted: Any, model: Path) -> "Autoencoder":
    """The model, unless it rebuilds no rows; one that makes rows is judged by these."""
    from diabolo.models.base import Decodes
    from diabolo.models.sampling import Samples

    if isinstance(fitted, Samples) and not isinstance(fitted, Decodes):
        from diabolo.frames.names import one

        raise CapabilityError(
            f"{one(type(fitted))} makes rows and rebuilds none: write some with diabolo sample {model} -o new.csv, and "
            f"judge them with --generated new.csv."
        )
    return cast("Autoencoder", require(fitted, Decodes, "rebuild rows"))
