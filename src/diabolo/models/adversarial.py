r"""Classifiers that small changes of the row do not fool.

    min  Σ_rows  max_{x' in a ball around x}  −log p(label | x')

Training looks, in every step, for the change within the ball that fools the network most, and learns from that row.
``fgsm`` finds it with one gradient step from a random point and costs twice a plain training; ``pgd`` takes several steps;
``trades`` and ``vat`` ask only that the answer stays the same, and trade accuracy for it by a weight.

What was reached has to be measured by :mod:`diabolo.attacks`, never by the loss of training: a network can learn to answer
one step right and fall for two. That is watched on held-out rows; where it happens, the last good weights are kept and a
warning says so.

Use it where somebody may change the input. Shapes: x (B, features) -> logits (B, C).

References
----------
Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
Wong, Rice & Kolter, "Fast is better than free: revisiting adversarial training", ICLR 2020.
"""

import dataclasses
import math
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar, Self

from torch import Tensor

from diabolo.attacks import Ball, Linf
from diabolo.columns import Image
from diabolo.errors import CatastrophicOverfittingWarning, NotHardenedWarning, ParameterError
from diabolo.models import defaults
from diabolo.models.codec import Architecture
from diabolo.models.hardening import OVERFITTED, Ascended, Hardened, Traded, Virtual
from diabolo.models.logits import Logits
from diabolo.models.supervised import Classification, Supervised
from diabolo.models.surroundings import BYTE, Surroundings
from diabolo.models.training import Material
from diabolo.notices import warn
from diabolo.train import Objective, Trainer

__all__ = ["METHODS", "RobustClassifier"]

METHODS: dict[str, tuple[type[Hardened], int]] = {
    "fgsm": (Ascended, 1),
    "pgd": (Ascended, 10),
    "trades": (Traded, 10),
    "vat": (Virtual, 1),
}
"""Objective and number of steps of each method."""

USUAL = 0.1  # of the range of images, or of the unit of the data

OWN: dict[str, Any] = {
    "warmup": 0.4,
    "betas": (0.9, 0.999),
    "weight_decay": 0.0,
    "clip": None,
    "patience": 1.0 - 1e-9,
}
"""Of the trainer: one triangle of the learning rate to its end (Wong et al. 2020)."""


class RobustClassifier(Supervised):
    """Learns the class of a row and of all rows within a ball around it, for tables, arrays and images.

    Minimizes the log loss of the worst row of the ball (see the module's text).

    Parameters
    ----------
    method : {"fgsm", "pgd", "trades", "vat"}
        ``fgsm``: one step, twice the time of a plain training. ``pgd``: ``steps`` steps, the safest. ``trades``, ``vat``:
        the same answer all over the ball, weighed against accuracy.
    ball : Ball, optional
        The changes to withstand, ``attacks.Linf(0.1)`` say: in the unit of the data for arrays and images (bytes from 0 to
        255), in standard deviations for the columns of a table. Levels, counts and dates are not changed.
        None: a tenth in every number, of images a tenth of their range.
    steps : int or "auto"
        Of the search in each training step: 1 for ``fgsm`` and ``vat`` (whose are power iterations), else 10.
    step_size : float, optional
        Length of a step, in the norm of the ball; None: 1.25 ε for one step, else 2.5 ε / steps.
    weight : float
        ``fgsm``, ``pgd``: share of changed rows in the loss, in (0, 1]. ``trades``, ``vat``: of the divergence, from 0.
    architecture, size : as :class:`~diabolo.models.Classifier`
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan of training; what was chosen stands in ``history_.plan``.
    random_state : int, RandomState or None
        An int gives bitwise equal results on one machine.
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training. What is left at its default is chosen for this model: the rate rises for two fifths
        of the epochs and falls to zero, without weight decay.

    Attributes
    ----------
    classes_ : ndarray of shape (C,)
    net_ : Logits
    history_ : History
        With ``accuracy`` and ``robust_accuracy`` (after ten steps of search) on held-out rows in the ``measures`` of each
        epoch.
    architecture_ : Architecture
    ball_ : Ball
        That was used.

    Raises
    ------
    LabelError
        Labels that do not fit: another number than rows, one class, rows without one.
    EpsilonError
        The ball is larger than the range of the data, or too small to change bytes.
    ParameterError, DataError
        Anything else that cannot be; the message says what to do.

    Warns
    -----
    CatastrophicOverfittingWarning
        The network learned to answer the search of training and nothing else; its last good weights are kept.
    NotHardenedWarning
        It withstands less than a network that answers every row alike.

    References
    ----------
    Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018.
    Wong, Rice & Kolter, "Fast is better than free: revisiting adversarial training", ICLR 2020.
    Zhang et al., "Theoretically principled trade-off between robustness and accuracy", ICML 2019.
    Miyato, Maeda, Koyama & Ishii, "Virtual adversarial training", IEEE TPAMI 2019.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = RobustClassifier(ball=Linf(0.2), max_epochs=30, random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9
    True
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Supervised.KEPT, "ball_")

    threshold = None  # answers always
    ball_: Ball

    def __init__(
        self,
        method: str = "fgsm",
        *,
        ball: Ball | None = None,
        steps: int | str = "auto",
        step_size: float | None = None,
        weight: float = 1.0,
        architecture: Architecture | str = "auto",
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.method = method
        self.ball = ball
        self.steps = steps
        self.step_size = step_size
        self.weight = weight
        self.architecture = architecture
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:
        """Learn schema and network.

        Parameters
        ----------
        X : table, array, tensor or images
        y : array-like of shape (n,), or str
            A label for each row; or the column of ``X`` that holds it, which is then not learned from.
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints: the same call goes on where a killed run was. Needs a ``random_state``.
        """
        self._check()
        self._train(X, y, schema, run_dir)
        self._warn()
        return self

    def objective(self, net: Logits, labels: Tensor, material: Material) -> Objective:
        """The plain log loss, wrapped by the method."""
        self.ball_ = self.ball or self._usual_ball()
        around = Surroundings.of(self.schema_, self.ball_).to(labels.device)
        around.check(material.rows)
        wrap, _ = METHODS[self.method]
        return wrap(Classification(net, labels), around, self._steps(), self.step_size, float(self.weight))

    def _settled(self, material: Material) -> Material:
        """One triangle of the learning rate."""
        return dataclasses.replace(material, trainer=material.trainer.settled(**OWN))

    def _usual_ball(self) -> Ball:
        """A tenth in every number; of images a tenth of their range, in their unit."""
        images = [column for column in self.schema_.columns if isinstance(column, Image)]
        ranges = [(image.high - image.low) * (BYTE if image.bytes else 1.0) for image in images]
        return Linf(USUAL * min(ranges, default=1.0))

    def _warn(self) -> None:
        """Say where training has not hardened the network."""
        robust = [0.0, *(epoch.measures["robust_accuracy"][0] for epoch in self.history_.epochs)]
        kept = robust[self.history_.best_epoch]
        if self.history_.stop_reason == OVERFITTED:
            warn(
                f"catastrophic overfitting: the network withstands the search of its training and falls for ten steps "
                f"(robust accuracy {robust[-1]:.2f}, before {max(robust):.2f}); the weights of epoch "
                f"{self.history_.best_epoch} are kept. Take method='pgd', or a smaller step_size or learning_rate.",
                CatastrophicOverfittingWarning,
            )
        elif kept < 1 / len(self.classes_):
            warn(
                f"the network withstands {kept:.0%} of the changes that ten steps find in {self.ball_}, less than one that "
                "answers every row alike: take a smaller ball, more epochs, or method='pgd'.",
                NotHardenedWarning,
            )

    def _steps(self) -> int:
        return METHODS[self.method][1] if isinstance(self.steps, str) else int(self.steps)

    def _check(self) -> None:
        """Refuse what is no method, ball, step or weight."""
        if not isinstance(self.method, str) or self.method not in METHODS:  # type: ignore[redundant-expr]
            raise ParameterError(f"method={self.method!r} is not one of {', '.join(METHODS)}.")
        wrong: Any = self.ball is not None and not isinstance(self.ball, Ball)  # type: ignore[redundant-expr]
        if wrong or (self.ball is not None and math.isinf(self.ball.eps)):
            raise ParameterError(
                f"ball={self.ball!r} is no ball of finite size: give attacks.Linf(0.1), say."
            )
        steps = defaults.number("steps", self.steps)
        if self.method == "fgsm" and steps not in (None, 1):
            raise ParameterError(
                f"steps={self.steps!r}: fgsm takes one; method='pgd' takes as many as you like."
            )
        if self.step_size is not None and not _is_number(self.step_size, low=0.0):
            raise ParameterError(f"step_size={self.step_size!r} is neither None nor a positive length.")
        low = -1.0 if self.method in ("trades", "vat") else 0.0
        if not _is_number(self.weight, low) or (low == 0 and self.weight > 1) or self.weight < 0:
            allowed = "a share of changed rows in (0, 1]" if low == 0 else "a number from 0"
            raise ParameterError(f"weight={self.weight!r} is not {allowed}.")


def _is_number(value: Any, low: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and low < float(value) < math.inf
