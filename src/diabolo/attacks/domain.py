"""Where a row may go: a ball around it, the bounds of its features, and which of these may change at all."""

import dataclasses
import math

import torch
from torch import Tensor

from diabolo.attacks.balls import L0, Ball, Box, Linf
from diabolo.errors import BoundsError, EpsilonError

__all__ = ["Domain"]

SLACK = 1e-6  # relative: rounding of a projection in single precision


@dataclasses.dataclass(frozen=True, eq=False)
class Domain:
    """A ball and the limits of a row's features, as tensors for rows (B, ...).

    Parameters
    ----------
    ball : Ball
    low, high : Tensor, broadcastable to a row's shape, or number
        Bounds of each feature; infinite by default: nothing is assumed to lie in [0, 1].
    scale : Tensor, optional
        Unit in which the ball measures each feature: a standard deviation, say.
    down, up : bool Tensor, optional
        Whether each feature may fall, and rise; a feature that may do neither is immutable.
    whole : bool Tensor, optional
        Features on the grid of whole numbers, or all (True).

    Examples
    --------
    >>> from diabolo.attacks import L2
    >>> domain = Domain(L2(1.0), 0.0, 1.0)
    >>> domain.project(torch.tensor([[2.0, -1.0]]), torch.tensor([[0.5, 0.5]]))
    tensor([[1., 0.]])
    """

    ball: Ball
    low: Tensor | float = -math.inf
    high: Tensor | float = math.inf
    scale: Tensor | None = None
    down: Tensor | None = None
    up: Tensor | None = None
    whole: Tensor | bool = False

    def box(self, origin: Tensor) -> Box:
        """Lowest and highest change (B, d) of rows, in units of the scale."""
        low, high = (
            self._inside(self.low - origin).clamp(max=0.0),
            self._inside(self.high - origin).clamp(min=0.0),
        )
        if self.down is not None:
            low = torch.where(self.down, low, 0.0)
        if self.up is not None:
            high = torch.where(self.up, high, 0.0)
        return low.flatten(1), high.flatten(1)

    def delta(self, x: Tensor, origin: Tensor) -> Tensor:
        """Changes (B, d) in units of the scale."""
        return self._inside(x - origin).flatten(1)

    def moved(self, origin: Tensor, delta: Tensor) -> Tensor:
        """Rows after changes (B, d) in units of the scale."""
        change = delta.reshape(origin.shape)
        return origin + (change if self.scale is None else change * self.scale)

    def project(self, x: Tensor, origin: Tensor) -> Tensor:
        """Rows brought into ball and bounds."""
        if isinstance(self.ball, Linf) and self.down is None and self.up is None:
            reach = self.ball.eps if self.scale is None else self.ball.eps * self.scale
            # Two boxes are one, made in place: what is allocated anew in each step costs more than what is computed.
            low, high = (origin - reach).clamp_(min=self.low), (origin + reach).clamp_(max=self.high)
            return x.clamp(torch.minimum(low, origin, out=low), torch.maximum(high, origin, out=high))
        return self.moved(origin, self.ball.project(self.delta(x, origin), self.box(origin)))

    def steepest(self, gradient: Tensor, x: Tensor, origin: Tensor) -> Tensor:
        """Unit step (B, ...), in the unit of the rows."""
        slope, free = self.slope(gradient), None
        if self.down is not None and self.up is not None:
            slope = torch.where((self.down | self.up).expand(x.shape[1:]).flatten(), slope, 0.0)
        if self.ball.sparse:
            delta, (low, high) = self.delta(x, origin), self.box(origin)
            free = torch.where(slope > 0, delta < high, delta > low)
        step = self.ball.steepest(slope, free).reshape(gradient.shape)
        return step if self.scale is None else step * self.scale

    def step(self, steps: int, x: Tensor) -> float:
        """Default length of one of so many steps."""
        return self.ball.step(steps, *self.edges(x))

    def slope(self, gradient: Tensor) -> Tensor:
        """Gradient (B, d) by changes in units of the scale."""
        return (gradient if self.scale is None else gradient * self.scale).flatten(1)

    def furthest(self, gradient: Tensor, origin: Tensor) -> Tensor:
        """Rows of the largest linear gain."""
        return self.moved(origin, self.ball.furthest(self.slope(gradient), self.box(origin)))

    def nearest(self, gradient: Tensor, gain: Tensor, origin: Tensor) -> Tensor:
        """The nearest rows with such a linear gain (B,)."""
        return self.moved(origin, self.ball.nearest(self.slope(gradient), gain, self.box(origin)))

    def sample(self, origin: Tensor, generator: torch.Generator) -> Tensor:
        """Rows drawn from the ball."""
        box = self.box(origin)
        return self.moved(origin, self.ball.sample(origin.flatten(1), box, generator))

    def repair(self, x: Tensor, origin: Tensor) -> Tensor:
        """Whole numbers where they must be: the nearest, or toward the origin where that would leave ball or bounds."""
        if self.whole is False:
            return x
        step = torch.where(torch.as_tensor(self.whole, device=x.device), x - origin, 0.0)
        rounded, rest = origin + step.round(), x - origin - step
        inside = self.holds(rounded + rest, origin)
        inside = inside.reshape(-1, *(1,) * (x.ndim - 1))
        return torch.where(inside, rounded, origin + step.trunc()) + rest

    def norm(self, x: Tensor, origin: Tensor) -> Tensor:
        """Size of each row's change, (B,)."""
        return self.ball.norm(self.delta(x, origin))

    def holds(self, x: Tensor, origin: Tensor) -> Tensor:
        """Which rows lie in ball and bounds, up to rounding; bool (B,)."""
        low, high = self.box(origin)
        delta = self.delta(x, origin)
        size = torch.maximum(x.abs(), origin.abs()).flatten(1).amax(1) * 2 * torch.finfo(x.dtype).eps
        size = size if self.scale is None else size / self.scale.min()
        inside = ((delta >= low - size[:, None]) & (delta <= high + size[:, None])).all(1)
        return inside & (self.ball.norm(delta) <= self.ball.eps * (1 + SLACK) + size)

    def check(self, x: Tensor, *, strict: bool = True) -> None:
        """Refuse rows outside their bounds (where these are strict), and a ball that is larger than these.

        Raises
        ------
        BoundsError, EpsilonError
        """
        if strict:
            edges = (
                torch.as_tensor(edge).to(x).expand(x.shape[1:]).flatten() for edge in (self.low, self.high)
            )
            _check_inside(x.flatten(1), *edges)
        low, high = self.edges(x)
        finite = bool(torch.isfinite(low).all() & torch.isfinite(high).all())
        if isinstance(self.ball, L0) and not finite:
            raise BoundsError(
                "L0 changes features as far as their bounds allow, and there are none: give bounds=(low, high)."
            )
        if (
            finite
            and math.isfinite(self.ball.eps)
            and self.ball.eps > self.ball.largest(low, high) * (1 + SLACK)
        ):
            raise EpsilonError(
                f"eps={self.ball.eps:g} is larger than the whole range of the data: no change within the bounds is larger "
                f"than {self.ball.largest(low, high):g}. Is it in another unit (of 255, of standard deviations)?"
            )

    def edges(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Bounds of a flat row (d,), in units of the scale."""
        edges = (torch.as_tensor(edge).to(x).expand(x.shape[1:]) for edge in (self.low, self.high))
        low, high = (self._inside(edge).flatten() for edge in edges)
        return low, high

    def _inside(self, change: Tensor) -> Tensor:
        """In units of the scale."""
        return change if self.scale is None else change / self.scale


def _check_inside(x: Tensor, low: Tensor, high: Tensor) -> None:
    """Every row within its bounds, up to rounding."""
    slack = SLACK * torch.maximum(torch.ones_like(low), torch.maximum(low.abs(), high.abs()))
    slack = torch.where(torch.isfinite(slack), slack, SLACK)
    out = (x < low - slack) | (x > high + slack)
    if out.any():
        row, feature = (int(i) for i in out.nonzero()[0])
        raise BoundsError(
            f"row {row} has {float(x[row, feature]):g} in feature {feature}, outside its bounds "
            f"[{float(low[feature]):g}, {float(high[feature]):g}]; {int(out.any(1).sum())} of {len(x)} rows lie outside. "
            "Give the bounds of the data as they come (normalized data have others than [0, 1])."
        )
