"""Folders of images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diabolo.data import image_folder
from diabolo.errors import DataError, ImageSizeError, UnsupportedFileError
from diabolo.frames import Frame


def save(folder: Path, name: str, pixels: np.ndarray, mode: str | None = None) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path)


@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 3)])
def test_pixels_labels_and_names(tmp_path: Path, rng: np.random.Generator, shape: tuple[int, ...]):
    pixels = rng.integers(0, 256, (3, *shape), dtype=np.uint8)
    for name, image in zip(("cat/1.png", "dog/2.PNG", "top.png"), pixels, strict=True):
        save(tmp_path, name, image)
    table = image_folder.read(tmp_path)
    np.testing.assert_array_equal(Frame.of(table).pixels("image"), pixels)
    assert table.column("label").to_pylist() == ["cat", "dog", None]
    assert table.column("file").to_pylist() == ["cat/1.png", "dog/2.PNG", "top.png"]


def test_one_image_in_color_makes_all_so(tmp_path: Path):
    save(tmp_path, "a.png", np.full((4, 4), 7, np.uint8))
    save(tmp_path, "b.png", np.zeros((4, 4, 3), np.uint8))
    pixels = Frame.of(image_folder.read(tmp_path)).pixels("image")
    assert pixels.shape == (2, 4, 4, 3)
    assert (pixels[0] == 7).all()


@pytest.mark.parametrize(
    ("mode", "shape"), [("1", (4, 5)), ("P", (4, 5, 3)), ("RGBA", (4, 5, 3)), ("LA", (4, 5, 3))]
)
def test_other_modes(tmp_path: Path, mode: str, shape: tuple[int, ...]):
    save(tmp_path, "a.png", np.full((4, 5), 255, np.uint8), mode)
    pixels = Frame.of(image_folder.read(tmp_path)).pixels("image")
    assert pixels.shape == (1, *shape)
    assert (pixels == 255).all()


def test_sixteen_bits(tmp_path: Path):
    save(tmp_path, "a.png", np.full((4, 5), 300, np.uint16))
    assert (Frame.of(image_folder.read(tmp_path)).pixels("image") == 1).all()


def test_jpeg(tmp_path: Path):
    save(tmp_path, "a.jpg", np.full((8, 8), 100, np.uint8))
    save(tmp_path, "b.jpeg", np.full((8, 8), 100, np.uint8))
    assert abs(Frame.of(image_folder.read(tmp_path)).pixels("image").astype(int) - 100).max() <= 2


def test_unequal_sizes_name_both_files(tmp_path: Path):
    save(tmp_path, "x/a.png", np.zeros((4, 4), np.uint8))
    save(tmp_path, "y/b.png", np.zeros((4, 5), np.uint8))
    with pytest.raises(ImageSizeError, match=r"x/a.png has 4 x 4 pixels .* y/b.png has 5 x 4"):
        image_folder.read(tmp_path)


def test_a_folder_without_images(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(UnsupportedFileError, match="holds no image"):
        image_folder.read(tmp_path)


@pytest.mark.parametrize("size", [0, 30, 60])
def test_damaged_images_are_named(tmp_path: Path, rng: np.random.Generator, size: int):
    save(tmp_path, "a.png", rng.integers(0, 256, (16, 16), dtype=np.uint8))
    path = tmp_path / "a.png"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DataError, match=r"a\.png"):
        image_folder.read(tmp_path)
