"""A folder of images through a narrow waist: python images.py FOLDER

Learns eight numbers per image and draws originals above what came back. Images are PNG or JPEG of one size. Without an
argument it writes scikit-learn's handwritten digits to the folder `digits` and takes those.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pyarrow as pa
from PIL import Image

import diabolo
from diabolo.data.samples import digit_labels, digits

SHOWN = 10


def write_digits(folder: Path, count: int = 400) -> None:
    for i, (pixels, label) in enumerate(zip(digits()[:count], digit_labels()[:count], strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 * pixels).astype(np.uint8)).save(folder / str(label) / f"{i:04}.png")


def main(folder: Path) -> None:
    table = diabolo.read(folder)  # columns image, label, file
    order = np.random.default_rng(0).permutation(table.num_rows)
    new, train = table.take(order[: len(order) // 5]), table.take(order[len(order) // 5 :])

    ae = diabolo.Autoencoder(8, size="small", max_epochs=20, random_state=0)
    ae.fit(train, schema={"label": None, "file": None})  # pixels only
    (score,) = diabolo.evaluate.reconstruction(ae, new).columns
    print(
        f"PSNR {score.model:.1f} dB, PCA {score.pca:.1f} dB; SSIM {score.ssim:.2f}, PCA {score.pca_ssim:.2f}"
    )

    rows = (pixels(new), pixels(ae.reconstruct(new)))
    figure, axes = plt.subplots(2, SHOWN, figsize=(SHOWN, 2.2))
    for line, images in zip(axes, rows, strict=True):
        for axis, image in zip(line, images, strict=False):
            axis.imshow(image, cmap="gray")
            axis.axis("off")
    figure.savefig(folder.with_suffix(".png"))
    plt.close(figure)
    ae.save(folder.with_suffix(".diabolo"))


def pixels(table: pa.Table) -> np.ndarray:
    return table["image"].combine_chunks().to_numpy_ndarray()[:SHOWN]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        write_digits(Path("digits"))
        sys.argv[1:] = ["digits"]
    main(Path(sys.argv[1]))
