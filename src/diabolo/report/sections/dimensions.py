"""What every dimension of the code stands for: which columns move with it, and how far."""

from collections.abc import Sequence

import numpy as np

from diabolo import maps
from diabolo.maps import Dimensions, Traversal
from diabolo.report.blocks import Heat, Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["dimensions"]

MOST_DIMENSIONS, MOST_COLUMNS, STEPS = 8, 16, 7


def dimensions(view: View) -> Section | None:
    """A traversal of each active dimension from the mean code.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.frames import Frame
    >>> X = np.random.default_rng(0).normal(size=(99, 2)) @ np.ones((2, 5))
    >>> dimensions(View(LinearAutoencoder(1).fit(X), Frame.of(X))).key
    'dimensions'
    """
    found = maps.dimensions(view.model, codes=view.codes)
    order = found.order[:MOST_DIMENSIONS].tolist()
    if not order:
        return None
    moved = maps.traverse(view.model, None, order, codes=view.codes, steps=STEPS)
    by_name = {t.name: t for t in (*moved.shown, *moved.folded)}
    lines = tuple(
        (found.names[j], percent(float(found.effect[j])), _what(by_name[found.names[j]].sentence))
        for j in order
    )
    pictures = (
        (_heat(found, order),) if view.image is None else _strips([by_name[found.names[j]] for j in order])
    )
    return Section(
        "dimensions",
        "What each dimension stands for",
        _headline(found, order),
        "One number of the mean code is changed from its 1 % to its 99 % quantile and the others are held. The effect is "
        "the share of the variance of rebuilt rows that is gone when the dimension is held at its mean; "
        "in a net, where dimensions act together, effects need not add up to 100 %.",
        pictures,
        (Table(("Dimension", "Effect", "What moves with it"), lines, (False, True, False)),),
    )


def _headline(found: Dimensions, order: list[int]) -> str:
    k, first = len(found.names), order[0]
    names = ", ".join(name for name, _ in found.columns_of(first, 3))
    most = f"{found.names[first]} does most ({percent(float(found.effect[first]))})" + (
        f": it moves {names} most." if len(found.columns) > 1 else "."
    )
    idle = len(found.folded)
    return f"{most} {idle} of {k} dimensions do next to nothing." if idle else most


def _what(sentence: str) -> str:
    """A traversal's sentence without the name of the dimension."""
    return sentence.partition(": ")[2] or sentence


def _heat(found: Dimensions, order: list[int]) -> Heat:
    """How far the most moved columns move with each dimension."""
    importance = found.importance[order]
    columns = np.sort(np.argsort(-importance.max(0), kind="stable")[:MOST_COLUMNS])
    shades = importance[:, columns] / (importance.max() or 1.0)
    return Heat(
        tuple(found.names[j] for j in order),
        tuple(found.columns[c] for c in columns),
        tuple(tuple(round(float(v), 4) for v in line) for line in shades),
        "how far each column moves with each dimension, in standard deviations, as a share of the largest",
    )


def _strips(moved: Sequence[Traversal]) -> tuple[Strip, ...]:
    """Decoded images of each dimension, and the size of the difference between the ends."""
    strips = []
    for traversal in moved:
        low, high = traversal.path.light
        assert traversal.strip is not None
        assert traversal.difference is not None
        tiles = [
            Tile(
                data_uri(image, low, high),
                number(float(value), 2),
                f"{traversal.name} at {number(float(value), 2)}",
            )
            for image, value in zip(traversal.strip, traversal.values, strict=True)
        ]
        difference = data_uri(np.abs(traversal.difference), 0.0, high - low)
        strips.append(
            Strip(traversal.name, (*tiles, Tile(difference, "difference", "difference of the ends")))
        )
    return tuple(strips)
