"""A penalty on codes that small changes of the row can move: it needs the searches of attacks and the seat of a penalty."""

import dataclasses
import math

import torch
from torch import Tensor

from diabolo.attacks import Ball, Domain, Linf, Steepest, ascend
from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.models.surroundings import Surroundings
from diabolo.shapes import Code, PerRow
from diabolo.terms import Penalty
from diabolo.terms.penalties import Cost, Encode, Scores

__all__ = ["Adversarial"]

KINDS = ("continuous", "image")  # blocks of numbers and pixels
REACH = 2.5  # lengths of the ball that all steps make together


@dataclasses.dataclass(frozen=True)
class Adversarial(Penalty):
    """weight · max ‖z(x + δ) − z(x)‖² over a ball: no small change of the row shall move its code far.

    The worst change is sought by gradient steps from a random point of the ball, and the code is drawn back from where it
    led. For a linear encoder and a Euclidean ball the maximum is (ε σ₁)², σ₁ the largest singular value.

    Parameters
    ----------
    weight : float
    ball : Ball
        In standard deviations: of a table's column, of all numbers of an array. Of pixels in their own light.
    steps : int

    Raises
    ------
    ParameterError
        A weight below zero, no ball, or no step; in fitting: the rows have levels only.

    References
    ----------
    Miyato, Maeda, Koyama & Ishii, "Virtual adversarial training", IEEE TPAMI 2019 (for classifiers).
    Cemgil et al., "Adversarially robust representations with smooth encoders", ICLR 2020 (for encoders).

    Examples
    --------
    >>> Adversarial(0.5).ball
    Linf(eps=0.1)
    """

    weight: float = 0.1
    ball: Ball = Linf(0.1)  # noqa: RUF009 - a frozen value
    steps: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise ParameterError(f"weight={self.weight} is not a weight: give a number from 0.")
        if not isinstance(self.ball, Ball) or math.isinf(self.ball.eps):  # type: ignore[redundant-expr]
            raise ParameterError(
                f"ball={self.ball!r} is no ball of finite size: give attacks.Linf(0.1), say."
            )
        if self.steps < 1:
            raise ParameterError(f"steps={self.steps}: a search takes at least one step.")

    def prepare(self, rows: Batch, scores: Scores) -> Cost:  # noqa: ARG002
        """The cost of a batch, its search kept within the range of the training rows' pixels."""
        keys = tuple(key for key in rows.values if key.partition("_")[0] in KINDS)
        if not keys:
            raise ParameterError("Adversarial needs numbers or pixels, and these rows have neither.")
        light = rows.values[keys[0]] if keys == ("image",) else None
        low, high = (-math.inf, math.inf) if light is None else (light.amin(), light.amax())
        around = Surroundings(keys, Domain(self.ball, low, high))

        def cost(code: Code, batch: Batch, encode: Encode) -> PerRow:
            worst = self.search(around, code.detach(), batch, encode)
            return self.weight * (encode(worst) - code).square().sum(1)

        return cost

    def search(self, around: Surroundings, code: Code, batch: Batch, encode: Encode) -> Batch:
        """The rows whose codes are furthest from these."""
        cells = around.cells(batch).detach()

        def shift(moved: Tensor, rows: Tensor) -> PerRow:
            part, own = (batch, code) if len(rows) == len(batch) else (batch.take(rows), code[rows])
            return (encode(around.moved(part, moved)) - own).square().sum(1)

        rule, start = Steepest(REACH * self.ball.eps / self.steps), around.inside(cells)
        with torch.enable_grad():
            found = ascend(shift, cells, around.domain, rule, steps=self.steps, stop="never", start=start)
        return around.moved(batch, found.x)
