"""`diabolo harden`: a classifier, plain or one that small changes do not fool."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.attack import Norm
from diabolo.cli.estimators import Size
from diabolo.cli.holdout import hold_out
from diabolo.cli.tables import facts_table, share
from diabolo.cli.terminal import Terminal
from diabolo.cli.truth import LabelColumn, LabelFile, truth
from diabolo.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Method", "harden"]


class Method(StrEnum):
    """How a classifier is trained.

    Examples
    --------
    >>> Method("fgsm").value
    'fgsm'
    """

    plain = "plain"
    fgsm = "fgsm"
    pgd = "pgd"
    trades = "trades"
    vat = "vat"


How = Annotated[
    Method,
    typer.Option("--method", help="plain: not hardened; fgsm: twice its time; pgd: the safest, ten times."),
]
InNorm = Annotated[Norm, typer.Option("--norm", help="Of the changes to withstand.")]
Eps = Annotated[
    float | None,
    typer.Option(
        "--eps", metavar="X", help="Their size, by default 0.1: see --help of attack.", show_default=False
    ),
]
Excluded = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="COLUMN", help="Leave a column out; may be repeated.")
]
Epochs = Annotated[str, typer.Option("--epochs", metavar="N|auto", help="Most passes over the rows.")]
Dial = Annotated[Size, typer.Option("--size", help="Of networks and of the time they take.")]
Test = Annotated[float, typer.Option("--test", metavar="SHARE", help="Rows held out to judge with.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same model.")]


def harden(  # noqa: PLR0913 - one parameter per option
    data: arguments.Data,
    out: arguments.Out,
    label: LabelColumn = None,
    labels: LabelFile = None,
    method: How = Method.fgsm,
    norm: InNorm = Norm.linf,
    eps: Eps = None,
    size: Dial = Size.base,
    epochs: Epochs = "auto",
    exclude: Excluded = None,
    test: Test = 0.1,
    seed: Seed = 0,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Train a classifier on the rows that fool it, so that changes up to a size no longer do.

    Sizes count in the unit of arrays and images (bytes from 0 to 255), and in standard deviations of the columns
    of a table. `diabolo attack` says what it came to.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["harden", "nowhere.csv", "--label", "city", "-o", "city.diabolo"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data)
    destinations.check(out, force=force)
    unfitted = _classifier(method, norm, eps, size, epochs, seed)
    frame = inputs.read(data, query, terminal)
    y, column = truth(frame, label, labels, terminal)
    aside: list[str] = [*([column] if column else []), *_beside(frame), *(exclude or [])]
    numbered = dict.fromkeys(aside)
    for name in numbered:
        frame.type(name)  # raises where there is none
    fitting, judged = hold_out(frame, test, seed)
    with terminal.working("training"):
        unfitted.fit(fitting, y[_places(frame, fitting)], schema=numbered or None)
    unfitted.save(out, overwrite=force)
    right = unfitted.predict(judged) == y[_places(frame, judged)]
    _tell(unfitted, out, right, data, column, terminal, held_out=judged is not frame)
    terminal.answer(_answer(unfitted, out, method, right, column))


def _classifier(method: Method, norm: Norm, eps: float | None, size: Size, epochs: str, seed: int) -> Any:
    """The classifier that the options speak of."""
    from diabolo import attacks, models

    most: Any = arguments.number_or_auto("--epochs", epochs)
    given: dict[str, Any] = {"size": size.value, "max_epochs": most, "random_state": seed}
    if method is Method.plain:
        if eps is not None:
            raise ParameterError(
                "--eps does not go with --method plain, which withstands no change on purpose."
            )
        return models.Classifier(**given)
    balls = {Norm.l2: attacks.L2, Norm.linf: attacks.Linf, Norm.l1: attacks.L1}
    usual = None if norm is Norm.linf else balls[norm](0.1)
    return models.RobustClassifier(method.value, ball=usual if eps is None else balls[norm](eps), **given)


def _beside(frame: Any) -> tuple[str, ...]:
    """What reading a folder of images adds to the images."""
    return tuple(name for name in ("label", "file") if frame.images and name in frame.names)


def _places(frame: Any, part: Any) -> "np.ndarray":
    """Where the rows of a part stand."""
    import numpy as np

    return np.searchsorted(frame.origin, part.origin)


def _tell(
    fitted: Any, out: Path, right: Any, data: Path, column: str | None, terminal: Terminal, *, held_out: bool
) -> None:
    """What it came to, and what to do next."""
    which = "held-out rows" if held_out else "rows it was fitted with, for none were held out"
    facts = {"right": f"{share(float(right.mean()))} of {len(right):,} {which}"}
    last = fitted.history_.epochs[max(fitted.history_.best_epoch - 1, 0)].measures
    if "robust_accuracy" in last:
        facts["after attack"] = (
            f"{share(last['robust_accuracy'][0])} of rows held out in training, ten steps, same size"
        )
    terminal.say(facts_table(facts))
    terminal.say()
    ask = f" --label {column}" if column else " --labels FILE"
    terminal.say(f"Wrote {out}.\nNext: diabolo attack {out} {data}{ask}", wrap=False)


def _answer(fitted: Any, out: Path, method: Method, right: Any, column: str | None) -> dict[str, Any]:
    """What a machine reads."""
    return {
        "model": str(out),
        "method": method.value,
        "label": column,
        "classes": fitted.classes_.tolist(),
        "accuracy": float(right.mean()),
        "judged": len(right),
        "training": {"stop_reason": fitted.history_.stop_reason, "seconds": fitted.history_.seconds},
    }
