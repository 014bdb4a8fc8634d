"""A folder of images: one column of pixels, one of labels, one of file names."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from diabolo.errors import DataError, ImageSizeError, UnsupportedFileError
from diabolo.frames.source import IMAGE

__all__ = ["read"]

SUFFIXES = (".png", ".jpg", ".jpeg")
GREY_MODES = ("1", "L", "I", "I;16", "F")


def read(folder: Path) -> pa.Table:
    """Read a folder of PNG and JPEG images of one size; subfolders are labels.

    Images are grey if all files are, else RGB; transparency is dropped.

    Returns
    -------
    pyarrow.Table
        ``image`` uint8 (height, width) or (height, width, 3), ``label`` (missing for files at the top),
        ``file``.

    Raises
    ------
    ImageSizeError
        Two images differ in height or width; the message names both.
    UnsupportedFileError
        There is no image.
    DataError
        A file is damaged.

    Examples
    --------
    >>> from PIL import Image
    >>> Path("shapes/round").mkdir(parents=True)
    >>> Image.new("L", (8, 6)).save("shapes/round/0.png")
    >>> table = read(Path("shapes"))
    >>> table.schema.field("image").type.shape, table.column("label").to_pylist()
    ([6, 8], ['round'])
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise UnsupportedFileError(f"The folder {str(folder)!r} holds no image ({', '.join(SUFFIXES)}).")
    size, grey = _check(files, folder)
    pixels = np.empty((len(files), size[1], size[0], *(() if grey else (3,))), np.uint8)
    for row, path in enumerate(files):
        pixels[row] = _pixels(path, grey)
    names = [path.relative_to(folder) for path in files]
    labels = [name.parts[0] if len(name.parts) > 1 else None for name in names]
    return pa.table(
        {
            IMAGE: pa.FixedShapeTensorArray.from_numpy_ndarray(pixels),
            "label": pa.array(labels, pa.string()).dictionary_encode(),  # names, also where they are digits
            "file": [name.as_posix() for name in names],
        }
    )


def _check(files: list[Path], folder: Path) -> tuple[tuple[int, int], bool]:
    """The common size (width, height), and whether all are grey; only the headers are read."""
    size, grey = _header(files[0])
    for path in files[1:]:
        other, other_grey = _header(path)
        if other != size:
            raise ImageSizeError(
                f"Images differ in size: {files[0].relative_to(folder)} has {size[0]} x {size[1]} pixels "
                f"(width x height), {path.relative_to(folder)} has {other[0]} x {other[1]}. Bring all to one "
                "size first."
            )
        grey = grey and other_grey
    return size, grey


def _header(path: Path) -> tuple[tuple[int, int], bool]:
    """Size and greyness of an image."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.size, image.mode in GREY_MODES
    except (OSError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is no image that can be read: {error}") from error


def _pixels(path: Path, grey: bool) -> np.ndarray:
    """Pixels of an image as bytes."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.mode.startswith("I"):  # 16 bits: keep the upper ones
                deep = (np.asarray(image) >> 8).astype(np.uint8)
                return deep if grey else np.repeat(deep[..., None], 3, axis=2)
            return np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, SyntaxError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
