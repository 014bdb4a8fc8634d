"""Cleaning and enlarging MNIST with a small U-Net, beside the best linear map and bicubic interpolation."""

import time
from collections.abc import Iterator

import numpy as np
from PIL import Image
from sklearn.linear_model import Ridge

from benchmarks.bars import Bar
from benchmarks.race import Race
from diabolo import Denoiser
from diabolo.nn import UNet

SD = 0.5
STEPS = 1_500
BATCH = 128
NOISE_BARS = {"unclipped": 21.4, "clipped": 21.1}
ZOOM_BARS = {2: 29.7, 4: 22.6}


def psnr(images: np.ndarray, clean: np.ndarray) -> float:
    """Mean over images, in decibels, of pixels in [0, 1]."""
    errors = np.square(images.clip(0, 1) - clean).reshape(len(clean), -1).mean(1)
    return float((-10 * np.log10(np.maximum(errors, 1e-10))).mean())


def cleaned(race: Race, damaged: tuple, clean: tuple) -> tuple[float, float, float]:
    """PSNR on test images of the U-Net and of the best linear map, and CPU seconds of the fit."""
    epochs = 1 if race.quick else max(1, round(STEPS * BATCH / len(clean[0])))
    started = time.process_time()
    model = Denoiser(architecture=UNet(24), max_epochs=epochs, batch_size=BATCH, random_state=0)
    model.fit(damaged[0], clean[0])
    seconds = time.process_time() - started
    flat = [part.reshape(len(part), -1) for part in (*damaged, clean[0])]
    linear = Ridge(1.0).fit(flat[0], flat[2]).predict(flat[1]).reshape(clean[1].shape)
    return psnr(model.reconstruct(damaged[1]), clean[1]), psnr(linear, clean[1]), seconds


def noise(race: Race) -> Iterator[Bar]:
    """Gaussian noise, its sum with the image left as it is or clipped to the range of light."""
    clean = tuple(np.load(race.mnist[part]) for part in ("train", "test"))
    random = np.random.default_rng(0)
    noisy = tuple((x + SD * random.normal(size=x.shape)).astype(np.float32) for x in clean)
    for name, limit in NOISE_BARS.items():
        damaged = noisy if name == "unclipped" else tuple(x.clip(0, 1) for x in noisy)
        found, linear, seconds = cleaned(race, damaged, clean)
        beside = f"best linear map {linear:.2f} in this run; BM3D 16.69, non-local means 14.56, median 14.16"
        yield Bar(f"MNIST, noise of {SD}, {name}: mean PSNR", found, limit, True, beside)
        yield Bar("... CPU seconds of the fit", seconds)


def zoom(race: Race) -> Iterator[Bar]:
    """From block averages to the full size."""
    clean = tuple(np.load(race.mnist[part]) for part in ("train", "test"))
    for factor, limit in ZOOM_BARS.items():
        small = [x.reshape(-1, 28 // factor, factor, 28 // factor, factor).mean((2, 4)) for x in clean]
        damaged = tuple(np.kron(x, np.ones((factor, factor), np.float32)) for x in small)
        found, linear, seconds = cleaned(race, damaged, clean)
        bicubic = np.stack(
            [np.asarray(Image.fromarray(x).resize((28, 28), Image.Resampling.BICUBIC)) for x in small[1]]
        )
        beside = f"best linear map {linear:.2f}, bicubic {psnr(bicubic, clean[1]):.2f} in this run"
        yield Bar(f"MNIST, enlarged {factor} times: mean PSNR", found, limit, True, beside)
        yield Bar("... CPU seconds of the fit", seconds)
