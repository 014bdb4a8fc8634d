"""Traversals of images as one picture: a line per dimension, a column per value, and a heat map of the difference."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from diabolo.files.atomic import replace
from diabolo.maps import Traversal
from diabolo.report.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["strips_figure", "write_strips"]

TILE = 0.9  # inches
FAR = "#d55e00"  # vermilion of Okabe and Ito: this value lies beyond the data
CHANGES = "PuOr"  # zero is white, orange got darker and purple brighter


def strips_figure(traversals: Sequence[Traversal]) -> "Figure":
    """A contact sheet of decoded images.

    Parameters
    ----------
    traversals : sequence of Traversal
        Of a model of images, with equally many values each.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder, maps
    >>> from diabolo.data.samples import digits
    >>> model = LinearAutoencoder(2).fit(digits())
    >>> len(strips_figure(maps.traverse(model, None, [0, 1], steps=3)).axes)
    8
    """
    from matplotlib.figure import Figure

    columns = len(traversals[0].values) + 1
    size = (TILE * columns + 0.5, TILE * (len(traversals) + 0.35))
    figure = Figure(figsize=size, layout="constrained")
    grid = np.asarray(figure.subplots(len(traversals), columns, squeeze=False))
    most = max(float(np.abs(t.difference).max()) for t in traversals if t.difference is not None) or 1.0
    for line, traversal in zip(grid, traversals, strict=True):
        _line(line, traversal, most)
    grid[0, -1].set_title(f"last − first\n(±{number(most, 2)})", fontsize=7)
    return figure


def write_strips(traversals: Sequence[Traversal], path: str | Path, *, overwrite: bool = False) -> None:
    """Write :func:`strips_figure` as a PNG file, all or nothing.

    Parameters
    ----------
    traversals : sequence of Traversal
    path : path
    overwrite : bool
        False refuses to replace a file.

    Raises
    ------
    OutputError
        The file cannot be written, or is there.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder, maps
    >>> from diabolo.data.samples import digits
    >>> write_strips([maps.traverse(LinearAutoencoder(2).fit(digits()), None, 0, steps=3)], "strip.png")
    >>> Path("strip.png").read_bytes()[1:4]
    b'PNG'
    """
    figure = strips_figure(traversals)
    with replace(path, overwrite=overwrite) as temporary:
        figure.savefig(temporary, format="png", dpi=150)


def _line(axes: Any, traversal: Traversal, most: float) -> None:
    """The images of one dimension, and what they change."""
    assert traversal.strip is not None
    assert traversal.difference is not None
    low, high = traversal.path.light
    far = np.zeros(len(traversal.values), bool) if traversal.far is None else traversal.far
    for place, image, value, is_far in zip(axes, traversal.strip, traversal.values, far, strict=False):
        _bare(place)
        place.imshow(_shown(image, low, high), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        place.set_title(number(float(value)), fontsize=7, color=FAR if is_far else "black")
        if is_far:
            place.set_xlabel("far from data", fontsize=6, color=FAR)
    axes[0].set_ylabel(traversal.name, fontsize=9, rotation=0, ha="right", va="center")
    _bare(axes[-1])
    axes[-1].imshow(
        traversal.difference.mean(0), cmap=CHANGES, vmin=-most, vmax=most, interpolation="nearest"
    )


def _bare(place: "Axes") -> None:
    """Axes without ticks, with a thin frame."""
    place.set_xticks([])
    place.set_yticks([])
    for spine in place.spines.values():
        spine.set(color="#999999", linewidth=0.5)


def _shown(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """(c, y, x) in the range of light as grey (y, x) or color (y, x, 3) in [0, 1]."""
    light = ((image - low) / ((high - low) or 1.0)).clip(0, 1)
    return np.moveaxis(light, 0, 2) if len(light) == 3 else light[0]
