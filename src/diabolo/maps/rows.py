"""Rows on their way to a code and back: many, a single one in any dress, and as plain values."""

import datetime
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from diabolo.columns import Image
from diabolo.errors import DataError, ParameterError
from diabolo.frames import Frame
from diabolo.models.base import as_frame

__all__ = ["as_codes", "codes_of", "coordinates", "decoded", "encoded", "image_of", "one_row", "plain"]

PIECE = 1 << 16  # rows encoded at a time, so that a large table is never twice in memory


def encoded(model: Any, frame: Frame) -> np.ndarray:
    """Codes (n, k) of rows, float32.

    Parameters
    ----------
    model : Encodes
    frame : Frame

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.eye(4)
    >>> encoded(LinearAutoencoder(2).fit(X), Frame.of(X)).shape
    (4, 2)
    """
    if frame.n_rows <= PIECE or frame.images:
        return model.transform(frame)
    codes = np.empty((frame.n_rows, model.n_components_), np.float32)
    for start in range(0, frame.n_rows, PIECE):
        stop = min(start + PIECE, frame.n_rows)
        codes[start:stop] = model.transform(frame.take(np.arange(start, stop)))
    return codes


def codes_of(model: Any, X: Any, codes: np.ndarray | None) -> np.ndarray:
    """Codes that were given, checked, or else those of rows.

    Parameters
    ----------
    model : Encodes
    X : table, array or images, or None where codes are given
    codes : array, shape (n, k), or None

    Raises
    ------
    ParameterError
        Neither came, or codes of another shape than the rows and the model have.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> codes_of(LinearAutoencoder(2).fit(np.eye(4)), None, np.zeros((9, 2))).shape
    (9, 2)
    """
    if codes is None and X is None:
        raise ParameterError("neither rows nor codes came: give X=... or codes=...")
    if codes is None:
        return encoded(model, as_frame(X))
    given, k = np.asarray(codes, dtype=np.float32), model.n_components_
    n = len(given) if X is None else as_frame(X).n_rows
    if given.shape != (n, k) or not n:
        raise ParameterError(f"codes of shape {given.shape} are not those of {n} rows: ({n}, {k}) is needed.")
    return given


def as_codes(codes: np.ndarray) -> Tensor:
    """Codes as the tensor that a decoder takes.

    Examples
    --------
    >>> as_codes(np.zeros((1, 2))).dtype
    torch.float32
    """
    return torch.from_numpy(np.ascontiguousarray(codes, dtype=np.float32))


def decoded(model: Any, codes: np.ndarray) -> np.ndarray:
    """Expected coordinates (m, D) of codes, float64.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[1.0, 2.0], [3.0, 2.0]])
    >>> decoded(LinearAutoencoder(1).fit(X), np.zeros((1, 1))).tolist()  # an array counts from its mean
    [[0.0, 0.0]]
    """
    with torch.inference_mode():
        return model.decode_coordinates(as_codes(codes)).double().cpu().numpy()


def coordinates(model: Any, frame: Frame) -> np.ndarray:
    """Coordinates (n, D) of rows less the mean of their seen cells, zero where a cell is missing; float32.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[1.0, 2.0], [3.0, 2.0]])
    >>> coordinates(LinearAutoencoder(1).fit(X), Frame.of(X)).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    batch = model.schema_.to_batch(frame, type(model).__name__)
    x = model.schema_.filled(batch)
    return (x - x.mean(0)).numpy()


def one_row(model: Any, row: Any, X: Any = None) -> Frame:
    """A single row as a frame.

    Parameters
    ----------
    model : estimator
    row : int, row or table of one row
        An int is a position in ``X``, from 0. Else the row itself: a dict of cells, a series, an array without its first
        axis, or a table or array of one row.
    X : table, array or images, optional

    Raises
    ------
    ParameterError
        A position without ``X``, or outside it.
    DataError
        There is more than one row, or it is of another kind than the model's.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[1.0, 2.0], [3.0, 2.0]])
    >>> model = LinearAutoencoder(1).fit(X)
    >>> one_row(model, X[1]).matrix.tolist() == one_row(model, 1, X).matrix.tolist()
    True
    """
    if isinstance(row, int | np.integer) and not isinstance(row, bool):
        return _row_at(int(row), X)
    frame = as_frame(_with_an_axis(row, model.template_))
    if frame.n_rows != 1:
        raise DataError(
            f"one row is needed, and {frame.n_rows} came: give one of them, or its position and X=..."
        )
    return frame


def image_of(model: Any) -> tuple[Image, slice] | None:
    """The first image column of a model and its place among the coordinates; None if there is none.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> image_of(LinearAutoencoder(1).fit(np.eye(3))) is None
    True
    """
    start = 0
    for block in model.schema_.columns:
        if isinstance(block, Image):
            return block, slice(start, start + block.widths[0])
        start += sum(block.widths)
    return None


def plain(rows: Any) -> list[dict[str, Any]]:
    """Rows as JSON values, images left out.

    Examples
    --------
    >>> plain(np.array([[1.0, 2.0]]))
    [{'x0': 1.0, 'x1': 2.0}]
    """
    frame = Frame.decoded(rows)
    columns = {name: frame.arrow(name).to_pylist() for name in frame.names if name not in frame.images}
    return [{name: _plain(cells[i]) for name, cells in columns.items()} for i in range(frame.n_rows)]


def _plain(value: Any) -> Any:
    """A cell as a JSON value."""
    if isinstance(value, datetime.date | datetime.time):  # a datetime is a date
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _row_at(position: int, X: Any) -> Frame:
    """The row of a table at a position."""
    if X is None:
        raise ParameterError(f"row={position} is a position, in rows that did not come: give them as X=...")
    frame = as_frame(X)
    if not 0 <= position < frame.n_rows:
        raise ParameterError(
            f"row={position} is out of range: there are {frame.n_rows} rows, 0 to {frame.n_rows - 1}."
        )
    return frame.take(np.array([position]))


def _with_an_axis(row: Any, template: dict[str, Any]) -> Any:
    """A row without the axis of rows gets it."""
    if not isinstance(row, Mapping) and hasattr(row, "to_dict") and getattr(row, "ndim", 0) == 1:
        row = row.to_dict()  # a series of pandas
    if isinstance(row, Mapping):
        return row if any(isinstance(v, list | np.ndarray) for v in row.values()) else [dict(row)]
    if isinstance(row, list | tuple) and row and not isinstance(row[0], Mapping):
        row = np.asarray(row)
    shape = template.get("shape")
    lacks = shape is not None and getattr(row, "ndim", 0) == len(shape)
    return cast(Any, row)[None] if lacks else row
