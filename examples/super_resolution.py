"""Enlarge images: learn from pairs of a small, stretched image and the large one; PSNR and SSIM beside bicubic."""

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image

import diabolo
from diabolo.data.samples import digits
from diabolo.evaluate.images import psnr, ssim
from diabolo.nn import UNet

large = digits()  # (1797, 8, 8), pixels in [0, 1]
small = large.reshape(-1, 4, 2, 4, 2).mean((2, 4))  # every second pixel is lost


def bicubic(images: np.ndarray) -> np.ndarray:
    """To twice the size."""
    made = [Image.fromarray(image).resize((8, 8), Image.Resampling.BICUBIC) for image in images]
    return np.stack([np.asarray(image) for image in made]).clip(0, 1)


stretched = np.kron(small, np.ones((2, 2), np.float32))  # pairs need one size
model = diabolo.Denoiser(architecture=UNet(8), max_epochs=15, random_state=0)
model.fit(stretched[:1400], large[:1400])

ways = {"bicubic": bicubic(small[1400:]), "learned": model.reconstruct(stretched[1400:])}
truth = torch.from_numpy(large[1400:])[:, None]
for name, enlarged in ways.items():
    decibels = np.mean(
        [psnr(float(np.square(a - b).mean())) for a, b in zip(enlarged, large[1400:], strict=True)]
    )
    alike = ssim(torch.from_numpy(enlarged)[:, None], truth).mean()
    print(f"{name}: PSNR {decibels:.2f} dB, SSIM {alike:.3f}")

figure, axes = plt.subplots(4, 8, figsize=(8, 4))
rows = [small[1400:], *ways.values(), large[1400:]]
for row, images in zip(axes, rows, strict=True):
    for axis, image in zip(row, images, strict=False):
        axis.imshow(image, cmap="gray", vmin=0, vmax=1)
        axis.axis("off")
figure.savefig("enlarged.png")
