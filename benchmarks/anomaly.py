"""Odd rows found: labelled tables beside PyOD and PCA reconstruction, and MNIST one digit at a time.

The tables are what scikit-learn ships or generates. A class counts as odd and is thinned out to a tenth of the rows
(wine: 8 %), or a twentieth of rows is added that follows no rule of the others. 60 % of the rows, odd ones among them, are
fitted without labels, the others are scored, as in PyOD's own table; three draws and splits. Diabolo and PyOD are at their
defaults, PCA has the width of Diabolo's code (2, or 1 where there are two columns).

MNIST is the protocol of Deep SVDD: the training images of one digit are fitted, all 10,000 test images are scored.

References: Zhao et al., "PyOD", JMLR 2019; Ruff et al., "Deep one-class classification", ICML 2018.
"""

from collections.abc import Iterator
from statistics import mean

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.bars import Bar
from benchmarks.race import Race

Labelled = tuple[np.ndarray, np.ndarray]
DEEP_SVDD = 94.8
WIDTH = 32  # of the code of a digit


def thinned(rows: np.ndarray, odd: np.ndarray, share: float, random: np.random.Generator) -> Labelled:
    """All normal rows and so many odd ones that they make up `share`."""
    normal, few = np.flatnonzero(~odd), np.flatnonzero(odd)
    chosen = random.choice(few, min(len(few), round(share / (1 - share) * len(normal))), replace=False)
    order = np.concatenate([normal, chosen])
    return rows[order].astype("float32"), odd[order]


def joined(rows: np.ndarray, stray: np.ndarray) -> Labelled:
    """Rows and odd ones among them."""
    odd = np.repeat([False, True], [len(rows), len(stray)])
    return np.concatenate([rows, stray]).astype("float32"), odd


def around(rows: np.ndarray, random: np.random.Generator) -> Labelled:
    """Rows and a twentieth spread evenly over a box that is a fifth larger than theirs."""
    low, high = rows.min(0), rows.max(0)
    margin = 0.1 * (high - low)
    stray = random.uniform(low - margin, high + margin, (len(rows) // 20, rows.shape[1]))
    return joined(rows, stray)


def broken(random: np.random.Generator) -> Labelled:
    """Twelve columns made of three, and rows whose cells are drawn from each column by itself."""
    rows = random.normal(size=(1000, 3)) @ random.normal(size=(3, 12)) + 0.3 * random.normal(size=(1000, 12))
    return joined(rows, np.stack([random.choice(column, 50) for column in rows.T], 1))


def labelled(seed: int) -> dict[str, Labelled]:
    """The sets, by name."""
    random = np.random.default_rng(seed)
    cancer, wine, iris, digits = (
        getattr(datasets, f"load_{name}")() for name in ("breast_cancer", "wine", "iris", "digits")
    )
    return {
        "breast cancer": thinned(cancer.data, cancer.target == 0, 0.1, random),
        "wine": thinned(wine.data, wine.target == 0, 0.08, random),
        "iris": thinned(iris.data, iris.target == 2, 0.1, random),
        **{
            f"digit {digit}": thinned(digits.data, digits.target != digit, 0.1, random) for digit in (0, 3, 8)
        },
        "moons": around(datasets.make_moons(1000, noise=0.05, random_state=seed)[0], random),
        "rings": around(datasets.make_circles(1000, noise=0.05, factor=0.5, random_state=seed)[0], random),
        "blobs": around(datasets.make_blobs(1000, 4, centers=5, random_state=seed)[0], random),
        "swiss roll": around(datasets.make_swiss_roll(1000, noise=0.3, random_state=seed)[0], random),
        "broken relations": broken(random),
    }


def pca_scores(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Minus the reconstruction error of standardized rows."""
    scaler = StandardScaler().fit(train)
    pca = PCA(min(2, train.shape[1] - 1)).fit(scaler.transform(train))
    scaled = scaler.transform(test)
    return -((scaled - pca.inverse_transform(pca.transform(scaled))) ** 2).sum(1)


def tables(race: Race) -> Iterator[Bar]:
    """Mean AUROC in percent over sets and draws."""
    found: dict[str, dict[str, list[float]]] = {}
    seconds: dict[str, float] = {}
    for seed in race.seeds:
        sets, parts = labelled(seed), {}
        for name, (rows, odd) in list(sets.items())[: 2 if race.quick else None]:
            train, test, _, truth = train_test_split(
                rows, odd, test_size=0.4, random_state=seed, stratify=odd
            )
            paths = [race.array(f"{name}-{seed}-{part}", x) for part, x in (("train", train), ("test", test))]
            parts[name] = (paths, truth, pca_scores(train, test))
        paths = [paths for paths, _, _ in parts.values()]
        arguments = {"random_state": seed} | ({"max_epochs": 2} if race.quick else {})
        runs = {
            "Autoencoder": race.run(
                "diabolo_scores", estimator="Autoencoder", arguments=arguments, sets=paths
            ),
            "LinearAutoencoder": race.run(
                "diabolo_scores", estimator="LinearAutoencoder", arguments={}, sets=paths
            ),
            "PyOD": race.run("pyod_autoencoder", sets=paths, seed=seed),
        }
        for who, run in runs.items():
            seconds[who] = seconds.get(who, 0.0) + run["cpu_seconds"]
        for i, (name, (_, truth, pca)) in enumerate(parts.items()):
            scores = {who: run["scores"][i] for who, run in runs.items()} | {"PCA": pca}
            for who, likelihood in scores.items():
                auroc = 100 * roc_auc_score(truth, -np.asarray(likelihood))
                found.setdefault(who, {}).setdefault(name, []).append(auroc)
    yield from _bars(found, seconds)


def _bars(found: dict[str, dict[str, list[float]]], seconds: dict[str, float]) -> Iterator[Bar]:
    """The means of all sets, and what they are made of."""
    means = {who: mean(mean(draws) for draws in sets.values()) for who, sets in found.items()}
    for who in ("Autoencoder", "LinearAutoencoder"):
        spread = np.std([mean(draws) for draws in zip(*found[who].values(), strict=True)])
        what = f"{who}: mean AUROC over {len(found[who])} labelled tables"
        best = max(means["PyOD"], means["PCA"])
        beside = (
            f"± {spread:.1f}; PyOD AutoEncoder {means['PyOD']:.1f}, PCA reconstruction {means['PCA']:.1f}; "
            f"{seconds[who]:.0f} CPU s, PyOD {seconds['PyOD']:.0f}"
        )
        yield Bar(what, means[who], best, at_least=True, beside=beside)
    for name in found["PyOD"]:
        values = {who: mean(sets[name]) for who, sets in found.items()}
        beside = ", ".join(f"{who} {value:.1f}" for who, value in values.items() if who != "Autoencoder")
        yield Bar(f"... {name}", values["Autoencoder"], beside=beside)


def mnist(race: Race) -> Iterator[Bar]:
    """One digit is known, the others are odd: the likelihood under probabilistic PCA."""
    images = race.mnist
    with np.load(race.data / "mnist.npz") as arrays:
        labels, truth = arrays["y_train"], arrays["y_test"]
    train = np.load(images["train"], mmap_mode="r")
    labels, truth = labels[: len(train)], truth[: len(np.load(images["test"], mmap_mode="r"))]
    known = [race.array(f"mnist-{digit}", train[labels == digit]) for digit in range(10)]
    run = race.run(
        "diabolo_scores",
        estimator="LinearAutoencoder",
        arguments={"n_components": WIDTH},
        sets=[[path, images["test"]] for path in known],
    )
    aurocs = {
        kind: [100 * roc_auc_score(truth == digit, sign * np.array(run[kind][digit])) for digit in range(10)]
        for kind, sign in (("scores", 1), ("errors", -1))
    }
    beside = (
        f"digits 0-9: {' '.join(f'{value:.1f}' for value in aurocs['scores'])}; reconstruction error alone "
        f"{mean(aurocs['errors']):.2f}; Deep SVDD {DEEP_SVDD}; {run['cpu_seconds']:.0f} CPU s for ten fits"
    )
    limit = None if race.quick else DEEP_SVDD
    yield Bar(
        "MNIST, one digit known: mean AUROC of ten",
        mean(aurocs["scores"]),
        limit,
        at_least=True,
        beside=beside,
    )
