"""A path through the latent space, decoded: rows, what moves along it, and pictures of it."""

import dataclasses
from typing import Any

import numpy as np

from diabolo.maps import rows as single
from diabolo.maps.movements import Movement, movements

__all__ = ["Path", "walk"]

SEEN = 0.1  # of the range of light, by which a pixel has to change to be counted


@dataclasses.dataclass(frozen=True, eq=False)
class Path:
    """Codes in order, and what they decode to.

    Parameters
    ----------
    codes : array, shape (m, k)
    rows : table, array or images of m rows
        In the kind of the training data.
    movements : tuple of Movement
        Columns, the one that moves most first.
    spread : float
        Mean squared distance of the decoded rows from their mean, in coordinates.
    strip : array, shape (m, channels, height, width), or None
        Decoded images, in the training images' range of light.
    difference : array, shape (channels, height, width), or None
        The last image less the first: a heat map of what the path changes.
    light : (low, high)
        Black and white of the images.

    Examples
    --------
    >>> Path(np.zeros((2, 3)), np.zeros((2, 5)), (), 0.0).codes.shape
    (2, 3)
    """

    codes: np.ndarray
    rows: Any
    movements: tuple[Movement, ...]
    spread: float
    strip: np.ndarray | None = None
    difference: np.ndarray | None = None
    light: tuple[float, float] = (0.0, 1.0)

    def picture(self) -> str:
        """What happens to images, in words; "" where there are none.

        Examples
        --------
        >>> Path(np.zeros((2, 1)), None, (), 0.0).picture()
        ''
        """
        if self.difference is None:
            return ""
        change = self.difference[np.abs(self.difference).max((1, 2)).argmax()] / (
            self.light[1] - self.light[0]
        )
        y, x = np.unravel_index(np.abs(change).argmax(), change.shape)
        word = "brighter" if change[y, x] > 0 else "darker"
        count = int((np.abs(change) > SEEN).sum())
        if not count:
            return "no pixel changes by more than a tenth of the light"
        where = f"row {y + 1}, column {x + 1}: {word} by {abs(change[y, x]):.2f}"
        return f"{count} of {change.size} pixels change, most in {where}"


def walk(model: Any, codes: np.ndarray) -> Path:
    """Decode codes one after another.

    Parameters
    ----------
    model : Decodes
    codes : array, shape (m, k)

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[1.0, 2.0], [3.0, 6.0]])
    >>> walk(LinearAutoencoder(1).fit(X), np.array([[-1.0], [1.0]])).movements[0].column
    'x1'
    """
    codes = np.ascontiguousarray(codes, dtype=np.float32)
    rows, path = model.inverse_transform(codes), single.decoded(model, codes)
    spread = float(np.square(path - path.mean(0)).sum(1).mean())
    found = Path(codes, rows, movements(model.schema_, path, rows), spread)
    image = single.image_of(model)
    if image is None:
        return found
    block, place = image
    light = (block.low, block.high)
    strip = path[:, place].reshape(-1, *block.size).clip(*light)
    return dataclasses.replace(found, strip=strip, difference=strip[-1] - strip[0], light=light)
