"""`diabolo fit`: from data to a model, an honest table and a report."""

from pathlib import Path
from typing import Annotated

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.estimators import ModelName, Size, estimator
from diabolo.cli.job import Job
from diabolo.cli.terminal import Terminal

__all__ = ["fit"]

MODEL, TRAINING, FILES = "Model", "Training", "Data and files"


def fit(  # noqa: PLR0913 - one parameter per option
    data: arguments.Data,
    k: Annotated[
        str | None,
        typer.Option(
            "-k",
            "--components",
            metavar="K|auto",
            help="Numbers per row, by default 2.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="The model; by default DATA's name with .diabolo, in this folder.",
            rich_help_panel=FILES,
        ),
    ] = None,
    model: Annotated[
        ModelName, typer.Option("--model", help="linear is PCA, solved exactly.", rich_help_panel=MODEL)
    ] = ModelName.autoencoder,
    size: Annotated[
        Size | None,
        typer.Option(
            "--size", help="Of networks and of the time they take; by default base.", rich_help_panel=MODEL
        ),
    ] = None,
    ordered: Annotated[
        bool,
        typer.Option(
            "--ordered", help="Numbers in order of importance: any first few work.", rich_help_panel=MODEL
        ),
    ] = False,
    epochs: Annotated[
        str,
        typer.Option(
            "--epochs", metavar="N|auto", help="Most passes over the rows.", rich_help_panel=TRAINING
        ),
    ] = "auto",
    batch_size: Annotated[
        str, typer.Option("--batch-size", metavar="N|auto", help="Rows per step.", rich_help_panel=TRAINING)
    ] = "auto",
    learning_rate: Annotated[
        str,
        typer.Option("--learning-rate", metavar="X|auto", help="Peak step size.", rich_help_panel=TRAINING),
    ] = "auto",
    seed: Annotated[
        int,
        typer.Option("--seed", min=0, help="The same seed gives the same model.", rich_help_panel=TRAINING),
    ] = 0,
    run_dir: Annotated[
        Path | None,
        typer.Option(
            "--run-dir",
            metavar="DIR",
            help="Keep checkpoints; the same command again resumes.",
            rich_help_panel=TRAINING,
        ),
    ] = None,
    schema: Annotated[
        Path | None,
        typer.Option(
            "--schema",
            metavar="FILE",
            help="Kinds of columns, from `inspect DATA --save-schema`.",
            rich_help_panel=FILES,
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="COLUMN", help="Leave a column out; may be repeated.", rich_help_panel=FILES
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="COLUMN=KIND",
            help="Say what a column is; may be repeated.",
            rich_help_panel=FILES,
        ),
    ] = None,
    label: arguments.Label = None,
    test: Annotated[
        float,
        typer.Option("--test", metavar="SHARE", help="Rows held out to judge with.", rich_help_panel=FILES),
    ] = 0.1,
    query: arguments.Query = None,
    report: Annotated[
        bool,
        typer.Option("--report/--no-report", help="Write OUT.report.html as well.", rich_help_panel=FILES),
    ] = True,
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
    target = out or destinations.default(data, ".diabolo")
    page = target.with_suffix(".report.html") if report else None
    destinations.check(*filter(None, (target, page)), force=force)
    options = {
        "size": size and size.value,
        "ordered": ordered,
        "max_epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
    }
    choices = arguments.choices(kind or (), exclude or ())
    unfitted = estimator(model, k, seed, options)
    frame = inputs.read(data, query, terminal)
    job = Job(data.name, unfitted, target, page, test, seed, schema, choices, label, run_dir, force)
    terminal.answer(job.run(frame, terminal))
    terminal.say(_next(data, target, page))


def _next(data: Path, model: Path, page: Path | None) -> str:
    """Where things are and what to do with them."""
    wrote = f"Wrote {model}" + (f" and {page}: open it in a browser." if page else ".")
    return f"{wrote}\nNext: diabolo encode {model} {data} -o {destinations.default(data, '.codes.parquet')}"
