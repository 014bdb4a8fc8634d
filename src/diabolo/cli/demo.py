"""`diabolo demo`: the whole job on two small data sets that need no network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.estimators import ModelName, estimator
from diabolo.cli.job import Job
from diabolo.cli.terminal import Terminal
from diabolo.errors import OutputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["demo"]

WIDTHS = {"digits": "8", "people": "3"}
FULL, QUICK = {"digits": 60, "people": 60}, {"digits": 5, "people": 5}  # epochs
QUICK_ROWS = 500

Quick = Annotated[
    bool, typer.Option("--quick", help="Fewer rows and epochs: does it run, not how good is it.")
]
Folder = Annotated[
    Path,
    typer.Option(
        "--folder", metavar="DIR", help="Where everything goes; what an earlier demo wrote there is replaced."
    ),
]


def demo(quick: Quick = False, folder: Folder = Path("demo"), json: arguments.Json = False) -> None:
    """Fit handwritten digits and a table of made-up people with gaps, and write data, models and reports.

    Under a minute on two cores; --quick takes a few seconds. No network is needed.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> _ = Path("file").write_text("in the way")
    >>> main(["demo", "--folder", "file/demo"])
    2
    """
    terminal = Terminal(machine=json)
    _make(folder)
    told = {name: _fit(name, folder, quick, terminal) for name in WIDTHS}
    terminal.answer(told)
    terminal.say(_next(folder), wrap=False)


def _fit(name: str, folder: Path, quick: bool, terminal: Terminal) -> dict[str, Any]:
    """One data set, from file to report, as `diabolo fit` would do it."""
    data, model = folder / f"{name}.parquet", folder / f"{name}.diabolo"
    destinations.write(_rows(name, QUICK_ROWS if quick else None), data, force=True)
    epochs = (QUICK if quick else FULL)[name]
    unfitted = estimator(ModelName.autoencoder, WIDTHS[name], 0, {"max_epochs": str(epochs)})
    label = {"digits": "label", "people": "city"}[name]
    report = model.with_suffix(".report.html")
    job = Job(data.name, unfitted, model, report, label=label, force=True)
    return job.run(inputs.read(data, None, terminal), terminal)


def _rows(name: str, most: int | None) -> "pa.Table":
    """A data set of the package as a table."""
    import pyarrow as pa

    from diabolo.data import samples

    if name == "people":
        return samples.people(most or 2000)
    images = pa.FixedShapeTensorArray.from_numpy_ndarray(samples.digits())
    labels = pa.array(samples.digit_labels().astype(str)).dictionary_encode()  # names, no quantities
    return pa.table({"image": images, "label": labels}).slice(0, most)


def _make(folder: Path) -> None:
    """The folder, if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise OutputError(
            f"cannot make the folder {str(folder)!r} ({error}): choose another with --folder."
        ) from error


def _next(folder: Path) -> str:
    """What to look at now."""
    pages = " and ".join(str(folder / f"{name}.report.html") for name in WIDTHS)
    model, data = folder / "people.diabolo", folder / "people.parquet"
    return (
        f"Open {pages} in a browser.\n"
        f"Then try: diabolo inspect {model}\n"
        f"          diabolo reconstruct {model} {data} -o filled.csv\n"
        "and your own data: diabolo fit people.csv -k 2"
    )
