"""Scores into probabilities that mean what they say: one temperature, fitted on rows the scores have not seen."""

import dataclasses
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

__all__ = ["Calibration", "calibrate", "calibration_error"]

RANGE = (-3.0, 3.0)  # decimal logarithm of the temperature
BINS = 10
FEWEST = 10  # rows to fit on one half and to judge on the other


@dataclasses.dataclass(frozen=True)
class Calibration:
    """A temperature, and how far probabilities were from frequencies where this could be seen.

    Parameters
    ----------
    temperature : float
        Scores are divided by it before the softmax.
    ece : float or None
        Expected calibration error; None where no row could be left out.
    rows : int
        Labeled rows that it was measured on, each left out of the fit that scored it.
    how : str
        How they were left out, in words.

    Examples
    --------
    >>> Calibration(1.0, 0.02, 40, "leave-one-out").ece
    0.02
    """

    temperature: float
    ece: float | None
    rows: int
    how: str

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """softmax(scores / temperature), shape (n, classes)."""
        return softmax(scores / self.temperature, axis=1)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dataclasses.asdict(self)


def calibrate(scores: np.ndarray, classes: np.ndarray, how: str) -> Calibration:
    """The temperature with the least cross-entropy, and the error of each half under the temperature of the other.

    Labels are smoothed as Platt did, 1 − 1 / (n + 2) for the label given, so that a few rows that are all scored right do
    not make everything certain.

    Parameters
    ----------
    scores : ndarray, shape (n, C)
        Of rows that the fit had not seen.
    classes : ndarray of int, shape (n,)
    how : str

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017.
    Platt, "Probabilistic outputs for support vector machines", 1999.

    Examples
    --------
    >>> scores = np.array([[2.0, 0.0], [0.0, 2.0]] * 10)
    >>> found = calibrate(scores, np.array([0, 1] * 10), "leave-one-out")
    >>> bool(found.probabilities(scores)[0, 0] > 0.9), found.rows
    (True, 20)
    """
    if len(classes) == 0:
        return Calibration(1.0, None, 0, how)
    temperature = _temperature(scores, classes)
    if len(classes) < FEWEST:
        return Calibration(
            temperature, calibration_error(softmax(scores / temperature, 1), classes), len(classes), how
        )
    probabilities = np.empty(scores.shape)
    even = np.arange(len(classes)) % 2 == 0
    for half in (even, ~even):
        probabilities[half] = softmax(scores[half] / _temperature(scores[~half], classes[~half]), axis=1)
    return Calibration(temperature, calibration_error(probabilities, classes), len(classes), how)


def calibration_error(probabilities: np.ndarray, classes: np.ndarray) -> float:
    """Expected calibration error Σ_b n_b/n |accuracy_b − confidence_b| over ten bins of equal width of confidence.

    Parameters
    ----------
    probabilities : ndarray, shape (n, C)
    classes : ndarray of int, shape (n,)

    References
    ----------
    Naeini, Cooper & Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.

    Examples
    --------
    >>> round(calibration_error(np.array([[0.75, 0.25]] * 4), np.array([0, 0, 0, 1])), 3)
    0.0
    """
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == classes
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, right - confidence, BINS)
    return float(np.abs(gaps).sum() / len(classes))


def _temperature(scores: np.ndarray, classes: np.ndarray) -> float:
    """Least cross-entropy against smoothed labels."""
    n, width = scores.shape
    doubt = 1.0 / (n + 2.0)
    targets = np.full((n, width), doubt / max(width - 1, 1))
    targets[np.arange(n), classes] = 1.0 - doubt

    def loss(exponent: float) -> float:
        return float(-(targets * log_softmax(scores / 10.0**exponent, axis=1)).sum())

    found: Any = minimize_scalar(loss, bounds=RANGE, method="bounded")
    return float(10.0**found.x)
