"""An autoencoder as an attack sees it: rows as one tensor of numbers, their codes, and what is rebuilt of them."""

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from diabolo.attacks.rows import Rows
from diabolo.columns import Continuous, Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import BoundsError, ImmutableError, VictimError
from diabolo.frames import Frame
from diabolo.shapes import PerRow

__all__ = ["Coder", "Fitted", "coder_of"]


@runtime_checkable
class Fitted(Protocol):
    """A fitted autoencoder of Diabolo: tensors of rows to codes and back.

    Attributes
    ----------
    schema_ : Schema
    """

    @property
    def schema_(self) -> Schema:
        """What every column is."""
        ...

    def encode_batch(self, batch: Batch) -> Tensor:
        """Mean codes (B, k)."""
        ...

    def decode_coordinates(self, code: Tensor) -> Tensor:
        """Expected coordinates (B, D)."""
        ...


class Coder(ABC):
    """Rows x (n, ...) and the networks that squeeze and rebuild them.

    Attributes
    ----------
    x : Tensor of shape (n, ...)
    module : Module or None
        What has to stay untouched.
    unit : str
    """

    x: Tensor
    module: nn.Module | None
    unit: str

    @abstractmethod
    def encode(self, x: Tensor, rows: Tensor) -> Tensor:
        """Codes (B, k) of changed rows, whose positions are ``rows``."""

    @abstractmethod
    def rebuilt(self, x: Tensor, rows: Tensor) -> Tensor:
        """What the autoencoder makes of changed rows, (B, ...)."""

    @abstractmethod
    def error(self, x: Tensor, rows: Tensor) -> PerRow:
        """Squared reconstruction error of changed rows."""

    @abstractmethod
    def edges(self, bounds: tuple[float, float] | None) -> tuple[Tensor | float, Tensor | float]:
        """Bounds of ``x`` from those of the data."""

    @abstractmethod
    def back(self, x: Tensor) -> Any:
        """Changed rows, of the kind that came in."""


def coder_of(model: Any, X: Any) -> Coder:
    """See a model and rows as a coder.

    Parameters
    ----------
    model : (encoder, decoder), or a fitted autoencoder of Diabolo
    X : rows

    Raises
    ------
    VictimError
        The model is neither.

    Examples
    --------
    >>> coder_of((nn.Linear(2, 1), nn.Linear(1, 2)), torch.zeros(3, 2)).x.shape
    torch.Size([3, 2])
    """
    if isinstance(model, tuple) and len(model) == 2 and all(isinstance(part, nn.Module) for part in model):
        return _Pair(*cast(tuple[nn.Module, nn.Module], model), Rows.of(X, dtype=_dtype(model[0])))
    if isinstance(model, Fitted):
        return _OfSchema(model, X)
    raise VictimError(
        f"{type(model).__name__} is no autoencoder: give a fitted one of Diabolo that decodes, or (encoder, decoder), two "
        "torch modules."
    )


@dataclasses.dataclass(frozen=True)
class _Pair(Coder):
    """Two modules of one's own."""

    encoder: nn.Module
    decoder: nn.Module
    given: Rows

    @property
    def x(self) -> Tensor:  # type: ignore[override]
        return self.given.x

    @property
    def module(self) -> nn.Module:  # type: ignore[override]
        return nn.ModuleList([self.encoder, self.decoder])

    @property
    def unit(self) -> str:  # type: ignore[override]
        return "the unit of the data"

    def encode(self, x: Tensor, rows: Tensor) -> Tensor:  # noqa: ARG002
        return self.encoder(x)

    def rebuilt(self, x: Tensor, rows: Tensor) -> Tensor:  # noqa: ARG002
        return self.decoder(self.encoder(x))

    def error(self, x: Tensor, rows: Tensor) -> PerRow:
        return (self.rebuilt(x, rows) - x).flatten(1).square().sum(1)

    def edges(self, bounds: tuple[float, float] | None) -> tuple[float, float]:
        return (-math.inf, math.inf) if bounds is None else bounds

    def back(self, x: Tensor) -> Any:
        return self.given.back(x)


class _OfSchema(Coder):
    """A fitted model: numbers and pixels are moved in their coordinates, other columns stay as they are."""

    def __init__(self, model: Fitted, X: Any) -> None:
        schema = model.schema_
        self.model, self.schema, self.frame = model, schema, Frame.of(X)
        self.batch = schema.to_batch(self.frame)
        self.blocks = {
            key: column for key, column in schema.blocks.items() if isinstance(column, Continuous | Image)
        }
        if not self.blocks:
            raise ImmutableError(
                "the rows hold neither numbers nor pixels, and nothing else is moved by a gradient."
            )
        self.x = torch.cat(
            [column.coordinates(self.batch.values[key]) for key, column in self.blocks.items()], 1
        )
        nets = [part for part in vars(model).values() if isinstance(part, nn.Module)]
        self.module = nn.ModuleList(nets)
        own = all(isinstance(column, Image) or column.shared for column in self.blocks.values())
        self.unit = "the unit of the data" if own else "standard deviations of each column"

    def _moved(self, x: Tensor, rows: Tensor) -> Batch:
        """The batch of these rows with other numbers."""
        batch = self.batch.take(rows)
        return dataclasses.replace(batch, values={**batch.values, **self._values(x)})

    def _values(self, x: Tensor) -> dict[str, Tensor]:
        """Coordinates -> cells of the blocks that move."""
        parts = x.split([sum(column.widths) for column in self.blocks.values()], 1)
        return {
            key: c.from_coordinates(part) for (key, c), part in zip(self.blocks.items(), parts, strict=True)
        }

    def encode(self, x: Tensor, rows: Tensor) -> Tensor:
        return self.model.encode_batch(self._moved(x, rows))

    def rebuilt(self, x: Tensor, rows: Tensor) -> Tensor:
        return self.model.decode_coordinates(self.encode(x, rows))

    def error(self, x: Tensor, rows: Tensor) -> PerRow:
        batch = self._moved(x, rows)
        off = self.model.decode_coordinates(self.model.encode_batch(batch)) - self.schema.coordinates(batch)
        seen = self.schema.coordinates_seen(batch)
        return (off if seen is None else torch.where(seen, off, 0.0)).square().sum(1)

    def edges(self, bounds: tuple[float, float] | None) -> tuple[Tensor | float, Tensor | float]:
        if bounds is not None:
            return self._edge(bounds[0]), self._edge(bounds[1])
        sides: list[Tensor] = []
        for side in ("low", "high"):
            far = math.inf if side == "high" else -math.inf
            parts = [
                torch.full((sum(c.widths),), float(getattr(c, side)) if isinstance(c, Image) else far)
                for c in self.blocks.values()
            ]
            sides.append(torch.cat(parts))
        return sides[0], sides[1]

    def _edge(self, number: float) -> Tensor:
        """A bound of an array's numbers in coordinates."""
        array = self.frame.source.array
        if array is None:
            raise BoundsError(
                "bounds=(low, high) are those of an array; the columns of a table differ in unit."
            )
        row = Frame.of(np.full((1, *array.shape[1:]), number, dtype=array.dtype))
        batch = self.schema.to_batch(row)
        return torch.cat([column.coordinates(batch.values[key]) for key, column in self.blocks.items()], 1)[0]

    def back(self, x: Tensor) -> Any:
        return self.schema.to_table({**self.batch.values, **self._values(x)}, self.frame.template, self.frame)


def _dtype(module: nn.Module) -> torch.dtype | None:
    return next((w.dtype for w in module.parameters() if w.is_floating_point()), None)
