"""The record of a judgment of generated rows: their scores between two references, and where they are worst."""

import dataclasses
from typing import Any

from diabolo.evaluate.scores import plain_json

__all__ = ["ColumnShape", "GenerationScores", "Likeness", "PairTrend"]

WORDS = {
    "shape": "Columns, one by one",
    "trend": "Pairs of columns",
    "trend_own_edges": "Pairs, in bins of each table's own",
    "wnmi": "Mutual information of pairs",
    "gaps": "Which cells are missing together",
    "c2st": "Not told apart by boosted trees",
    "c2st_auc": "AUC of these trees (0.5 is best)",
    "c2st_logistic": "Not told apart by a linear judge",
    "tstr": "Learn here, foretell real",
    "alpha_precision": "Lie where real rows lie",
    "beta_recall": "Lie everywhere where they do",
    "authenticity": "No near copies",
    "dcr_share": "Nearer to training than to held-out rows (0.5 is best)",
    "dcr_near": "As near as the nearest 2 % of held-out rows",
    "copies": "Exact copies of training rows",
}


@dataclasses.dataclass(frozen=True)
class Likeness:
    """How like real rows some rows are.

    Parameters
    ----------
    rows : int
    shape, trend : float
        Mean similarity of columns, and of pairs of columns (bins by the real rows' edges).
    trend_own_edges : float
        The same with edges that each table sets for itself, as sdmetrics does: comparable with published numbers.
    wnmi : float or None
        Similarity of the mutual information of pairs, weighted by it; None where nothing hangs together.
    gaps : float or None
        Similarity of the patterns of missing cells; None where nothing is missing.
    c2st, c2st_auc : float
        Score, 1 to 0, and area under the curve, ½ to 1, of gradient-boosted trees that are to tell the rows from real ones.
    c2st_logistic : float
        The score of logistic regression: what others report, and worth nothing.
    tstr : float or None
        Train on these rows, test on real ones: AUC, or R² where the target is a number.
    alpha_precision, beta_recall : float
        Whether the rows lie where real ones do, and everywhere where they do (about 0.5 for fresh real rows).
    authenticity : float
        Share of rows that are further from a training row than that one from its own neighbor.
    dcr_share : float
        Share of rows that are nearer to the training rows than to as many held-out rows: 0.5 is ideal.
    dcr_near : float
        Share of rows as near to a training row as the nearest 2 % of held-out rows: 0.02 is ideal.
    copies : float
        Share of rows that equal a training row in every cell, but for rounding to float32.

    Examples
    --------
    >>> like = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)
    >>> like.c2st
    0.9
    """

    rows: int
    shape: float
    trend: float
    trend_own_edges: float
    wnmi: float | None
    gaps: float | None
    c2st: float
    c2st_auc: float
    c2st_logistic: float
    tstr: float | None
    alpha_precision: float
    beta_recall: float
    authenticity: float
    dcr_share: float
    dcr_near: float
    copies: float


@dataclasses.dataclass(frozen=True)
class ColumnShape:
    """How like a real column a generated one is.

    Parameters
    ----------
    name, kind : str
    shape, real : float
        Similarity of the generated cells, and of as many real ones: what chance alone leaves.

    Examples
    --------
    >>> ColumnShape("age", "continuous", 0.91, 0.99).shape
    0.91
    """

    name: str
    kind: str
    shape: float
    real: float


@dataclasses.dataclass(frozen=True)
class PairTrend:
    """How like a real pair of columns a generated one is.

    Parameters
    ----------
    names : tuple of (str, str)
    trend, real : float
        Similarity of the generated pair, and that of as many real rows.

    Examples
    --------
    >>> PairTrend(("age", "city"), 0.91, 0.99).trend
    0.91
    """

    names: tuple[str, str]
    trend: float
    real: float


@dataclasses.dataclass(frozen=True)
class GenerationScores:
    """Generated rows between real ones, the ceiling, and independent marginals, the floor.

    Parameters
    ----------
    generated : Likeness
    real : Likeness
        Real rows in their place: training rows, as many, where likeness to held-out rows is asked for, and one half of the
        held-out rows where nearness to training rows is.
    marginals : Likeness
        Rows whose every column is drawn from the training rows by itself.
    columns : tuple of ColumnShape
        The worst first.
    pairs : tuple of PairTrend
        The worst first.
    target : str or None
        The column that ``tstr`` foretells.
    measure : {"AUC", "R²"}
        Of ``tstr``.
    train_rows, test_rows : int
        Real rows there were.
    sample : int
        Rows of each table that classifiers and distances looked at, at most.
    left_out : tuple of str
        Columns that were not judged: identifiers, constants and empty ones.

    Examples
    --------
    >>> like = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)
    >>> scores = GenerationScores(like, like, like, (), (), "income", "AUC", 90, 10, 10)
    >>> scores.c2st, [line["measure"] for line in scores.table()][:3]
    (0.9, ['shape', 'trend', 'trend_own_edges'])
    """

    generated: Likeness
    real: Likeness
    marginals: Likeness
    columns: tuple[ColumnShape, ...]
    pairs: tuple[PairTrend, ...]
    target: str | None
    measure: str
    train_rows: int
    test_rows: int
    sample: int
    left_out: tuple[str, ...] = ()

    @property
    def shape(self) -> float:
        """Mean similarity of columns."""
        return self.generated.shape

    @property
    def trend(self) -> float:
        """Mean similarity of pairs, with shared edges."""
        return self.generated.trend

    @property
    def c2st(self) -> float:
        """Score of gradient-boosted trees, 1 where they cannot tell the rows from real ones."""
        return self.generated.c2st

    @property
    def c2st_logistic(self) -> float:
        """Score of logistic regression."""
        return self.generated.c2st_logistic

    @property
    def tstr_auc(self) -> float | None:
        """Train on generated rows, test on real ones: the AUC; None where the target is a number."""
        return self.generated.tstr if self.measure == "AUC" else None

    @property
    def alpha_precision(self) -> float:
        """Whether generated rows lie where real ones do."""
        return self.generated.alpha_precision

    @property
    def beta_recall(self) -> float:
        """Whether generated rows lie everywhere where real ones do."""
        return self.generated.beta_recall

    @property
    def dcr_share(self) -> float:
        """Share of generated rows nearer to training rows than to held-out ones."""
        return self.generated.dcr_share

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per measure that is known: its name, in words, ``generated``, ``real`` and ``marginals``."""
        rows = {name: dataclasses.asdict(getattr(self, name)) for name in ("generated", "real", "marginals")}
        words = WORDS | {"tstr": f"{WORDS['tstr']} {self.target} ({self.measure})"}
        lines = [
            {"measure": name, "words": words[name], **{who: row[name] for who, row in rows.items()}}
            for name in WORDS
        ]
        return [line for line in lines if line["generated"] is not None]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_json(dataclasses.asdict(self))
