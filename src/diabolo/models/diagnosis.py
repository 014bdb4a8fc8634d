"""What to beware of: a code that is not used, dimensions that do nothing, rows learned by heart, networks of no use."""

import torch
from torch import Tensor

from diabolo import notices
from diabolo.errors import (
    CollapseWarning,
    DeadDimensionWarning,
    DiaboloWarning,
    LinearFallbackWarning,
    OverfittingWarning,
)
from diabolo.models.base import Decodes
from diabolo.train import History

__all__ = [
    "FROM_PCA",
    "IS_PCA",
    "collapse",
    "dead_dimensions",
    "death",
    "effects",
    "fallback",
    "inactivity",
    "overfitting",
    "warn",
]

IS_PCA, FROM_PCA = "is PCA", "trained from PCA"  # what the plan of training says of a linear path
FALLBACK = {
    IS_PCA: "neither the networks alone nor training from the principal components was clearly better, so it is PCA "
    "now: the linear model does the same in a moment",
    FROM_PCA: "the networks alone were not clearly better, so it was trained again, from the principal components",
}

ROWS = 1000  # decoded again for every dimension
LEAST_EFFECT = 1e-3  # of the variance of all decoded rows
COLLAPSED = 0.99  # of the mean row's error
OVERFITTED = 1.5  # times the training error

Note = tuple[type[DiaboloWarning], str]


def dead_dimensions(model: Decodes, codes: Tensor) -> list[int]:
    """Latent dimensions (counted from 1) whose replacement by their mean leaves decoded rows as they were.

    Dimension j is dead where the mean of ‖decode(z) − decode(z with z_j at its mean)‖² is less than 0.1 % of
    the variance of decode(z).

    Parameters
    ----------
    model : Decodes
    codes : Tensor, shape (n, k)

    Examples
    --------
    >>> class Doubling:
    ...     def decode_coordinates(self, code):
    ...         return code * torch.tensor([2.0, 0.0])
    >>> dead_dimensions(Doubling(), torch.randn(100, 2))
    [2]
    """
    found = effects(model, codes[:: max(1, len(codes) // ROWS)])
    return [j + 1 for j, effect in enumerate(found.tolist()) if effect < LEAST_EFFECT and bool(found.any())]


@torch.inference_mode()
def effects(model: Decodes, codes: Tensor) -> Tensor:
    """Share of the variance of decoded rows that hangs on each dimension, float64 (k,); zero where nothing varies.

    Parameters
    ----------
    model : Decodes
    codes : Tensor, shape (n, k)

    Examples
    --------
    >>> class Doubling:
    ...     def decode_coordinates(self, code):
    ...         return code * torch.tensor([2.0, 0.0])
    >>> effects(Doubling(), torch.randn(100, 2))
    tensor([1., 0.], dtype=torch.float64)
    """
    rows = model.decode_coordinates(codes)
    total = float((rows - rows.mean(0)).double().square().sum()) or 1.0
    lost = [
        (model.decode_coordinates(_without(codes, j)) - rows).double().square().sum()
        for j in range(codes.shape[1])
    ]
    return torch.stack(lost).cpu() / total


def death(dead: list[int], n_components: int) -> list[Note]:
    """The warning about dead dimensions, if there are any.

    Examples
    --------
    >>> death([2], 3)[0][1][:42]
    '1 of 3 latent dimensions does nothing (z2)'
    """
    if not dead:
        return []
    shown = ", ".join(f"z{j}" for j in dead[:8]) + (", ..." if len(dead) > 8 else "")
    text = (
        f"{len(dead)} of {n_components} latent dimensions {'do' if len(dead) > 1 else 'does'} nothing "
        f"({shown}): held at the mean, the decoded rows change by less than 0.1 %. Fewer dimensions would "
        f"keep as much."
    )
    return [(DeadDimensionWarning, text)]


def collapse(error: float, mean_error: float) -> list[Note]:
    """The warning about a reconstruction that is no better than the mean row, if it is so.

    Examples
    --------
    >>> len(collapse(0.5, 1.0)), len(collapse(1.0, 1.0))
    (0, 1)
    """
    if mean_error <= 0 or error < COLLAPSED * mean_error:
        return []
    text = (
        f"the reconstruction ignores the code: its error per row, {error:.4g}, is no better than the mean "
        f"row's, {mean_error:.4g}. Either the columns have nothing in common, or training went wrong: look "
        f"at the loss curves."
    )
    return [(CollapseWarning, text)]


def inactivity(active: int, n_components: int) -> list[Note]:
    """The warning about a distribution of codes that is the same for all rows, if it is so.

    Examples
    --------
    >>> len(inactivity(1, 8)), inactivity(0, 8)[0][1][:37]
    (0, 'none of the 8 latent dimensions tells')
    """
    if active:
        return []
    text = (
        f"none of the {n_components} latent dimensions tells rows apart: their codes are the prior's, and every row is "
        f"rebuilt as the mean. Either the columns have nothing in common, or information costs too much: lower beta, or "
        f"give terms.KL with more free_bits or a longer warmup; more epochs may help as well."
    )
    return [(CollapseWarning, text)]


def overfitting(error: float, train_error: float | None) -> list[Note]:
    """The warning about held-out rows that come back much worse than training rows, if they do.

    Examples
    --------
    >>> len(overfitting(1.0, 0.9)), len(overfitting(1.0, 0.5)), len(overfitting(1.0, None))
    (0, 1, 0)
    """
    if train_error is None or error <= OVERFITTED * train_error:
        return []
    text = (
        f"held-out rows come back worse than training rows: squared error {error:.4g} against "
        f"{train_error:.4g} per row. More rows, a smaller model, fewer dimensions or a corruption would help."
    )
    return [(OverfittingWarning, text)]


def fallback(history: History) -> list[Note]:
    """The warning about networks that were not clearly better than PCA on held-out rows, if that was so.

    Examples
    --------
    >>> fallback(History((), "max_epochs", 9, 1.5, 100, 12, 1e6, {"linear_path": IS_PCA}))[0][1][:39]
    'this model was held against PCA of the '
    """
    outcome = history.plan.get("linear_path")
    if outcome not in FALLBACK:
        return []
    text = (
        f"this model was held against PCA of the same width, on rows held out from training: {FALLBACK[outcome]}. "
        f"More rows, more epochs or another width may give networks more to find."
    )
    return [(LinearFallbackWarning, text)]


def warn(notes: list[Note]) -> tuple[str, ...]:
    """Emit each warning under its class; returns the sentences.

    Examples
    --------
    >>> warn([])
    ()
    """
    for category, text in notes:
        notices.warn(text, category)
    return tuple(text[0].upper() + text[1:] for _, text in notes)


def _without(codes: Tensor, dimension: int) -> Tensor:
    """The codes with one dimension at its mean."""
    changed = codes.clone()
    changed[:, dimension] = codes[:, dimension].mean()
    return changed
