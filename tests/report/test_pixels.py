import base64
import io

import numpy as np
import pytest

from diabolo.report.pixels import data_uri, png


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (8, 8, 3), (28, 28)])
def test_a_reader_of_png_finds_the_pixels(shape: tuple[int, ...], rng: np.random.Generator):
    image = pytest.importorskip("PIL.Image")
    pixels = rng.integers(0, 256, shape, dtype=np.uint8)
    with image.open(io.BytesIO(png(pixels))) as read:
        assert np.array_equal(np.asarray(read), pixels)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "L")])
def test_channels(channels: int, mode: str, rng: np.random.Generator):
    image = pytest.importorskip("PIL.Image")
    content = base64.b64decode(data_uri(rng.random((channels, 4, 4))).split(",")[1])
    with image.open(io.BytesIO(content)) as read:
        assert read.mode == mode


def test_light_is_clipped_and_gaps_are_black():
    image = pytest.importorskip("PIL.Image")
    uri = data_uri(np.array([[[-1.0, 0.0, 5.0, 10.0, 99.0, np.nan]]]), 0.0, 10.0)
    with image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))) as read:
        assert np.asarray(read).tolist() == [[0, 0, 128, 255, 255, 0]]
