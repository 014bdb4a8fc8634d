"""The capability of models that say how likely a row is, and from which likelihood on it is odd."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from diabolo.data.batch import Batch
from diabolo.data.matching import told_before
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models.base import as_frame

__all__ = ["CONTAMINATION", "Scores", "as_share"]

CONTAMINATION = 0.05  # share of the training rows that counts as odd where nobody says otherwise
LEVELS = np.linspace(0.0, 0.5, 501)  # of the kept quantiles of the training scores
LOWEST = -1e300  # score of a row that has none
FEWEST, ROWS = 1024, 8192  # training rows, in steady strides, from which the quantiles are taken
CELLS = 2**20  # that they may have together, so that to score them costs little beside a closed form
SHARES = "a share of rows above 0 and up to 0.5: odd rows are the rarer ones. 0.05 is one row in twenty."


def as_share(name: str, value: Any) -> float:
    """A share of rows that may be odd, in (0, 0.5].

    Raises
    ------
    ParameterError
        It is none.

    Examples
    --------
    >>> as_share("contamination", 0.1)
    0.1
    """
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 < value <= 0.5:
        raise ParameterError(f"{name}={value!r} is not {SHARES}")
    return float(value)


class Scores(ABC):
    """Models that give every row a log-likelihood: the lower, the odder the row.

    The methods are those of scikit-learn's outlier detectors. Which rows count as odd is decided by the scores of the
    rows the model was fitted with (of a sample of 8,192 where they are more): those below their quantile at
    ``contamination``, which may be chosen anew with every call, without fitting again.

    Attributes
    ----------
    score_quantiles_ : float64 array, shape (501,)
        Quantiles 0, 0.001, ..., 0.5 of the training rows' scores.
    """

    score_quantiles_: np.ndarray

    @abstractmethod
    def score_batch(self, batch: Batch) -> np.ndarray:
        """Log-likelihood of the rows of a batch, float64 (B,)."""

    @abstractmethod
    def score_frame(self, frame: Frame) -> np.ndarray:
        """Log-likelihood of the rows of a table, float64 (n,)."""

    def score_samples(self, X: Any) -> np.ndarray:
        """How likely the model holds each row to be, log p(row) in nats: higher is more normal.

        It is the density of the row's coordinates (numbers of a table in standard deviations of their column, numbers of
        an array and pixels in their own unit) and the probability of its levels. Cells that are missing count nothing.

        Parameters
        ----------
        X : table, array, tensor or images

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        check_is_fitted(self)
        # A number too large to be squared is as odd as can be.
        return np.nan_to_num(self.score_frame(as_frame(X)), nan=LOWEST, neginf=LOWEST)

    def decision_function(self, X: Any, *, contamination: float = CONTAMINATION) -> np.ndarray:
        """Log-likelihood above the threshold: negative for odd rows.

        Parameters
        ----------
        X : table, array, tensor or images
        contamination : float
            Share of the training rows that counts as odd, in (0, 0.5].

        Returns
        -------
        ndarray of float64, shape (n,)

        Raises
        ------
        ParameterError
            The contamination is no such share.
        """
        check_is_fitted(self)
        threshold = self.threshold(contamination)
        return self.score_samples(X) - threshold

    def predict(self, X: Any, *, contamination: float = CONTAMINATION) -> np.ndarray:
        """Which rows are odd: -1 for those, 1 for the others, as scikit-learn's outlier detectors say it.

        Parameters
        ----------
        X : table, array, tensor or images
        contamination : float
            Share of the training rows that counts as odd, in (0, 0.5].

        Returns
        -------
        ndarray of int64, shape (n,)

        Raises
        ------
        ParameterError
            The contamination is no such share.
        """
        odd = self.decision_function(X, contamination=contamination) < 0
        return np.where(odd, -1, 1)

    def threshold(self, contamination: float = CONTAMINATION) -> float:
        """The score below which rows are odd: the quantile of the training scores at ``contamination``.

        Raises
        ------
        ParameterError
            The contamination is no share in (0, 0.5], or the model knows no training scores.
        """
        check_is_fitted(self)
        share = as_share("contamination", contamination)
        if not len(self.score_quantiles_):
            raise ParameterError(
                "a truncated model has not scored training rows, so it has no threshold: fit one of this width, or "
                "take evaluate.anomaly(model, X, contamination=...), which goes by the rows it is given."
            )
        return float(np.interp(share, LEVELS, self.score_quantiles_))

    @property
    def offset_(self) -> float:
        """The threshold at the default contamination, by scikit-learn's name."""
        return self.threshold()

    def _keep_quantiles(self, frame: Frame) -> None:
        """Score training rows once, so that thresholds need them no more."""
        rows = max(FEWEST, min(ROWS, CELLS // len(frame.names)))
        step = -(-frame.n_rows // rows)
        sample = frame if step == 1 else frame.take(np.arange(0, frame.n_rows, step))
        with told_before():
            self.score_quantiles_ = np.quantile(self.score_frame(sample), LEVELS)
