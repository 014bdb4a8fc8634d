r"""The one search of all attacks: gradient ascent on the rows themselves, each stopped at the right moment.

    x ← project(x + step(∂ loss / ∂x)),     of every row on its own

The loss is a plain function of rows, so that one search breaks classifiers, inflates reconstruction errors, moves codes and
trains harder models. The forward pass that gives the gradient also tells whether a row has reached its goal; a row that
has leaves, and once fewer than seven tenths of a batch are still searching, the batch shrinks. The gradient is taken of the
sum over rows and with respect to the rows only: no weight's ``.grad`` is touched.

References
----------
Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
"""

import dataclasses
from collections.abc import Callable
from typing import Literal, Protocol

import torch
from torch import Tensor

from diabolo.errors import NoGradientError, NonFiniteGradientWarning, ParameterError
from diabolo.notices import warn
from diabolo.shapes import PerRow

__all__ = ["REASONS", "Ascent", "Loss", "Rule", "Space", "State", "ascend"]

Loss = Callable[[Tensor, Tensor], Tensor | tuple[Tensor, Tensor]]
"""Rows (B, ...) and their positions (B,) in the tensor given to :func:`ascend` -> what to ascend, (B,); where the search
may end before its steps do, with a second, boolean tensor (B,): the goal is reached."""

State = dict[str, Tensor]
"""What a rule keeps of every row, each (B, ...)."""

REASONS = ("skipped_wrong", "success", "budget", "stalled", "max_steps")
SKIPPED, SUCCESS, BUDGET, STALLED, MAX_STEPS = range(5)
SHRINK = 0.7  # share of a batch still searching, below which the rest is left out


class Space(Protocol):
    """Where rows may go: a ball around each, and what else limits it (:class:`~diabolo.attacks.Domain`)."""

    def steepest(self, gradient: Tensor, x: Tensor, origin: Tensor) -> Tensor:
        """Unit step (B, ...) of the largest first-order gain."""
        ...

    def furthest(self, gradient: Tensor, origin: Tensor) -> Tensor:
        """The rows (B, ...) of the largest linear gain."""
        ...

    def project(self, x: Tensor, origin: Tensor) -> Tensor:
        """The allowed rows near ``x`` (B, ...)."""
        ...

    def repair(self, x: Tensor, origin: Tensor) -> Tensor:
        """The rows at which the loss is asked: on the grid of whole numbers, say."""
        ...


class Rule(Protocol):
    """How a gradient becomes a step.

    Attributes
    ----------
    memory : bool
        Whether a row that did not move may move later.
    """

    @property
    def memory(self) -> bool:
        """Whether a row that did not move may move later."""
        ...

    def begin(self, x: Tensor) -> State:
        """What is kept of every row, at the start."""
        ...

    def move(
        self, x: Tensor, gradient: Tensor, loss: PerRow, origin: Tensor, space: Space, state: State
    ) -> Tensor:
        """The next rows, within the space; ``state`` is brought up to date."""
        ...


@dataclasses.dataclass(frozen=True)
class Ascent:
    """Where a search ended, row by row.

    Attributes
    ----------
    x : Tensor of shape (n, ...)
        The first success; without one the best row (or the last).
    loss : Tensor of shape (n,)
        The loss there.
    reached : bool Tensor of shape (n,)
        Whether the goal is reached there.
    reason : uint8 Tensor of shape (n,)
        Position in ``REASONS``.
    steps, forward, backward : int64 Tensor of shape (n,)
        Steps until that row was found, and passes spent.

    Examples
    --------
    >>> from diabolo.attacks import Domain, Linf, Steepest
    >>> found = ascend(lambda x, rows: x.sum(1), torch.zeros(2, 1), Domain(Linf(0.2)), Steepest(0.1), steps=5)
    >>> [REASONS[i] for i in found.reason], found.backward.tolist()
    (['stalled', 'stalled'], [3, 3])
    """

    x: Tensor
    loss: Tensor
    reached: Tensor
    reason: Tensor
    steps: Tensor
    forward: Tensor
    backward: Tensor

    @classmethod
    def joined(cls, parts: list["Ascent"]) -> "Ascent":
        """Searches of consecutive rows as one."""
        fields = [field.name for field in dataclasses.fields(cls)]
        return cls(*(torch.cat([getattr(part, name) for part in parts]) for name in fields))

    def improved(self, rows: Tensor, other: "Ascent") -> "Ascent":
        """The same search, with another one of some rows (positions) where that succeeded; the passes of both count."""
        return self._with(rows, other, other.reached & ~self.reached[rows])

    def or_better(self, other: "Ascent") -> "Ascent":
        """The better of two searches of the same rows; the passes of both count."""
        better = (other.loss > self.loss) & (other.reached == self.reached)
        rows = torch.arange(len(self.x), device=self.x.device)
        return self._with(rows, other, better | (other.reached & ~self.reached))

    def _with(self, rows: Tensor, other: "Ascent", better: Tensor) -> "Ascent":
        """Some rows of another search taken over where that is better."""
        chosen = rows[better]
        fields = {
            field.name: getattr(self, field.name).index_copy(0, chosen, getattr(other, field.name)[better])
            for field in dataclasses.fields(self)
        }
        fields["forward"] = self.forward.index_add(0, rows, other.forward)
        fields["backward"] = self.backward.index_add(0, rows, other.backward)
        return Ascent(**fields)


def ascend(
    loss: Loss,
    x: Tensor,
    space: Space,
    rule: Rule,
    *,
    steps: int = 40,
    stop: Literal["first", "never"] = "first",
    keep: Literal["best", "latest"] = "best",
    start: Tensor | None = None,
) -> Ascent:
    """Ascend a loss of rows within a space; no weight, flag or random state is touched.

    Parameters
    ----------
    loss : callable
        ``loss(x, rows)`` -> (B,), or with a boolean tensor (B,) beside it that says where the goal is reached. ``rows``
        are positions in ``x``: labels and targets are looked up with them, for the batch shrinks.
    x : Tensor of shape (n, ...)
        The rows to change; left as they are.
    space : Space
        For example ``Domain(Linf(0.3), low, high)``.
    rule : Rule
        For example ``Steepest(0.01)``.
    steps : int
        At most so many gradient steps.
    stop : {"first", "never"}
        ``first``: a row leaves at its first success, and where it cannot move any more (unless the rule has a memory).
        ``never``: every row takes all steps.
    keep : {"best", "latest"}
        Of several successes, or of none, the row of the largest loss or the last one.
    start : Tensor of shape (n, ...), optional
        Where to begin instead of at ``x``, within the space.

    Returns
    -------
    Ascent
        Where no start is given, rows whose goal is reached before any step are ``skipped_wrong``.

    Raises
    ------
    NoGradientError
        The loss does not depend on the rows in a way that can be differentiated.

    Warns
    -----
    NonFiniteGradientWarning
        The search of some rows ended there.

    Examples
    --------
    >>> from diabolo.attacks import Domain, L2, Steepest
    >>> space = Domain(L2(1.0))
    >>> found = ascend(lambda x, rows: x.sum(1), torch.zeros(1, 2), space, Steepest(0.5), steps=3)
    >>> found.x
    tensor([[0.7071, 0.7071]])
    """
    if steps < 1:
        raise ParameterError(f"steps={steps}: a search takes at least one step.")
    search = _Search(x, x if start is None else start, space, rule)
    for step in range(steps + 1):
        values, reached, gradient = search.ask(loss, stop, differentiate=step < steps)
        search.keep(values, reached, step, latest=keep == "latest")
        if reached is not None and step == 0 and start is None:
            search.leave(reached, SKIPPED)
        elif reached is not None and stop == "first":
            search.leave(reached, SUCCESS)
        if gradient is None or not search.active.any():
            break
        search.move(gradient, values, look=stop == "first")
        if not search.shrink():
            break
    return search.result()


class _Search:
    """The rows of one search: what was found of all, and those still searching, compact."""

    def __init__(self, x: Tensor, start: Tensor, space: Space, rule: Rule) -> None:
        n, count = len(x), torch.zeros(len(x), dtype=torch.int64, device=x.device)
        self.space, self.rule = space, rule
        self.origin, self.x = x.detach(), start.detach()
        self.point = space.repair(self.x, self.origin)
        self.rows = torch.arange(n, device=x.device)
        self.active = torch.ones(n, dtype=torch.bool, device=x.device)
        self.state = rule.begin(self.x)
        self.forward, self.backward, self.steps = count, count.clone(), count.clone()
        self.found, self.loss = self.point, x.new_full((n,), -torch.inf)
        self.reached = torch.zeros_like(self.active)
        self.reason = torch.full((n,), MAX_STEPS, dtype=torch.uint8, device=x.device)

    def ask(
        self, loss: Loss, until: str, *, differentiate: bool
    ) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """Loss, goal and gradient of every row in the batch; rows that only ride along are counted too."""
        self.forward[self.rows] += 1
        with torch.set_grad_enabled(differentiate):
            point = self.point.detach().requires_grad_(differentiate)
            answer = loss(point, self.rows)
            values, reached = answer if isinstance(answer, tuple) else (answer, None)
            gradient = None
            if differentiate and (reached is None or until == "never" or not bool(reached.all())):
                gradient = gradient_of(values, point)
                self.backward[self.rows] += 1
        return values.detach(), reached, gradient

    def keep(self, values: Tensor, reached: Tensor | None, step: int, *, latest: bool) -> None:
        """Take over the rows that are better than what was found before; a success is better than none."""
        rows = self.rows
        better = torch.ones_like(self.active) if latest else values >= self.loss[rows]
        if reached is not None:
            known = self.reached[rows]
            better = (reached & ~known) | (better & (reached == known))
        better = better & self.active
        chosen = rows[better]
        if len(chosen) == len(self.found):  # no copy: rows are never written to
            self.found = self.point
        else:
            self.found = self.found.index_copy(0, chosen, self.point[better])
        self.loss[chosen], self.steps[chosen] = values[better], step
        if reached is not None:
            self.reached[chosen] = reached[better]

    def move(self, gradient: Tensor, values: Tensor, *, look: bool) -> None:
        """One step of all rows in the batch; where one looks, what stays where it is has stalled."""
        if not torch.isfinite(gradient.sum()):
            gradient = self._without_broken(gradient)
        before = self.x
        self.x = self.rule.move(before, gradient, values, self.origin, self.space, self.state)
        self.point = self.space.repair(self.x, self.origin)
        if look and not self.rule.memory:
            self.leave((self.x == before).flatten(1).all(1), STALLED)

    def _without_broken(self, gradient: Tensor) -> Tensor:
        """Let rows go whose gradient is not finite."""
        broken = ~torch.isfinite(gradient).flatten(1).all(1) & self.active
        if broken.any():  # else finite numbers have overflown their sum, or the row only rides along
            _warn_broken(int(broken.sum()))
            self.leave(broken, STALLED)
        return torch.nan_to_num(gradient, 0.0, 0.0, 0.0)

    def leave(self, done: Tensor, reason: int) -> None:
        """Let rows go."""
        done = done & self.active
        self.reason[self.rows[done]] = reason
        self.active = self.active & ~done

    def shrink(self) -> bool:
        """Leave the rows out that are done, once they are many; whether any is left."""
        share = float(self.active.float().mean())
        if 0 < share < SHRINK:
            kept = self.active.nonzero()[:, 0]
            self.x, self.point, self.origin = self.x[kept], self.point[kept], self.origin[kept]
            self.rows, self.active = self.rows[kept], self.active[kept]
            self.state = {name: tensor[kept] for name, tensor in self.state.items()}
        return share > 0

    def result(self) -> Ascent:
        """What was found, in the order of the rows."""
        self.reason[self.reached & (self.reason != SKIPPED)] = SUCCESS
        return Ascent(
            self.found, self.loss, self.reached, self.reason, self.steps, self.forward, self.backward
        )


def gradient_of(values: Tensor, point: Tensor) -> Tensor:
    """∂ Σ loss / ∂ rows, and of nothing else."""
    answer = (None,)
    if values.requires_grad:
        answer = torch.autograd.grad(values.sum(), point, allow_unused=True)
    if answer[0] is None:
        raise NoGradientError(
            "the loss cannot be differentiated by the rows (an integer model, a .detach() or a numpy step inside?): the "
            "attacks that need no gradient remain, Square and Noise."
        )
    return answer[0]


def _warn_broken(rows: int) -> None:
    warn(
        f"the gradient of {rows} rows is not finite, and their search ends there: look for the logarithm or root of zero, "
        "or an overflow, in the model.",
        NonFiniteGradientWarning,
    )


def wide(per_row: Tensor, like: Tensor) -> Tensor:
    """One number per row, (B,), as (B, 1, ...) beside rows (B, ...)."""
    return per_row.reshape(-1, *(1,) * (like.ndim - 1))
