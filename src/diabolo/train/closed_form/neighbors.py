"""Exact nearest neighbors by blocks of one matrix product each."""

import torch
from torch import Tensor

__all__ = ["neighbors"]

CELLS = 2**25  # distances held at a time


def neighbors(rows: Tensor, k: int, queries: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The k nearest rows of each query by Euclidean distance, ‖q − r‖² = ‖q‖² − 2 q·r + ‖r‖².

    Parameters
    ----------
    rows : Tensor, shape (n, d)
    k : int
        At most n, or n − 1 where the rows are their own queries.
    queries : Tensor, shape (m, d), optional
        By default the rows themselves, none of which then counts as its own neighbor.

    Returns
    -------
    (squared distances, row numbers) : Tensors of shape (m, k)
        Nearest first.

    Examples
    --------
    >>> neighbors(torch.tensor([[0.0], [1.0], [3.0]]), 1)[1].ravel()
    tensor([1, 0, 1])
    """
    own = queries is None
    queries = rows if queries is None else queries
    halves = rows.square().sum(1) / 2
    found: list[tuple[Tensor, Tensor]] = []
    start = 0
    for block in queries.split(max(1, CELLS // len(rows))):
        scores = torch.addmm(halves, block, rows.T, alpha=-1.0)  # half the squared distance, up to the query
        if own:
            scores[:, start : start + len(block)].fill_diagonal_(torch.inf)
        values, places = scores.topk(k, 1, largest=False)
        found.append(((2 * values + block.square().sum(1, keepdim=True)).clamp_(min=0), places))
        start += len(block)
    return torch.cat([f[0] for f in found]), torch.cat([f[1] for f in found])
