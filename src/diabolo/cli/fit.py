"""`diabolo fit`: from data to a model, an honest table and a report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.estimators import ModelName, Size, estimator
from diabolo.cli.job import Job
from diabolo.cli.terminal import Terminal

__all__ = ["fit"]

MODEL, TRAINING, FILES = "Model", "Training", "Data and files"


def _option(panel: str, name: str, help: str, metavar: str | None = None, short: tuple[str, ...] = ()) -> Any:
    """An option in a panel of the help page."""
    return typer.Option(*short, name, help=help, metavar=metavar, rich_help_panel=panel)


Width = Annotated[
    str | None, _option(MODEL, "--components", "Numbers per row, by default 2.", "K|auto", short=("-k",))
]
Name = Annotated[
    ModelName,
    _option(
        MODEL,
        "--model",
        "linear is PCA, solved exactly; vae also samples; masked samples and imputes tables.",
    ),
]
Dial = Annotated[
    Size | None, _option(MODEL, "--size", "Of networks and of the time they take; by default base.")
]
Ordered = Annotated[bool, _option(MODEL, "--ordered", "Numbers in order of importance: any first few work.")]
Penalty = Annotated[
    str | None,
    _option(MODEL, "--penalty", "neighbors: a map that separates groups, or sparsity.", "NAME[=WEIGHT]"),
]
Corruption = Annotated[
    str | None,
    _option(
        MODEL,
        "--corruption",
        "Learn to clean rows damaged so: masking, noise, swap, saltandpepper, blur.",
        "NAME[=AMOUNT]",
    ),
]
Epochs = Annotated[str, _option(TRAINING, "--epochs", "Most passes over the rows.", "N|auto")]
BatchSize = Annotated[str, _option(TRAINING, "--batch-size", "Rows per step.", "N|auto")]
LearningRate = Annotated[str, _option(TRAINING, "--learning-rate", "Peak step size.", "X|auto")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="The same seed gives the same model.", rich_help_panel=TRAINING)
]
RunDir = Annotated[
    Path | None, _option(TRAINING, "--run-dir", "Keep checkpoints; the same command again resumes.", "DIR")
]
ModelOut = Annotated[
    Path | None,
    _option(
        FILES, "--out", "The model; by default DATA's name with .diabolo, in this folder.", "FILE", ("-o",)
    ),
]
Kinds = Annotated[
    list[str] | None, _option(FILES, "--kind", "Say what a column is; may be repeated.", "COLUMN=KIND")
]
Excluded = Annotated[
    list[str] | None, _option(FILES, "--exclude", "Leave a column out; may be repeated.", "COLUMN")
]
SchemaFile = Annotated[
    Path | None, _option(FILES, "--schema", "Kinds of columns, from `inspect DATA --save-schema`.", "FILE")
]
Test = Annotated[float, _option(FILES, "--test", "Rows held out to judge with.", "SHARE")]
WithReport = Annotated[bool, _option(FILES, "--report/--no-report", "Write OUT.report.html as well.")]


def fit(  # noqa: PLR0913 - one parameter per option
    data: arguments.Data,
    k: Width = None,
    model: Name = ModelName.autoencoder,
    size: Dial = None,
    ordered: Ordered = False,
    penalty: Penalty = None,
    corruption: Corruption = None,
    epochs: Epochs = "auto",
    batch_size: BatchSize = "auto",
    learning_rate: LearningRate = "auto",
    seed: Seed = 0,
    run_dir: RunDir = None,
    out: ModelOut = None,
    kind: Kinds = None,
    exclude: Excluded = None,
    schema: SchemaFile = None,
    label: arguments.Label = None,
    test: Test = 0.1,
    query: arguments.Query = None,
    report: WithReport = True,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Learn a small representation of a table, an array or a folder of images, and say how much it keeps.

    A part of the rows is held out; the table shows how well they are rebuilt, column by column, beside PCA
    and the mean row. Nothing but DATA is needed.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["fit", "nowhere.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data)
    choices = arguments.choices(kind or (), exclude or ())
    target = out or destinations.default(data, ".diabolo")
    page = target.with_suffix(".report.html") if report else None
    destinations.check(*filter(None, (target, page)), force=force, run_dir=run_dir)
    options = {
        "size": size and size.value,
        "ordered": ordered,
        "penalty": penalty,
        "corruption": corruption,
        "max_epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    unfitted = estimator(model, k, seed, options)
    frame = inputs.read(data, query, terminal)
    job = Job(data.name, unfitted, target, page, test, seed, schema, choices, label, run_dir, force)
    terminal.answer(job.run(frame, terminal))
    terminal.say(_next(data, target, page, unfitted), wrap=False)


def _next(data: Path, model: Path, page: Path | None, fitted: Any) -> str:
    """Where things are and what to do with them."""
    wrote = f"Wrote {model}" + (f" and {page}: open it in a browser." if page else ".")
    from diabolo.models.base import Encodes

    if not isinstance(fitted, Encodes):
        return f"{wrote}\nNext: diabolo sample {model} -n 1000 -o {destinations.default(data, '.new.csv')}"
    return f"{wrote}\nNext: diabolo encode {model} {data} -o {destinations.default(data, '.codes.parquet')}"
