"""The command line: `diabolo COMMAND ...`; commands import heavy packages themselves: --help is quick."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from diabolo.cli.attack import attack
from diabolo.cli.decode import decode
from diabolo.cli.demo import demo
from diabolo.cli.encode import encode
from diabolo.cli.evaluate import evaluate
from diabolo.cli.failures import guarded, misused
from diabolo.cli.fit import fit
from diabolo.cli.harden import harden
from diabolo.cli.impute import impute
from diabolo.cli.inspect import inspect
from diabolo.cli.label import label
from diabolo.cli.reconstruct import reconstruct
from diabolo.cli.report import report
from diabolo.cli.sample import sample
from diabolo.cli.sweep import sweep
from diabolo.cli.traverse import traverse

__all__ = ["COMMANDS", "application", "main"]

COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "demo": (demo, "diabolo demo --quick"),
    "fit": (fit, "diabolo fit people.csv -k 2"),
    "sweep": (sweep, "diabolo sweep people.csv --model linear"),
    "encode": (encode, "diabolo encode people.diabolo people.csv -o codes.parquet"),
    "decode": (decode, "diabolo decode people.diabolo codes.parquet -o rows.csv"),
    "reconstruct": (reconstruct, "diabolo reconstruct people.diabolo people.csv -o rebuilt.csv"),
    "evaluate": (evaluate, "diabolo evaluate people.diabolo new.csv --json"),
    "traverse": (traverse, "diabolo traverse people.diabolo people.csv --row 0"),
    "label": (label, "diabolo label people.csv --labels few.csv -o labels.parquet"),
    "sample": (sample, "diabolo sample masked.diabolo -n 1000 -o made.csv --given age=30..40"),
    "impute": (impute, "diabolo impute masked.diabolo people.csv -o filled.csv"),
    "harden": (harden, "diabolo harden people.csv --label city -o city.diabolo"),
    "attack": (attack, "diabolo attack city.diabolo people.csv --label city --report attack.html"),
    "inspect": (inspect, "diabolo inspect people.diabolo"),
    "report": (report, "diabolo report people.diabolo new.csv -o report.html --label city"),
}
"""Every command by its name, with an example of its use, in the order in which they are met."""


def application() -> Any:
    """The commands as one typer application.

    Examples
    --------
    >>> len(application().registered_commands) == len(COMMANDS)
    True
    """
    import typer

    from diabolo import __version__

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    def show_version(wanted: bool) -> None:
        if wanted:
            typer.echo(f"diabolo {__version__}")
            raise typer.Exit

    @app.callback(
        help="Learn a small representation of your own data, and see what survived the waist.",
        epilog="Example: diabolo demo --quick",
    )
    def root(
        version: bool = typer.Option(
            False, "--version", callback=show_version, is_eager=True, help="Say which."
        ),
    ) -> None:
        """Options before the command."""

    for name, (command, example) in COMMANDS.items():
        app.command(name, help=_help(command), epilog=f"Example: {example}")(guarded(command))
    return app


def _help(command: Callable[..., None]) -> str:
    """A command's docstring before its example, one line a paragraph: the terminal decides where to wrap."""
    text = (command.__doc__ or "").split("\n\n    Examples\n")[0]
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default what this process was started with.

    Returns
    -------
    int
        0 if all went well, 2 for bad input, 3 where a check failed, 130 where it was interrupted.

    Examples
    --------
    >>> main(["fit", "nowhere.csv"])
    2
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        return application()(given, prog_name="diabolo", standalone_mode=False) or 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:
        code = misused(error)
        if code is None:
            raise
        return code
