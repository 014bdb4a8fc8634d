"""The plane of the map, decoded: what the model holds for a row at every place."""

import numpy as np

from diabolo import maps
from diabolo.report.blocks import Mosaic, Section
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import percent

__all__ = ["plane"]

CELLS = 14
FAINT, GREY = 0.25, 0.5  # of its contrast keeps a cell where there is no data, and what it fades to


def plane(view: View) -> Section | None:
    """Images decoded on a grid over the map, faint where no data lie; None for rows that are no images.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> from diabolo.frames import Frame
    >>> plane(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).key
    'plane'
    """
    if view.image is None or view.codes.shape[1] < 2:
        return None
    grid = maps.latent_map(view.model, codes=view.codes, grid=CELLS).grid
    images = (view.pixels(grid.rows) - view.image.low) / ((view.image.high - view.image.low) or 1.0)
    shown = np.where(grid.empty.reshape(-1, 1, 1, 1), GREY + FAINT * (images - GREY), images)
    return Section(
        "plane",
        "The plane, decoded",
        f"Each place of the map stands for an image; {percent(float(grid.empty.mean()))} of the plane holds no data.",
        "The map above, cell by cell, as the decoder draws it. Where no rows lie the images are faint: nothing was learned "
        "there.",
        (Mosaic(data_uri(_sheet(shown)), "", f"{CELLS} times {CELLS} decoded images"),),
    )


def _sheet(images: np.ndarray) -> np.ndarray:
    """Images of a grid, the first line at the bottom, as one (c, y, x)."""
    _, channels, height, width = images.shape
    lines = images.reshape(CELLS, CELLS, channels, height, width)[::-1]
    return lines.transpose(2, 0, 3, 1, 4).reshape(channels, CELLS * height, CELLS * width)
