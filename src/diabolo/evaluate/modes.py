"""Whether a sample of a mixture shows every mode of it, and nothing between."""

import dataclasses
import math
from typing import Any

import torch

from diabolo.errors import DataError, ParameterError
from diabolo.frames import Frame
from diabolo.neighbors import search

__all__ = ["ModeCoverage", "mode_coverage"]

WITHIN = 3.0  # standard deviations


@dataclasses.dataclass(frozen=True)
class ModeCoverage:
    """How many modes of a known mixture a sample shows.

    Parameters
    ----------
    modes, of : int
        Modes with a sample within three standard deviations, and modes there are.
    high_quality : float
        Share of samples within three standard deviations of their nearest mode.
    reverse_kl : float
        Σ q log(q k) over the k modes, q being the share of samples nearest to each: 0 where all are met equally often.
    counts : tuple of int
        Samples within three standard deviations, by mode.
    samples : int

    Examples
    --------
    >>> ModeCoverage(8, 8, 0.98, 0.01, (1,) * 8, 8).modes
    8
    """

    modes: int
    of: int
    high_quality: float
    reverse_kl: float
    counts: tuple[int, ...]
    samples: int


def mode_coverage(samples: Any, centers: Any, sd: float) -> ModeCoverage:
    """Count the modes of a mixture of round Gaussians that a sample shows.

    Parameters
    ----------
    samples : array, shape (n, d)
    centers : array, shape (k, d)
    sd : float
        Standard deviation of every mode.

    Raises
    ------
    ParameterError
        ``sd`` is not positive.
    DataError
        Samples and centers differ in their number of columns.

    References
    ----------
    Lin, Khetan, Fanti & Oh, "PacGAN: the power of two samples in generative adversarial networks", NeurIPS 2018.

    Examples
    --------
    >>> corners = [[0.0, 0.0], [0.0, 9.0], [9.0, 0.0]]
    >>> found = mode_coverage([[0.1, 0.0], [0.0, 9.1], [4.0, 4.0]], corners, sd=0.2)
    >>> found.modes, found.of, round(found.high_quality, 2)
    (2, 3, 0.67)
    """
    if not sd > 0:
        raise ParameterError(f"sd={sd!r} is not a standard deviation: give a number above 0.")
    rows, places = _matrix(samples), _matrix(centers)
    if rows.shape[1] != places.shape[1]:
        raise DataError(f"the samples have {rows.shape[1]} columns and the centers {places.shape[1]}.")
    distance, nearest = (found[:, 0] for found in search(rows, 1, among=places))
    good = distance <= WITHIN * sd
    counts = torch.bincount(nearest[good], minlength=len(places))
    shares = torch.bincount(nearest, minlength=len(places)) / len(rows)
    shares = shares[shares > 0].double()
    return ModeCoverage(
        modes=int((counts > 0).sum()),
        of=len(places),
        high_quality=float(good.double().mean()),
        reverse_kl=float((shares * (shares.log() + math.log(len(places)))).sum()),
        counts=tuple(counts.tolist()),
        samples=len(rows),
    )


def _matrix(rows: Any) -> torch.Tensor:
    """Rows of numbers."""
    if isinstance(rows, list | tuple):
        return torch.tensor(rows, dtype=torch.float64)
    return torch.from_numpy(Frame.of(rows).numbers()).double()
