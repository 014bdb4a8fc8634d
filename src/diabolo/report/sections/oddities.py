"""The odd rows out, and which columns make them odd."""

from typing import Any

import numpy as np

from diabolo import evaluate
from diabolo.models.scoring import Scores
from diabolo.report.blocks import Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["oddities"]

SHOWN = 10


def oddities(view: View) -> Section | None:
    """The least likely rows with their reasons; None for a model without scores or a threshold.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> from diabolo.frames import Frame
    >>> oddities(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).key
    'oddities'
    """
    if not isinstance(view.model, Scores) or not len(view.model.score_quantiles_):
        return None
    found = evaluate.anomaly(view.model, view.frame, explain=SHOWN)
    rows = [int(view.frame.origin[odd.row]) for odd in found.oddest]
    lines = tuple(
        (number(row), number(odd.score), "yes" if odd.flagged else "no", odd.why)
        for row, odd in zip(rows, found.oddest, strict=True)
    )
    share = len(found.flagged) / max(1, len(found.scores))
    return Section(
        "oddities",
        "The odd ones out",
        f"{number(len(found.flagged))} of {number(len(found.scores))} rows ({percent(share)}) are odd: {found.rule}.",
        "The score is the log-likelihood of the row in nats; the lower, the odder. A reason is a cell that does not go "
        "with the row’s other cells. Odd need not be wrong: look at them.",
        _strip(view, found, rows),
        (Table(("Row", "Score", "Flagged", "Why"), lines, (False, True, False, False)),),
    )


def _strip(view: View, found: Any, rows: list[int]) -> tuple[Strip, ...]:
    """The odd images themselves."""
    if view.image is None:
        return ()
    low, high = view.image.low, view.image.high
    images = view.image.to_tensor(
        view.frame.take(np.array([odd.row for odd in found.oddest], dtype=np.int64))
    )[0].numpy()
    tiles = tuple(
        Tile(data_uri(image, low, high), f"row {row}", f"row {row}")
        for image, row in zip(images, rows, strict=True)
    )
    return (Strip("", tiles),)
