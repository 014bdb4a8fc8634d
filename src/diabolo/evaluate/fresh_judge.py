"""Half the answers right is the best a judge of perfect copies can do: a judge who starts afresh, and his band."""

import dataclasses
import math
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from diabolo.data.schema import Schema
from diabolo.errors import DataError, TooFewRowsError
from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.features import boosted, features, learned
from diabolo.frames import Frame
from diabolo.randomness import as_seed, derive

__all__ = ["FreshJudge", "fresh_judge"]

FEWEST_ROWS = 10
LEVEL = 1.959964  # of the normal distribution, 95 % two-sided
MOST_ROWS = 10_000


@dataclasses.dataclass(frozen=True)
class FreshJudge:
    """How often a freshly trained judge was right about rows that it had not seen.

    Parameters
    ----------
    accuracy : float
        Share of right answers.
    low, high : float
        Band in which 95 % of the judges fall who cannot tell at all: ½ ± 1.96/√(4n).
    p_value : float
        Chance that a judge who cannot tell is right as often.
    rows : int
        Rows n that were asked about, half of them real.

    Examples
    --------
    >>> FreshJudge(0.51, 0.48, 0.52, 0.2, 4000).fooled
    True
    """

    accuracy: float
    low: float
    high: float
    p_value: float
    rows: int

    @property
    def fooled(self) -> bool:
        """Whether the judge is not better than the band of those who cannot tell."""
        return self.accuracy <= self.high


def fresh_judge(
    real: Any,
    generated: Any,
    *,
    schema: Schema | None = None,
    max_rows: int = MOST_ROWS,
    random_state: int | np.random.RandomState | None = 0,
) -> FreshJudge:
    """Train a new classifier on half of the rows to tell real from generated, and ask it about the other half.

    If generated rows have the real distribution, no judge is right more often than by tossing a coin: its accuracy on n
    rows is then N(½, 1/(4n)), whoever it is. So 50 % is the goal of a generator, and the band says how far from it chance
    alone leads. A discriminator that was trained along with its generator may be at 50 % because it is weak; this one,
    gradient-boosted trees, starts afresh.

    Parameters
    ----------
    real, generated : table, array or images
        Equally many rows are taken of both. Images are told apart by their pixels.
    schema : Schema, optional
        Of the real rows, where it is known.
    max_rows : int
        Of each that are looked at.
    random_state : int, RandomState or None

    Raises
    ------
    TooFewRowsError
        There are fewer than 10 rows of a kind.
    DataError
        Images differ in size, or one of the two are none.

    References
    ----------
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> same, other = rng.normal(size=(2, 400, 2))
    >>> fresh_judge(same, other).fooled, fresh_judge(same, other + 3).fooled
    (True, False)
    """
    frames = Frame.of(real), Frame.of(generated)
    n = min(max_rows, *(frame.n_rows for frame in frames)) // 2 * 2
    if n < FEWEST_ROWS:
        raise TooFewRowsError(f"there are {n} rows of a kind: give a judge at least {FEWEST_ROWS} of each.")
    seed = as_seed(random_state)
    X, model = _features(frames, n, seed, schema)
    y = np.repeat([0.0, 1.0], n)
    learn = np.tile(np.arange(n) < n // 2, 2)
    right = learned(model, X[learn], y[learn]).predict(X[~learn]) == y[~learn]
    deviation = 1 / math.sqrt(4 * n)
    accuracy = float(right.mean())
    return FreshJudge(
        accuracy,
        0.5 - LEVEL * deviation,
        0.5 + LEVEL * deviation,
        math.erfc((accuracy - 0.5) / deviation / math.sqrt(2)) / 2,
        n,
    )


def _features(
    frames: tuple[Frame, Frame], n: int, seed: int, schema: Schema | None
) -> tuple[np.ndarray, Any]:
    """So many rows of each as features, and a judge for them."""
    rng = np.random.default_rng(derive(seed, "judge"))
    chosen = [frame.take(rng.permutation(frame.n_rows)[:n]) for frame in frames]
    trees = derive(seed, "trees")
    if bool(frames[0].images) != bool(frames[1].images):
        raise DataError("some rows are images and some are not: give real and generated rows of one kind.")
    if not frames[0].images:
        cells = read(*chosen, schema=schema)
        return np.concatenate([features(table) for table in cells]), boosted(cells[0], trees)
    pixels = [frame.pixels(frame.images[0]).reshape(n, -1) for frame in chosen]
    if pixels[0].shape != pixels[1].shape:
        raise DataError("real and generated images differ in size: give images of one size.")
    return np.concatenate(pixels), HistGradientBoostingClassifier(random_state=trees % 2**32)
