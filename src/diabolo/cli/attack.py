"""`diabolo attack`: how a classifier is fooled, by how little, and whether the attack may be believed."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.tables import facts_table, plain_table, share
from diabolo.cli.terminal import Terminal
from diabolo.cli.truth import LabelColumn, LabelFile, truth
from diabolo.errors import ModelFileError

if TYPE_CHECKING:
    from diabolo.evaluate import Robustness

__all__ = ["FAILED", "Effort", "Norm", "attack"]

FAILED = 3


class Norm(StrEnum):
    """In which the size of a change is measured.

    Examples
    --------
    >>> Norm("linf").name
    'linf'
    """

    l2 = "l2"
    linf = "linf"
    l1 = "l1"


class Effort(StrEnum):
    """Of the search for the smallest change.

    Examples
    --------
    >>> Effort("high").name
    'high'
    """

    base = "base"
    high = "high"


How = Annotated[
    Norm,
    typer.Option(
        "--norm", help="l2: the length of the change, linf: the largest of its parts, l1: their sum."
    ),
]
Sizes = Annotated[
    list[float] | None,
    typer.Option(
        "--eps",
        metavar="X",
        help="A size at which the curve is confirmed; may be repeated. By default where a quarter, half and three "
        "quarters are fooled.",
        show_default=False,
    ),
]
Fixed = Annotated[
    list[str] | None,
    typer.Option("--keep", metavar="COLUMN", help="A column that must not change; may be repeated."),
]
Rows = Annotated[
    int, typer.Option("--rows", metavar="N", min=1, help="At most so many rows, drawn by chance.")
]
Care = Annotated[Effort, typer.Option("--effort", help="Of the search for the smallest change.")]
Page = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write a page with pictures.", show_default=False),
]
Changed = Annotated[
    Path | None,
    typer.Option("-o", "--out", metavar="FILE", help="Write the changed rows.", show_default=False),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same numbers.")]


def attack(  # noqa: PLR0913 - one parameter per option
    model: arguments.Model,
    data: arguments.Data,
    label: LabelColumn = None,
    labels: LabelFile = None,
    norm: How = Norm.l2,
    eps: Sizes = None,
    keep: Fixed = None,
    rows: Rows = 1000,
    effort: Care = Effort.base,
    report: Page = None,
    out: Changed = None,
    seed: Seed = 0,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Find the smallest changes that fool a classifier, and check whether the search was any good.

    Sizes count in the unit of arrays and images, and in standard deviations of the columns of a table. Exit code
    3 says that a check failed: the numbers are then too good to be true, or the model is no better than chance.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["attack", "nowhere.diabolo", "people.csv", "--label", "city"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    destinations.check(*filter(None, (report,)), force=force)
    if out is not None:
        destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    _check(fitted, model)
    frame = inputs.read(data, query, terminal)
    y, column = truth(frame, label, labels, terminal)
    with terminal.working("attacking"):
        from diabolo.evaluate import robustness

        found = robustness(
            fitted,
            frame,
            y,
            _limits(keep),
            norm=norm.value,
            eps=tuple(eps or ()),
            effort=effort.value,
            max_rows=rows,
            random_state=seed,
        )
    show_robustness(found, terminal)
    wrote = _write(found, fitted, model, data, report, out, force=force)
    if wrote:
        terminal.say(f"Wrote {' and '.join(wrote)}.", wrap=False)
    terminal.answer(
        found.to_json() | {"label": column, "report": report and str(report), "out": out and str(out)}
    )
    if not found.passed:
        raise SystemExit(FAILED)


def show_robustness(found: "Robustness", terminal: Terminal) -> None:
    """Print the headline, the confirmed sizes and the checks.

    Parameters
    ----------
    found : Robustness
    terminal : Terminal
    """
    terminal.say(found.sentence)
    terminal.say()
    points = [
        (f"{point.eps:.4g}", *_interval(point), point.attack) for point in (found.clean, *found.confirmed)
    ]
    headings = ((f"{found.norm_name} change", "right"), ("Right", "right"), ("95 %", "right"), "Confirmed by")
    terminal.say(plain_table(*headings, rows=points))
    terminal.say()
    terminal.say(facts_table(_facts(found)))
    terminal.say()
    lines = [("PASS" if check.passed else "WARN", check.name, check.sentence) for check in found.checks]
    terminal.say(plain_table("", "Check", "Finding", rows=lines))
    terminal.say()


def _facts(found: "Robustness") -> dict[str, str]:
    """What else is known."""
    sample = "" if found.rows == found.total else f", drawn by chance from {found.total:,}"
    facts = {"rows": f"{found.rows:,}{sample}", "sizes in": found.unit}
    if found.other_class_distance is not None:
        facts["to another class"] = (
            f"{found.other_class_distance:.4g}, the median distance to its nearest row"
        )
    proof = found.certificate
    if proof is not None:
        radius = "–" if proof.median is None else f"{proof.median:.4g}"
        facts["proved"] = (
            f"with noise of {proof.sigma:.3g} on {len(proof.radius)} rows, {share(proof.accuracy)} stay right, half of "
            f"them up to L2 changes of {radius} ({share(proof.abstained)} abstain)"
        )
    return facts | {"cost": f"{found.passes:,.0f} forward and backward passes a row"}


def _interval(point: Any) -> tuple[str, str]:
    return share(point.accuracy), f"{100 * point.low:.1f}–{100 * point.high:.1f}"


def _limits(keep: list[str] | None) -> Any:
    """Columns that must not change."""
    if not keep:
        return None
    from diabolo.attacks import Limits

    return Limits(immutable=keep)


def _check(fitted: Any, model: Path) -> None:
    """Refuse what has no labels to be wrong about."""
    if not callable(getattr(fitted, "to_module", None)):
        raise ModelFileError(
            f"{str(model)!r} holds a {type(fitted).__name__}, which has no labels to be wrong about; `diabolo harden DATA "
            "--label COLUMN -o FILE` makes a classifier."
        )


def _write(
    found: "Robustness",
    fitted: Any,
    model: Path,
    data: Path,
    report: Path | None,
    out: Path | None,
    *,
    force: bool,
) -> list[str]:
    """The page and the changed rows, where they are asked for."""
    if out is not None:
        destinations.write(found.changed, out, force=force)
    if report is not None:
        from diabolo.report.attack import attack_report
        from diabolo.report.html import write_html

        page = attack_report(found, fitted, title=f"{model.name} under attack on {data.name}", file=model)
        write_html(page, report, overwrite=force)
    return [str(path) for path in (report, out) if path is not None]
