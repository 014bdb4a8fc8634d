"""Rows that the model makes up: how like real ones they are, and whether anybody is in them."""

import numpy as np

from diabolo import evaluate
from diabolo.columns import Image
from diabolo.evaluate import GenerationScores
from diabolo.evaluate.generated.cells import Cells, read
from diabolo.evaluate.generated.overlays import overlay
from diabolo.evaluate.generated.privacy import nearest
from diabolo.evaluate.generated.space import Space
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report.blocks import Overlay, Overlays, Section, Table
from diabolo.report.view import View
from diabolo.report.words import cell, number, percent, shortened

__all__ = ["new_rows"]

ROWS = 2000  # made and judged
FEWEST_ROWS = 40
CHARTS, WORST, NEAREST, COLUMNS = 12, 6, 6, 8
NEARNESS = ("authenticity", "dcr_share", "dcr_near", "copies")  # which need training rows
LEFT = ("trend_own_edges", "c2st_auc")  # to the record


def new_rows(view: View) -> Section | None:
    """New rows of a model that makes some, beside real ones; None for other models, images and few rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> new_rows(View(LinearAutoencoder(2).fit(X), Frame.of(X))) is None
    True
    """
    if not isinstance(view.model, Samples) or len(view.frame) < FEWEST_ROWS:
        return None
    if any(isinstance(block, Image) for block in view.model.schema_.columns):
        return None  # images have a section of their own
    made = Frame.decoded(view.model.sample(min(ROWS, len(view.frame)), random_state=0))
    frames = (*_real(view), made)
    scores = evaluate.generation(*frames, schema=view.model.schema_, max_rows=ROWS)
    train, test, new = read(*frames, schema=view.model.schema_)
    return Section(
        "new-rows",
        "New rows",
        _headline(scores, view),
        _about(scores, view),
        (_charts(test, new, scores),),
        (_measures(scores, view), _worst(scores), _pairs(train, new)),
    )


def _real(view: View) -> tuple[Frame, Frame]:
    """Training rows and held-out ones; without training rows two halves of the rows there are."""
    if view.train is not None:
        return view.train, view.frame
    return view.frame.take(np.arange(0, len(view.frame), 2)), view.frame.take(
        np.arange(1, len(view.frame), 2)
    )


def _headline(scores: GenerationScores, view: View) -> str:
    made, best = scores.generated, scores.real
    text = (
        f"Boosted trees tell {number(made.rows)} new rows from real ones with an AUC of {made.c2st_auc:.2f}, where chance "
        f"is 0.5 and real rows have {best.c2st_auc:.2f}"
    )
    if view.train is None:
        return f"{text}."
    held_out = f"({percent(best.copies)} of held-out rows are)"
    return f"{text}; {percent(made.copies)} of them are copies of training rows {held_out}."


def _about(scores: GenerationScores, view: View) -> str:
    without = (
        "" if view.train is not None else " Nearness to training rows is not judged: they were not given."
    )
    return (
        f"New rows are drawn from the model and judged by {number(scores.test_rows)} real rows. Real rows in their place "
        "show what is possible, independent marginals (each column drawn by itself) what is worthless: a measure in which "
        f"these do as well says nothing here.{without}"
    )


def _charts(real: Cells, new: Cells, scores: GenerationScores) -> Overlays:
    """The worst columns first, real and generated over each other."""
    found = [overlay(real, new, real.names.index(column.name)) for column in scores.columns[:CHARTS]]
    return Overlays(
        tuple(
            Overlay(
                f.name,
                f.labels,
                f.real,
                f.generated,
                f.levels,
                f"real and generated {f.name}, by share of cells",
            )
            for f in found
        )
    )


def _measures(scores: GenerationScores, view: View) -> Table:
    """Each measure between its two references."""
    hidden = LEFT if view.train is not None else (*LEFT, *NEARNESS)
    lines = tuple(
        (line["words"], *(number(line[who]) for who in ("generated", "real", "marginals")))
        for line in scores.table()
        if line["measure"] not in hidden
    )
    return Table(
        ("Measure", "New rows", "Real rows", "Independent marginals"), lines, (False, True, True, True)
    )


def _worst(scores: GenerationScores) -> Table:
    """Columns and pairs that are furthest below real rows."""
    lines = [(c.name, number(c.shape), number(c.real)) for c in scores.columns[:WORST]]
    lines += [(" and ".join(p.names), number(p.trend), number(p.real)) for p in scores.pairs[:WORST]]
    return Table(("Worst columns and pairs", "New rows", "Real rows"), tuple(lines), (False, True, True))


def _pairs(real: Cells, new: Cells) -> Table:
    """New rows with the real row next to each: the nearest pairs first, then typical ones."""
    distance, row = nearest(Space.of(real, new), real, new)
    order, half = np.argsort(distance, kind="stable"), NEAREST // 2
    lines: list[tuple[str, ...]] = []
    for i in map(int, [*order[:half], *order[len(order) // 2 :][:half]]):
        lines.append(("new", *_cells(new, i), ""))
        lines.append(("nearest real", *_cells(real, int(row[i])), number(float(distance[i]))))
    names = [shortened(name, 16) for name in new.names[:COLUMNS]]
    head = ("Nearest pairs, then typical ones", *names, "Distance")
    return Table(head, tuple(lines), (*([False] * (len(head) - 1)), True))


def _cells(table: Cells, row: int) -> list[str]:
    """The first cells of a row as text."""
    found: list[str] = []
    for j in range(min(COLUMNS, len(table.names))):
        value = table.columns[j][row]
        if table.missing(j)[row]:
            found.append(cell(None))
        elif not table.is_number(j):
            found.append(shortened(table.levels[j][int(value)], 16))
        else:
            is_time = table.kinds[j] == "datetime"
            found.append(str(np.datetime64(int(value), "s"))[:10] if is_time else cell(float(value)))
    return found
