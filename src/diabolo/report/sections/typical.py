"""What is typical: the row of the zero code, and the average of each labelled group, decoded."""

from typing import Any

from diabolo import maps
from diabolo.frames import Frame
from diabolo.report.blocks import Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import cell, number, shortened

__all__ = ["typical"]

MOST_GROUPS, MOST_COLUMNS = 12, 24


def typical(view: View) -> Section | None:
    """The origin of the latent space, and prototypes by label where there are labels.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> typical(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).headline
    'The code of zeros decodes to the row below; by labels there would be a typical row of each.'
    """
    origin = maps.origin(view.model)
    found = None
    if view.labels is not None:
        found = maps.prototypes(view.model, view.frame, view.labels, codes=view.codes)
    drawn = _images(view, origin, found) if view.image is not None else ()
    tables = () if view.image is not None else (_table(view, origin, found),)
    return Section(
        "typical",
        "What is typical",
        _headline(found),
        "A prototype is the average of a group’s codes, decoded; the average below it is taken of the images themselves."
        if drawn and found
        else "A prototype is the average of a group’s codes, decoded. The code of zeros is the first column."
        if found
        else "For a linear model it is the mean row; for others it is where the code has its zero.",
        drawn,
        tables,
    )


def _headline(found: Any) -> str:
    if found is None:
        return "The code of zeros decodes to the row below; by labels there would be a typical row of each."
    sizes = ", ".join(
        f"{shortened(str(g), 18)} ({number(int(n))})"
        for g, n in list(zip(found.groups, found.counts, strict=True))[:4]
    )
    return f"{len(found.groups)} labelled groups have a typical row each: {sizes}{' ...' if len(found.groups) > 4 else '.'}"


def _images(view: View, origin: Any, found: Any) -> tuple[Strip, ...]:
    """The zero code, prototypes and averages as images."""
    assert view.image is not None
    low, high = view.image.low, view.image.high
    zero = Tile(data_uri(view.pixels(origin)[0], low, high), "zero code", "the code of zeros, decoded")
    if found is None:
        return (Strip("", (zero,)),)
    names = [shortened(str(group), 12) for group in found.groups[:MOST_GROUPS]]
    kinds = {"Decoded average code": found.rows, "Average of the images": found.averages}
    strips = [
        Strip(
            title,
            tuple(
                Tile(data_uri(image, low, high), name, f"{title}, {name}")
                for name, image in zip(names, view.pixels(rows), strict=False)
            ),
        )
        for title, rows in kinds.items()
    ]
    return (Strip("", (zero,)), *strips)


def _table(view: View, origin: Any, found: Any) -> Table:
    """Columns as lines, the zero code and the groups beside each other."""
    sources = [Frame.decoded(origin)] + ([] if found is None else [Frame.decoded(found.rows)])
    names = view.model.schema_.names[:MOST_COLUMNS]
    own = dict(zip(view.model.schema_.table, sources[0].names, strict=True))
    heads = ["zero code"] + (
        [] if found is None else [shortened(str(g), 16) for g in found.groups[:MOST_GROUPS]]
    )
    lines = []
    for name in names:
        cells = [c for source in sources for c in source.arrow(own[name]).to_pylist()]
        lines.append((name, *map(cell, cells[: len(heads)])))
    return Table(("Column", *heads), tuple(lines), (False, *([True] * len(heads))))
