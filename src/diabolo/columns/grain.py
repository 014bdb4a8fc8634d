"""The step in which the numbers of a column come: cents, whole dollars, halves."""

import math
from decimal import Decimal

import numpy as np

__all__ = ["grain", "snap"]

DIGITS = 13  # of the largest number: beyond, arithmetic of float64 itself rounds
DIGITS_SINGLE = 6  # the same of float32
PLACES = 22  # powers of ten up to this one are exact in float64
PROOF = 10  # numbers that must agree on a step larger than their last decimal
FIRST = 1000  # numbers looked at before all of them
EXACT = 2.0**53  # beyond, whole numbers are no longer all there


def grain(x: np.ndarray) -> float | None:
    """The largest step g with all numbers in {…, −g, 0, g, 2g, …}: the greatest common divisor of their decimals.

    None where numbers use all their digits. The divisor counts from ten different numbers on; fewer may share one by
    chance, so that theirs is the place of their last decimal.

    Parameters
    ----------
    x : ndarray of float, shape (n,)
        Finite; float32 numbers that were made float64 are taken for the decimals they are the nearest to.

    Examples
    --------
    >>> grain(np.array([19.99, 5.0, 7.25])), grain(np.arange(12) * 0.5), grain(np.array([1 / 3, 0.5]))
    (0.01, 0.5, None)
    """
    x = x.astype(np.float64, copy=False)
    largest = np.abs(x).max(initial=0.0)
    if not 0.0 < largest < EXACT:
        return None
    single = bool((x.astype(np.float32) == x).all())
    first = -math.floor(math.log10(largest))  # the place of its first digit
    for decimals in range(max(0, first), min(max(0, first + DIGITS - 1), PLACES) + 1):
        near = single and decimals < first + DIGITS_SINGLE
        if _fits(x[:FIRST], decimals, single=near) and _fits(x, decimals, single=near):
            return float(Decimal(_divisor(x, decimals)).scaleb(-decimals))
    return None


def snap(x: np.ndarray, step: float) -> np.ndarray:
    """Numbers at the nearest multiple of a step, as the float that its decimals are read as.

    Examples
    --------
    >>> snap(np.array([0.1499, 7.0001]), 0.05).tolist()
    [0.15, 7.0]
    """
    unit = 10.0 ** _decimals(step)
    whole = round(step * unit)
    return np.rint(x / step) * whole / unit


def _decimals(step: float) -> int:
    """Places behind the point of a step."""
    exponent = Decimal(repr(step)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _fits(x: np.ndarray, decimals: int, *, single: bool) -> bool:
    """Whether numbers have so few decimals, up to what calculating in their precision does to the last bits."""
    unit = 10.0**decimals
    rounded = np.rint(x * unit) / unit
    if single and (rounded.astype(np.float32) == x.astype(np.float32)).all():
        return True
    return bool((np.abs(rounded - x) <= 4 * np.finfo(np.float64).eps * np.abs(x)).all())


def _divisor(x: np.ndarray, decimals: int) -> int:
    """The greatest common divisor of numbers in units of their last decimal."""
    whole = np.unique(np.abs(np.rint(x * 10.0**decimals)).astype(np.int64))
    return int(np.gcd.reduce(whole)) if len(whole) >= PROOF else 1
