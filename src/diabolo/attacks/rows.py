"""Rows of any kind as one tensor to search in, and the way back to kind and dtype."""

import dataclasses
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.attacks.limits import Limits
from diabolo.errors import DataError, EmptyDataError
from diabolo.frames import Frame, restore

__all__ = ["Rows"]


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows as an attack moves them: float32, or float64 where they (or the model's weights) are.

    Parameters
    ----------
    x : Tensor of shape (n, ...)
        A copy: the caller's data are never written to.
    given : Any
        The rows as they came.
    names : tuple of str
        Of the columns, where it is a table.
    whole : tuple of int
        Columns of an integer type, where it is a table.
    """

    x: Tensor
    given: Any
    names: tuple[str, ...] = ()
    whole: tuple[int, ...] = ()

    @classmethod
    def of(cls, X: Any, device: torch.device | None = None, dtype: torch.dtype | None = None) -> Self:
        """See an array, a tensor or a table of numbers as rows.

        Parameters
        ----------
        X : array, tensor or table
        device : torch.device, optional
            Where the model is.
        dtype : torch.dtype, optional
            Of the model's weights: a model in double precision is asked in double precision.

        Raises
        ------
        DataError, EmptyDataError
            Cells that are no finite numbers; no row.

        Examples
        --------
        >>> Rows.of(np.array([[0, 255]], dtype=np.uint8)).x
        tensor([[  0., 255.]])
        """
        names, whole = (), ()
        if isinstance(X, Tensor):
            found = X.detach()
        elif isinstance(X, np.ndarray):
            found = torch.from_numpy(np.ascontiguousarray(X)) if X.dtype.kind in "fiub" else torch.empty(0)
            if X.dtype.kind not in "fiub":
                raise DataError(f"the rows hold {X.dtype}, not numbers.")
        else:
            frame = Frame.of(X)
            names = frame.names
            whole = tuple(j for j, name in enumerate(names) if pa.types.is_integer(frame.arrow(name).type))
            found = torch.from_numpy(np.ascontiguousarray(frame.numbers(names)))
        if found.ndim < 2 or not len(found):
            raise EmptyDataError(
                f"the rows have shape {tuple(found.shape)}: give at least one row of features."
            )
        precise = torch.float64 in (found.dtype, dtype)
        x = found.to(device or found.device, torch.float64 if precise else torch.float32, copy=True)
        if not torch.isfinite(x).all():
            raise DataError(
                "the rows hold gaps or infinite numbers, from which no gradient step leads: fill them first."
            )
        return cls(x, X, names, whole)

    @property
    def integral(self) -> bool:
        """Whether the rows are of an integer type."""
        return isinstance(self.given, np.ndarray | Tensor) and not _is_float(self.given)

    def limit(self, limits: Limits) -> Limits:
        """Limits completed by what the rows themselves say: names, and the range of an integer type."""
        changes: dict[str, Any] = {}
        if self.names and not limits.names:
            changes["names"] = self.names
        if self.whole and limits.whole is not True:
            changes["whole"] = [*(limits.whole or ()), *self.whole]
        if self.integral:
            low, high = _limits_of_type(self.given)
            changes |= {
                "whole": True,
                "low": np.maximum(limits.low, low),
                "high": np.minimum(limits.high, high),
            }
        return dataclasses.replace(limits, **changes) if changes else limits

    def back(self, x: Tensor) -> Any:
        """Changed rows, of the kind and dtype that came in."""
        if isinstance(self.given, Tensor):
            rounded = x.round() if self.integral else x
            return rounded.to(self.given.device, self.given.dtype)
        if isinstance(self.given, np.ndarray):
            return (x.round() if self.integral else x).cpu().numpy().astype(self.given.dtype)
        frame, cells = Frame.of(self.given), x.cpu().numpy()
        return restore({name: cells[:, j] for j, name in enumerate(self.names)}, frame.template, frame)

    def again(self, out: Any) -> Tensor:
        """The numbers that went out, as the model is asked about them."""
        return type(self).of(out, self.x.device, self.x.dtype).x


def _is_float(given: np.ndarray | Tensor) -> bool:
    return given.is_floating_point() if isinstance(given, Tensor) else given.dtype.kind == "f"


def _limits_of_type(given: np.ndarray | Tensor) -> tuple[float, float]:
    """Smallest and largest number that an integer type holds."""
    if str(given.dtype).endswith("bool"):
        return 0.0, 1.0
    found = torch.iinfo(given.dtype) if isinstance(given, Tensor) else np.iinfo(given.dtype)
    return float(found.min), float(found.max)
