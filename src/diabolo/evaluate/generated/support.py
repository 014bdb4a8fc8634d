"""Whether generated rows lie where real ones do, and everywhere where they do."""

import numpy as np
import torch
from torch import Tensor

from diabolo.neighbors import search

__all__ = ["alpha_precision", "authenticity", "beta_recall"]

LEVELS = 30


def alpha_precision(real: Tensor, generated: Tensor) -> float:
    """Whether the generated rows are as far from the middle as real ones: 1 − Σ |α − P(α)| / Σ α over 30 levels.

    P(α) is the share of generated rows within the ball around the real mean that holds a share α of the real rows.

    Parameters
    ----------
    real, generated : Tensor, shapes (n, d) and (m, d)

    References
    ----------
    Alaa et al., "How faithful is your synthetic data? Sample-level metrics for evaluating and auditing generative models",
    ICML 2022 (without their one-class embedding).

    Examples
    --------
    >>> rows = torch.rand(500, 2, generator=torch.Generator().manual_seed(0))
    >>> alpha_precision(rows, rows) > 0.99, alpha_precision(rows, rows + 9)
    (True, 0.0)
    """
    center = real.mean(0)
    radii = _lengths(real - center).quantile(_alphas())
    inside = _shares(_lengths(generated - center), radii)
    return _agreement(inside)


def beta_recall(real: Tensor, generated: Tensor) -> float:
    """Whether every real row has a generated one about it: 1 − Σ |β − R(β)| / Σ β over 30 levels.

    R(β) is the share of real rows whose nearest generated row is not further than their nearest real one, and lies within
    the ball around the generated mean that holds a share β of such rows. As many rows as good as real ones get about 0.5;
    only copies of these very rows get 1.

    Parameters
    ----------
    real, generated : Tensor, shapes (n, d) and (m, d)
        Best equally many: recall rises with the number of generated rows.

    References
    ----------
    Alaa et al., ICML 2022.

    Examples
    --------
    >>> rows = torch.rand(500, 2, generator=torch.Generator().manual_seed(0))
    >>> beta_recall(rows, rows) > 0.99, beta_recall(rows, rows + 9)
    (True, 0.0)
    """
    own = search(real, 1)[0][:, 0]
    distance, nearest = (found[:, 0] for found in search(real, 1, among=generated))
    length = _lengths(generated[nearest] - generated.mean(0))
    radii = length.quantile(_alphas())
    covered = torch.where(distance <= own, length, torch.inf)
    return _agreement(_shares(covered, radii))


def authenticity(train: Tensor, generated: Tensor) -> float:
    """Share of generated rows that are further from the nearest training row than that one from its nearest other.

    0 for copies; fresh real rows get about a half.

    Parameters
    ----------
    train, generated : Tensor, shapes (n, d) and (m, d)

    References
    ----------
    Alaa et al., ICML 2022.

    Examples
    --------
    >>> rows = torch.rand(50, 2)
    >>> authenticity(rows, rows), authenticity(rows, rows + 9)
    (0.0, 1.0)
    """
    distance, nearest = (found[:, 0] for found in search(generated, 1, among=train))
    chosen, place = nearest.unique(return_inverse=True)
    own = search(train[chosen], 2, among=train)[0][:, 1][place]  # the first is the row itself
    return float((own < distance).float().mean())


def _alphas() -> Tensor:
    return torch.from_numpy(np.linspace(0, 1, LEVELS)).float()


def _lengths(rows: Tensor) -> Tensor:
    return rows.square().sum(1).sqrt()


def _shares(values: Tensor, radii: Tensor) -> Tensor:
    """Share of values up to each radius."""
    return (values[:, None] <= radii).float().mean(0)


def _agreement(curve: Tensor) -> float:
    """1 where a curve is the diagonal."""
    levels = _alphas()
    return 1 - float((levels - curve).abs().sum() / levels.sum())
