"""The one training loop: data resident on the device, no synchronization inside an epoch, exact resume."""

import dataclasses
import math
import warnings
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Self

from diabolo.data.batch import Batch
from diabolo.errors import InterruptedWarning, ParameterError
from diabolo.randomness import seeded
from diabolo.train.checkpoint import Checkpoints
from diabolo.train.history import History
from diabolo.train.objective import Objective
from diabolo.train.precision import PRECISIONS, choose
from diabolo.train.progress import Progress
from diabolo.train.run import Plan, Run
from diabolo.train.schedules import SCHEDULES
from diabolo.train.stopping import Interrupt, interruptible
from diabolo.train.threads import threads_for

__all__ = ["Trainer"]

MIN_PATIENCE = 5  # epochs
LEAST_SECONDS = 1e-3  # of a training for which no time is left: one epoch


def _number(value: Any, low: float = 0.0, high: float = math.inf) -> bool:
    """Whether it is a number in [low, high)."""
    return not isinstance(value, bool) and isinstance(value, Real) and low <= float(value) < high


def _share(value: Any) -> bool:
    return _number(value, high=1.0)


def _positive(value: Any) -> bool:
    return _number(value) and value > 0


Rule = tuple[Callable[[Any], bool], str]
FROM_ZERO: Rule = (_number, "a number from 0")
SHARE: Rule = (_share, "a share in [0, 1)")
POSITIVE: Rule = (lambda v: v is None or _positive(v), "a positive number or None")
RULES: dict[str, Rule] = {
    "weight_decay": FROM_ZERO,
    "betas": (
        lambda v: isinstance(v, tuple | list) and len(v) == 2 and all(map(_share, v)),
        "a pair of shares in [0, 1)",
    ),
    "warmup": SHARE,
    "schedule": (lambda v: isinstance(v, str) and v in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
    "clip": POSITIVE,
    "validation": SHARE,
    "patience": FROM_ZERO,
    "max_seconds": POSITIVE,
    "precision": (lambda v: v in ("auto", *PRECISIONS), f"one of auto, {', '.join(PRECISIONS)}"),
    "progress": (lambda v: isinstance(v, bool) or v == "auto", "True, False or 'auto'"),
    "checkpoint_every": FROM_ZERO,
    "keep": (lambda v: isinstance(v, Integral) and _positive(v), "a whole number from 1"),
}


@dataclasses.dataclass(frozen=True)
class Trainer:
    """How a model is trained; everything that is not about the model itself.

    Parameters
    ----------
    weight_decay : float
        Decoupled decay of matrices (not of offsets and scales), per unit of learning rate.
    betas : (float, float)
        Memory of Adam's first and second moments.
    warmup : float
        Share of the planned steps in which the learning rate rises.
    schedule : {"cosine", "linear", "constant"}
        How it falls afterwards.
    clip : float, optional
        Gradients longer than ``clip`` times their running mean length are shortened to it; None for never.
    validation : float
        Share of the rows that is held out to choose the best weights (at most 2,000 rows); 0 uses the training rows.
    patience : float
        Stop when the held-out measure has not improved for this share of the planned epochs.
    max_seconds : float, optional
        Stop after the epoch in which this much wall time has passed; one epoch is always done.
    precision : {"auto", "fp32", "bf16"}
        ``auto`` times one step of a large model in both and keeps the faster.
    progress : bool or "auto"
        A bar with loss and time left; ``auto``: on a terminal only.
    checkpoint_every : float
        Least number of seconds between two checkpoints of a run with a ``run_dir``.
    keep : int
        Number of checkpoints kept.

    Raises
    ------
    ParameterError
        A value that is not allowed.

    References
    ----------
    Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019.

    Examples
    --------
    >>> Trainer(schedule="cosine", patience=0.5).schedule
    'cosine'
    """

    weight_decay: float = 0.1
    betas: tuple[float, float] = (0.9, 0.99)
    warmup: float = 0.05
    schedule: str = "linear"
    clip: float | None = 3.0
    validation: float = 0.1
    patience: float = 0.3
    max_seconds: float | None = None
    precision: str = "auto"
    progress: bool | str = "auto"
    checkpoint_every: float = 1.0
    keep: int = 2

    def __post_init__(self) -> None:
        for name, (holds, allowed) in RULES.items():
            if not holds(value := getattr(self, name)):
                raise ParameterError(f"{name}={value!r} is not {allowed}.")

    def settled(self, **own: Any) -> Self:
        """The trainer with a model's own values in place of those that were left at their defaults.

        Examples
        --------
        >>> Trainer(max_seconds=60.0).settled(schedule="cosine").schedule
        'cosine'
        """
        default = type(self)()
        left = {name: value for name, value in own.items() if getattr(self, name) == getattr(default, name)}
        return dataclasses.replace(self, **left)

    def after(self, seconds: float, *, trainings: int = 1) -> "Trainer":
        """The same for the next of some trainings that share the time, so much of which is spent.

        Parameters
        ----------
        seconds : float
            Spent already.
        trainings : int
            That are to come; each gets an equal part of what is left.

        Examples
        --------
        >>> Trainer(max_seconds=60.0).after(20.0, trainings=2).max_seconds
        20.0
        """
        if self.max_seconds is None:
            return self
        left = max(float(self.max_seconds) - seconds, LEAST_SECONDS)
        return dataclasses.replace(self, max_seconds=left / trainings)

    def is_over(self, seconds: float) -> bool:
        """Whether all of the time is spent when so many seconds are.

        Examples
        --------
        >>> Trainer(max_seconds=60.0).is_over(61.0), Trainer().is_over(61.0)
        (True, False)
        """
        return self.max_seconds is not None and seconds >= self.max_seconds

    def fit(
        self,
        objective: Objective,
        rows: Batch,
        held_out: Batch,
        *,
        seed: int,
        batch_size: int,
        max_epochs: int,
        learning_rate: float,
        checkpoints: Checkpoints | None = None,
        identity: dict[str, Any] | None = None,
    ) -> History:
        """Minimize the objective on ``rows`` and leave it at the weights that are best on ``held_out``.

        Parameters
        ----------
        objective : Objective
            On the device of the rows; changed in place.
        rows, held_out : Batch
        seed : int
            Order of rows and all noise are functions of it.
        batch_size, max_epochs, learning_rate
            The plan.
        checkpoints : Checkpoints, optional
            Where to save and to resume from; in a process group rank 0 alone has one
            (:func:`~diabolo.train.checkpoint.opened`).
        identity : dict, optional
            What must be equal for a resume to be allowed: parameters and fingerprints of schema and data.

        Returns
        -------
        History

        Raises
        ------
        CheckpointError
            The checkpoints belong to other parameters or data.
        DivergenceError
            The loss was not finite before a single epoch was done.
        """
        plan = Plan(seed, batch_size, max_epochs, learning_rate)
        with seeded(seed, "fit"), threads_for(objective, batch_size), interruptible() as interrupt:
            run = Run(objective, rows, held_out, plan, self, checkpoints)
            if not run.resume(identity or {}):
                run.precision = run.engine.ask_main(
                    lambda: choose(self.precision, run.rehearse, objective, batch_size)
                )
            with Progress(
                self.progress if run.engine.is_main else False, run.total_steps, run.step_count
            ) as bar:
                reason = self._loop(run, bar, interrupt)
            return run.finish(reason)

    def _loop(self, run: Run, bar: Progress, interrupt: Interrupt) -> str:
        """Epoch after epoch; returns the reason of the end."""
        while (reason := self._ended(run)) is None:
            for batch in run.batches():
                run.step(batch)
                bar.advance(run.describe())
                if interrupt.requested and run.engine.size == 1:
                    break  # other ranks would wait for this one's gradient for ever
            if run.engine.agree(interrupt.requested):
                warnings.warn(
                    "Training was stopped by hand; the best model so far is kept.", InterruptedWarning, 2
                )
                run.keep_if_best()
                return "interrupted"
            if not run.is_halted():
                run.close_epoch()
            elif not run.retry():
                return "diverged"
        return reason

    def _ended(self, run: Run) -> str | None:
        """Why the run is over, or None while it is not."""
        if run.epoch >= run.plan.max_epochs:
            return "max_epochs"
        if run.epoch - run.best_epoch > max(MIN_PATIENCE, self.patience * run.plan.max_epochs):
            return "patience"
        timed = self.max_seconds is not None and run.epoch > 0
        if timed and run.engine.agree(self.is_over(run.seconds())):
            return "max_seconds"
        return run.objective.verdict(run.epochs)
