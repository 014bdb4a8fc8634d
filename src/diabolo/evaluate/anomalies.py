"""The record of a search for odd rows: their order, where the line is drawn, and what makes the oddest odd."""

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = ["Anomalies", "OddRow", "Reason"]

NAMED = 3  # columns that a sentence names, as long as they matter
LEAST = 0.1  # share of a row's oddness that is worth naming


@dataclasses.dataclass(frozen=True)
class Reason:
    """What one column has to do with a row's oddness.

    Parameters
    ----------
    column : str
    share : float
        Of the log-likelihood that is won where single cells hold what the model expects, in [0, 1].
    excess : float
        This cell's part of it, in nats.
    value, expected : number, text or None
        What the cell holds, and what the model expects from the row's other cells, in the unit of the column;
        None for an image.

    Examples
    --------
    >>> print(Reason("income", 0.64, 12.5, 2, 51000))
    income is 2 where 51,000 is expected (64 %)
    """

    column: str
    share: float
    excess: float
    value: Any
    expected: Any

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.column} as a whole is not what is expected ({self.share:.0%})".replace("%", " %")
        held, wanted = _shown(self.value), _shown(self.expected)
        return f"{self.column} is {held} where {wanted} is expected ({self.share:.0%})".replace("%)", " %)")


@dataclasses.dataclass(frozen=True)
class OddRow:
    """One odd row and why it is odd.

    Parameters
    ----------
    row : int
        Its place, counted from 0.
    score : float
        Its log-likelihood.
    flagged : bool
        Whether it lies below the threshold.
    reasons : tuple of Reason
        The columns that matter most, the most telling first.

    Examples
    --------
    >>> OddRow(7, -31.5, True, (Reason("income", 0.64, 12.5, 2, 51000),)).sentence
    'Row 7: income is 2 where 51,000 is expected (64 %).'
    """

    row: int
    score: float
    flagged: bool
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """The columns worth naming."""
        worth = [reason for reason in self.reasons if reason.share >= LEAST] or list(self.reasons[:1])
        return "; ".join(map(str, worth[:NAMED])) or "no single cell explains it"

    @property
    def sentence(self) -> str:
        """The row and its reasons in a sentence."""
        return f"Row {self.row}: {self.why}."


@dataclasses.dataclass(frozen=True, eq=False)
class Anomalies:
    """Rows from the oddest to the most normal one, and which of them are flagged.

    Parameters
    ----------
    scores : float64 array, shape (n,)
        Log-likelihood of every row; the lower, the odder.
    ranking : int64 array, shape (n,)
        Row numbers, counted from 0, from the oddest on.
    flagged : int64 array
        The rows below the threshold, from the oddest on.
    threshold : float
    rule : str
        Where the threshold comes from.
    oddest : tuple of OddRow
        The oddest rows, with reasons.
    auroc, average_precision : float or None
        How well the scores find the rows that are known to be odd: the chance that such a row is held for odder than
        another (0.5 is guessing), and the mean precision over all thresholds (guessing gives the share of odd rows).

    Examples
    --------
    >>> found = Anomalies(np.array([-1.0, -9.0]), np.array([1, 0]), np.array([1]), -2.0, "by hand", ())
    >>> found.to_json()["ranking"]
    [1, 0]
    """

    scores: np.ndarray
    ranking: np.ndarray
    flagged: np.ndarray
    threshold: float
    rule: str
    oddest: tuple[OddRow, ...]
    auroc: float | None = None
    average_precision: float | None = None

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per explained row and column that matters, the oddest row first."""
        return [
            {"row": odd.row, "score": odd.score, "flagged": odd.flagged, **dataclasses.asdict(reason)}
            for odd in self.oddest
            for reason in odd.reasons
        ]

    def to_json(self, limit: int | None = None) -> dict[str, Any]:
        """Plain JSON values; ``ranking`` and ``flagged`` hold at most ``limit`` rows, ``scores`` those of the ranking.

        Parameters
        ----------
        limit : int, optional
            None gives all rows.
        """
        ranking = self.ranking[:limit]
        return {
            "rows": len(self.scores),
            "n_flagged": len(self.flagged),
            "threshold": self.threshold,
            "rule": self.rule,
            "auroc": self.auroc,
            "average_precision": self.average_precision,
            "ranking": ranking.tolist(),
            "scores": self.scores[ranking].tolist(),
            "flagged": self.flagged[:limit].tolist(),
            "oddest": [dataclasses.asdict(odd) | {"sentence": odd.sentence} for odd in self.oddest],
        }


def _shown(value: Any) -> str:
    """A cell as a person writes it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return repr(value) if isinstance(value, str) else str(value)
    if not math.isfinite(value) or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
