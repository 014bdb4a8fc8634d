"""Whether generated rows are nearer to the training rows than they ought to be."""

import dataclasses

import numpy as np
import torch
from torch import Tensor

from diabolo.evaluate.generated.cells import Cells
from diabolo.evaluate.generated.space import Points, Space, distances

__all__ = ["Nearness", "nearest", "nearness"]

NEAR = 0.02  # quantile of the held-out rows' distances
SAME = 5e-7  # of the range of a column: what rounding to float32 on the way through a model makes


@dataclasses.dataclass(frozen=True)
class Nearness:
    """How near rows are to the training rows.

    Parameters
    ----------
    dcr_share : float
        How often the nearest record is a training row, had there been as many held-out ones: ½ is ideal, 1 all copies.
    near : float
        Share of them as near to a training row as the nearest 2 % of the held-out rows.
    copies : float
        Share of them that equal a training row in every cell, but for rounding.

    Examples
    --------
    >>> Nearness(0.5, 0.02, 0.0).near
    0.02
    """

    dcr_share: float
    near: float
    copies: float


def nearness(space: Space, train: Cells, held_out: Cells, generated: Cells) -> Nearness:
    """Distance to the closest record, in training rows against held-out rows.

    Of n training and m held-out rows a fresh row finds its nearest among the former with a chance of n/(n + m), whatever
    their distribution. The share s of generated rows that do is brought to equal numbers by its odds,
    s m / (s m + (1 − s) n): nothing is thrown away, which would hide copies of what is thrown away. Where records of both
    are nearest, each counts.

    Parameters
    ----------
    space : Space
    train, held_out, generated : Cells

    References
    ----------
    Platzer & Reutterer, "Holdout-based empirical assessment of mixed-type synthetic data", Frontiers in Big Data 2021.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> rng = np.random.default_rng(0)
    >>> cells = read(*(Frame.of(rng.normal(size=(n, 2))) for n in (400, 100, 300)))
    >>> train, held_out, fresh = cells
    >>> nearness(Space.of(*cells), train, held_out, train).dcr_share
    1.0
    >>> 0.4 < nearness(Space.of(*cells), train, held_out, fresh).dcr_share < 0.65
    True
    """
    known, others, rows = (space(table) for table in (train, held_out, generated))
    to_train, many = _least(rows, known)
    to_others, few = _least(rows, others)
    share = torch.where(to_train == to_others, many / (many + few), (to_train < to_others).double()).mean()
    odds = float(share) * len(others), (1 - float(share)) * len(known)
    line = _least(others, known)[0].quantile(NEAR)
    same = SAME * len(train.names)
    return Nearness(
        odds[0] / sum(odds),
        float((to_train <= line).double().mean()),
        float((to_train <= same).double().mean()),
    )


def nearest(space: Space, train: Cells, generated: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Distance of each generated row from the nearest training row, and which one that is.

    Parameters
    ----------
    space : Space
    train, generated : Cells

    Returns
    -------
    (distances, rows) : float32 and int64 arrays, each (n,)

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> cells = read(Frame.of({"age": [20, 40, 30]}), Frame.of({"age": [39]}))
    >>> [found.round(2).tolist() for found in nearest(Space.of(*cells), *cells)]
    [[0.05000000074505806], [1]]
    """
    found = [block.min(1) for block in distances(space(generated), space(train))]
    return torch.cat([f.values for f in found]).numpy(), torch.cat([f.indices for f in found]).numpy()


def _least(rows: Points, others: Points) -> tuple[Tensor, Tensor]:
    """Distance of each row from the nearest of others, and how many are as near."""
    found = []
    for block in distances(rows, others):
        least = block.amin(1)
        found.append((least, (block == least[:, None]).sum(1, dtype=torch.float64)))
    near, many = zip(*found, strict=True)
    return torch.cat(near), torch.cat(many)
