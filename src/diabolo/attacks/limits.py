"""What may change, in words of the data: bounds, units, immutable features, directions, whole numbers."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks.balls import Ball
from diabolo.attacks.domain import Domain
from diabolo.columns import Binary, Continuous, Count, Image, Ordinal
from diabolo.columns.base import Column
from diabolo.data.schema import Schema
from diabolo.errors import BoundsError, ImmutableError, ParameterError

__all__ = ["Features", "Limits"]

Features = Sequence[int | str]
"""Features by position, or by column name."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """How far each feature of a row may go.

    Parameters
    ----------
    low, high : number or array of a row's shape
        Bounds; infinite by default: nothing is assumed to lie in [0, 1].
    scale : array of a row's shape, optional
        Unit in which a ball measures each feature, a standard deviation say; None: the unit of the data.
    immutable : list of int or str
        Features that must not change.
    rises, falls : list of int or str
        Features that may only grow (an age), or only shrink.
    whole : bool, or list of int or str
        Features that are whole numbers; rows of an integer type are so in any case.
    names : tuple of str
        Names of the features, where these are columns.
    strict : bool
        Whether rows outside their bounds are refused; False lets them be, and move inward only. Ranges that training rows
        showed are not strict.

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> limits = Limits(0.0, 100.0, immutable=["sex"], rises=["age"], names=("age", "sex", "weight"))
    >>> x = torch.tensor([[40.0, 1.0, 70.0]])
    >>> [edge.tolist() for edge in limits.domain(Linf(5.0), x).box(x)]
    [[[0.0, 0.0, -70.0]], [[60.0, 0.0, 30.0]]]
    """

    low: Any = -math.inf
    high: Any = math.inf
    scale: Any = None
    immutable: Features = ()
    rises: Features = ()
    falls: Features = ()
    whole: bool | Features = False
    names: tuple[str, ...] = ()
    strict: bool = True

    @classmethod
    def of(cls, bounds: Any) -> Self:
        """Limits from what ``run`` takes as ``bounds``: None, (low, high), a fitted schema, or limits.

        Raises
        ------
        BoundsError
            It is none of these.
        """
        if isinstance(bounds, cls):
            return bounds
        if isinstance(bounds, Schema):
            return cls.from_schema(bounds)
        if bounds is None:
            return cls()
        if not isinstance(bounds, tuple | list) or len(bounds) != 2:
            raise BoundsError(
                f"bounds={bounds!r}: give (low, high), a fitted Schema, attacks.Limits(...) or None."
            )
        return cls(*bounds)

    @classmethod
    def from_schema(cls, schema: Schema, *, in_deviations: bool | None = None, **limits: Any) -> Self:
        """The ranges that training rows showed, and what is a whole number.

        Parameters
        ----------
        schema : Schema
            Of numbers or of images; categories have no distance, and a gradient leaves them as they are.
        in_deviations : bool, optional
            Whether a ball counts in standard deviations of each column rather than in the column's own unit. None: in
            deviations for tables, whose columns differ in unit; in the unit of the data for arrays and images.
        limits
            ``immutable``, ``rises``, ``falls``.

        Examples
        --------
        >>> from diabolo import Schema
        >>> from diabolo.frames import Frame
        >>> schema = Schema.fit(Frame.of({"height": [1.5, 1.6, 1.9], "weight": [60.5, 70.2, 80.1]}))
        >>> Limits.from_schema(schema).high.round(3).tolist()
        [1.9, 80.1]
        """
        images = any(isinstance(column, Image) for column in schema.columns)
        table = np.concatenate([_ranges(column) for column in schema.columns], 1)
        if not images:
            places = {name: j for j, name in enumerate(n for column in schema.columns for n in column.names)}
            table = table[:, [places[name] for name in schema.names]]
        low, high, scale, whole, mutable = table
        shared = images or any(isinstance(c, Continuous) and c.shared for c in schema.columns)
        counted = (not shared) if in_deviations is None else in_deviations
        fixed = [*limits.pop("immutable", ()), *(int(j) for j in np.flatnonzero(mutable == 0))]
        grid = bool(whole.all()) or [int(j) for j in np.flatnonzero(whole)]
        names = () if images else schema.names
        scale = scale if counted else None
        return cls(low, high, scale, whole=grid, names=names, immutable=fixed, strict=False, **limits)

    def domain(self, ball: Ball, x: Tensor) -> Domain:
        """The limits as tensors for rows (n, ...), checked against these.

        Raises
        ------
        BoundsError, EpsilonError, ImmutableError
            Rows outside their bounds; a ball in another unit; nothing left to change.
        """
        shape = x.shape[1:]
        low, high = self._tensor(self.low, x), self._tensor(self.high, x)
        fixed, rises, falls = (self._mask(f, shape) for f in (self.immutable, self.rises, self.falls))
        down, up = ~(fixed | rises), ~(fixed | falls)
        self._refuse_nothing(bool(((down | up) & (high > low).expand(shape)).any()))
        limited = bool((fixed | rises | falls).any())
        whole = self.whole if isinstance(self.whole, bool) else self._mask(self.whole, shape)
        if isinstance(whole, Tensor) and not whole.any():
            whole = False
        domain = Domain(
            ball,
            low.to(x.device),
            high.to(x.device),
            None if self.scale is None else self._tensor(self.scale, x).to(x.device),
            down.to(x.device) if limited else None,
            up.to(x.device) if limited else None,
            whole.to(x.device) if isinstance(whole, Tensor) else whole,
        )
        domain.check(x, strict=self.strict)
        return domain

    @property
    def unit(self) -> str:
        """What a ball counts in, for people."""
        return (
            "the unit of the data"
            if self.scale is None
            else "the scale of each feature (standard deviations)"
        )

    def _tensor(self, edge: Any, x: Tensor) -> Tensor:
        """An edge as a tensor that fits a row."""
        found = torch.as_tensor(edge, dtype=x.dtype)
        if found.ndim == 1 and found.numel() == x[0].numel():
            found = found.reshape(x.shape[1:])
        try:
            return found.expand(x.shape[1:]) if found.ndim else found
        except RuntimeError:
            raise BoundsError(
                f"bounds of shape {tuple(found.shape)} do not fit rows of shape {tuple(x.shape[1:])}: give numbers, or one "
                "per feature."
            ) from None

    def _mask(self, features: Features, shape: torch.Size) -> Tensor:
        """Features as flags of a row's shape."""
        flags = torch.zeros(shape.numel(), dtype=torch.bool)
        for feature in features:
            flags[self._position(feature, len(flags))] = True
        return flags.reshape(shape)

    def _position(self, feature: int | str, count: int) -> int:
        """Where a feature is."""
        if isinstance(feature, str) and feature in self.names:
            return self.names.index(feature)
        if isinstance(feature, int | np.integer) and -count <= feature < count:
            return int(feature)
        known = ", ".join(self.names) or f"0 to {count - 1}"
        raise ParameterError(f"there is no feature {feature!r}; there are {known}.")

    @staticmethod
    def _refuse_nothing(something: bool) -> None:
        if not something:
            raise ImmutableError(
                "every feature is immutable or has no room between its bounds: nothing is left that an attack may change."
            )


def _ranges(column: Column) -> np.ndarray:
    """low, high, deviation, wholeness and mutability (5, width) of the features of a block, in the unit of the table."""
    width = sum(column.widths) if isinstance(column, Image) else len(column.names)
    zero, one = np.zeros(width), np.ones(width)
    match column:
        case Image():
            white, whole = (255.0, one) if column.bytes else (1.0, zero)
            return np.stack(
                [column.low * white * one, column.high * white * one, column.spread * white * one, whole, one]
            )
        case Continuous():
            edges = (column.low, column.high) if column.low else (-np.inf * one, np.inf * one)
            return np.stack([*edges, _deviations(column), zero, one])
        case Count():
            return np.stack([zero, column.high, np.maximum(column.high, 1) / 4, one, one])
        case Ordinal() | Binary():
            return np.stack([_ladder(levels) for levels in column.levels], 1)
        case _:
            return np.stack([-np.inf * one, np.inf * one, one, zero, zero])


def _ladder(levels: tuple[Any, ...]) -> list[float]:
    """The same five numbers of one column of levels: whole numbers in a row can be stepped along, others stay."""
    steps = all(isinstance(level, int | float) for level in levels) and np.allclose(
        np.diff(np.sort(levels)), 1
    )
    return (
        [min(levels), max(levels), float(np.std(levels)), 1.0, 1.0]
        if steps
        else [-np.inf, np.inf, 1.0, 0.0, 0.0]
    )


def _deviations(column: Continuous) -> np.ndarray:
    """Standard deviations in the table's unit, also of columns that are mapped by quantiles."""
    knots = column.quantiles or (None,) * len(column.names)
    return np.array(
        [s if found is None else np.std(found) for s, found in zip(column.scale, knots, strict=True)]
    )
