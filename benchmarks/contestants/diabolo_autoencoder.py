"""Diabolo's estimators through their public face.

Parameters: `train`, `test` (.npy, images or rows scaled to [0, 1]), `estimator` (its name), `n_components`,
`arguments` (its keywords), optionally `hidden` and `dense` (a dense architecture), `trainer` (keywords of the
trainer) and `truncate` (latent widths to judge besides the whole). The clock runs over the whole `fit`. The
error is computed here, from what `reconstruct` gives back, pixels clipped to their range, on test rows and on the
first 10,000 training rows; the distance is the model's own `reconstruction_error`, which for a linear model clips
nothing.
"""

import numpy as np
from clock import answer, parameters, timed

import diabolo


def estimator(p: dict) -> "diabolo.Autoencoder":
    arguments = dict(p.get("arguments", {}))
    if p.get("hidden"):
        arguments["architecture"] = diabolo.nn.Dense(tuple(p["hidden"]), **p.get("dense", {}))
    if p.get("trainer"):
        arguments["trainer"] = diabolo.Trainer(**p["trainer"])
    return getattr(diabolo, p.get("estimator", "Autoencoder"))(p["n_components"], **arguments)


def squared_error(model: "diabolo.Autoencoder", rows: np.ndarray) -> float:
    """Mean over rows of the squared error summed over the columns."""
    difference = rows.astype("float64") - np.asarray(model.reconstruct(rows))
    return float((difference**2).sum() / len(rows))


def rate(history: "diabolo.train.History") -> float:
    """Training rows a second in the median epoch after the first, its held-out evaluation included."""
    ends = [epoch.seconds for epoch in history.epochs]
    return history.rows / float(np.median(np.diff(ends))) if len(ends) > 1 else history.rows_per_second


def main() -> None:
    p = parameters()
    train, test = np.load(p["train"]), np.load(p["test"])
    model = estimator(p)
    figures = timed(lambda: model.fit(train))
    history = model.history_
    answer(
        **figures,
        error=squared_error(model, test),
        train_error=squared_error(model, train[:10_000]),
        distance=float(model.reconstruction_error(test).mean()),
        rows_per_second=rate(history),
        plan=history.plan,
        epochs=len(history.epochs),
        truncated={k: squared_error(model.truncate(k), test) for k in p.get("truncate", [])},
    )


if __name__ == "__main__":
    main()
