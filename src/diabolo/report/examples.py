"""Rows before and after the waist: the best, some typical and the worst."""

import dataclasses
from typing import Any

import numpy as np

from diabolo.columns import Image
from diabolo.evaluate import Scores
from diabolo.frames import Frame
from diabolo.report.pixels import data_uri
from diabolo.report.records import Cell, Example, Gallery, Group
from diabolo.report.words import cell

__all__ = ["change", "gallery"]

MOST_COLUMNS = 12
OF_TABLE = {"best": 3, "typical": 3, "worst": 5}
OF_IMAGES = {"best": 8, "typical": 8, "worst": 8}
TITLES = {"best": "Best rebuilt", "typical": "Typical", "worst": "Worst rebuilt"}
CHANGED, LOST = (
    0.25,
    1.0,
)  # squared error of a cell as a share of the column's mean squared distance from the mean


def gallery(model: Any, frame: Frame, errors: np.ndarray, scores: Scores) -> Gallery:
    """Some rows side by side with their reconstructions.

    Parameters
    ----------
    model : Estimator
    frame : Frame
    errors : array, shape (n, n_columns)
        Squared error of each cell, in the order of the schema's names.
    scores : Scores

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder, evaluate
    >>> X = load_digits().data
    >>> model = LinearAutoencoder(8).fit(X)
    >>> errors = model.reconstruction_error(X, by_column=True)
    >>> shown = gallery(model, Frame.of(X), errors, evaluate.reconstruction(model, X))
    >>> [group.title for group in shown.groups]
    ['Best rebuilt', 'Typical', 'Worst rebuilt']
    """
    image = next((block for block in model.schema_.columns if isinstance(block, Image)), None)
    chosen = _choose(errors.sum(1), OF_TABLE if image is None else OF_IMAGES)
    rows = np.concatenate(list(chosen.values()))
    rebuilt = Frame.decoded(model.reconstruct(frame.take(rows)))
    if image is None:
        columns = _telling_columns(errors[rows])
        made = _table_examples(frame.take(rows), rebuilt, rows, errors, columns, scores)
        names, left_out = tuple(scores.columns[c].name for c in columns), errors.shape[1] - len(columns)
    else:
        made = _image_examples(image, frame.take(rows), rebuilt, rows, errors.sum(1))
        names, left_out = (), 0
    key = _key(model, frame)
    examples = iter(_named(made, frame, rows, key))
    groups = (Group(TITLES[sort], tuple(next(examples) for _ in rows)) for sort, rows in chosen.items())
    return Gallery(names, tuple(groups), left_out, key)


def _key(model: Any, frame: Frame) -> str:
    """The column that names the rows, if the data have one."""
    keys = (name for name, found in model.schema_.excluded.items() if found.names_rows)
    return next((name for name in keys if name in frame.names), "")


def _named(examples: list[Example], frame: Frame, rows: np.ndarray, key: str) -> list[Example]:
    """The examples with the numbers, and names, that their rows have in the data that came."""
    origin = frame.origin[rows].tolist()
    names = frame.take(rows).arrow(key).to_pylist() if key else [""] * len(rows)
    return [
        dataclasses.replace(example, row=row, name=cell(name) if key else "")
        for example, row, name in zip(examples, origin, names, strict=True)
    ]


def change(before: str, after: str, error: float, spread: float) -> str:
    """How much a cell changed: not at all, ``changed``, ``lost``, or ``filled`` where it was missing.

    Parameters
    ----------
    before, after : str
        The cell as text.
    error, spread : float
        Its squared error, and the mean squared distance of such cells from their mean.

    Examples
    --------
    >>> change("–", "3", 0.0, 1.0), change("2", "3", 0.5, 1.0), change("2", "9", 4.0, 1.0)
    ('filled', 'changed', 'lost')
    """
    if before == "–":
        return "filled"
    if before == after or error < CHANGED * spread:
        return ""
    return "lost" if error >= LOST * spread else "changed"


def _choose(errors: np.ndarray, counts: dict[str, int]) -> dict[str, np.ndarray]:
    """Row numbers from both ends and the middle of the order by error, none of them twice."""
    order = np.argsort(errors, kind="stable")
    few = min(1.0, len(order) / sum(counts.values()))
    best, typical, worst = (max(1, int(n * few)) for n in counts.values())
    worst = min(worst, len(order) - 1)
    middle = (len(order) - typical) // 2
    parts = {
        "best": order[:best],
        "typical": order[middle : middle + typical],
        "worst": order[len(order) - worst :][::-1],
    }
    taken: set[int] = set()
    return {sort: _fresh(rows, taken) for sort, rows in parts.items()}


def _fresh(rows: np.ndarray, taken: set[int]) -> np.ndarray:
    """Rows that no other group shows."""
    fresh = np.array([row for row in rows.tolist() if row not in taken], dtype=np.int64)
    taken.update(fresh.tolist())
    return fresh


def _telling_columns(errors: np.ndarray) -> np.ndarray:
    """The columns in which these rows changed most, in the order of the table."""
    return np.sort(np.argsort(-errors.sum(0), kind="stable")[:MOST_COLUMNS])


def _table_examples(
    frame: Frame, rebuilt: Frame, rows: np.ndarray, errors: np.ndarray, columns: np.ndarray, scores: Scores
) -> list[Example]:
    """Cells of the chosen rows and columns."""
    shown = [scores.columns[c] for c in columns]
    position = {name: i for i, name in enumerate(rebuilt.names)}
    before = [
        frame.arrow(frame.names[position[s.name]] if s.name not in frame.names else s.name) for s in shown
    ]
    after = [rebuilt.arrow(s.name) for s in shown]
    texts = [
        [(cell(b), cell(a)) for b, a in zip(old.to_pylist(), new.to_pylist(), strict=True)]
        for old, new in zip(before, after, strict=True)
    ]
    return [
        Example(
            int(row),
            float(errors[row].sum()),
            cells=tuple(
                Cell(*texts[j][i], change(*texts[j][i], float(errors[row, c]), shown[j].mean_error))
                for j, c in enumerate(columns)
            ),
        )
        for i, row in enumerate(rows)
    ]


def _image_examples(
    image: Image, frame: Frame, rebuilt: Frame, rows: np.ndarray, errors: np.ndarray
) -> list[Example]:
    """Original, rebuilt and the size of the difference."""
    before, after = (image.to_tensor(f)[0].numpy() for f in (frame, rebuilt))
    size = image.high - image.low
    return [
        Example(
            int(row),
            float(errors[row]),
            images=(
                data_uri(old, image.low, image.high),
                data_uri(new, image.low, image.high),
                data_uri(np.abs(new - old), 0.0, size),
            ),
        )
        for row, old, new in zip(rows, before, after, strict=True)
    ]
