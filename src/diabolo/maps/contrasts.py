r"""What sets a group of rows apart from the rest: the columns that differ most, in words.

    numbers: d = (mean inside − mean outside) / standard deviation of all rows
    levels:  h = 2 arcsin √(share inside) − 2 arcsin √(share outside), of the level that differs most

Both are effect sizes on one scale, so that columns can be ranked together.

References
----------
Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition, 1988.
"""

import dataclasses
import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from diabolo.columns import Image
from diabolo.columns.levels import plain
from diabolo.data.matching import names_in
from diabolo.frames import Frame
from diabolo.maps.words import amount, cell, percent

__all__ = ["Contrast", "contrasts"]

LEAST = 0.2  # Cohen's "small"
MOST_LEVELS = 1000  # of a column that are compared, the most frequent


@dataclasses.dataclass(frozen=True)
class Contrast:
    """One column of a group beside all other rows.

    Parameters
    ----------
    column : str
    effect : float
        Difference in standard deviations, or Cohen's h of the level's shares.
    inside, outside : float
        Mean of a number (of a time in seconds since 1970), or share of the level, in the group and in the rest.
    level : cell or None
        The level whose share differs; None for numbers and times.
    text : str
        "age higher: 61 against 45".

    Examples
    --------
    >>> Contrast("age", 1.2, 61.0, 45.0, None, "age higher: 61 against 45").effect
    1.2
    """

    column: str
    effect: float
    inside: float
    outside: float
    level: Any
    text: str

    def to_json(self) -> dict[str, Any]:
        """Plain values.

        Examples
        --------
        >>> Contrast("city", 1.0, 0.8, 0.2, "Rome", "city Rome").to_json()["level"]
        'Rome'
        """
        return dataclasses.asdict(self) | {"level": None if self.level is None else cell(self.level)}


def contrasts(schema: Any, frame: Frame, labels: np.ndarray) -> list[tuple[Contrast, ...]]:
    """For every group its columns beside the rest, the one that differs most first.

    Parameters
    ----------
    schema : Schema
    frame : Frame
        The rows.
    labels : int array, shape (n,)
        Number of each row's group from 0; −1 for rows in none, which belong to the rest.

    Examples
    --------
    >>> from diabolo import Schema
    >>> frame = Frame.of({"age": [30.0, 32.5, 60.0, 62.5], "city": ["Bonn", "Rome", "Rome", "Bonn"]})
    >>> _, second = contrasts(Schema.fit(frame, {"age": "continuous"}), frame, np.array([0, 0, 1, 1]))
    >>> [contrast.text for contrast in second]
    ['age higher: 61.2 against 31.2']
    """
    found: list[list[Contrast]] = [[] for _ in range(labels.max(initial=-1) + 1)]
    frame, own = schema.as_written(frame), names_in(frame, schema.table, schema.names)
    blocks = [
        (block, name) for block in schema.columns if not isinstance(block, Image) for name in block.names
    ]
    for block, name in blocks:
        told = _of_column(block, name, frame, own[name], labels)
        for group, contrast in zip(found, told, strict=True):
            if contrast is not None and abs(contrast.effect) >= LEAST:
                group.append(contrast)
    return [tuple(sorted(group, key=lambda c: -abs(c.effect))) for group in found]


def _of_column(block: Any, name: str, frame: Frame, own: str, labels: np.ndarray) -> list[Contrast | None]:
    """One column in every group."""
    kind = frame.type(own)
    ranks = block.kind == "ordinal" and (pa.types.is_integer(kind) or pa.types.is_floating(kind))
    if block.kind == "datetime":
        times = Frame.of(pa.table({own: block.times(frame, block.names.index(name), own)}))
        return _numbers(name, times.numbers((own,))[:, 0], labels, is_time=True)
    if ranks or block.kind in ("continuous", "count"):
        return _numbers(name, frame.numbers((own,))[:, 0], labels, is_time=False)
    return _levels(name, *_places(frame.arrow(own)), labels)


def _places(cells: pa.ChunkedArray) -> tuple[list[Any], np.ndarray]:
    """Levels by frequency, and each row's position among them; −1 where it is missing or rare."""
    encoded = plain(cells).dictionary_encode()
    indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    levels = encoded.dictionary.to_pylist()
    counts = np.bincount(indices[indices >= 0], minlength=len(levels))
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    lookup = np.full(len(levels) + 1, -1, dtype=np.int64)  # the last entry serves missing cells
    lookup[order] = np.arange(len(order))
    return [levels[i] for i in order], lookup[indices]


def _numbers(name: str, x: np.ndarray, labels: np.ndarray, *, is_time: bool) -> list[Contrast | None]:
    """Means in units of the standard deviation."""
    groups, seen = labels.max(initial=-1) + 1, np.isfinite(x)
    x, place = x[seen].astype(np.float64), labels[seen] + 1
    counts, sums = (np.bincount(place, weights, groups + 1) for weights in (None, x))
    spread = (x.std() if len(x) else 0.0) or 1.0
    tell, words = (_day, ("later", "earlier")) if is_time else (amount, ("higher", "lower"))
    found: list[Contrast | None] = []
    for g in range(1, groups + 1):
        others = counts.sum() - counts[g]
        if not counts[g] or not others:
            found.append(None)
            continue
        a, b = float(sums[g] / counts[g]), float((sums.sum() - sums[g]) / others)
        text = f"{name} {words[0] if a > b else words[1]}: {tell(a)} against {tell(b)}"
        found.append(Contrast(name, (a - b) / spread, a, b, None, text))
    return found


def _levels(name: str, levels: list[Any], place: np.ndarray, labels: np.ndarray) -> list[Contrast | None]:
    """The level whose share differs most."""
    groups, seen, width = labels.max(initial=-1) + 1, place >= 0, len(levels)
    flat = (labels[seen] + 1) * width + place[seen]
    counts = np.bincount(flat, minlength=(groups + 1) * width).reshape(groups + 1, width)
    return [_level(name, levels, counts[g], counts.sum(0) - counts[g]) for g in range(1, groups + 1)]


def _level(name: str, levels: list[Any], ours: np.ndarray, others: np.ndarray) -> Contrast | None:
    """Shares of levels inside and outside of one group."""
    if not ours.sum() or not others.sum():
        return None
    p, q = ours / ours.sum(), others / others.sum()
    effects = 2 * np.arcsin(np.sqrt(p)) - 2 * np.arcsin(np.sqrt(q))
    # What is there tells more than what is not, and of two levels one gains what the other loses.
    best = int(np.where(effects > 0, effects, -effects / 2).argmax())
    word = "more" if p[best] > q[best] else "less"
    text = f"{name} {word} often {cell(levels[best])}: {percent(p[best])} against {percent(q[best])}"
    return Contrast(name, float(effects[best]), float(p[best]), float(q[best]), levels[best], text)


def _day(seconds: float) -> str:
    """A mean time as a date."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (epoch + datetime.timedelta(seconds=seconds)).date().isoformat()
