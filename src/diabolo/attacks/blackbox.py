"""Attacks that ask and never differentiate: random squares, and random noise as the floor under all others."""

import dataclasses
from typing import ClassVar

import torch
from torch import Tensor

from diabolo.attacks.ascent import MAX_STEPS, SUCCESS, Ascent, wide
from diabolo.attacks.balls import L0, L1, Ball, Linf
from diabolo.attacks.base import Attack, Task
from diabolo.errors import ParameterError

__all__ = ["Noise", "Square"]

SCHEDULE = (
    10,
    50,
    200,
    500,
    1000,
    2000,
    4000,
    6000,
    8000,
)  # of 10,000 queries: where the squares' area halves


@dataclasses.dataclass(frozen=True)
class Noise(Attack):
    """Random points of the ball: what an attack finds beyond this, it finds by thinking.

    Parameters
    ----------
    ball : Ball
    draws : int
        At most so many for each row; the first that fools is kept, else the one of the largest margin.
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Carlini et al., "On evaluating adversarial robustness", 2019.

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> Noise(Linf(0.1)).needs_gradient
    False
    """

    ball: Ball
    draws: int = 100

    needs_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ParameterError(f"draws={self.draws}: give at least 1.")

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """One draw of every row that is left at a time."""
        trials, draws = _Trials(task), task.generator("noise")
        for _ in range(self.draws):
            if not len(trials.rows):
                break
            trials.ask(task.domain.sample(trials.origin, draws))
        return trials.result()


@dataclasses.dataclass(frozen=True)
class Square(Attack):
    """Random search: a window of the change is drawn anew, and kept where the margin rises.

    For images (n, c, y, x) the window is a square of all channels, for vectors a random set of features; inside it every
    channel or feature goes one random way as far as the ball allows. The window shrinks on the published schedule.

    Parameters
    ----------
    ball : Ball
    queries : int
        At most so many forward passes for each row.
    share : float
        Of the features, in the first windows.
    targeted, margin, random_state
        See :class:`Attack`.

    References
    ----------
    Andriushchenko, Croce, Flammarion & Hein, "Square attack: a query-efficient black-box adversarial attack via random
    search", ECCV 2020.

    Examples
    --------
    >>> from diabolo.attacks import Linf
    >>> Square(Linf(0.3)).queries
    1000
    """

    ball: Ball
    queries: int = 1000
    _: dataclasses.KW_ONLY
    share: float = 0.8

    needs_gradient: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.queries < 1:
            raise ParameterError(f"queries={self.queries}: give at least 1.")
        if not 0 < self.share <= 1:
            raise ParameterError(f"share={self.share} is no share of the features in (0, 1].")

    @property
    def reach(self) -> Ball:
        """The ball."""
        return self.ball

    def search(self, task: Task) -> Ascent:
        """One window of every row that is left at a time."""
        trials, draws = _Trials(task), task.generator("square")
        start = task.domain.sample(task.x, draws)
        if isinstance(self.ball, Linf):  # corners of the ball beat its inside
            start = task.domain.furthest(start - task.x, task.x)
        trials.ask(start)
        for query in range(1, self.queries):
            if not len(trials.rows):
                break
            window = _window(trials.origin, self._share(query), draws)
            trials.ask(self._proposal(task, trials, window, draws))
        return trials.result()

    def _share(self, query: int) -> float:
        """Of the features in a window, by the published schedule."""
        return self.share / 2 ** sum(query * 10_000 > mark * self.queries for mark in SCHEDULE)

    def _proposal(self, task: Task, trials: "_Trials", window: Tensor, draws: torch.Generator) -> Tensor:
        """The best change of each row with a window drawn anew."""
        domain, origin = task.domain, trials.origin
        shape = (*origin.shape[:2], *(1,) * (origin.ndim - 2))
        signs = (torch.rand(shape, generator=draws) < 0.5).to(origin) * 2 - 1
        height = self._height(domain.ball, window, domain.step(1, task.x) / 2.5).to(origin)
        delta = domain.delta(trials.best, origin).reshape(origin.shape)
        delta = torch.where(window, signs * height, delta).flatten(1)
        return domain.moved(origin, domain.ball.project(delta, domain.box(origin)))

    @staticmethod
    def _height(ball: Ball, window: Tensor, size: float) -> Tensor:
        """So high that the window alone would fill the ball."""
        if isinstance(ball, Linf | L0):
            return torch.tensor(size, device=window.device)
        count = window.flatten(1).sum(1).clamp(min=1)
        height = size / (count if isinstance(ball, L1) else count.sqrt())
        return wide(height, window)


class _Trials:
    """Candidates asked one after another: of every row the best, the rows not yet fooled compact."""

    def __init__(self, task: Task) -> None:
        n = len(task.x)
        self.task, self.goal = task, task.goal("margin")
        self.rows = torch.arange(n, device=task.x.device)
        self.origin, self.best = task.x, task.x.clone()
        self.value = task.x.new_full((n,), -torch.inf)
        self.found, self.loss = task.x.clone(), self.value.clone()
        self.reached = torch.zeros(n, dtype=torch.bool, device=task.x.device)
        self.asked, self.steps = torch.zeros_like(self.rows), torch.zeros_like(self.rows)

    @torch.no_grad()
    def ask(self, candidate: Tensor) -> None:
        """Keep what is better; let rows go that are fooled."""
        candidate = self.task.domain.repair(candidate, self.origin)
        value, met = self.goal(candidate, self.rows)
        self.asked[self.rows] += 1
        better = met | (value > self.value)
        self.best = torch.where(wide(better, candidate), candidate, self.best)
        self.value = torch.where(better, value, self.value)
        rows = self.rows[better]
        self.found[rows], self.loss[rows], self.steps[rows] = (
            self.best[better],
            self.value[better],
            self.asked[rows],
        )
        self.reached[self.rows[met]] = True
        if met.any():
            left = ~met
            self.rows, self.origin = self.rows[left], self.origin[left]
            self.best, self.value = self.best[left], self.value[left]

    def result(self) -> Ascent:
        """What was found."""
        reason = torch.where(self.reached, SUCCESS, MAX_STEPS).to(torch.uint8)
        none = torch.zeros_like(self.asked)
        return Ascent(self.found, self.loss, self.reached, reason, self.steps, self.asked, none)


def _window(like: Tensor, share: float, draws: torch.Generator) -> Tensor:
    """Flags (B, ...) of a square in each image, of a random set of features in each vector."""
    if like.ndim < 4:
        flat = torch.rand(like.flatten(1).shape, generator=draws)
        most = max(1, round(share * flat.shape[1]))
        flags = torch.zeros_like(flat, dtype=torch.bool).scatter(1, flat.topk(most, 1).indices, True)
        return flags.reshape(like.shape).to(like.device)
    height, width = like.shape[-2:]
    side = max(1, min(round((share * height * width) ** 0.5), height, width))
    corner = torch.rand(len(like), 2, generator=draws) * torch.tensor([height - side + 1, width - side + 1])
    top, left = corner.long().T[:, :, None]
    y, x = torch.arange(height), torch.arange(width)
    flags = ((y >= top) & (y < top + side))[:, :, None] & ((x >= left) & (x < left + side))[:, None]
    return flags[:, None].expand(like.shape).to(like.device)
