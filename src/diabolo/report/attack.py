"""The page about a classifier under attack: the curve, the checks, and what a smallest change looks like."""

from pathlib import Path
from typing import Any

import numpy as np

from diabolo.evaluate import Deception, Robustness
from diabolo.report.blocks import Lines, Section, Series, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.records import Report
from diabolo.report.study import file_facts, schema_lines, training_facts
from diabolo.report.words import cell, number, percent, shortened

__all__ = ["attack_report"]

LESS, MORE = (217, 115, 13), (47, 111, 196)  # colors of what got darker and brighter
CELLS = 4  # of a changed row
CAVEATS = (
    "Every accuracy under attack is an upper bound: a better attack can only lower it. The checks say what speaks against "
    "this one; that they are passed proves nothing.",
    "What is proved by smoothing is proved of the smoothed classifier, which answers by a vote among noisy copies.",
    "The intervals are about the rows: others of the same kind would have given other shares.",
)


def attack_report(
    found: Robustness,
    model: Any = None,
    *,
    title: str = "A classifier under attack",
    file: str | Path | None = None,
) -> Report:
    """Lay out what attacks found.

    Parameters
    ----------
    found : Robustness
    model : Estimator, optional
        Of Diabolo: its schema and training are shown.
    title : str
    file : path, optional
        Of the model.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from diabolo.evaluate import robustness
    >>> X, y = load_iris(return_X_y=True)
    >>> found = robustness(LogisticRegression(max_iter=500).fit(X, y), X, y, max_rows=40)
    >>> [section.key for section in attack_report(found).sections]
    ['curve', 'checks', 'examples', 'proof']
    """
    sections = (_curve(found), _checks(found), _examples(found), _proof(found))
    schema = getattr(model, "schema_", None)
    history = getattr(model, "history_", None)
    return Report(
        title=title,
        about=_about(found),
        findings=_findings(found),
        scores=None,
        schema=() if schema is None else schema_lines(schema),
        curves=None,
        scatter=None,
        gallery=None,
        training=()
        if history is None
        else tuple(f for f in training_facts(model) if f[0] != "latent dimensions"),
        file=file_facts(file),
        caveats=CAVEATS,
        sections=tuple(section for section in sections if section is not None),
    )


def _about(found: Robustness) -> str:
    sample = "" if found.rows == found.total else f" of {number(found.total)}, drawn by chance"
    return (
        f"Judged on {number(found.rows)} rows{sample}. Changes are measured in {found.norm_name}, in {found.unit}; "
        f"{number(found.passes)} forward and backward passes a row."
    )


def _findings(found: Robustness) -> tuple[str, ...]:
    """The headline, and whether to believe it."""
    failed = [check.name for check in found.checks if not check.passed]
    if not failed:
        return found.sentence, f"All {len(found.checks)} checks of the attack are passed."
    return found.sentence, f"{len(failed)} of {len(found.checks)} checks failed: {', '.join(failed)}."


def _curve(found: Robustness) -> Section:
    """Accuracy by size of the change."""
    sizes = tuple(point.eps for point in found.curve)
    lines = [
        Series(
            "right after the worst change found",
            "model",
            sizes,
            tuple(p.accuracy for p in found.curve),
            "line",
        ),
        Series("95 % interval", "mean", sizes, tuple(p.low for p in found.curve), "line"),
        Series("", "mean", sizes, tuple(p.high for p in found.curve), "line"),
    ]
    if found.confirmed:
        where = tuple(p.eps for p in found.confirmed), tuple(p.accuracy for p in found.confirmed)
        lines.append(Series("confirmed by an attack of this size", "pca", *where, "dots"))
    ends = f"from {percent(found.clean.accuracy)} unchanged to {percent(found.curve[-1].accuracy)} at {number(sizes[-1])}"
    return Section(
        "curve",
        "Accuracy by size of the change",
        _half(found),
        "The smallest change of each row was searched once, which gives the accuracy for every size; at the dots an attack "
        "of that size was run as well, and each row counts by its worst case. A row that is wrong unchanged is wrong "
        "everywhere.",
        (
            Lines(
                f"size of the change ({found.norm_name})",
                "share right",
                tuple(lines),
                f"Accuracy falls {ends}.",
                False,
            ),
        ),
        (_points(found),),
    )


def _half(found: Robustness) -> str:
    if found.median_distance is None:
        return "Fewer than half of the rows could be fooled."
    text = (
        f"Half of the rows that were right are fooled by a change of {number(found.median_distance)} or less."
    )
    if not found.other_class_distance:
        return text
    return f"{text} The nearest row of another class is {number(found.other_class_distance)} away."


def _points(found: Robustness) -> Table:
    lines = tuple(
        (
            number(p.eps),
            f"{100 * p.accuracy:.1f} %",
            f"{100 * p.low:.1f} to {100 * p.high:.1f} %",
            p.attack or "unchanged",
        )
        for p in (found.clean, *found.confirmed)
    )
    return Table(
        ("Size of the change", "Right", "95 % interval", "Attack"), lines, (False, True, True, False)
    )


def _checks(found: Robustness) -> Section:
    """What speaks against the numbers."""
    failed = sum(not check.passed for check in found.checks)
    good = "Nothing was found that speaks against these numbers."
    bad = (
        f"{failed} of {len(found.checks)} checks warn: do not quote these numbers before they are understood."
    )
    lines = tuple(("✓ pass" if c.passed else "⚠ WARN", c.name, c.sentence) for c in found.checks)
    return Section(
        "checks",
        "Can the attack be believed?",
        bad if failed else good,
        "A weak attack looks like a strong model. So the attack is attacked: by cheaper ones, which must not find more, by "
        "more of the same, and by cases whose outcome is known.",
        tables=(Table(("", "Check", "Finding"), lines, (False, False, False)),),
    )


def _examples(found: Robustness) -> Section | None:
    """Some rows before and after."""
    if not found.examples:
        return None
    images = all(example.before.ndim == 3 for example in found.examples)
    tables = all(example.cells for example in found.examples)
    about = (
        "From top to bottom: before, after, and the difference: blue is brighter, orange darker, as the scale says."
        if images
        else "The smallest changes found, of rows of typical distance from the boundary, in the unit of each column."
        if tables
        else "The smallest changes found, of rows of typical distance from the boundary."
    )
    return Section(
        "examples",
        "What a smallest change looks like",
        _first(found.examples[0]),
        f"{about} Rows are numbered as in your data, the first being 0.",
        _pictures(found) if images else (),
        (_listed(found, cells=tables and not images),),
    )


def _first(example: Deception) -> str:
    """One change in a sentence."""
    cells = bool(example.cells) and example.before.ndim != 3
    change = _changes(example, 2) if cells else f"a change of {number(example.size)}"
    return f"Row {example.row}, rightly called {cell(example.label)}, is called {cell(example.said)} after {change}."


def _changes(example: Deception, most: int) -> str:
    shown = [f"{name} {cell(old)} → {cell(new)}" for name, old, new in example.cells[:most]]
    more = len(example.cells) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _pictures(found: Robustness) -> tuple[Strip, ...]:
    """Three lines of images, one column a row."""
    scale = max(float(np.abs(e.after - e.before).max()) for e in found.examples) or 1.0
    columns = [(e, *_sure(found, e)) for e in found.examples]
    before = (
        Tile(data_uri(e.before), f"{cell(e.label)}: {percent(p)}", f"Row {e.row}, {cell(e.label)}")
        for e, p, _ in columns
    )
    after = (
        Tile(
            data_uri(e.after),
            f"{cell(e.said)}: {percent(p)}",
            f"The same after the change, called {cell(e.said)}",
        )
        for e, _, p in columns
    )
    difference = (
        Tile(
            _difference(e, scale),
            f"row {e.row}: {number(e.size)}",
            f"Where row {e.row} got brighter or darker",
        )
        for e in found.examples
    )
    return (
        Strip("Before", tuple(before)),
        Strip("After", tuple(after)),
        Strip(
            f"Difference (full color: ±{number(100 * scale, 2)} % of the range from black to white)",
            tuple(difference),
        ),
    )


def _sure(found: Robustness, example: Deception) -> tuple[float, float]:
    """Probability of the label before, and of what is said after."""
    names = found.classes.tolist()
    before, after = example.probabilities
    return float(before[names.index(example.label)]), float(after[names.index(example.said)])


def _difference(example: Deception, scale: float) -> str:
    """White where nothing changed, else the color of the direction."""
    change = (example.after - example.before).mean(0) / scale
    color = np.where(change[..., None] > 0, MORE, LESS) / 255.0
    share = np.abs(change).clip(0, 1)[..., None]
    return data_uri(np.moveaxis(1.0 - share * (1.0 - color), 2, 0))


def _listed(found: Robustness, *, cells: bool) -> Table:
    """Every example in a line."""
    lines = []
    for e in found.examples:
        before, after = _sure(found, e)
        says = (f"{cell(e.label)} ({percent(before)})", f"{cell(e.said)} ({percent(after)})")
        lines.append(
            (str(e.row), *says, number(e.size), *((shortened(_changes(e, CELLS), 120),) if cells else ()))
        )
    head = (
        "Row",
        "Rightly called",
        "Called after the change",
        "Size",
        *(("Changed cells",) if cells else ()),
    )
    return Table(head, tuple(lines), (False, False, False, True, *((False,) if cells else ())))


def _proof(found: Robustness) -> Section | None:
    """What smoothing certifies."""
    proof = found.certificate
    if proof is None:
        return None
    sizes = tuple(np.linspace(0.0, float(np.nanmax([*proof.radius, proof.sigma])), 31).tolist())
    shares = tuple(proof.certified(size) for size in sizes)
    middle = "" if proof.median is None else f", half of them up to a change of {number(proof.median)} in L2"
    return Section(
        "proof",
        "What can be proved",
        f"Answering by a vote among noisy copies, {percent(proof.accuracy)} of {len(proof.radius)} rows are right{middle}.",
        f"Randomized smoothing with noise of standard deviation {number(proof.sigma)} and {number(proof.draws)} copies of "
        f"each row: within its radius no change whatever moves the vote, up to a chance of {proof.alpha:g} for each "
        f"row. {percent(proof.abstained)} of the rows are too close to call.",
        (
            Lines(
                "size of the change (L2)",
                "share proved right",
                (Series("proved to stay right", "model", sizes, shares, "line"),),
                f"The share of rows proved right falls from {percent(shares[0])} to {percent(shares[-1])}.",
                False,
            ),
        ),
    )
