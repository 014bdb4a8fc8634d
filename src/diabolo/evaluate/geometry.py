"""How far two placements of the same rows agree on who is near whom: ranks, blocked, exact."""

import dataclasses

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from diabolo.errors import ParameterError
from diabolo.neighbors import search
from diabolo.randomness import derive

__all__ = ["Agreement", "agreement", "hits", "shepard"]

CELLS = 1 << 22  # of a block of distances
PAIRS = 200_000  # of rows, for the Shepard correlation


@dataclasses.dataclass(frozen=True)
class Agreement:
    """How far neighbors in a map are neighbors in the data, and the other way round.

    Parameters
    ----------
    trustworthiness : float
        1 where all neighbors in the map are neighbors in the data: nothing false is shown.
    continuity : float
        1 where all neighbors in the data are neighbors in the map: nothing true is torn apart.
    rank_error : float
        Mean relative rank error, 0 where all neighbors keep their rank.

    Examples
    --------
    >>> Agreement(1.0, 1.0, 0.0).trustworthiness
    1.0
    """

    trustworthiness: float
    continuity: float
    rank_error: float


def agreement(data: Tensor, places: Tensor, k: int = 5) -> Agreement:
    r"""Trustworthiness, continuity and mean relative rank error at k neighbors.

    With r(i, j) the rank of j among the neighbors of i in the data, s(i, j) that in the map, N(i) and M(i) the k nearest
    in data and map,

        trustworthiness = 1 − 2/(n k (2n − 3k − 1)) Σ_i Σ_{j ∈ M(i)} max(0, r(i, j) − k)
        continuity      = 1 − 2/(n k (2n − 3k − 1)) Σ_i Σ_{j ∈ N(i)} max(0, s(i, j) − k)
        rank error      = ½ Σ_i (Σ_{j ∈ M(i)} |r − s|/s + Σ_{j ∈ N(i)} |r − s|/r) / (n Σ_{l ≤ k} |n − 2l|/l)

    Equal distances share the best rank they could have, so that duplicates count nothing.

    Parameters
    ----------
    data : Tensor, shape (n, d)
    places : Tensor, shape (n, k')
    k : int
        Less than n / 2.

    Raises
    ------
    ParameterError
        There are not more than 2k rows.

    References
    ----------
    Venna & Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001.
    Lee & Verleysen, "Quality assessment of dimensionality reduction: rank-based criteria", Neurocomputing 2009.

    Examples
    --------
    >>> line = torch.arange(12.0)[:, None]
    >>> agreement(line, 3 * line + 1, 2)
    Agreement(trustworthiness=1.0, continuity=1.0, rank_error=0.0)
    """
    n = len(data)
    if not 1 <= k < n / 2:
        raise ParameterError(
            f"{k} neighbors cannot be judged on {n} rows: give a number from 1 to {(n - 1) // 2}, or more rows."
        )
    in_map, in_data = search(places, k)[1], search(data, k)[1]
    r_map, s_data = _ranks(data, in_map), _ranks(places, in_data)
    s_map, r_data = _ranks(places, in_map), _ranks(data, in_data)
    worst = n * k * (2 * n - 3 * k - 1) / 2
    rank = torch.arange(1, k + 1, dtype=torch.float64)
    most = n * float(((n - 2 * rank).abs() / rank).sum())
    off = ((r_map - s_map).abs() / s_map).sum() + ((r_data - s_data).abs() / r_data).sum()
    return Agreement(
        1 - float((r_map - k).clamp(min=0).sum()) / worst,
        1 - float((s_data - k).clamp(min=0).sum()) / worst,
        float(off) / 2 / most,
    )
