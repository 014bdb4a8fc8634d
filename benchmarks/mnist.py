"""Reconstruction of the MNIST test images: linear and deep, at several latent widths, and ordered latents."""

from collections.abc import Iterator

from benchmarks.bars import Bar
from benchmarks.race import Race

PIXELS = 784
DEEP = [1000, 500, 250]
PCA_ERRORS = {2: 43.645, 10: 26.714, 30: 13.866, 64: 7.093}
# The keywords with which a bar is taken; whatever is not named is Diabolo's default.
FAST = {
    "hidden": DEEP,
    "arguments": {"random_state": 0, "max_epochs": 17, "batch_size": 256, "learning_rate": 2e-3},
}
LONG = {
    "hidden": DEEP,
    "arguments": {"random_state": 0, "max_epochs": 48, "batch_size": 256, "learning_rate": 2e-3},
}
TO_TARGET = LONG  # the shorter recipe ends above a test error of 3.00
# Wide and shallow keeps more of an image in many numbers, deep in few.
PER_PIXEL = {
    2: {
        "hidden": DEEP,
        "arguments": {"random_state": 0, "max_epochs": 60, "batch_size": 256, "learning_rate": 2e-3},
    },
    64: {
        "hidden": [2000],
        "arguments": {"random_state": 0, "max_epochs": 60, "batch_size": 128, "learning_rate": 2e-3},
    },
}
SHORT = {"arguments": {"random_state": 0, "max_epochs": 15, "batch_size": 128}}
ORDERED_ROWS = 20_000  # training images: the bar is a ratio of models on equal rows and epochs


def recipe(race: Race, settings: dict) -> dict:
    """The settings, cut to one epoch in a quick run."""
    if not race.quick:
        return settings
    return {**settings, "arguments": {**settings["arguments"], "max_epochs": 1}}


def linear(race: Race) -> Iterator[Bar]:
    """The closed form gives exactly the errors of PCA."""
    for k, exact in PCA_ERRORS.items():
        run = race.run("diabolo_autoencoder", **race.mnist, estimator="LinearAutoencoder", n_components=k)
        limit = None if race.quick else 1e-3
        beside = f"error {run['distance']:.4f}, PCA {exact}"
        yield Bar(
            f"MNIST linear, k = {k}: distance to PCA's error",
            abs(run["distance"] - exact),
            limit,
            beside=beside,
        )


def deep(race: Race) -> Iterator[Bar]:
    """784-1000-500-250-30 in five minutes."""
    fast = race.run("diabolo_autoencoder", **race.mnist, n_components=30, **recipe(race, FAST))
    beside = f"Hinton 2006 3.00; PCA 13.866; on training rows {fast['train_error']:.3f}"
    yield Bar("MNIST 784-1000-500-250-30: test error", fast["error"], 3.00, beside=beside)
    yield Bar("... in CPU seconds", fast["cpu_seconds"], 300, beside=f"{fast['seconds']:.0f} s wall")


def deep_long(race: Race) -> Iterator[Bar]:
    """The same network in fifteen minutes."""
    long = race.run("diabolo_autoencoder", **race.mnist, n_components=30, **recipe(race, LONG))
    yield Bar(
        "... trained longer: test error",
        long["error"],
        2.65,
        beside=f"Martens 2010 2.28 (stretch); on training rows {long['train_error']:.3f}",
    )
    yield Bar("... in seconds", long["seconds"], 900, beside=f"{long['cpu_seconds']:.0f} CPU s")


def per_pixel(race: Race) -> Iterator[Bar]:
    """Two numbers and sixty-four numbers for an image."""
    beside = {
        2: "ParametricUMAP's AE .0369, TopoAE's AE .0343, PCA .0557",
        64: "ParametricUMAP's AE .00162, PCA .00905",
    }
    for k, limit in ((2, 0.0350), (64, 0.00162)):
        run = race.run("diabolo_autoencoder", **race.mnist, n_components=k, **recipe(race, PER_PIXEL[k]))
        text = f"{beside[k]}; on training rows {run['train_error'] / PIXELS:.5f}; {run['seconds']:.0f} s"
        yield Bar(f"MNIST, k = {k}: test error per pixel", run["error"] / PIXELS, limit, beside=text)


def ordered(race: Race) -> Iterator[Bar]:
    """One fit for every width, beside a model of its own for each and PCA."""
    widths = [2, 4, 8, 16]
    images = {**race.mnist, "train": race.first_rows(race.mnist["train"], ORDERED_ROWS)}
    once = recipe(race, {"arguments": {**SHORT["arguments"], "ordered": True}})
    nested = race.run("diabolo_autoencoder", **images, n_components=16, truncate=widths, **once)
    for k in widths:
        alone = race.run("diabolo_autoencoder", **images, n_components=k, **recipe(race, SHORT))
        pca = race.run("diabolo_autoencoder", **images, estimator="LinearAutoencoder", n_components=k)
        error = nested["truncated"][str(k)]
        beside = f"{error:.3f} against {alone['error']:.3f} alone"
        yield Bar(
            f"ordered, k' = {k}: error / a model of its own", error / alone["error"], 1.25, beside=beside
        )
        yield Bar(f"ordered, k' = {k}: error / PCA's", error / pca["distance"], 0.85)
        if k == widths[-1]:
            yield Bar("ordered: seconds / one model's", nested["seconds"] / alone["seconds"], 2.0)
