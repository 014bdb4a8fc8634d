"""MNIST made anew: Flow in an autoencoder's code beside VAEs, judged by a classifier, with real images beside."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

import diabolo
from benchmarks.bars import Bar
from benchmarks.race import Race

CODE = 32
MADE = 5_000
MOST_OFF = 0.05  # total variation of the classes' shares
MAKERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "Flow": (diabolo.Flow, {}),
    "VAE, prior fitted": (diabolo.VAE, {"prior": "mixture"}),
    "VAE": (diabolo.VAE, {"prior": "standard"}),
}


class Judge:
    """A classifier of real digits, whose last hidden layer is the space of distances."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, *, quick: bool) -> None:
        self.net = MLPClassifier((256, 64), early_stopping=True, max_iter=2 if quick else 30, random_state=0)
        self.net.fit(_flat(images), labels)

    def features(self, images: np.ndarray) -> np.ndarray:
        """The last hidden layer (n, 64)."""
        hidden = _flat(images)
        for weight, offset in zip(self.net.coefs_[:-1], self.net.intercepts_[:-1], strict=True):
            hidden = np.maximum(hidden @ weight + offset, 0.0)
        return hidden

    def shares(self, images: np.ndarray) -> np.ndarray:
        """The share of each class, (10,)."""
        return np.bincount(self.net.predict(_flat(images)), minlength=10) / len(images)


def measure(race: Race) -> Iterator[Bar]:
    """Fréchet distance, total variation of the classes' shares and seconds, per model; then the order of the models."""
    train, labels, test = (np.load(path) for path in _paths(race))
    judge = Judge(train, labels, quick=race.quick)
    real = judge.shares(test)
    found: dict[str, float] = {}
    for name, (kind, options) in MAKERS.items():
        start = time.perf_counter()
        plan = {"max_epochs": 1} if race.quick else {}
        model = kind(CODE, random_state=0, **options, **plan).fit(train)
        seconds = time.perf_counter() - start
        made = model.sample(MADE, random_state=0)
        scores = diabolo.evaluate.image_generation(test, made, encoder=judge.features)
        found[name] = scores.generated.frechet
        off = 0.5 * float(np.abs(judge.shares(made) - real).sum())
        limit = MOST_OFF if name == "Flow" else None
        beside = f"real images {scores.real.frechet:.3f}"
        yield Bar(f"MNIST, {name}: Fréchet distance in a classifier's features", found[name], beside=beside)
        yield Bar(f"MNIST, {name}: total variation of the classes' shares", off, limit)
        yield Bar(f"MNIST, {name}: fit, s", seconds)
    flow, fitted, plain = found.values()
    yield Bar("MNIST: Flow's distance over that of the VAE with a prior", flow / fitted, 1.0)
    yield Bar("MNIST: that of the VAE with a prior over that of the VAE", fitted / plain, 1.0)


def _flat(images: np.ndarray) -> np.ndarray:
    """One row an image."""
    return images.reshape(len(images), -1)


def _paths(race: Race) -> tuple[str, str, str]:
    found = {**race.mnist, **race.mnist_labels}
    return found["train"], found["labels"], found["test"]
