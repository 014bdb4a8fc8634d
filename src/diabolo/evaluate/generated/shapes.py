"""Column by column: whether generated cells have the distribution of real ones."""

import numpy as np

from diabolo.evaluate.generated.cells import Cells

__all__ = ["gap_similarity", "kolmogorov_smirnov", "shapes", "total_variation"]


def kolmogorov_smirnov(a: np.ndarray, b: np.ndarray) -> float:
    """The largest distance of two empirical distribution functions, max |F_a − F_b|.

    Parameters
    ----------
    a, b : array, shapes (n,) and (m,)
        NaN is left out; 0 where both are empty, 1 where one is.

    References
    ----------
    Massey, "The Kolmogorov-Smirnov test for goodness of fit", JASA 1951.

    Examples
    --------
    >>> kolmogorov_smirnov(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    0.5
    """
    a, b = np.sort(a[~np.isnan(a)]), np.sort(b[~np.isnan(b)])
    if not len(a) or not len(b):
        return float(len(a) != len(b))
    steps = np.concatenate([a, b])
    below = np.searchsorted(a, steps, "right") / len(a) - np.searchsorted(b, steps, "right") / len(b)
    return float(np.abs(below).max())


def total_variation(a: np.ndarray, b: np.ndarray) -> float:
    """Half the sum of the differences of shares, ½ Σ |p − q|.

    Parameters
    ----------
    a, b : int64 array, shapes (n,) and (m,)
        Codes from 0; negative ones are left out; 0 where both are empty, 1 where one is.

    Examples
    --------
    >>> total_variation(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.25
    """
    a, b = a[a >= 0], b[b >= 0]
    if not len(a) or not len(b):
        return float(len(a) != len(b))
    size = int(max(a.max(), b.max())) + 1
    p, q = (np.bincount(codes, minlength=size) / len(codes) for codes in (a, b))
    return float(np.abs(p - q).sum() / 2)


def shapes(real: Cells, generated: Cells) -> np.ndarray:
    """Similarity of every column: 1 − KS of numbers and times, 1 − TV of levels; gaps are left out.

    Parameters
    ----------
    real, generated : Cells

    Returns
    -------
    array, shape (columns,)
        1 is perfect.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> a, b = Frame.of({"x": ["a", "a", "b", "b"]}), Frame.of({"x": ["a", "b", "b", "b"]})
    >>> shapes(*read(a, b))
    array([0.75])
    """
    pairs = zip(real.columns, generated.columns, strict=True)
    return np.array(
        [
            1 - (kolmogorov_smirnov if real.is_number(j) else total_variation)(a, b)
            for j, (a, b) in enumerate(pairs)
        ]
    )


def gap_similarity(real: Cells, generated: Cells) -> float | None:
    """Whether the same cells are missing together: 1 − ½ Σ |p − q| over patterns of missing columns.

    Parameters
    ----------
    real, generated : Cells

    Returns
    -------
    float or None
        None where nothing is missing.

    Examples
    --------
    >>> from diabolo.evaluate.generated.cells import read
    >>> from diabolo.frames import Frame
    >>> a = Frame.of({"x": [1.5, None, 2.5], "y": [1.5, None, 2.5]})
    >>> b = Frame.of({"x": [1.5, None, 2.5], "y": [None, 1.5, 2.5]})
    >>> round(gap_similarity(*read(a, b)), 3)
    0.333
    """
    both = [np.stack([table.missing(j) for j in range(len(table.names))], 1) for table in (real, generated)]
    stacked = np.concatenate(both)
    if not stacked.any():
        return None
    _, patterns = np.unique(np.packbits(stacked, 1), axis=0, return_inverse=True)
    patterns = patterns.ravel()
    return 1 - total_variation(patterns[: len(real)], patterns[len(real) :])
