r"""Objectives that make a classifier hard to fool: each wraps the plain one and looks at the worst row of a ball.

With ℓ the log loss, p the probabilities and B the ball around a row:

    fgsm, pgd    w · max_{x'∈B} ℓ(x') + (1 − w) · ℓ(x)             one step from a random point, or many
    trades       ℓ(x) + w · max_{x'∈B} KL(p(x) ‖ p(x'))            which needs no label
    vat          ℓ(x) + w · KL(p(x) ‖ p(x + r)),  r along the largest eigenvector of the Fisher metric JᵀFJ

J is the Jacobian of the logits and F = diag(p) − ppᵀ. The eigenvector is found by power iteration on exact products with J
and Jᵀ, where a finite difference of 1e-6 is mostly rounding. The search sees the network in evaluation mode, and each
objective is judged by the log loss at what a search of its own finds on held-out rows.

References
----------
Goodfellow, Shlens & Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015.
Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
Wong, Rice & Kolter, "Fast is better than free: revisiting adversarial training", ICLR 2020.
Zhang et al., "Theoretically principled trade-off between robustness and accuracy", ICML 2019.
Miyato, Maeda, Koyama & Ishii, "Virtual adversarial training", IEEE TPAMI 2019.
"""

import contextlib
import dataclasses
from abc import abstractmethod
from collections.abc import Callable, Generator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.attacks import Steepest, ascend, untouched
from diabolo.data.batch import Batch
from diabolo.models.supervised import Classification
from diabolo.models.surroundings import Surroundings
from diabolo.shapes import PerRow
from diabolo.train import Objective
from diabolo.train.history import Epoch

__all__ = ["OVERFITTED", "Ascended", "Hardened", "Traded", "Virtual"]

WATCH_STEPS = 10  # of the search on held-out rows
REACH = 2.5  # lengths of the ball that all steps of a search make together
OVERFITTED = "catastrophic_overfitting"
FALLEN = (
    0.5  # of the best robust accuracy, below which training has failed, if that was half the accuracy or more
)


def divergence(p: Tensor, logits: Tensor) -> PerRow:
    """KL(p ‖ softmax(logits)) of probabilities (B, C), in nats."""
    return functional.kl_div(logits.float().log_softmax(1), p, reduction="none").sum(1)


class Hardened(Objective):
    """A plain objective, and what it says of the worst rows nearby.

    Parameters
    ----------
    inner : Classification
    around : Surroundings
    steps : int
        Of the search.
    step_size : float or None
        In the norm of the ball; None: all steps together make 2.5 ε, a single one 1.25 ε.
    weight : float
    """

    def __init__(
        self,
        inner: Classification,
        around: Surroundings,
        steps: int = 1,
        step_size: float | None = None,
        weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.inner, self.around, self.steps, self.weight = inner, around, steps, weight
        eps = around.domain.ball.eps
        self.step_size = step_size or (REACH / 2 * eps if steps == 1 else REACH * eps / steps)
        self._watched: tuple[Tensor, Batch] | None = None

    @abstractmethod
    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:
        """Every term of the loss, per row."""

    def monitor(self, batch: Batch) -> PerRow:
        """Mean log loss of held-out rows as they are, and after a search of ten steps from there.

        The second alone would prefer a network that answers every row alike to one that is on its way.
        """
        with torch.inference_mode(False):
            rows = _own(batch)
            found = self._worst(rows, self._log_loss(rows), WATCH_STEPS, self.around.domain.ball.eps / 4)
        self._watched = batch.index, found
        return (self.inner.monitor(batch) + self.inner.monitor(found)) / 2

    def measures(self, held_out: Batch) -> dict[str, list[float]]:
        """``accuracy`` on held-out rows, and ``robust_accuracy`` after the search."""
        if self._watched is None or not torch.equal(self._watched[0], held_out.index):
            self.monitor(held_out)
        assert self._watched is not None
        found = self._watched[1]
        robust = self.inner.accuracy(self.inner.net(found), found)
        return {**self.inner.measures(held_out), "robust_accuracy": [robust]}

    def verdict(self, epochs: Sequence[Epoch]) -> str | None:
        """Whether the robust accuracy has broken down while the loss of training still falls."""
        if len(epochs) < 2:
            return None
        robust = [epoch.measures["robust_accuracy"][0] for epoch in epochs]
        best = max(range(len(robust) - 1), key=robust.__getitem__)
        falls = sum(epochs[-1].terms.values()) < sum(epochs[best].terms.values())
        hardened = (
            robust[best] > FALLEN * epochs[best].measures["accuracy"][0]
        )  # before, it may well go up and down
        return OVERFITTED if hardened and falls and robust[-1] < FALLEN * robust[best] else None

    def blame(self, batch: Batch) -> list[str]:
        """What the plain objective says."""
        return self.inner.blame(batch)

    def _log_loss(self, batch: Batch) -> Callable[[Tensor, Tensor], Tensor]:
        """What a search ascends: the log loss of some rows after a move."""

        def loss(cells: Tensor, rows: Tensor) -> Tensor:
            part = batch if len(rows) == len(batch) else batch.take(rows)
            return self.inner.monitor(self.around.moved(part, cells))

        return loss

    def _worst(
        self,
        batch: Batch,
        loss: Callable[[Tensor, Tensor], Tensor],
        steps: int,
        length: float,
        *,
        drawn: bool = False,
    ) -> Batch:
        """The rows after a search from where they are, or from a random point; of the network only its answers are used."""
        cells, domain = self.around.cells(batch).detach(), self.around.domain
        rule, start = Steepest(length), cells
        if drawn:
            start = self.around.anywhere(cells) if steps == 1 else self.around.inside(cells)
        with still(self.inner), torch.enable_grad():
            if steps > 1:
                found = ascend(
                    loss, cells, domain, rule, steps=steps, stop="never", keep="latest", start=start
                ).x
            else:  # one step needs no look at where it leads
                point = start.detach().requires_grad_()
                values = loss(point, batch.index)
                (gradient,) = torch.autograd.grad(values.sum(), point)
                found = rule.move(point.detach(), gradient, values, cells, domain, {})
        return self.around.moved(batch, found.detach())


class Ascended(Hardened):
    """w · ℓ(x') + (1 − w) · ℓ(x), x' the worst row that gradient steps find from a random point of the ball."""

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:
        """``adversarial``, and ``log_loss`` where it has a share."""
        worst = self._worst(batch, self._log_loss(batch), self.steps, self.step_size, drawn=True)
        adversarial = self.inner.losses(worst, player)["log_loss"]
        if self.weight == 1.0:
            return {"adversarial": adversarial}
        clean = self.inner.losses(batch, player)["log_loss"]
        return {"adversarial": self.weight * adversarial, "log_loss": (1.0 - self.weight) * clean}


class Traded(Hardened):
    """ℓ(x) + w · max KL(p(x) ‖ p(x')); the clean answer is asked once, not in every step of the search."""

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``log_loss`` and ``divergence``."""
        logits = self.inner.net(batch, self.inner.corruption)
        p = logits.float().softmax(1)
        fixed = p.detach()

        def loss(cells: Tensor, rows: Tensor) -> Tensor:
            part, target = (
                (batch, fixed)
                if self.steps == 1 or len(rows) == len(batch)
                else (batch.take(rows), fixed[rows])
            )
            return divergence(target, self.inner.net(self.around.moved(part, cells)))

        worst = self._worst(batch, loss, self.steps, self.step_size, drawn=True)
        away = divergence(p, self.inner.net(worst))
        return {"log_loss": self.inner.log_loss(logits, batch), "divergence": self.weight * away}


class Virtual(Hardened):
    """ℓ(x) + w · KL(p(x) ‖ p(x + r)), r the direction in which the answer changes fastest, ``steps`` power iterations."""

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``log_loss`` and ``divergence``."""
        logits = self.inner.net(batch, self.inner.corruption)
        p = logits.detach().float().softmax(1)
        worst = self.around.moved(batch, self.furthest(batch))
        with unremembered(self.inner):
            away = divergence(p, self.inner.net(worst))
        return {"log_loss": self.inner.log_loss(logits, batch), "divergence": self.weight * away}

    def furthest(self, batch: Batch) -> Tensor:
        """Cells (B, ...) at the edge of the ball along the largest eigenvector of JᵀFJ."""
        cells, domain = self.around.cells(batch).detach(), self.around.domain

        def logits(x: Tensor) -> Tensor:
            return self.inner.net(self.around.moved(batch, x))

        with still(self.inner), torch.enable_grad():
            slope = torch.randn_like(cells)
            for _ in range(self.steps):
                unit = functional.normalize(domain.slope(slope), dim=1)
                slope = fisher_product(logits, cells, domain.moved(torch.zeros_like(cells), unit))
        return domain.furthest(slope, cells).detach()


def fisher_product(logits: Callable[[Tensor], Tensor], x: Tensor, direction: Tensor) -> Tensor:
    """JᵀFJ d of each row, exactly: J d is the slope of Jᵀu by u, in the direction d.

    Parameters
    ----------
    logits : callable
        Rows (B, ...) -> logits (B, C), each row on its own.
    x, direction : Tensor, shape (B, ...)

    Examples
    --------
    >>> fisher_product(lambda x: x, torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
    tensor([[ 0.2500, -0.2500]])
    """
    x = x.detach().requires_grad_()
    answer = logits(x)
    any_of_them = torch.zeros_like(answer, requires_grad=True)
    (back,) = torch.autograd.grad(
        answer, x, any_of_them, create_graph=True
    )  # Jᵀu, so that its slope by u is J
    (along,) = torch.autograd.grad(back, any_of_them, direction, retain_graph=True)
    p = answer.detach().softmax(1)
    along = p * (along - (p * along).sum(1, keepdim=True))
    (product,) = torch.autograd.grad(answer, x, along)
    return product


@contextlib.contextmanager
def still(net: nn.Module) -> Generator[None]:
    """Evaluation mode and weights without gradient for a while; the global random state goes on."""
    state = torch.get_rng_state()
    with untouched(net):
        torch.set_rng_state(state)
        yield


@contextlib.contextmanager
def unremembered(net: nn.Module) -> Generator[None]:
    """Batch normalization takes its statistics from the batch, and its running means do not remember it."""
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]  # pyright: ignore[reportPrivateUsage]
    memory = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, memory, strict=True):
            norm.momentum = momentum


def _own(batch: Batch) -> Batch:
    """A copy that may take part in a gradient, whatever mode the rows were cut in."""
    values = {key: v.clone() for key, v in batch.values.items()}
    return dataclasses.replace(batch, values=values)
