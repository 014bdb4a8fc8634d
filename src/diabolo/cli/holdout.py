"""Rows that a model is judged on and never sees."""

from typing import TYPE_CHECKING

from diabolo.errors import ParameterError, TooFewRowsError

if TYPE_CHECKING:
    from diabolo.frames import Frame

__all__ = ["MOST_ROWS", "hold_out"]

MOST_ROWS = 10_000
FEWEST_ROWS = 10  # a share of fewer is too uncertain to judge by


def hold_out(frame: "Frame", share: float, seed: int) -> tuple["Frame", "Frame"]:
    """Rows to fit with and rows to judge with.

    Parameters
    ----------
    frame : Frame
    share : float
        From 0 to 0.5; at most 10,000 rows. With 0, or fewer than 10 rows in all, both are all rows.
    seed : int

    Raises
    ------
    TooFewRowsError
        There is one row.
    ParameterError
        The share lies outside.

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.frames import Frame
    >>> [len(part) for part in hold_out(Frame.of(np.zeros((50, 3))), 0.1, 0)]
    [45, 5]
    """
    import numpy as np  # here, for it is too slow for --help

    from diabolo.randomness import derive

    if not 0 <= share <= 0.5:
        raise ParameterError(f"--test {share} is not allowed: give a share of the rows between 0 and 0.5.")
    rows = frame.n_rows
    if rows < 2:
        raise TooFewRowsError(
            "there is 1 row: a representation needs rows to compare; give at least 2, better hundreds."
        )
    count = min(round(rows * share), MOST_ROWS)
    if count == 0 or rows < FEWEST_ROWS:
        return frame, frame
    order = np.random.default_rng(derive(seed, "test")).permutation(rows)
    return frame.take(np.sort(order[count:])), frame.take(np.sort(order[:count]))
