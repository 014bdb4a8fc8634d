"""Rings and grids of narrow clouds, where generators lose modes: the protocol of PacGAN (Lin et al., NeurIPS 2018)."""

import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

import diabolo
from benchmarks.bars import Bar
from benchmarks.race import Race

SEEDS = (0, 1, 2)
TRAINING, MADE = 20_000, 2_500
NEAR = 3.0  # standard deviations within which a point is of high quality

angles = np.arange(8) * np.pi / 4
MODES = {
    "ring of 8": (np.stack([np.cos(angles), np.sin(angles)], 1), 0.01, 8.0),
    "grid of 25": (np.stack(np.meshgrid(*[np.arange(-4, 5, 2)] * 2), -1).reshape(-1, 2), 0.05, 24.5),
}
PACGAN = {"ring of 8": "GAN 6.3, PacGAN4 7.8", "grid of 25": "GAN 17.3, PacGAN4 24.8"}


def measure(race: Race) -> Iterator[Bar]:
    """Modes found, share of points within three standard deviations, and the longest fit, of GAN; the same of Flow."""
    for name, (centers, scale, most) in MODES.items():
        for kind in (diabolo.GAN, diabolo.Flow):
            runs = [_run(kind, centers, scale, seed, quick=race.quick) for seed in SEEDS]
            modes, near, distance, seconds = (list(column) for column in zip(*runs, strict=True))
            bars = kind is diabolo.GAN
            beside = PACGAN[name] if bars else ""
            who = f"{kind.__name__}, {name}"
            yield Bar(
                f"{who}: modes", statistics.mean(modes), most if bars else None, at_least=True, beside=beside
            )
            share = statistics.mean(near)
            yield Bar(f"{who}: % within 3 sd", 100 * share, 93.0 if bars else None, at_least=True)
            yield Bar(f"{who}: KL of the modes' shares from equal", statistics.mean(distance))
            yield Bar(f"{who}: longest fit, s", max(seconds), 120.0 if bars else None)


def _run(
    kind: Any, centers: np.ndarray, scale: float, seed: int, *, quick: bool
) -> tuple[int, float, float, float]:
    """One fit and one sample."""
    random = np.random.default_rng(seed)
    rows = centers[random.integers(len(centers), size=TRAINING)] + scale * random.normal(size=(TRAINING, 2))
    model = kind(random_state=seed, **({"max_epochs": 1} if quick else {}))
    start = time.perf_counter()
    model.fit(rows.astype(np.float32))
    seconds = time.perf_counter() - start
    return (*_judged(model.sample(MADE, random_state=seed), centers, scale), seconds)


def _judged(made: np.ndarray, centers: np.ndarray, scale: float) -> tuple[int, float, float]:
    """Modes with a point of high quality, the share of such points, and the divergence of their shares from equal ones."""
    distances = np.linalg.norm(made[:, None] - centers, axis=2)
    mode, near = distances.argmin(1), distances.min(1) < NEAR * scale
    shares = np.bincount(mode[near], minlength=len(centers)) / max(1, near.sum())
    shares = shares[shares > 0]
    return len(shares), float(near.mean()), float((shares * np.log(shares * len(centers))).sum())
