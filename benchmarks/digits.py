"""Test error per pixel on scikit-learn's 8x8 digits: 25 % test split, seed 0, k = 8, at most 100 epochs."""

from collections.abc import Iterator
from statistics import mean

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from benchmarks.bars import Bar
from benchmarks.race import Race

PIXELS = 64


def measure(race: Race) -> Iterator[Bar]:
    """Diabolo at its defaults beside PCA and pythae at two learning rates."""
    train, test = train_test_split(
        load_digits().images.astype("float32") / 16, test_size=0.25, random_state=0
    )
    paths = {"train": race.array("digits-train", train), "test": race.array("digits-test", test)}
    epochs = 3 if race.quick else 100
    pca = PCA(8).fit(train.reshape(-1, PIXELS))
    flat = test.reshape(-1, PIXELS)
    pca_error = ((flat - pca.inverse_transform(pca.transform(flat))) ** 2).mean()
    peers = {
        rate: race.run(
            "pythae_autoencoder",
            **paths,
            width=PIXELS,
            n_components=8,
            hidden=None,
            epochs=epochs,
            batch_size=64,
            learning_rate=rate,
            seed=0,
        )
        for rate in (1e-4, 1e-3)
    }
    ours = [
        race.run(
            "diabolo_autoencoder",
            **paths,
            n_components=8,
            arguments={"max_epochs": epochs, "random_state": seed},
        )
        for seed in race.seeds
    ]
    beside = f"PCA {pca_error:.4f}; " + "; ".join(
        f"pythae at {rate:g} {run['error'] / PIXELS:.4f} in {run['seconds']:.1f} s"
        for rate, run in peers.items()
    )
    error = mean(run["error"] for run in ours) / PIXELS
    yield Bar("digits, k = 8: test error per pixel", error, 0.0110, beside=beside)
    yield Bar("digits, k = 8: seconds of the fit", mean(run["seconds"] for run in ours))
