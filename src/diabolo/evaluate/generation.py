"""Whether generated data are as good as real ones: every number stands between a ceiling and a floor."""

import dataclasses
import warnings
from functools import cached_property
from typing import Any

import numpy as np

from diabolo.data.schema import Schema
from diabolo.errors import (
    ConstantColumnWarning,
    EmptyColumnWarning,
    IdentifierColumnWarning,
    MissingColumnError,
    TooFewRowsError,
)
from diabolo.evaluate.generated import downstream, pairs, privacy, shapes, support, two_sample
from diabolo.evaluate.generated.cells import Cells, read
from diabolo.evaluate.generated.space import Space
from diabolo.evaluate.likeness import ColumnShape, GenerationScores, Likeness, PairTrend
from diabolo.frames import Frame
from diabolo.frames.names import listed, meant
from diabolo.randomness import as_seed, derive

__all__ = ["generation"]

MOST_ROWS = 10_000
FEWEST_ROWS = 10
MOST_PAIRS = 50  # that are told
LEFT_OUT = (ConstantColumnWarning, EmptyColumnWarning, IdentifierColumnWarning)  # told by the record


def generation(
    real_train: Any,
    real_test: Any,
    generated: Any,
    *,
    target: str | None = None,
    schema: Schema | None = None,
    max_rows: int = MOST_ROWS,
    random_state: int | np.random.RandomState | None = 0,
) -> GenerationScores:
    """Judge generated rows by real ones that their model never saw, beside real rows and independent marginals.

    The headline is ``c2st``: can gradient-boosted trees tell generated rows from held-out ones?

    Parameters
    ----------
    real_train : table or array, (n, d)
        The rows that the model was fitted with; types of columns are found on them.
    real_test : table or array, (m, d)
        Rows that it never saw.
    generated : table or array
        With the same columns, in any order.
    target : str, optional
        The column that is to be foretold; by default the last one of few levels that can be foretold, else the last number.
    schema : Schema, optional
        Of the training rows, where their types are to be others than those found.
    max_rows : int
        Rows of each table that classifiers and distances look at; more are sampled.
    random_state : int, RandomState or None

    Returns
    -------
    GenerationScores

    Raises
    ------
    TooFewRowsError
        A table has fewer than 10 rows.
    MissingColumnError
        A table lacks a column, or there is no such target.
    CapabilityError
        The rows are images: see :func:`image_generation`.

    References
    ----------
    The papers of the single measures are named on the reference page of metrics.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train, test, new = rng.normal(size=(3, 300, 3))
    >>> scores = generation(train, test, new)
    >>> scores.shape > 0.9, scores.dcr_share < 0.6
    (True, True)
    """
    frames = [Frame.of(rows) for rows in (real_train, real_test, generated)]
    _check(frames)
    schema = schema or _schema(frames[0])
    train, test, new = read(*frames, schema=schema)
    seed = as_seed(random_state)
    column = _target(target, train, test, seed)
    judge = _Judge(train, test, new, column, max_rows, seed)
    return GenerationScores(
        generated=judge.like(new, judge.faithful(new), judge.near(new, test)),
        real=judge.like(judge.fresh, judge.faithful(judge.fresh), judge.near(*judge.halves)),
        marginals=judge.like(judge.apart, judge.faithful(judge.apart), judge.near(judge.apart, test)),
        columns=judge.columns(),
        pairs=judge.worst_pairs(),
        target=None if column is None else train.names[column],
        measure="R²" if column is not None and train.is_number(column) else "AUC",
        train_rows=len(train),
        test_rows=len(test),
        sample=min(max_rows, max(map(len, (train, test, new)))),
        left_out=tuple(schema.excluded),
    )


def _check(frames: list[Frame]) -> None:
    names = ("training", "held-out", "generated")
    for name, frame in zip(names, frames, strict=True):
        if frame.n_rows < FEWEST_ROWS:
            raise TooFewRowsError(
                f"there are {frame.n_rows} {name} rows: give at least {FEWEST_ROWS}, better thousands."
            )


def _schema(train: Frame) -> Schema:
    """Types of the training rows; which columns are left out, the record says."""
    with warnings.catch_warnings():
        for category in LEFT_OUT:
            warnings.simplefilter("ignore", category)
        return Schema.fit(train)


def _target(name: str | None, train: Cells, test: Cells, seed: int) -> int | None:
    """The column to foretell."""
    if name is None:
        return downstream.choose(train, test, seed)
    if name not in train.names:
        raise MissingColumnError(
            f"the target {name!r} is not among the columns that are judged; {meant(name, train.names)}they are "
            f"{listed(train.names, 20)}."
        )
    return train.names.index(name)


@dataclasses.dataclass(frozen=True)
class _Judge:
    """Real rows, and every table that is held against them."""

    train: Cells
    test: Cells
    new: Cells
    target: int | None
    most: int
    seed: int

    @cached_property
    def fresh(self) -> Cells:
        """Training rows in place of the generated ones: where likeness to held-out rows counts they are as good."""
        return self.train.sample(len(self.new), self._rng("fresh"))

    @cached_property
    def apart(self) -> Cells:
        """Independent marginals, as many as generated rows."""
        return self.train.shuffled(len(self.new), self._rng("apart"))

    @cached_property
    def halves(self) -> tuple[Cells, Cells]:
        """Held-out rows in place of the generated ones, and the held-out rows that are left."""
        order, middle = self._rng("halves").permutation(len(self.test)), len(self.test) // 2
        return self.test.take(order[:middle]), self.test.take(order[middle:])

    @cached_property
    def space(self) -> Space:
        return Space.of(self.train, self.test, self.new)

    def faithful(self, rows: Cells) -> dict[str, Any]:
        """Likeness to the held-out rows."""
        found = self._pairs(rows)
        score, area = two_sample.two_sample(*self._even(rows), self.seed)
        real, other = (self.space(table).joined for table in self._even(rows))
        use = None if self.target is None else downstream.usefulness(rows, self.test, self.target, self.seed)
        return {
            "shape": float(self._shapes(rows).mean()),
            "trend": _mean(found.trends),
            "trend_own_edges": _mean(found.own_edges),
            "wnmi": found.wnmi,
            "gaps": shapes.gap_similarity(self.test, rows),
            "c2st": score,
            "c2st_auc": area,
            "c2st_logistic": two_sample.two_sample_logistic(*self._even(rows), self.seed),
            "tstr": use,
            "alpha_precision": support.alpha_precision(real, other),
            "beta_recall": support.beta_recall(real, other),
        }

    def near(self, rows: Cells, held_out: Cells) -> dict[str, Any]:
        """Nearness to the training rows."""
        some, others = (table.sample(self.most // 2, self._rng("near")) for table in (rows, held_out))
        train = self.train.sample(5 * self.most, self._rng("train"))
        found = privacy.nearness(self.space, train, others, some)
        points = self.space(train).joined, self.space(some).joined
        return {
            "authenticity": support.authenticity(*points),
            "dcr_share": found.dcr_share,
            "dcr_near": found.near,
            "copies": found.copies,
        }

    def like(self, rows: Cells, faithful: dict[str, Any], near: dict[str, Any]) -> Likeness:
        return Likeness(rows=len(rows), **faithful, **near)

    def columns(self) -> tuple[ColumnShape, ...]:
        """Similarity of each column beside that of as many real rows, the furthest below it first."""
        made, real = self._shapes(self.new), self._shapes(self.fresh)
        found = zip(self.train.names, self.train.kinds, made.tolist(), real.tolist(), strict=True)
        return tuple(sorted((ColumnShape(*line) for line in found), key=lambda line: line.shape - line.real))

    def worst_pairs(self) -> tuple[PairTrend, ...]:
        """The pairs furthest below as many real rows."""
        made, real = self._pairs(self.new), self._pairs(self.fresh)
        names = [(self.train.names[i], self.train.names[j]) for i, j in made.pairs]
        found = map(PairTrend, names, made.trends.tolist(), real.trends.tolist())
        return tuple(sorted(found, key=lambda pair: pair.trend - pair.real)[:MOST_PAIRS])

    def _pairs(self, rows: Cells) -> pairs.Pairs:
        return self._kept("pairs", rows, pairs.compare)

    def _shapes(self, rows: Cells) -> np.ndarray:
        return self._kept("shapes", rows, shapes.shapes)

    def _kept(self, what: str, rows: Cells, find: Any) -> Any:
        """What was found out about a table, once."""
        key = what, id(rows)
        if key not in self._known:
            self._known[key] = find(self.test, rows)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[str, int], Any]:
        return {}

    def _even(self, rows: Cells) -> tuple[Cells, Cells]:
        """As many held-out rows as others."""
        n = min(len(self.test), len(rows), self.most)
        return self.test.sample(n, self._rng("even")), rows.sample(n, self._rng("even"))

    def _rng(self, what: str) -> np.random.Generator:
        return np.random.default_rng(derive(self.seed, what))


def _mean(values: np.ndarray) -> float:
    """Mean; 1 where there is no pair."""
    return float(values.mean()) if len(values) else 1.0
