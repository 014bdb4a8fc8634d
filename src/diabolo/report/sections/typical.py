"""What is typical: the average of each group, decoded, and the real row that is nearest to it."""

import dataclasses
from typing import Any

import numpy as np

from diabolo import maps
from diabolo.frames import Frame
from diabolo.report.blocks import Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import cell, number, shortened

__all__ = ["typical"]

MOST_GROUPS, MOST_COLUMNS = 12, 24
BESIDE = 4  # groups beside which there is room for a real row each
ALL = "all rows"
NOT_REAL = "turned back into a row: no real row need be equal to it."
ABOUT = {
    "labeled": f"A typical row is the middle of its group on the map, {NOT_REAL}",
    "found": "No labels were given, so these are the groups that were found without any (see below); a label column "
    f"shows its own instead. A typical row is the middle of its group on the map, {NOT_REAL}",
    "whole": f"It is the middle of the map, {NOT_REAL}",
}


@dataclasses.dataclass(frozen=True, eq=False)
class Typical:
    """Groups, their prototypes, and the rows nearest to these."""

    sort: str
    names: tuple[str, ...]
    found: Any
    nearest: np.ndarray


def typical(view: View) -> Section | None:
    """Prototypes by label, else of the groups that were found, else of all rows, beside the nearest real rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> typical(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).headline[:43]
    '4 groups found without labels have a typica'
    """
    shown = _typical(view)
    images = view.image is not None
    return Section(
        "typical",
        "What is typical",
        _headline(shown),
        ABOUT[shown.sort],
        _strips(view, shown) if images else (),
        () if images else (_table(view, shown),),
    )


def _typical(view: View) -> Typical:
    sort, groups = _grouped(view)
    found = maps.prototypes(view.model, view.frame, groups, codes=view.codes)
    own = np.array([str(group) for group in groups])
    nearest = [
        _nearest(view.codes, np.flatnonzero(own == str(g)), z)
        for g, z in zip(found.groups, found.codes, strict=True)
    ]
    names = tuple(shortened(_named(view, group), 16) for group in found.groups[:MOST_GROUPS])
    return Typical(sort, names, found, np.array(nearest[:MOST_GROUPS]))


def _named(view: View, group: Any) -> str:
    """A group as it is called: of a label column that holds numbers with the column's name."""
    bare = isinstance(group, str) or not isinstance(view.label, str)
    return str(group) if bare else f"{view.label} {group}"


def _grouped(view: View) -> tuple[str, list[Any]]:
    """The label of each row, or else its group, or else nothing but that it is a row."""
    if view.labels is not None:
        return "labeled", view.labels
    if view.clusters is None or len(view.clusters.groups) < 2:
        return "whole", [ALL] * len(view.codes)
    alone = {group.number for group in view.clusters.groups if group.size == 1}  # not typical of anything
    return "found", [None if g < 0 or g in alone else f"group {g + 1}" for g in view.clusters.labels]


def _nearest(codes: np.ndarray, rows: np.ndarray, middle: np.ndarray) -> int:
    """Of some rows the one whose code is nearest to a code."""
    return int(rows[np.square(codes[rows] - middle).sum(1).argmin()])


def _headline(shown: Typical) -> str:
    if shown.sort == "whole":
        return "The typical row of all rows is below, beside the real row that is nearest to it."
    groups, counts = shown.found.groups, shown.found.counts
    sizes = ", ".join(f"{name} ({number(int(n))})" for name, n in zip(shown.names[:4], counts, strict=False))
    sort = "labeled groups" if shown.sort == "labeled" else "groups found without labels"
    return f"{len(groups)} {sort} have a typical row each: {sizes}{' ...' if len(groups) > 4 else '.'}"


def _strips(view: View, shown: Typical) -> tuple[Strip, ...]:
    """Prototypes, the nearest real images, and averages."""
    image = view.image
    assert image is not None
    real = image.to_tensor(view.frame.take(shown.nearest))[0].numpy()
    kinds = {
        "Typical: the middle of the group, decoded": (view.pixels(shown.found.rows), shown.names),
        "The nearest real images": (real, [f"row {row}" for row in view.frame.origin[shown.nearest]]),
        "For comparison: the average of the images": (view.pixels(shown.found.averages), shown.names),
    }
    return tuple(
        Strip(
            title,
            tuple(
                Tile(data_uri(one, image.low, image.high), name, f"{title}, {name}")
                for one, name in zip(images, names, strict=False)
            ),
        )
        for title, (images, names) in kinds.items()
    )


def _table(view: View, shown: Typical) -> Table:
    """Columns as lines; the groups beside each other, few of them with their nearest real rows."""
    rebuilt = Frame.decoded(shown.found.rows)
    own = dict(zip(view.model.schema_.table, rebuilt.names, strict=True))
    raw: dict[str, str] = (
        dict(zip(view.model.schema_.table, view.frame.names, strict=False))
        if view.frame.matrix is not None
        else {}
    )
    real = view.frame.take(shown.nearest)
    beside = len(shown.names) <= BESIDE
    heads = [
        h
        for name, row in zip(shown.names, real.origin, strict=True)
        for h in ((name, f"row {row}") if beside else (name,))
    ]
    lines = []
    for name in view.model.schema_.names[:MOST_COLUMNS]:
        middle, there = rebuilt.arrow(own[name]).to_pylist(), real.arrow(raw.get(name) or name).to_pylist()
        pairs = zip(middle[: len(shown.names)], there, strict=True)
        lines.append((name, *(cell(c) for pair in pairs for c in (pair if beside else pair[:1]))))
    return Table(("Column", *heads), tuple(lines), (False, *([True] * len(heads))))
