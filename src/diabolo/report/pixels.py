"""Images for a page: pixels as a PNG inside the text of the page."""

import base64
import struct
import zlib

import numpy as np

__all__ = ["data_uri", "png"]


def png(pixels: np.ndarray) -> bytes:
    """A PNG file of bytes: grey (y, x) or color (y, x, 3).

    Parameters
    ----------
    pixels : uint8 array, shape (y, x) or (y, x, 3)

    References
    ----------
    W3C, Portable Network Graphics (PNG) Specification, 2003.

    Examples
    --------
    >>> png(np.zeros((2, 2), np.uint8))[1:4]
    b'PNG'
    """
    height, width = pixels.shape[:2]
    color = 0 if pixels.ndim == 2 else 2
    lines = np.zeros((height, 1 + pixels[0].size), np.uint8)  # every line begins with its filter, 0: none
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def data_uri(image: np.ndarray, low: float = 0.0, high: float = 1.0) -> str:
    """An image as a ``data:`` URI.

    Parameters
    ----------
    image : float array, shape (c, y, x)
        Three channels are a color; of any other number the first is shown.
    low, high : float
        What is black and what is white.

    Examples
    --------
    >>> data_uri(np.zeros((1, 2, 2)))[:22]
    'data:image/png;base64,'
    """
    light = np.nan_to_num((image - low) / ((high - low) or 1.0)).clip(0, 1)
    pixels = np.rint(255 * light).astype(np.uint8)
    pixels = np.moveaxis(pixels, 0, 2) if len(pixels) == 3 else pixels[0]
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A part of the file, with its length and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
