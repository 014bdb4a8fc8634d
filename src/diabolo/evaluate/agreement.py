"""How far two placements of the same rows agree on who is near whom."""

import dataclasses
from typing import Any, cast

import torch
from scipy.stats import spearmanr
from torch import Tensor

from diabolo.errors import ParameterError
from diabolo.neighbors import ranks, search
from diabolo.randomness import generator

__all__ = ["Agreement", "agreement", "neighbor_hits", "shepard"]

PAIRS = 200_000  # of rows, on which distances are compared


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
    r"""Judge a map by trustworthiness, continuity and mean relative rank error at k neighbors.

    With r(i, j) the rank of j among the neighbors of i in the data, s(i, j) that in the map, N(i) and M(i) the k nearest
    in data and map,

        trustworthiness = 1 − 2/(n k (2n − 3k − 1)) Σ_i Σ_{j ∈ M(i)} max(0, r(i, j) − k)
        continuity      = 1 − 2/(n k (2n − 3k − 1)) Σ_i Σ_{j ∈ N(i)} max(0, s(i, j) − k)
        rank error      = ½ Σ_i (Σ_{j ∈ M(i)} |r − s|/s + Σ_{j ∈ N(i)} |r − s|/r) / (n Σ_{l ≤ k} |n − 2l|/l)

    Rows at equal distance share the best rank.

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
    both = torch.cat([search(places, k)[1], search(data, k)[1]], 1)  # neighbors in the map, then in the data
    r, s = ranks(data, both), ranks(places, both)
    worst = n * k * (2 * n - 3 * k - 1) / 2
    order = torch.arange(1, k + 1, dtype=torch.float64)
    furthest = n * float(((n - 2 * order).abs() / order).sum())
    off = (r - s).abs()
    return Agreement(
        trustworthiness=1 - float((r[:, :k] - k).clamp(min=0).sum()) / worst,
        continuity=1 - float((s[:, k:] - k).clamp(min=0).sum()) / worst,
        rank_error=float((off[:, :k] / s[:, :k]).sum() + (off[:, k:] / r[:, k:]).sum()) / 2 / furthest,
    )


def shepard(data: Tensor, places: Tensor, *, seed: int = 0) -> float:
    """Spearman's correlation of the distances between rows, in the data and in the map, over 200,000 random pairs.

    It looks at the whole, where neighbors look at what is close; NaN where all rows lie on one place.

    Parameters
    ----------
    data : Tensor, shape (n, d)
    places : Tensor, shape (n, k')
    seed : int
        Of the pairs; up to 633 rows all pairs are taken.

    References
    ----------
    Shepard, "The analysis of proximities", Psychometrika 1962.

    Examples
    --------
    >>> rows = torch.rand(30, 2)
    >>> round(shepard(rows, 2 * rows), 6)
    1.0
    """
    n = len(data)
    if n * (n - 1) // 2 <= PAIRS:
        left, right = torch.triu_indices(n, n, 1).unbind()
    else:
        draw = generator(seed, "pairs")
        left = torch.randint(n, (PAIRS,), generator=draw)
        right = (left + torch.randint(1, n, (PAIRS,), generator=draw)) % n
    between = [_between(rows, left, right) for rows in (data, places)]
    if any(bool((d == d[0]).all()) for d in between):
        return float("nan")
    found = cast(Any, spearmanr(between[0].numpy(), between[1].numpy()))  # typed as a plain tuple
    return float(found.statistic)


def _between(rows: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Distances of pairs, some thousands at a time."""
    parts = zip(left.split(4096), right.split(4096), strict=True)
    return torch.cat([(rows[i] - rows[j]).double().square().sum(1).sqrt() for i, j in parts])


def neighbor_hits(places: Tensor, classes: Tensor, ks: tuple[int, ...] = (1, 5, 10)) -> dict[int, float]:
    """Share of each row's k nearest in the map that carry its own label.

    Parameters
    ----------
    places : Tensor, shape (n, k')
    classes : int64 Tensor, shape (n,)
    ks : tuple of int
        Those that are less than n are answered.

    References
    ----------
    Paulovich et al., "Least square projection", IEEE TVCG 2008.

    Examples
    --------
    >>> neighbor_hits(torch.tensor([[0.0], [0.1], [9.0], [9.1]]), torch.tensor([0, 0, 1, 1]), (1, 3))
    {1: 1.0, 3: 0.3333333432674408}
    """
    ks = tuple(k for k in ks if k < len(places))
    same = classes[search(places, max(ks))[1]] == classes[:, None]
    return {k: float(same[:, :k].float().mean()) for k in ks}
