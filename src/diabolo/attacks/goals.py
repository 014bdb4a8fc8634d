r"""What an attack on a classifier ascends, and when it has succeeded.

With logits z, the true label y and the best other class j the margin is m = max_{j≠y} z_j − z_y: above zero the model is
wrong. Targeted, y is the wanted class and m = z_y − max_{j≠y} z_j.

- ``ce``: −log softmax(z)_y, whose gradient vanishes where the model is very sure.
- ``margin``: m itself.
- ``dlr``: m over the difference of the first and the third largest logit, which no rescaling of z changes.

References
----------
Carlini & Wagner, "Towards evaluating the robustness of neural networks", IEEE S&P 2017 (margin).
Croce & Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks", ICML
2020 (DLR).
"""

import dataclasses
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from diabolo.errors import ParameterError, TooFewClassesWarning
from diabolo.notices import warn
from diabolo.shapes import PerRow

__all__ = ["LOSSES", "Classification", "ClassificationLoss", "margins"]

ClassificationLoss = Literal["ce", "margin", "dlr"]
LOSSES = ("ce", "margin", "dlr")
ROUNDING = 32  # units in the last place of the largest logit, or of one: where two logits meet they may be small sums
LEAST_CLASSES = {False: 3, True: 4}  # of DLR, untargeted and targeted


def margins(logits: Tensor, labels: Tensor, *, targeted: bool = False) -> PerRow:
    """How far rows are beyond the boundary, in logits: above zero the label is wrong (targeted: it is the target).

    Parameters
    ----------
    logits : Tensor of shape (B, C)
    labels : int64 Tensor of shape (B,)
        True labels, or targets.
    targeted : bool

    Examples
    --------
    >>> margins(torch.tensor([[3.0, 1.0]]), torch.tensor([0]))
    tensor([-2.])
    """
    own = logits.gather(1, labels[:, None])[:, 0]
    others = logits.scatter(1, labels[:, None], -torch.inf).amax(1)
    return own - others if targeted else others - own


@dataclasses.dataclass(frozen=True)
class Classification:
    """The loss of a classifier as :func:`~diabolo.attacks.ascend` takes it: (rows, positions) -> loss, wrong enough.

    Parameters
    ----------
    logits : callable
        Rows (B, ...) -> logits (B, C).
    labels : int64 Tensor of shape (n,)
        True labels of all rows, or their targets.
    loss : {"ce", "margin", "dlr"}
    targeted : bool
    margin : float
        In logits, by which another class has to lead (or the target).

    Examples
    --------
    >>> goal = Classification(torch.nn.Identity(), torch.tensor([0]), loss="margin")
    >>> goal(torch.tensor([[1.0, 3.0]]), torch.tensor([0]))
    (tensor([2.]), tensor([True]))
    """

    logits: Callable[[Tensor], Tensor]
    labels: Tensor
    loss: ClassificationLoss = "ce"
    targeted: bool = False
    margin: float = 0.0

    def __post_init__(self) -> None:
        if self.loss not in LOSSES:
            raise ParameterError(f"loss={self.loss!r} is not one of {', '.join(LOSSES)}.")

    def __call__(self, x: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (B,) and whether each row is wrong enough (B,)."""
        logits = self.logits(x)
        margin = self.margin_of(logits, rows)
        return self._loss(logits, self.labels[rows], margin), self.surely_met(
            margin.detach(), logits.detach()
        )

    def margin_of(self, logits: Tensor, rows: Tensor) -> Tensor:
        """Margins (B,) of logits of some rows."""
        return margins(logits, self.labels[rows], targeted=self.targeted)

    def met(self, margin: Tensor) -> Tensor:
        """Whether margins are success: a tie is none."""
        return (margin > 0) & (margin >= self.margin)

    def surely_met(self, margin: Tensor, logits: Tensor) -> Tensor:
        """Whether margins stay a success when the row is asked again in another batch, whose sums round otherwise."""
        return self.met(margin - rounding(logits))

    def _loss(self, logits: Tensor, labels: Tensor, margin: Tensor) -> Tensor:
        if self.loss == "ce":
            cost = functional.cross_entropy(logits, labels, reduction="none")
            return -cost if self.targeted else cost
        return margin if self.loss == "margin" else self._dlr(logits, margin)

    def _dlr(self, logits: Tensor, margin: Tensor) -> Tensor:
        """The margin over a difference of large logits; targeted with the mean of the third and fourth."""
        ordered = logits.sort(1, descending=True).values
        third = ordered[:, 2] if not self.targeted else (ordered[:, 2] + ordered[:, 3]) / 2
        return margin / (ordered[:, 0] - third).clamp(min=1e-12)


def rounding(logits: Tensor) -> PerRow:
    """By how much margins of logits (B, C) may differ when they are asked again."""
    return ROUNDING * torch.finfo(logits.dtype).eps * logits.detach().abs().amax(1).clamp(min=1.0)


def allowed(loss: ClassificationLoss, classes: int, *, targeted: bool) -> ClassificationLoss:
    """The loss, or the margin where DLR has too few classes.

    Warns
    -----
    TooFewClassesWarning
    """
    least = LEAST_CLASSES[targeted]
    if loss == "dlr" and classes < least:
        warn(
            f"the DLR loss needs {least} classes and the model has {classes}: the margin of the logits is ascended "
            "instead.",
            TooFewClassesWarning,
        )
        return "margin"
    return loss
