"""Who is near whom: exact nearest neighbors and ranks by blocked matrix products."""

from collections.abc import Iterator

import torch
from torch import Tensor

from diabolo.errors import ParameterError

__all__ = ["ranks", "search"]

CELLS = 1 << 22  # of a block of the distance matrix, about what a cache holds
GROUP = 64  # columns of which only the nearest is looked at first
NARROW = (
    32  # columns, up to which products are taken in float64: in a plane, float32 loses what is close together
)


def search(
    rows: Tensor, k: int, *, among: Tensor | None = None, own: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Find the k nearest rows by Euclidean distance, nearest first.

    ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b is one matrix product per block of rows. Of its columns only the least of every group
    of 64 are compared at first: the k nearest lie within the k groups of least minima, so nothing is approximate. What is
    found is measured again by differences, which do not cancel.

    Parameters
    ----------
    rows : Tensor, shape (n, d)
        Whose neighbors are sought.
    k : int
    among : Tensor, shape (m, d), optional
        Where they are sought; None: among the rows themselves, none being its own neighbor.
    own : int64 Tensor, shape (n,), optional
        Where each row stands in ``among`` itself, so that it is not its own neighbor.

    Returns
    -------
    (distances, indices) : float and int64 Tensors, each (n, k)

    Raises
    ------
    ParameterError
        There are fewer than k others.

    Examples
    --------
    >>> distances, indices = search(torch.tensor([[0.0], [1.0], [5.0]]), 1)
    >>> distances.ravel().tolist(), indices.ravel().tolist()
    ([1.0, 1.0, 4.0], [1, 0, 1])
    """
    others = rows if among is None else among
    if among is None:
        own = torch.arange(len(rows), device=rows.device)
    available = max(0, len(others) - (own is not None))
    if not 1 <= k <= available:
        raise ParameterError(
            f"{k} neighbors were asked for where there are {available} other rows: give a number from 1 to {available}."
        )
    # Small results kept between large blocks would scatter the memory that these are taken from: 20 GiB at 70,000 rows.
    distances = rows.new_empty((len(rows), k))
    indices = torch.empty((len(rows), k), dtype=torch.int64, device=rows.device)
    for start, squares in _blocks(rows, others):
        these = slice(start, start + len(squares))
        if own is not None:
            squares.scatter_(1, own[these, None], torch.inf)
        distances[these], indices[these] = _measured(rows[these], others, _least(squares, k))
    return distances, indices


def ranks(rows: Tensor, indices: Tensor) -> Tensor:
    """Rank of given rows among all others by their distance from each row: 1 is the nearest.

    Rows at equal distance share the best rank.

    Parameters
    ----------
    rows : Tensor, shape (n, d)
    indices : int64 Tensor, shape (n, k)

    Returns
    -------
    int64 Tensor, shape (n, k)

    Examples
    --------
    >>> ranks(torch.tensor([[0.0], [1.0], [5.0]]), torch.tensor([[2], [0], [0]])).ravel().tolist()
    [2, 1, 2]
    """
    found = torch.empty_like(indices)
    for start, squares in _blocks(rows, rows):
        squares.diagonal(start).fill_(torch.inf)
        these = slice(start, start + len(squares))
        chosen = squares.gather(1, indices[these])
        for j, column in enumerate(chosen.unbind(1)):
            found[these, j] = (squares < column[:, None]).sum(1)
    return found + 1


def _blocks(rows: Tensor, others: Tensor) -> Iterator[tuple[int, Tensor]]:
    """First row and squared distances (less the row's own ‖a‖², which does not change an order) of block after block."""
    dtype = torch.float64 if rows.shape[1] <= NARROW else torch.float32
    center = others.to(dtype).mean(0)  # products of centered rows lose least to rounding
    left, right = rows.to(dtype) - center, (others.to(dtype) - center).T.contiguous()
    lengths = right.square().sum(0)
    size = max(1, CELLS // len(others))
    for start in range(0, len(rows), size):
        yield start, torch.addmm(lengths, left[start : start + size], right, alpha=-2.0)


def _least(values: Tensor, k: int) -> Tensor:
    """Positions of the k least of each row of (n, m)."""
    n, m = values.shape
    groups = m // GROUP
    if groups <= 2 * k:
        return values.topk(k, largest=False).indices
    whole = values[:, : groups * GROUP].unflatten(1, (groups, GROUP))
    near = whole.amin(2).topk(k, largest=False, sorted=False).indices
    places = (near[:, :, None] * GROUP + torch.arange(GROUP, device=near.device)).flatten(1)
    rest = torch.arange(groups * GROUP, m, device=near.device).expand(n, -1)
    places = torch.cat([places, rest], 1)
    return places.gather(1, values.gather(1, places).topk(k, largest=False, sorted=False).indices)


def _measured(rows: Tensor, others: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Distances to the found ones by differences, nearest first, the earlier row first where they are equal."""
    indices = indices.sort(1).values
    size = max(1, CELLS // max(1, indices.shape[1] * rows.shape[1]))
    pieces = zip(rows.split(size), indices.split(size), strict=True)
    distances = torch.cat([(others[near] - row[:, None]).square().sum(2).sqrt() for row, near in pieces])
    distances, order = distances.sort(dim=1, stable=True)
    return distances, indices.gather(1, order)
