"""Which rows a person should label next: those a model is unsure of, where there are many, each far from the other."""

import numpy as np
from torch import Tensor

from diabolo.neighbors import search

__all__ = ["worth_labeling"]

CANDIDATES = 2000  # the most uncertain rows
SAMPLE = 5000  # rows among which density is measured
NEIGHBORS = 10


def worth_labeling(codes: Tensor, probabilities: np.ndarray, open_rows: np.ndarray, n: int) -> np.ndarray:
    """Row numbers by falling worth: entropy of the classes × density × distance from those before.

    Density is the inverse of the mean squared distance to ten neighbors; a row next to one that was chosen before is worth
    little, since one label will do for both.

    Parameters
    ----------
    codes : Tensor, shape (N, k)
    probabilities : ndarray, shape (N, C)
    open_rows : ndarray of int
        Rows without a label.
    n : int

    Returns
    -------
    ndarray of int, shape (min(n, len(open_rows)),)

    References
    ----------
    Settles & Craven, "An analysis of active learning strategies for sequence labeling tasks", EMNLP 2008.

    Examples
    --------
    >>> import torch
    >>> codes = torch.tensor([[0.0], [0.1], [0.2], [9.0]])
    >>> worth_labeling(codes, np.array([[1, 0], [0.5, 0.5], [0.9, 0.1], [0.5, 0.5]]), np.arange(4), 1)
    array([1])
    """
    if not len(open_rows):
        return np.array([], dtype=np.int64)
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(1)
    order = open_rows[np.argsort(-entropy[open_rows], kind="stable")]
    candidates = order[: max(CANDIDATES, n)]
    sample = codes[:: max(1, len(codes) // SAMPLE)]
    k = min(NEIGHBORS, len(sample))
    spacing = search(codes[candidates], k, among=sample)[0].double().square().mean(1).numpy()
    worth = (entropy[candidates] + 1e-9) / (spacing + max(float(np.median(spacing)), 1e-12))
    return candidates[_apart(codes[candidates].double().numpy(), worth, min(n, len(candidates)), spacing)]


def _apart(codes: np.ndarray, worth: np.ndarray, n: int, spacing: np.ndarray) -> list[int]:
    """Greedy: the most worthy, then again after all were discounted by their nearness to it."""
    reach = max(4 * float(np.median(spacing)), 1e-12)
    chosen: list[int] = []
    left = worth.copy()
    for _ in range(n):
        best = int(left.argmax())
        chosen.append(best)
        near = np.square(codes - codes[best]).sum(1) / reach
        left = left * np.minimum(1.0, near)
        left[chosen] = -1.0
    return chosen
