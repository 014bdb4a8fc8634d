"""Diabolo's latent space as a map of labelled images.

Parameters: those of `diabolo_autoencoder`, `labels` and `test_labels` (.npy), optionally `penalty` (keywords of
`Neighbors`) and `run_dir`. The accuracy is scikit-learn's, of the nearest training images to each test image in the
latent space; labels are used for nothing else. Trustworthiness is that of 10,000 images, as published figures are.
"""

import numpy as np
from clock import answer, parameters, timed
from diabolo_autoencoder import estimator, squared_error
from sklearn.neighbors import KNeighborsClassifier

import diabolo

ROWS = 10_000


def accuracy(model: "diabolo.Autoencoder", p: dict, k: int) -> float:
    """Share of the test images whose k nearest training images agree on the right label."""
    classifier = KNeighborsClassifier(k).fit(model.transform(np.load(p["train"])), np.load(p["labels"]))
    return float(classifier.score(model.transform(np.load(p["test"])), np.load(p["test_labels"])))


def main() -> None:
    p = parameters()
    train, test = np.load(p["train"]), np.load(p["test"])
    model = estimator(p)
    if "penalty" in p:
        model.set_params(penalty=diabolo.terms.Neighbors(**p["penalty"]))
    figures = timed(lambda: model.fit(train, run_dir=p.get("run_dir")))
    first, held_out = (diabolo.evaluate.map_quality(model, rows[:ROWS]) for rows in (train, test))
    answer(
        **figures,
        error=squared_error(model, test),
        nearest=accuracy(model, p, 1),
        nearest_5=accuracy(model, p, 5),
        trust=first.model.trustworthiness,
        test_trust=held_out.model.trustworthiness,
        test_continuity=held_out.model.continuity,
        test_shepard=held_out.model.shepard,
        epochs=len(model.history_.epochs),
        plan=model.history_.plan,
    )


if __name__ == "__main__":
    main()
