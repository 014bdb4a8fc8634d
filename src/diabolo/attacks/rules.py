"""How a gradient becomes a step: the rules that :func:`~diabolo.attacks.ascend` follows."""
# ruff: noqa: ARG002 - a rule is given all that any rule may need

import dataclasses

import torch
from torch import Tensor

from diabolo.attacks.ascent import Space, State
from diabolo.shapes import PerRow

__all__ = ["Accumulated", "Farthest", "Steepest"]


@dataclasses.dataclass(frozen=True)
class Steepest:
    """x ← project(x + length · steepest(gradient)).

    Parameters
    ----------
    length : float
        Of each step, in the norm of the ball.

    Examples
    --------
    >>> Steepest(0.01).memory
    False
    """

    length: float
    memory: bool = dataclasses.field(default=False, init=False)

    def begin(self, x: Tensor) -> State:
        """Nothing."""
        return {}

    def move(
        self,
        x: Tensor,
        gradient: Tensor,
        loss: PerRow,
        origin: Tensor,
        space: Space,
        state: State,
    ) -> Tensor:
        """One step of fixed length."""
        return space.project(torch.add(x, space.steepest(gradient, x, origin), alpha=self.length), origin)


@dataclasses.dataclass(frozen=True)
class Accumulated:
    """The steepest step of an accumulated gradient, v ← decay · v + g / mean |g|.

    Parameters
    ----------
    length : float
    decay : float

    References
    ----------
    Dong et al., "Boosting adversarial attacks with momentum", CVPR 2018.

    Examples
    --------
    >>> Accumulated(0.01).decay
    1.0
    """

    length: float
    decay: float = 1.0
    memory: bool = dataclasses.field(default=True, init=False)

    def begin(self, x: Tensor) -> State:
        """No velocity."""
        return {"velocity": torch.zeros_like(x)}

    def move(
        self,
        x: Tensor,
        gradient: Tensor,
        loss: PerRow,
        origin: Tensor,
        space: Space,
        state: State,
    ) -> Tensor:
        """One step along what has added up."""
        size = gradient.flatten(1).abs().mean(1).clamp(min=torch.finfo(gradient.dtype).tiny)
        velocity = self.decay * state["velocity"] + gradient / size.reshape(-1, *(1,) * (gradient.ndim - 1))
        state["velocity"] = velocity
        return space.project(x + self.length * space.steepest(velocity, x, origin), origin)


@dataclasses.dataclass(frozen=True)
class Farthest:
    """x ← the point of the space where the linear loss is largest, as seen from the origin: one step is all.

    Examples
    --------
    >>> Farthest().memory
    False
    """

    memory: bool = dataclasses.field(default=False, init=False)

    def begin(self, x: Tensor) -> State:
        """Nothing."""
        return {}

    def move(
        self,
        x: Tensor,
        gradient: Tensor,
        loss: PerRow,
        origin: Tensor,
        space: Space,
        state: State,
    ) -> Tensor:
        """The extreme point."""
        return space.furthest(gradient, origin)
