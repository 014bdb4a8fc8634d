"""Training, epoch by epoch, in the units of the model that was trained."""

from typing import Any

from diabolo.models import diagnosis
from diabolo.report.records import Curves

__all__ = ["curves"]

NO_MEASURE = ""  # of single rows: the last weights are kept
UNITS = {
    "LinearAutoencoder": ("squared error per row", "squared error per row"),
    "VAE": ("loss in nats per row", "−ELBO in nats per row"),
    "MaskedAutoencoder": ("loss in nats per row", "loss in nats per row"),
    "Flow": ("squared error of the velocity", "squared error of the velocity"),
    "GAN": ("losses of both players", NO_MEASURE),
}
"""By estimator: what its loss on training rows is, and by what of held-out rows its weights are chosen."""


def curves(model: Any) -> Curves | None:
    """The curves of a fitted model; None where there were no epochs.

    Parameters
    ----------
    model : estimator

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> curves(LinearAutoencoder(2).fit(digits()[:50])) is None
    True
    """
    history = model.history_
    if not history.epochs:
        return None
    epochs = history.epochs
    on_training, on_held_out = UNITS.get(type(model).__name__, (Curves.on_training, Curves.on_held_out))
    return Curves(
        tuple(epoch.epoch for epoch in epochs),
        tuple(sum(epoch.terms.values()) for epoch in epochs),
        tuple(epoch.held_out for epoch in epochs) if on_held_out else (),
        history.best_epoch,
        history.plan.get("epochs_before", -1) + 1,
        history.best if history.plan.get("linear_path") == diagnosis.IS_PCA else None,
        on_training,
        on_held_out,
    )
