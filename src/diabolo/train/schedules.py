"""Learning rate as a function of the share of planned steps that is done."""

import math

__all__ = ["SCHEDULES", "learning_rate"]

SCHEDULES = ("cosine", "linear", "constant")


def learning_rate(peak: float, done: float, *, warmup: float, schedule: str) -> float:
    """Rise linearly over the first ``warmup`` share of the steps, then decay to zero along the schedule.

    Parameters
    ----------
    peak : float
        The highest rate.
    done : float
        Share of the planned steps that is done, in [0, 1].
    warmup : float
        Share of the planned steps spent rising.
    schedule : {"cosine", "linear", "constant"}

    References
    ----------
    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017 (cosine).

    Examples
    --------
    >>> [round(learning_rate(1.0, t, warmup=0.1, schedule="linear"), 2) for t in (0.05, 0.1, 0.55, 1.0)]
    [0.5, 1.0, 0.5, 0.0]
    """
    if done < warmup:
        return peak * done / warmup
    left = 1.0 - (done - warmup) / max(1.0 - warmup, 1e-9)
    if schedule == "constant":
        return peak
    return peak * (left if schedule == "linear" else 0.5 * (1.0 - math.cos(math.pi * left)))
