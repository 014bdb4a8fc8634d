"""What is attacked, and where it may go: arrays and images as they are, tables by way of their vectors."""

import dataclasses
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks import Limits
from diabolo.columns import Image
from diabolo.errors import CapabilityError
from diabolo.evaluate.coding import Coding
from diabolo.frames import Frame, restore
from diabolo.models.base import Estimator, as_frame
from diabolo.models.supervised import Supervised

__all__ = ["Target"]


@dataclasses.dataclass(frozen=True, eq=False)
class Target:
    """A classifier and rows as an attack takes them.

    Parameters
    ----------
    model : Any
        Module, scikit-learn classifier, or object with ``to_module()``.
    X : array or Tensor, shape (n, ...)
    limits : Limits
    frame : Frame or None
        The rows as they came, where they are a table.
    coding : Coding or None
        Where the table has more than numbers.
    image : Image or None
        How the pixels of images are read.

    Examples
    --------
    >>> target = Target.of(torch.nn.Linear(2, 2), torch.zeros(3, 2))
    >>> target.X.shape
    torch.Size([3, 2])
    """

    model: Any
    X: Any
    limits: Limits
    frame: Frame | None = None
    coding: Coding | None = None
    image: Image | None = None

    @classmethod
    def of(cls, model: Any, X: Any, bounds: Any = None) -> Self:
        """See a classifier and rows of any kind as something to attack.

        Raises
        ------
        CapabilityError
            A model of Diabolo that is no classifier, or no number among the columns.
        """
        if isinstance(model, Supervised):
            return cls._of_ours(model, X, bounds)
        if isinstance(model, Estimator) and not callable(getattr(model, "to_module", None)):
            raise CapabilityError(
                f"a {type(model).__name__} has no labels to be wrong about: give a classifier, which "
                "`diabolo harden DATA --label COLUMN -o FILE` makes."
            )
        if isinstance(X, np.ndarray | Tensor):
            return cls(model, X, Limits.of(bounds))
        frame = as_frame(X)
        if frame.images:
            return cls(model, frame.pixels(frame.images[0]), Limits.of(bounds))
        limits = Limits.of(bounds)
        named = limits if limits.names else dataclasses.replace(limits, names=frame.names)
        return cls(model, frame.numbers(), named, frame)

    @classmethod
    def _of_ours(cls, model: Supervised, X: Any, bounds: Any) -> Self:
        """A classifier with a schema."""
        frame, asked = as_frame(X), None if bounds is None else Limits.of(bounds)
        columns = model.schema_.columns
        if len(columns) == 1 and isinstance(columns[0], Image):
            image = columns[0]
            pixels = _pixels(image, frame)
            return cls(model, pixels, asked or Limits.from_schema(model.schema_), image=image)
        if frame.matrix is None:
            coding = Coding.of(model, frame)
            return cls(coding, coding.x, coding.limits(asked), frame, coding)
        rows = frame.numbers().astype(np.float32, copy=False)
        return cls(model, rows, asked or _of_table(model))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.X)

    def take(self, rows: np.ndarray) -> Any:
        """Some of the rows."""
        return self.X[torch.from_numpy(rows)] if isinstance(self.X, Tensor) else self.X[rows]

    def written(self, changed: Any, rows: np.ndarray) -> Any:
        """Changed rows, of the kind that came in."""
        if self.coding is not None:
            return self.coding.written(np.asarray(changed), rows)
        if self.frame is None:
            return changed
        frame = self.frame.take(rows)
        return restore({name: changed[:, j] for j, name in enumerate(frame.names)}, frame.template, frame)

    def picture(self, row: np.ndarray) -> np.ndarray:
        """An image in [0, 1], (c, y, x); of other rows their numbers."""
        if self.image is None:
            return row
        light = row / (255.0 if self.image.bytes else 1.0)
        return ((light - self.image.low) / ((self.image.high - self.image.low) or 1.0)).astype(np.float32)

    def cells(self, before: np.ndarray, after: np.ndarray) -> tuple[tuple[str, Any, Any], ...]:
        """The columns of a table that differ, the most changed first."""
        if self.coding is not None:
            return self.coding.cells(before, after)
        if self.frame is None:
            return ()
        size = np.abs(after - before)
        names = self.frame.names
        return tuple((names[j], float(before[j]), float(after[j])) for j in np.argsort(-size) if size[j] > 0)


def _pixels(image: Image, frame: Frame) -> np.ndarray:
    """Images (n, c, y, x) in the light of training: bytes from 0 to 255."""
    values = image.to_tensor(frame)[0].numpy()
    return (values * 255.0).round().astype(np.float32) if image.bytes else values


def _of_table(model: Supervised) -> Limits:
    """Limits of rows of an array, in which columns may have been left out."""
    schema, found = model.schema_, Limits.from_schema(model.schema_)
    places = [schema.table.index(name) for name in schema.names]
    if len(places) == len(schema.table):
        return found
    fill = {"low": -np.inf, "high": np.inf, "scale": 1.0}
    edges = {
        name: None if getattr(found, name) is None else np.full(len(schema.table), v)
        for name, v in fill.items()
    }
    for name, edge in edges.items():
        if edge is not None:
            edge[places] = getattr(found, name)
    fixed = [j for j in range(len(schema.table)) if j not in set(places)]
    whole = found.whole if isinstance(found.whole, bool) else [places[j] for j in found.whole]  # type: ignore[index]
    return dataclasses.replace(
        found,
        **edges,
        names=(),
        whole=whole,
        immutable=[*(places[j] for j in found.immutable), *fixed],  # type: ignore[index]
    )
