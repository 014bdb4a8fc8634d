"""The latent space of MNIST as a map: what lies near what, and what is rebuilt, at once."""

from collections.abc import Iterator

from benchmarks.bars import Bar
from benchmarks.mnist import DEEP, PER_PIXEL, PIXELS, recipe
from benchmarks.race import Race

NEAR = {
    "hidden": DEEP,
    "penalty": {},
    "arguments": {"random_state": 0, "max_epochs": 20, "batch_size": 256, "learning_rate": 2e-3},
}


def measure(race: Race) -> Iterator[Bar]:
    """Two numbers by themselves, two that keep neighbors, and sixty-four."""
    near = run(race, 2, NEAR)
    yield from bars("MNIST map, Neighbors()", near, (0.940, 0.961, None, 0.0345), "P.UMAP .940 / .961, .0360")
    wide = run(race, 64, {**PER_PIXEL[64], "arguments": {**PER_PIXEL[64]["arguments"], "max_epochs": 20}})
    beside = f"ParametricUMAP's AE .9748, VAE .9785, PCA .9707; {wide['seconds']:.0f} s"
    yield Bar("MNIST, k = 64: 1-NN accuracy", wide["nearest"], 0.9785, at_least=True, beside=beside)
    plain = run(race, 2, PER_PIXEL[2])
    yield from bars("MNIST map", plain, (0.826, 0.872, 0.966, 0.0350), "TopoAE's AE .826 / .872")


def run(race: Race, k: int, settings: dict) -> dict:
    """Figures of one model with its map judged."""
    return race.run(
        "diabolo_map", **race.mnist, **race.mnist_labels, n_components=k, **recipe(race, settings)
    )


def bars(what: str, run: dict, limits: tuple, beside: str) -> Iterator[Bar]:
    """Accuracy of one and of five neighbors, trustworthiness, and error."""
    nearest, nearest_5, trust, error = limits
    took = f"{run['seconds']:.0f} s, {run['cpu_seconds']:.0f} CPU s"
    yield Bar(f"{what}: 1-NN accuracy", run["nearest"], nearest, at_least=True, beside=f"{beside}; {took}")
    yield Bar(f"{what}: 5-NN accuracy", run["nearest_5"], nearest_5, at_least=True)
    held_out = f"on test images {run['test_trust']:.4f}, continuity {run['test_continuity']:.4f}"
    yield Bar(f"{what}: trustworthiness T(5)", run["trust"], trust, at_least=True, beside=held_out)
    yield Bar(f"{what}: test error per pixel", run["error"] / PIXELS, error)
