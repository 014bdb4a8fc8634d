"""`diabolo sweep`: how many numbers per row."""

import json as json_format
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.estimators import NUMBERS
from diabolo.cli.fit import BatchSize, Dial, Epochs, Excluded, Kinds, LearningRate, RunDir, SchemaFile, Seed
from diabolo.cli.job import BESIDE_IMAGES, learn_schema
from diabolo.cli.tables import suggestions_table, sweep_table
from diabolo.cli.terminal import Terminal
from diabolo.errors import ParameterError

if TYPE_CHECKING:
    from diabolo.evaluate import Sweep
    from diabolo.frames import Frame

__all__ = ["sweep"]

Widths = Annotated[
    str | None,
    typer.Option("-k", "--components", metavar="K,K,...", help="Widths, by default from the data."),
]
Model = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="NAME",
        help="autoencoder: one model per width; ordered: one for all of them; linear: PCA.",
    ),
]
Seeds = Annotated[int, typer.Option("--seeds", metavar="N", help="Train each model with so many seeds.")]
Share = Annotated[float, typer.Option("--test", metavar="SHARE", help="Rows held out to judge by.")]
ByColumn = Annotated[bool, typer.Option("--by-column", help="Errors of every column as well (in the JSON).")]
Check = Annotated[bool, typer.Option("--check", help="With --model ordered: beside models of their own.")]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", help="Train so many models at a time.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write the JSON here.", show_default=False)
]


def sweep(  # noqa: PLR0913 - one parameter per option
    data: arguments.Data,
    k: Widths = None,
    model: Model = "autoencoder",
    size: Dial = None,
    epochs: Epochs = "auto",
    batch_size: BatchSize = "auto",
    learning_rate: LearningRate = "auto",
    seed: Seed = 0,
    seeds: Seeds = 1,
    test: Share = 0.1,
    by_column: ByColumn = False,
    check: Check = False,
    run_dir: RunDir = None,
    jobs: Jobs = None,
    out: Out = None,
    kind: Kinds = None,
    exclude: Excluded = None,
    schema: SchemaFile = None,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Say how many numbers per row it takes: error by width, beside PCA and the mean row, on held-out rows.

    Below the curve stand the widths that several rules suggest, each in words. --model ordered gets the whole
    curve from one training.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["sweep", "nowhere.csv"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data)
    if out is not None:
        destinations.check(out, force=force)
    numbers = {"max_epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate}
    widths, parameters = _widths(k), _parameters(size and size.value, numbers)
    chosen = arguments.choices(kind or (), exclude or ())
    frame = inputs.read(data, query, terminal)
    from diabolo.evaluate import sweep as run  # here, for it is too slow for --help

    found = run(
        frame,
        widths,
        model=model,
        random_state=seed,
        seeds=seeds,
        held_out=test,
        by_column=by_column,
        check=check,
        schema=_schema(frame, schema, chosen),
        run_dir=run_dir,
        n_jobs=jobs,
        **parameters,
    )
    show(found, data.name, terminal)
    if out is not None:
        _write(found, out, force=force)
        terminal.say(f"Wrote {out}.", wrap=False)
    terminal.answer(found.to_json())


def show(found: "Sweep", name: str, terminal: Terminal) -> None:
    """Print the curve, the suggestions and the headline."""
    terminal.say(f"{name}: squared error of {found.held_out:,} held-out rows; {found.rows:,} rows to fit")
    terminal.say()
    terminal.say(sweep_table(found))
    terminal.say()
    terminal.say(suggestions_table(found))
    terminal.say()
    terminal.say(f"Suggested: {found.headline}")


def _widths(text: str | None) -> list[int] | None:
    """What -k says."""
    if text is None:
        return None
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(
            f"-k {text} is not allowed: give whole numbers with commas between them, such as -k 1,2,4,8."
        ) from None


def _parameters(size: str | None, numbers: dict[str, str]) -> dict[str, Any]:
    """Parameters of the models, where a person gave some."""
    given: dict[str, Any] = {} if size is None else {"size": size}
    for name, text in numbers.items():
        if text != "auto":
            given[name] = arguments.number_or_auto(NUMBERS[name][0], text, NUMBERS[name][1])
    return given


def _schema(frame: "Frame", file: Path | None, chosen: Mapping[str, arguments.Choice]) -> Any:
    """Kinds of columns as a person chose them; labels and names of images are left out."""
    for name in chosen:
        frame.type(name)  # raises where there is none
    beside = [name for name in BESIDE_IMAGES if frame.images and name in frame.names and file is None]
    choices = {**dict.fromkeys(beside), **chosen}
    return learn_schema(frame, file, choices).plan() if file and choices else file or choices or None


def _write(found: "Sweep", out: Path, *, force: bool) -> None:
    """The record as a JSON file, all or nothing."""
    from diabolo.files.atomic import replace

    with replace(out, overwrite=force) as temporary:
        text = json_format.dumps(found.to_json(), indent=1, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
