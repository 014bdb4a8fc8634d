"""Labels from a few, by balanced draws: digits beside scikit-learn's label spreading, and MNIST."""

import time
import warnings
from collections.abc import Iterator
from statistics import mean, stdev

import numpy as np
from sklearn.datasets import load_digits
from sklearn.semi_supervised import LabelSpreading

from benchmarks.bars import Bar
from benchmarks.race import Race
from diabolo import Autoencoder, SemiSupervisedClassifier
from diabolo.errors import DiaboloWarning
from diabolo.terms import Masking

DIGITS = {1: 0.816, 4: 0.938, 10: 0.964}  # labels per class: published accuracy of label spreading
GAMMAS = (16.0, 20.0)  # of the rbf kernel on pixels in [0, 1]; the better one counts
MNIST_TRANSDUCTIVE = {1: 0.902, 5: 0.953}  # Poisson learning on codes of a VAE, ICML 2020
MNIST_EPOCHS = 8


def balanced(truth: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Labels of ``per_class`` random rows of each class, -1 elsewhere."""
    random = np.random.default_rng(seed)
    y = np.full(len(truth), -1)
    for label in np.unique(truth):
        rows = random.choice(np.flatnonzero(truth == label), per_class, replace=False)
        y[rows] = label
    return y


def spread(values: list[float]) -> str:
    """Standard deviation over draws, in words."""
    return f"± {stdev(values):.4f} over {len(values)} draws" if len(values) > 1 else "one draw"


def digits(race: Race) -> Iterator[Bar]:
    """Accuracy on the rest with the default encoder and the graph; the encoder is fitted once, for it sees no label."""
    warnings.simplefilter("ignore", DiaboloWarning)
    pixels, truth = (load_digits().images / 16).astype(np.float32), load_digits().target
    epochs = 3 if race.quick else 40
    encoder = Autoencoder(32, corruption=Masking(0.3), max_epochs=epochs, random_state=0).fit(pixels)
    flat = pixels.reshape(len(pixels), -1)
    for per_class, published in DIGITS.items():
        ours: list[float] = []
        peers: dict[float, list[float]] = {gamma: [] for gamma in GAMMAS}
        for seed in range(2 if race.quick else 10):
            y = balanced(truth, per_class, seed)
            rest = y < 0
            model = SemiSupervisedClassifier(method="spread", encoder=encoder).fit(pixels, y)
            ours.append(float((model.transduction_ == truth)[rest].mean()))
            for gamma, found in peers.items():
                peer = LabelSpreading(gamma=gamma, max_iter=100).fit(flat, y)
                found.append(float((peer.transduction_ == truth)[rest].mean()))
        peer_accuracy = max(mean(found) for found in peers.values())
        beside = f"{spread(ours)}; LabelSpreading {peer_accuracy:.4f} in this run, {published} published"
        labels = 10 * per_class
        limit = max(peer_accuracy, published)
        yield Bar(f"digits, {labels} labels: accuracy on the rest", mean(ours), limit, True, beside)
        if labels == 40:
            ratio = (1 - mean(ours)) / (1 - limit)
            yield Bar("digits, 40 labels: error / that of label spreading", ratio, 0.75)


def mnist(race: Race) -> Iterator[Bar]:
    """Test error from 100 labels by ``joint``, and accuracy over all 70,000 from one and five labels per class."""
    warnings.simplefilter("ignore", DiaboloWarning)
    with np.load(race.data / "mnist.npz") as arrays:
        train, test, y_train, y_test = (arrays[name] for name in ("x_train", "x_test", "y_train", "y_test"))
    if race.quick:
        train, test, y_train, y_test = train[:2000], test[:500], y_train[:2000], y_test[:500]
    epochs, draws = (1, 1) if race.quick else (MNIST_EPOCHS, 5)
    errors, seconds = [], []
    for seed in range(draws):
        started = time.process_time()
        model = SemiSupervisedClassifier(max_epochs=epochs, random_state=seed)
        model.fit(train, balanced(y_train, 10, seed))
        seconds.append(time.process_time() - started)
        errors.append(float((model.predict(test) != y_test).mean()))
    yield Bar("MNIST, 100 labels: test error", mean(errors), 0.024, beside=spread(errors))
    yield Bar("... in CPU seconds a draw", mean(seconds), 1200)
    images, truth = np.concatenate([train, test]), np.concatenate([y_train, y_test]).astype(int)
    encoder = Autoencoder(32, corruption=Masking(0.3), max_epochs=epochs, random_state=0).fit(images)
    for per_class, limit in MNIST_TRANSDUCTIVE.items():
        found = []
        for seed in range(draws):
            y = balanced(truth, per_class, seed)
            model = SemiSupervisedClassifier(method="spread", encoder=encoder).fit(images, y)
            found.append(float((model.transduction_ == truth)[y < 0].mean()))
        yield Bar(
            f"MNIST, {per_class} labels a class: accuracy on the rest",
            mean(found),
            limit,
            True,
            spread(found),
        )
