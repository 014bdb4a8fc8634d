"""Which columns move when a code does, by how much in their own units, in words."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from diabolo.columns import Binary, Categorical, Image
from diabolo.columns.base import Column
from diabolo.frames import Frame
from diabolo.maps.words import amount, cell, is_number, joined, percent

__all__ = ["Movement", "movements", "sentence", "squares_by_column"]

MOST_TOLD = 4  # columns of a sentence
LEAST_TOLD = 0.01  # of the whole movement
LEAST_STEP = 0.05  # by which the probability of a level has to move to be told
ONE_WAY = 0.8  # of the range lies between the ends: the column goes one way
BACK = 0.25  # of the range beyond where it began: more is no way back


@dataclasses.dataclass(frozen=True)
class Movement:
    """One column along a path of decoded rows.

    Parameters
    ----------
    column : str
    share : float
        Of the squared movement of all columns, in coordinates.
    size : float
        Largest distance from the first row in coordinates: standard deviations for numbers of a table, the own unit for
        arrays, between 0 and 1 for categories.
    start, end : cell
        First and last decoded cell, in the column's own unit; None for images.
    text : str
        "capital-gain up from 0 to 12,000"; empty where no cell is seen to change.

    Examples
    --------
    >>> Movement("age", 1.0, 0.5, 31, 47, "age up from 31 to 47").end
    47
    """

    column: str
    share: float
    size: float
    start: Any
    end: Any
    text: str

    def to_json(self) -> dict[str, Any]:
        """Plain values.

        Examples
        --------
        >>> Movement("age", 1.0, 0.5, 31, 47, "age up from 31 to 47").to_json()["end"]
        '47'
        """
        return dataclasses.asdict(self) | {"start": cell(self.start), "end": cell(self.end)}


def movements(schema: Any, path: np.ndarray, rows: Any) -> tuple[Movement, ...]:
    """All columns along a path, the one that moves most first.

    Parameters
    ----------
    schema : Schema
    path : array, shape (m, D)
        Decoded rows in coordinates.
    rows : table of m rows
        The same as a person reads them.

    Examples
    --------
    >>> from diabolo import Schema
    >>> rows = {"age": [31.0, 47.0, 60.0], "city": ["Bonn", "Bonn", "Rome"]}
    >>> schema = Schema.fit(Frame.of(rows), {"age": "continuous", "city": "categorical"})
    >>> path = schema.coordinates(schema.to_batch(Frame.of(rows))).double().numpy()
    >>> [movement.text for movement in movements(schema, path, rows)]
    ['age up from 31 to 60', 'city to Rome']
    """
    frame, squares = Frame.decoded(rows), squares_by_column(schema, path - path.mean(0))
    sizes = np.sqrt(squares_by_column(schema, path - path[0]).max(0))
    shares = squares.sum(0) / (squares.sum() or 1.0)
    parts, own = _by_name(schema, path), dict(zip(schema.table, frame.names, strict=True))
    found: list[Movement] = []
    for j in np.argsort(-shares, kind="stable"):
        name = schema.names[j]
        block, place, part = parts[name]
        cells = [None] if isinstance(block, Image) else frame.arrow(own[name]).to_pylist()
        text = "" if isinstance(block, Image) else _told(name, cells, block, place, part)
        found.append(Movement(name, float(shares[j]), float(sizes[j]), cells[0], cells[-1], text))
    return tuple(found)


def sentence(name: str, found: Sequence[Movement]) -> str:
    """What moves, in one sentence.

    Parameters
    ----------
    name : str
        What is changed.
    found : sequence of Movement

    Examples
    --------
    >>> sentence("z3", [Movement("age", 1.0, 0.5, 31, 47, "age up from 31 to 47")])
    'z3: age up from 31 to 47'
    """
    texts = [m.text for m in found if m.text and m.share >= LEAST_TOLD]
    return f"{name}: {joined(texts, MOST_TOLD, 'column') or 'no column moves so that one could see it'}"


def squares_by_column(schema: Any, coordinates: np.ndarray) -> np.ndarray:
    """Squares of coordinates (m, D) summed within columns, (m, n_columns).

    Examples
    --------
    >>> from diabolo import Schema
    >>> schema = Schema.fit(Frame.of({"a": [1.0, 2.5, 3.0], "b": [0.5, 0.1, 0.7]}))
    >>> squares_by_column(schema, np.array([[1.0, 2.0]]))
    array([[1., 4.]])
    """
    squares = torch.from_numpy(np.square(coordinates))
    return squares.new_zeros(len(squares), len(schema.names)).index_add_(1, schema.owners, squares).numpy()


def _by_name(schema: Any, path: np.ndarray) -> dict[str, tuple[Column, int, np.ndarray]]:
    """Block, place in it and coordinates of every column."""
    found: dict[str, tuple[Column, int, np.ndarray]] = {}
    start = 0
    for block in schema.columns:
        for place, (name, width) in enumerate(zip(block.names, block.widths, strict=True)):
            found[name] = (block, place, path[:, start : start + width])
            start += width
    return found


def _told(name: str, cells: list[Any], block: Column, place: int, part: np.ndarray) -> str:
    """How the cells of a column go along."""
    if all(map(is_number, cells)):
        return _course(name, np.array(cells, dtype=np.float64), amount, ("up", "down"))
    if all(isinstance(c, datetime.date) for c in cells):
        return _times(name, cells)
    if cells[0] != cells[-1]:
        return f"{name} to {cell(cells[-1])}"
    between = next((c for c in cells if c != cells[0]), None)
    if between is not None:
        return f"{name} to {cell(between)} and back"
    return _leaning(name, block, place, part)


def _course(name: str, numbers: np.ndarray, text: Any, words: tuple[str, str]) -> str:
    """A number that goes up, down, or there and back."""
    first, last, low, high = numbers[0], numbers[-1], numbers.min(), numbers.max()
    if text(low) == text(high):
        return ""
    if abs(last - first) >= ONE_WAY * (high - low):
        return f"{name} {words[0] if last > first else words[1]} from {text(first)} to {text(last)}"
    turn = high if high - max(first, last) >= min(first, last) - low else low
    beyond = (first - last) * np.sign(turn - first) > BACK * (high - low)
    return f"{name} from {text(first)} to {text(turn)} and {'then' if beyond else 'back'} to {text(last)}"


def _times(name: str, cells: list[Any]) -> str:
    """A time that goes later or earlier."""
    kind = {cell(c) for c in cells}
    if len(kind) == 1:
        return ""
    order = sorted(cells)
    ranks = np.array([order.index(c) for c in cells], dtype=np.float64)
    return _course(name, ranks, lambda rank: cell(order[int(rank)]), ("later:", "earlier:"))


def _leaning(name: str, block: Column, place: int, part: np.ndarray) -> str:
    """A level that stays the most probable one while others gain: the one whose probability moves most."""
    if isinstance(block, Binary):
        levels, p = [block.levels[place][1]], part
    elif isinstance(block, Categorical):
        levels, p = ["another level", *block.levels[place]], part * np.sqrt(2.0)
    else:
        return ""
    p = p.clip(0.0, 1.0)
    gains = p[-1] - p[0]
    best = int(np.where(gains > 0, gains, -gains / 2).argmax())  # one gains what others lose
    before, after = float(p[0, best]), float(p[-1, best])
    if abs(after - before) < LEAST_STEP:
        return ""
    word = "more" if after > before else "less"
    return f"{name} {cell(levels[best])} {word} likely ({percent(before)} to {percent(after)})"
