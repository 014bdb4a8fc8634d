"""Real numbers: normal with a learned scale, standardized or mapped by quantiles; an atom for an inflated value."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from scipy.special import ndtri
from torch import Tensor, nn

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.embedders import with_gaps
from diabolo.distributions import Distribution, Gaussian, Inflated
from diabolo.errors import DataError, SchemaError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout

__all__ = ["Continuous"]

SCALINGS = ("auto", "shared", "standard", "quantile")
KNOTS = 257  # quantiles kept per column: below 0.4 % of the rows between two of them
SMALLEST_SCALE = 1e-3  # of the column's unit: an exact relation must not drive the density to infinity
BLOCK = 4096  # rows converted at a time, so that float64 copies stay in cache


@dataclasses.dataclass(frozen=True)
class Continuous(Column):
    """A block of real numbers.

    A cell x becomes the value v = (t(x) − shift) / scale, where t is the identity or, for heavy tails, the
    quantile-normal map Φ⁻¹(F(x)), and p(v | z) is normal with a learned scale per column (one for the whole block in
    shared scaling). Where one exact value is inflated (zeros of an amount), the density is a mixture of that atom and a
    normal.

    Parameters
    ----------
    names : tuple of str
    shift, scale : tuple of float
        What is taken off and divided by.
    unit : float
        Coordinates per value: 1 in tables (so errors are in standard deviations), the common scale in arrays (so errors
        are in the array's own units).
    shared : bool
        One scale for all columns, as in PCA of an array.
    low, high : tuple of float, optional
        Range of plausible values, from the training rows; decoded numbers stay inside.
    atom : tuple of float or None
        The inflated value of each column, None where there is none.
    quantiles : tuple of (tuple of float or None)
        Knots of the quantile-normal map of each column, None where the column is only standardized; empty if none is.
    gaps : bool
        Whether training rows had missing cells: the embedding then flags them.

    References
    ----------
    Bolstad et al., "A comparison of normalization methods", Bioinformatics 2003 (quantile normalization).

    Examples
    --------
    >>> frame = Frame.of({"height": [1.6, 1.7, 1.9, None]})
    >>> column = Continuous.fit(frame, ("height",))
    >>> values, seen = column.to_tensor(frame)
    >>> seen.ravel().tolist()
    [True, True, True, False]
    """

    shift: tuple[float, ...]
    scale: tuple[float, ...]
    unit: float = 1.0
    shared: bool = False
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    atom: tuple[float | None, ...] = ()
    quantiles: tuple[tuple[float, ...] | None, ...] = ()
    gaps: bool = False

    kind: ClassVar[str] = "continuous"

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")
    def fit(cls, frame: Frame, names: tuple[str, ...], *, scaling: str = "auto", **_: Any) -> Self:
        """Statistics from training rows.

        Parameters
        ----------
        scaling : {"auto", "shared", "standard", "quantile"}
            ``shared``: one scale for all columns, no map, no range. ``auto`` chooses per column: the quantile-normal map
            where tails are heavy (after taking an atom out), else standardizing.

        Raises
        ------
        DataError
            Squares of the numbers are too large to add up.
        """
        if scaling not in SCALINGS:
            raise SchemaError(f"scaling={scaling!r} is not one of {', '.join(SCALINGS)}.")
        x = frame.numbers(names)
        if scaling == "shared":
            mean, variance, gaps = _moments(x)
            _refuse_overflow(~np.isfinite(variance), names)
            return cls.shared_scale(names, mean, variance, gaps=gaps)
        fits = [_fit_one(x[:, j].astype(np.float64), scaling) for j in range(len(names))]
        parts: dict[str, Any] = {
            field: tuple(fit[field] for fit in fits)
            for field in ("shift", "scale", "low", "high", "atom", "quantiles")
        }
        _refuse_overflow(~np.isfinite(parts["scale"]), names)
        for field in ("atom", "quantiles"):
            parts[field] = parts[field] if any(v is not None for v in parts[field]) else ()
        return cls(names, **parts, gaps=not np.isfinite(x).all())

    @classmethod
    def shared_scale(
        cls, names: tuple[str, ...], mean: np.ndarray, variance: np.ndarray, *, gaps: bool = False
    ) -> Self:
        """A block with one scale, √(mean variance), from per-column means and variances (float64, shape (m,))."""
        unit = float(np.sqrt(variance.mean())) or 1.0
        return cls(names, tuple(mean.tolist()), (unit,) * len(names), unit=unit, shared=True, gaps=gaps)

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> values and seen, both (n, m).

        Raises
        ------
        DataError
            Numbers are finite, but too large for float32 in the column's units.
        """
        x = frame.numbers(self.names)
        values = np.empty(x.shape, np.float32)
        shift, scale = np.asarray(self.shift), np.asarray(self.scale)
        for start in range(0, len(x), BLOCK):
            block = self._map(x[start : start + BLOCK])
            with np.errstate(over="ignore"):
                values[start : start + BLOCK] = (block - shift) / scale
        seen = np.isfinite(values)
        if not seen.all():
            _refuse_overflow(np.any(np.isinf(values), axis=0), self.names)
            values[~seen] = 0.0
        self._mark_atoms(x, values)
        return torch.from_numpy(values), torch.from_numpy(seen)

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Values (n, m) -> numbers, inside the range seen in training."""
        v = values.detach().cpu().numpy().astype(np.float64)
        x = v * np.asarray(self.scale) + np.asarray(self.shift)
        for j, knots in self._mapped():
            x[:, j] = np.interp(x[:, j], _scores(len(knots)), knots)
        for j, atom in enumerate(self.atom):
            if atom is not None:
                x[v[:, j] == self.atom_values()[j], j] = atom
        if self.low:
            np.clip(x, self.low, self.high, out=x)
        x = np.asfortranarray(x)  # columns in one piece: Arrow takes them without a copy
        return {name: pa.array(x[:, j]) for j, name in enumerate(self.names)}

    def coordinates(self, values: Tensor) -> Tensor:
        """Values in coordinate units."""
        return values * self.unit if self.unit != 1.0 else values

    def expected(self, distribution: Distribution) -> Tensor:
        """Expected value in coordinate units, inside the plausible range."""
        mean = distribution.mean
        if self.low:
            mean = torch.clamp(
                mean, *(torch.as_tensor(b, dtype=mean.dtype, device=mean.device) for b in self.bounds())
            )
        return self.coordinates(mean)

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """Values again."""
        return coordinates / self.unit

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per column."""
        return (1,) * len(self.names)

    def embedder(self) -> Embedder:
        """The values, and where training rows had gaps a flag for each missing cell."""
        return NumberEmbedder(len(self.names), flags=self.gaps)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A normal per cell, or an atom-and-normal mixture."""
        atoms = torch.tensor([np.nan if a is None else a for a in self.atom_values()]) if self.atom else None
        return NumberHead(features, code, len(self.names), 1 if self.shared else len(self.names), atoms)

    def describe(self) -> str:
        """One line for people."""
        mapped, atoms = len(self._mapped()), sum(a is not None for a in self.atom)
        extras = [f"{mapped} by quantiles"] * bool(mapped) + [f"{atoms} with an inflated value"] * bool(atoms)
        return f"{len(self.names)} continuous" + (f" ({', '.join(extras)})" if extras else "")

    def _mapped(self) -> list[tuple[int, tuple[float, ...]]]:
        return [(j, knots) for j, knots in enumerate(self.quantiles) if knots is not None]

    def _map(self, x: np.ndarray) -> np.ndarray:
        """The quantile-normal map where a column has one, in float64."""
        x = np.where(np.isfinite(x), x, np.nan).astype(np.float64, copy=False)
        for j, knots in self._mapped():
            x[:, j] = _mapped(x[:, j], knots, self.atom[j] if self.atom else None)
        return x

    def atom_values(self) -> list[float | None]:
        """The atoms as float32 values."""
        numbers = np.array([[0.0 if a is None else a for a in self.atom]])
        values = ((self._map(numbers) - np.asarray(self.shift)) / np.asarray(self.scale)).astype(np.float32)[
            0
        ]
        return [None if a is None else float(v) for a, v in zip(self.atom, values, strict=True)]

    def _mark_atoms(self, x: np.ndarray, values: np.ndarray) -> None:
        """Nudge cells that are not the atom but round to its value: equality must mean the atom."""
        for j, (number, value) in enumerate(
            zip(self.atom, self.atom_values() if self.atom else (), strict=True)
        ):
            if number is not None:
                other = (x[:, j] != number) & (values[:, j] == np.float32(value))
                values[other & ~np.isnan(x[:, j]), j] = np.nextafter(np.float32(value), np.float32(np.inf))

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Plausible range in values, two arrays (m,); only where there is one."""
        limits = self._map(np.array([self.low, self.high]))
        return tuple((limits - np.asarray(self.shift)) / np.asarray(self.scale))


class NumberEmbedder(Embedder):
    """Values (B, m), zero where not seen, followed by flags of missing cells (B, m) where ``flags`` is set."""

    def __init__(self, columns: int, *, flags: bool = False) -> None:
        super().__init__()
        self.flags = flags
        self.width = columns * (2 if flags else 1)

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, m) -> (B, width)."""
        return with_gaps(values, seen, flags=self.flags)


class NumberHead(Head):
    """Readout of ``loc`` and, for columns with an atom, its logit; the scales are parameters."""

    atoms: Tensor | None

    def __init__(
        self, features: int | tuple[int, int, int], code: int, columns: int, scales: int, atoms: Tensor | None
    ) -> None:
        super().__init__()
        self.columns = columns
        self.readout = Readout(features, code, columns * (1 if atoms is None else 2))
        self.log_scale = nn.Parameter(torch.zeros(scales))
        self.register_buffer("atoms", atoms)

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, m) cells."""
        out = self.readout(hidden, code)
        log_scale = self.log_scale.clamp(min=np.log(SMALLEST_SCALE))
        if self.atoms is None:
            return Gaussian(out, log_scale)
        return Inflated(Gaussian(out[:, : self.columns], log_scale), out[:, self.columns :], self.atoms)

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:  # noqa: ARG002 - unseen is zero, the mean
        """Least squares for the mean, the share of the atom for its logit, the residual's scale."""
        targets, other, share = values, torch.ones_like(values), torch.zeros(())
        if self.atoms is not None:
            other = (values != self.atoms).to(values.dtype)
            share = (1 - other.mean(0)).clamp(1e-3, 1 - 1e-3)
            targets = torch.cat([values, torch.logit(share).expand_as(values)], 1)
            if self.readout.skip is not None:  # π · atom + (1 − π) · loc shall be the linear fit
                away = torch.where(torch.isnan(self.atoms), 0.0, share)
                targets[:, : self.columns] = (values - away * self.atoms.nan_to_num()) / (1 - away)
        residual = self.readout.start(code, targets)[:, : self.columns]
        residual = residual - targets[:, : self.columns] + values
        spread = (residual.square() * other).sum(0) / other.sum(0).clamp(min=1)
        self.log_scale.copy_(0.5 * torch.log((spread if len(self.log_scale) > 1 else spread.mean()) + 1e-12))


def _scores(count: int) -> np.ndarray:
    """Normal scores Φ⁻¹((i + ½)/count) of the knots."""
    return ndtri((np.arange(count) + 0.5) / count)


def _mapped(x: np.ndarray, knots: tuple[float, ...], atom: float | None) -> np.ndarray:
    """Scores of numbers (n,), NaN where missing; beyond the knots they grow with the logarithm of the distance.

    The map goes on at its mean slope, so that odd rows look odd, and no tail is so heavy that one row outweighs all.
    An atom out there is no odd number: its place is the end of the map.
    """
    scores = _scores(len(knots))
    inside = np.clip(x, knots[0], knots[-1])
    beyond = np.where(x == atom, 0.0, x - inside) * ((scores[-1] - scores[0]) / (knots[-1] - knots[0] or 1.0))
    return np.interp(inside, knots, scores) + np.sign(beyond) * np.log1p(np.abs(beyond))


def _refuse_overflow(overflows: Any, names: tuple[str, ...]) -> None:
    """Raise if the cells of a column are too large, by a flag per column."""
    if overflows.any():
        raise DataError(
            f"column {names[int(overflows.argmax())]!r} holds numbers that are too large to calculate with: leave "
            "such cells out or rescale the column."
        )


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Per-column mean and variance in float64 of the finite cells, and whether there are others."""
    mean = x.mean(0, dtype=np.float64)
    if np.isfinite(mean).all():
        return mean, _blocked_variance(x, mean), False
    masked = np.ma.masked_invalid(x)
    return masked.mean(0, dtype=np.float64).filled(0.0), masked.var(0, dtype=np.float64).filled(0.0), True


def _blocked_variance(x: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Variance about a known mean, without a float64 copy of the whole array."""
    total = np.zeros(x.shape[1])
    for start in range(0, len(x), BLOCK):
        total += np.square(x[start : start + BLOCK] - mean).sum(0)
    return total / len(x)


def _fit_one(x: np.ndarray, scaling: str) -> dict[str, Any]:
    """Range, atom, map and scale of one column."""
    x = x[np.isfinite(x)]
    if not len(x):
        return {"shift": 0.0, "scale": 1.0, "low": 0.0, "high": 0.0, "atom": None, "quantiles": None}
    atom = _inflated(x)
    rest = x if atom is None else x[x != atom]
    knots = _knots(rest) if scaling == "quantile" or (scaling == "auto" and _heavy(rest)) else None
    mapped = x if knots is None else np.interp(x, knots, _scores(len(knots)))
    return {
        "shift": float(mapped.mean()),
        "scale": float(mapped.std()) or 1.0,
        "low": float(x.min()),
        "high": float(x.max()),
        "atom": atom,
        "quantiles": knots,
    }


def _inflated(x: np.ndarray, share: float = 0.1) -> float | None:
    """The value held by at least ``share`` of the rows, four times as often as any other, of a column with many values."""
    levels, counts = np.unique(x, return_counts=True)
    if len(levels) < 20:
        return None
    first, second = np.sort(counts)[-1], np.sort(counts)[-2]
    return float(levels[counts.argmax()]) if first >= share * len(x) and first >= 4 * second else None


def _heavy(x: np.ndarray) -> bool:
    """Whether tails are heavier than a scale can serve: kurtosis above 10 or |skewness| above 2."""
    if len(x) < 50:
        return False
    z = (x - x.mean()) / (x.std() or 1.0)
    return bool(abs((z**3).mean()) > 2 or (z**4).mean() > 10)


def _knots(x: np.ndarray) -> tuple[float, ...]:
    """Quantiles of the column from its minimum to its maximum, so that no training value is cut off."""
    return tuple(np.quantile(x, np.linspace(0.0, 1.0, KNOTS)).tolist())
