"""Which rows train and which are held out."""

import numpy as np

from diabolo.randomness import derive

__all__ = ["MOST_HELD_OUT", "split"]

MOST_HELD_OUT = 2000  # rows: a mean over more is precise enough, and rows are better used for training
FEWEST_ROWS = 10  # below this every row is needed for training


def split(n_rows: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Training and held-out row numbers, each sorted.

    Parameters
    ----------
    n_rows : int
    share : float
        Share held out, at most 2,000 rows. With 0, or fewer than 10 rows, the held-out rows *are* the training rows.
    seed : int

    Returns
    -------
    (train, held_out) : int64 arrays

    Examples
    --------
    >>> train, held_out = split(100, 0.1, 0)
    >>> len(train), len(held_out), len(np.intersect1d(train, held_out))
    (90, 10, 0)
    """
    everything = np.arange(n_rows)
    count = min(round(n_rows * share), MOST_HELD_OUT)
    if count == 0 or n_rows < FEWEST_ROWS:
        return everything, everything
    order = np.random.default_rng(derive(seed, "split")).permutation(n_rows)
    return np.sort(order[count:]), np.sort(order[:count])
