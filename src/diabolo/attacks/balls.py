r"""How large a change may be: a ball is a value that knows its norm, its projection and its extreme points.

Everything is said of changes δ (B, d) in a box low ≤ δ ≤ high (B, d) that holds zero, which is what bounds, immutable
features and directions leave of a row. Besides the projection, two extreme points are exact:

    furthest  = argmax ⟨g, δ⟩   subject to ‖δ‖ ≤ ε and the box        (without a box: ε times the dual norm of g)
    nearest   = argmin ‖δ‖      subject to ⟨g, δ⟩ ≥ gain and the box

Both lie on one path δ(t) = sign(g) min(t w, room), with w = |g| in L2 and 1 in L∞; in L1 the features are filled in order
of |g|. For an affine model they are the strongest and the smallest attack.

References
----------
Duchi, Shalev-Shwartz, Singer & Chandra, "Efficient projections onto the l1-ball", ICML 2008.
Croce & Hein, "Mind the box: l1-APGD for sparse adversarial attacks", ICML 2021.
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from diabolo.errors import EpsilonError
from diabolo.shapes import PerRow

__all__ = ["L0", "L1", "L2", "Ball", "Box", "Linf"]

Box = tuple[Tensor, Tensor]
"""Lowest and highest change of each feature, both (B, d); zero lies between them."""

TURNS = 64  # at most: the active sets below are found in far fewer, for each turn fixes a feature or ends


@dataclasses.dataclass(frozen=True)
class Ball(ABC):
    """Changes of norm at most ε.

    Parameters
    ----------
    eps : float
        Radius, in the unit of the data (or of the scale in :class:`~diabolo.attacks.Limits`); infinite for no limit.

    Raises
    ------
    EpsilonError
        It is not positive.
    """

    eps: float

    sparse: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.eps > 0:
            raise EpsilonError(
                f"eps={self.eps} is no size of a change: give a positive number, in the unit of the data."
            )

    @abstractmethod
    def norm(self, delta: Tensor) -> PerRow:
        """Size of changes (B, d)."""

    @abstractmethod
    def project(self, delta: Tensor, box: Box) -> Tensor:
        """The changes (B, d) brought into ball and box."""

    @abstractmethod
    def steepest(self, gradient: Tensor, free: Tensor | None = None) -> Tensor:
        """Unit step (B, d) of the largest first-order gain.

        Where ``free`` (B, d) is given, as it is to sparse balls, only features that can still move are chosen.
        """

    @abstractmethod
    def furthest(self, gradient: Tensor, box: Box) -> Tensor:
        """Change (B, d) of the largest linear gain within ball and box."""

    @abstractmethod
    def nearest(self, gradient: Tensor, gain: Tensor, box: Box) -> Tensor:
        """Smallest change (B, d) with at least this linear gain (B,); the largest gain there is where it is not enough."""

    @abstractmethod
    def sample(self, like: Tensor, box: Box, generator: torch.Generator) -> Tensor:
        """Changes (B, d) drawn from the ball, clipped to the box."""

    def largest(self, low: Tensor, high: Tensor) -> float:
        """Norm of the largest change between two bounds (d,)."""
        return float(self.norm((high - low)[None])[0])

    def step(self, steps: int, low: Tensor, high: Tensor) -> float:  # noqa: ARG002 - of sparse balls
        """Default length of one of so many steps between bounds (d,): 2.5 ε / steps, enough to cross the ball."""
        return 2.5 * self.eps / steps


@dataclasses.dataclass(frozen=True)
class Linf(Ball):
    """‖δ‖∞ = max |δ_i| ≤ ε: every feature may change by ε.

    References
    ----------
    Goodfellow, Shlens & Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015.

    Examples
    --------
    >>> box = (torch.zeros(1, 2), torch.ones(1, 2))
    >>> Linf(0.3).project(torch.tensor([[0.5, -0.2]]), box)
    tensor([[0.3000, 0.0000]])
    """

    def norm(self, delta: Tensor) -> PerRow:
        """Largest magnitude."""
        return delta.abs().amax(1)

    def project(self, delta: Tensor, box: Box) -> Tensor:
        """Clipped: both are boxes."""
        return _clip(delta.clamp(-self.eps, self.eps), box)

    def steepest(self, gradient: Tensor, free: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Signs."""
        return gradient.sign()

    def furthest(self, gradient: Tensor, box: Box) -> Tensor:
        """A corner."""
        return _clip(self.eps * gradient.sign(), box)

    def nearest(self, gradient: Tensor, gain: Tensor, box: Box) -> Tensor:
        """All features as far, where their room allows."""
        return _along(gradient, (gradient != 0).to(gradient), gain, box)

    def sample(self, like: Tensor, box: Box, generator: torch.Generator) -> Tensor:
        """Uniform."""
        low, high = box[0].clamp(min=-self.eps), box[1].clamp(max=self.eps)
        return low + (high - low) * _uniform(like, generator)


@dataclasses.dataclass(frozen=True)
class L2(Ball):
    """‖δ‖₂ = √Σ δ_i² ≤ ε.

    Parameters
    ----------
    eps : float
    exact : bool
        False: a change is scaled to the radius, then clipped to the box, which is what published attacks do and lies
        within both. True: the nearest point of ball and box, clip(s δ) with ‖·‖ = ε, found by active sets.

    Examples
    --------
    >>> box = (-torch.ones(1, 2), torch.ones(1, 2))
    >>> L2(0.5).project(torch.tensor([[3.0, 4.0]]), box)
    tensor([[0.3000, 0.4000]])
    """

    exact: bool = False

    def norm(self, delta: Tensor) -> PerRow:
        """Euclidean norm."""
        return delta.norm(dim=1)

    def project(self, delta: Tensor, box: Box) -> Tensor:
        """Scaled and clipped, or the nearest point."""
        if self.exact:
            return _filled(delta, self.eps, box, most=1.0)
        return _clip(delta * (self.eps / delta.norm(dim=1, keepdim=True)).clamp(max=1.0), box)

    def steepest(self, gradient: Tensor, free: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """The gradient at unit length."""
        return _unit(gradient)

    def furthest(self, gradient: Tensor, box: Box) -> Tensor:
        """Along the gradient, what the box takes off made up elsewhere."""
        return _filled(_unit(gradient), self.eps, box, most=math.inf)

    def nearest(self, gradient: Tensor, gain: Tensor, box: Box) -> Tensor:
        """Along the gradient, each feature within its room."""
        return _along(gradient, gradient.abs(), gain, box)

    def sample(self, like: Tensor, box: Box, generator: torch.Generator) -> Tensor:
        """Uniform in the ball."""
        direction = torch.randn(like.shape, dtype=like.dtype, generator=generator).to(like.device)
        radius = _uniform(like[:, :1], generator) ** (1 / like.shape[1])
        return _clip(self.eps * radius * _unit(direction), box)


@dataclasses.dataclass(frozen=True)
class L1(Ball):
    """‖δ‖₁ = Σ |δ_i| ≤ ε: the change is spent on few features.

    Parameters
    ----------
    eps : float
    share : float
        Of the features, moved in one gradient step: the steepest step alone moves a single one.

    References
    ----------
    Croce & Hein, "Mind the box: l1-APGD for sparse adversarial attacks", ICML 2021.
    Tramèr & Boneh, "Adversarial training and robustness for multiple perturbations", NeurIPS 2019 (sparse steps).

    Examples
    --------
    >>> box = (-torch.ones(1, 2), torch.ones(1, 2))
    >>> L1(1.0).project(torch.tensor([[0.9, -0.5]]), box)
    tensor([[ 0.7000, -0.3000]])
    """

    share: float = 0.05

    sparse: ClassVar[bool] = True

    def norm(self, delta: Tensor) -> PerRow:
        """Sum of magnitudes."""
        return delta.abs().sum(1)

    def project(self, delta: Tensor, box: Box) -> Tensor:
        """The nearest point of ball and box: sign(δ) min(max(|δ| − λ, 0), room)."""
        size = delta.abs()
        room = torch.minimum(_room(delta, box), size)
        limit = _threshold(size, room, self.eps)
        return delta.sign() * torch.minimum((size - limit).clamp(min=0.0), room)

    def steepest(self, gradient: Tensor, free: Tensor | None = None) -> Tensor:
        """Signs of the steepest few features that can still move."""
        slopes = gradient if free is None else torch.where(free, gradient, 0.0)
        few = max(1, round(self.share * gradient.shape[1]))
        chosen = slopes.abs() >= slopes.abs().topk(few, 1).values[:, -1:]
        signs = slopes.sign() * chosen
        return signs / signs.abs().sum(1, keepdim=True).clamp(min=1.0)

    def furthest(self, gradient: Tensor, box: Box) -> Tensor:
        """The steepest features first, each to the end of its room."""
        limit = torch.full_like(gradient[:, 0], self.eps)
        return _greedy(gradient, torch.ones_like(gradient), limit, box)

    def nearest(self, gradient: Tensor, gain: Tensor, box: Box) -> Tensor:
        """The steepest features first, until the gain is there."""
        return _greedy(gradient, gradient.abs(), gain, box)

    def sample(self, like: Tensor, box: Box, generator: torch.Generator) -> Tensor:
        """Uniform in the ball: exponentials, one more than there are features, over their sum."""
        parts = -torch.log1p(-_uniform(torch.cat([like, like[:, :1]], 1), generator))
        signs = (_uniform(like, generator) < 0.5).to(like) * 2 - 1
        return _clip(self.eps * signs * parts[:, :-1] / parts.sum(1, keepdim=True), box)


@dataclasses.dataclass(frozen=True)
class L0(Ball):
    """At most ε features change, each as far as its bounds allow.

    Examples
    --------
    >>> box = (-torch.ones(1, 2), torch.ones(1, 2))
    >>> L0(1).project(torch.tensor([[0.9, -0.5]]), box)
    tensor([[0.9000, 0.0000]])
    """

    sparse: ClassVar[bool] = True

    def norm(self, delta: Tensor) -> PerRow:
        """Number of features that changed."""
        return (delta != 0).sum(1).to(delta)

    def project(self, delta: Tensor, box: Box) -> Tensor:
        """The largest changes stay."""
        inside = _clip(delta, box)
        return _keep(inside, inside.abs(), self._most(delta))

    def steepest(self, gradient: Tensor, free: Tensor | None = None) -> Tensor:
        """The gradient, its largest slope at one."""
        slopes = gradient if free is None else torch.where(free, gradient, 0.0)
        return slopes / slopes.abs().amax(1, keepdim=True).clamp(min=torch.finfo(slopes.dtype).tiny)

    def furthest(self, gradient: Tensor, box: Box) -> Tensor:
        """The features of the largest slope times room, to the end of their room."""
        corner = gradient.sign() * _room(gradient, box)
        return _keep(corner, (gradient * corner).abs(), self._most(gradient))

    def nearest(self, gradient: Tensor, gain: Tensor, box: Box) -> Tensor:
        """Features by falling gain, until there is enough."""
        corner = gradient.sign() * _room(gradient, box)
        gains = gradient * corner
        ordered, order = gains.sort(1, descending=True)
        before = ordered.cumsum(1) - ordered
        return torch.zeros_like(corner).scatter(
            1, order, torch.where(before < gain[:, None], corner.gather(1, order), 0)
        )

    def sample(self, like: Tensor, box: Box, generator: torch.Generator) -> Tensor:
        """So many features, each anywhere in its room."""
        anywhere = box[0] + (box[1] - box[0]) * _uniform(like, generator)
        return _keep(anywhere, _uniform(like, generator), self._most(like))

    def largest(self, low: Tensor, high: Tensor) -> float:
        """Number of features that can change."""
        return float((high > low).sum())

    def step(self, steps: int, low: Tensor, high: Tensor) -> float:
        """A share of the widest range."""
        return 2.5 * float((high - low).max()) / steps

    def _most(self, delta: Tensor) -> int:
        return int(min(self.eps, delta.shape[1]))


def _clip(delta: Tensor, box: Box) -> Tensor:
    return torch.minimum(torch.maximum(delta, box[0]), box[1])


def _unit(gradient: Tensor) -> Tensor:
    """Rows at unit length; a zero row stays."""
    return gradient / gradient.norm(dim=1, keepdim=True).clamp(min=torch.finfo(gradient.dtype).tiny)


def _uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    """Uniform draws of a shape, made on the CPU so that a seed means the same on every device."""
    return torch.rand(like.shape, dtype=like.dtype, generator=generator).to(like.device)


def _room(direction: Tensor, box: Box) -> Tensor:
    """How far each feature can go along the sign of a direction; none where it is zero."""
    return torch.where(direction > 0, box[1], torch.where(direction < 0, -box[0], 0.0))


def _keep(delta: Tensor, worth: Tensor, most: int) -> Tensor:
    """The entries of the largest worth; zero elsewhere."""
    chosen = worth.topk(most, 1).indices
    return torch.zeros_like(delta).scatter(1, chosen, delta.gather(1, chosen))


def _filled(direction: Tensor, eps: float, box: Box, most: float) -> Tensor:
    """clip(s · direction) of norm ε with s ≤ ``most``: what clipping takes off the norm, the free features make up.

    Each turn solves s² Σ_free v² = ε² − Σ_clipped c² and can only clip more features, so it ends exactly.
    """
    scale = (eps / direction.norm(dim=1, keepdim=True)).clamp(max=most)
    found = direction
    for _ in range(TURNS):
        wanted = torch.where(direction == 0, 0.0, scale * direction)  # an infinite scale leaves zeros alone
        found = _clip(wanted, box)
        free = found == wanted
        rest = (eps**2 - (found.square() * ~free).sum(1, keepdim=True)).clamp(min=0.0)
        grown = (rest / (direction.square() * free).sum(1, keepdim=True)).sqrt().clamp(max=most)
        grown = torch.maximum(scale, torch.nan_to_num(grown, nan=most, posinf=most))
        if torch.equal(grown, scale):
            break
        scale = grown
    return found


def _along(gradient: Tensor, weight: Tensor, gain: Tensor, box: Box) -> Tensor:
    """sign(g) min(t · weight, room) with ⟨g, ·⟩ = gain: Newton's method on a concave line of pieces, exact in few turns."""
    slope, room = gradient.abs(), _room(gradient, box)
    t = torch.zeros_like(gain)
    for _ in range(TURNS):
        reach = t[:, None] * weight
        free = reach < room
        lacking = gain - (slope * torch.minimum(reach, room)).sum(1)
        rise = (slope * weight * free).sum(1)
        ahead = torch.where((rise > 0) & (lacking > 0), lacking / rise, 0.0)
        if not bool((ahead > torch.finfo(t.dtype).eps * t).any()):
            break
        t = t + ahead
    return gradient.sign() * torch.minimum(t[:, None] * weight, room)


def _greedy(gradient: Tensor, price: Tensor, total: Tensor, box: Box) -> Tensor:
    """Features in order of slope, each to the end of its room, until Σ price · |δ| reaches the total (B,)."""
    slope, order = gradient.abs().sort(1, descending=True)
    room = torch.where(slope > 0, _room(gradient, box).gather(1, order), 0.0)
    cost = price.gather(1, order)
    spent = (room * cost).cumsum(1)
    left = total[:, None] - torch.cat([torch.zeros_like(spent[:, :1]), spent[:, :-1]], 1)
    take = torch.where(slope > 0, left / cost, 0.0).clamp(min=0.0)
    size = torch.minimum(take, room)
    return torch.zeros_like(gradient).scatter(1, order, size) * gradient.sign()


def _threshold(size: Tensor, room: Tensor, eps: float) -> Tensor:
    """λ ≥ 0 with Σ min(max(size − λ, 0), room) = ε, (B, 1): hinges (a − λ)₊ − (a − room − λ)₊, solved by sorting."""
    hinges = torch.cat([size, (size - room).clamp(min=0.0)], 1)
    signs = torch.cat([torch.ones_like(size), -torch.ones_like(size)], 1)
    points, order = hinges.sort(1, descending=True)
    signs = signs.gather(1, order)
    count, mass = signs.cumsum(1), (signs * points).cumsum(1)
    after = torch.cat([points[:, 1:], torch.zeros_like(points[:, :1])], 1)
    reached = (mass - count * after) >= eps  # the sum at the next hinge
    first = reached.to(torch.int8).argmax(1, keepdim=True)
    limit = (mass.gather(1, first) - eps) / count.gather(1, first).clamp(min=1.0)
    return torch.where(reached.any(1, keepdim=True), limit, 0.0)
