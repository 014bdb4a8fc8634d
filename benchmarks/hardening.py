"""Hardened classifiers of MNIST: what they withstand, what they cost, and how right they stay."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.bars import Bar
from benchmarks.race import Race
from diabolo import Classifier, RobustClassifier, Trainer
from diabolo.attacks import FGSM, PGD, Linf
from diabolo.errors import DiaboloWarning
from diabolo.nn import Dense, Modules

EPS, STEP = 0.3, 0.375  # Wong, Rice & Kolter 2020
GOODFELLOW_EPS = 0.25
RESTARTS = 10
Arrays = dict[str, np.ndarray]


def digits(race: Race) -> Arrays:
    """Images in [0, 1] and labels."""
    paths = {**race.mnist, **race.mnist_labels}
    return {name: np.load(path) for name, path in paths.items()}


def convolutions() -> Modules:
    """The network of fast adversarial training: 4 x 4 kernels with stride 2, 16 and 32 maps, 100 hidden units."""
    torch.manual_seed(0)
    return Modules(
        nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            *(nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10)),
        )
    )


def left(attack: Any, model: Any, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which rows are still labeled right after an attack."""
    found = attack.run(model, X, y, bounds=(0, 1))
    return ~(found.success | (found.reason == "skipped_wrong"))


def convolutional(race: Race) -> Iterator[Bar]:
    """One step of search in training, fifty with ten restarts in judging."""
    warnings.simplefilter("ignore", DiaboloWarning)
    data, epochs = digits(race), 2 if race.quick else 10
    plan = {"max_epochs": epochs, "batch_size": 100, "learning_rate": 5e-3, "random_state": 0}
    started = time.process_time()
    model = RobustClassifier("fgsm", ball=Linf(EPS), step_size=STEP, architecture=convolutions(), **plan)
    model.fit(data["train"], data["labels"])
    seconds = time.process_time() - started
    clean = model.score(data["test"], data["test_labels"])
    yield Bar("FGSM-hardened MNIST CNN: clean accuracy", clean, 0.984, True, "fast_adversarial 0.985")
    X, y = (data[name][: 100 if race.quick else 1000] for name in ("test", "test_labels"))
    stands = np.ones(len(X), bool)
    for seed in range(1 if race.quick else RESTARTS):
        stands[stands] = left(
            PGD(Linf(EPS), steps=50, step_size=0.01, random_state=seed), model, X[stands], y[stands]
        )
    beside = f"{len(X):,} images; fast_adversarial 0.888, AutoAttack's board 0.829"
    yield Bar("... accuracy after PGD-50 with 10 restarts, eps .3", float(stands.mean()), 0.86, True, beside)
    yield Bar("... CPU seconds of training", seconds, 150, beside=f"{epochs} epochs")


def dense(race: Race) -> Iterator[Bar]:
    """Goodfellow's experiment: half of the loss from rows that one step has changed."""
    warnings.simplefilter("ignore", DiaboloWarning)
    data, epochs = digits(race), 2 if race.quick else 10
    plan = {
        "architecture": Dense((240, 240), activation="relu", norm="none"),
        "max_epochs": epochs,
        "batch_size": 100,
        "random_state": 0,
        "learning_rate": 2e-3,
    }
    test, truth = data["test"], data["test_labels"]
    trainer = Trainer(weight_decay=0.0, betas=(0.9, 0.999), patience=0.99)
    plain = Classifier(**plan, trainer=trainer).fit(data["train"], data["labels"])
    hard = RobustClassifier("fgsm", ball=Linf(GOODFELLOW_EPS), weight=0.5, **plan).fit(
        data["train"], data["labels"]
    )
    attack = FGSM(Linf(GOODFELLOW_EPS))
    errors = {
        name: 1 - float(left(attack, model, test, truth).mean())
        for name, model in (("plain", plain), ("hard", hard))
    }
    clean = {name: 1 - model.score(test, truth) for name, model in (("plain", plain), ("hard", hard))}
    yield Bar(
        "MNIST MLP: FGSM error before hardening, eps .25",
        errors["plain"],
        0.85,
        True,
        "Goodfellow 2014 0.894",
    )
    yield Bar("... after", errors["hard"], 0.179, beside="Goodfellow 2014 0.179")
    beside = f"{clean['plain']:.4f} before; Goodfellow 2014 0.0094 and 0.0084"
    yield Bar("... clean error after hardening", clean["hard"], clean["plain"], beside=beside)
    stands = left(PGD(Linf(GOODFELLOW_EPS), steps=20), hard, test[:1000], truth[:1000])
    yield Bar(
        "... error after PGD-20, which it was not hardened for",
        1 - float(stands.mean()),
        beside="1,000 images",
    )
