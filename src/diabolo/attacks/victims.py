"""What can be attacked: a torch module, a scikit-learn classifier, or a model of Diabolo, seen as logits of rows."""

import dataclasses
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from diabolo.attacks.twins import twin
from diabolo.errors import DataError, ProbabilityWarning, TrainingModeWarning, VictimError
from diabolo.notices import warn

__all__ = ["GivesModule", "LogProbabilities", "Victim", "untouched", "victim_of"]

RESTLESS = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)  # pyright: ignore[reportPrivateUsage]
SURE = 1e-4  # deviation from one of sums of probabilities in single precision


@runtime_checkable
class GivesModule(Protocol):
    """A model that hands out the network behind it.

    Attributes
    ----------
    classes_ : ndarray of shape (C,)
        Labels in the order of the logits; optional.
    """

    def to_module(self) -> nn.Module:
        """Rows as the model takes them, (B, ...), -> logits (B, C)."""
        ...


class LogProbabilities(nn.Module):
    """A module that gives probabilities, seen as logits: log p has the same softmax and a gradient where p saturates.

    Parameters
    ----------
    module : Module
        Rows (B, ...) -> probabilities (B, C).

    Examples
    --------
    >>> LogProbabilities(nn.Softmax(dim=1))(torch.zeros(1, 2)).exp()
    tensor([[0.5000, 0.5000]])
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        """Rows -> log-probabilities."""
        p = self.module(x)
        return p.clamp(min=torch.finfo(p.dtype).tiny).log()


@dataclasses.dataclass(frozen=True)
class Victim:
    """A classifier as an attack sees it.

    Parameters
    ----------
    logits : callable
        Rows (B, ...) -> logits (B, C).
    module : Module or None
        The network whose flags and weights are to stay untouched; None: there is no gradient.
    classes : ndarray or None
        Labels in the order of the logits; None: 0, 1, ...
    name : str
    """

    logits: Callable[[Tensor], Tensor]
    module: nn.Module | None
    classes: np.ndarray | None
    name: str

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        weights = () if self.module is None else (*self.module.parameters(), *self.module.buffers())
        return weights[0].device if weights else torch.device("cpu")

    @property
    def dtype(self) -> torch.dtype | None:
        """Precision of its weights, where it has any."""
        weights = () if self.module is None else self.module.parameters()
        return next((w.dtype for w in weights if w.is_floating_point()), None)


def victim_of(model: Any) -> Victim:
    """See a model as logits.

    Parameters
    ----------
    model : Module, scikit-learn classifier, or object with ``to_module()``
        Linear models and perceptrons of scikit-learn, also behind scalers in a pipeline, become an exact torch twin; what
        other classifiers say is asked without a gradient.

    Raises
    ------
    VictimError
        It is none of these.

    Examples
    --------
    >>> victim_of(nn.Linear(2, 3)).name
    'Linear'
    """
    name = type(model).__name__
    if isinstance(model, nn.Module):
        return Victim(_two_sided(model), model, None, name)
    if isinstance(model, GivesModule):
        module = model.to_module()
        return Victim(_two_sided(module), module, _classes(model), name)
    if callable(getattr(model, "predict", None)) and _classes(model) is not None:
        module = twin(model)
        if module is not None:
            return Victim(_two_sided(module), module, _classes(model), name)
        return Victim(_asked(model), None, _classes(model), name)
    raise VictimError(
        f"{name} cannot be attacked: give a torch.nn.Module that answers logits, a fitted scikit-learn classifier, or a "
        "classifier of Diabolo."
    )


@contextmanager
def untouched(module: nn.Module | None) -> Generator[None]:
    """Freeze and still a network for a while: evaluation mode, no gradient of weights, global random state given back.

    Every submodule gets its own flag back, and every weight its ``requires_grad``; ``.grad`` is never written.

    Parameters
    ----------
    module : Module or None

    Examples
    --------
    >>> net = nn.Dropout().train()
    >>> with untouched(net):
    ...     net.training
    False
    >>> net.training
    True
    """
    modules = [] if module is None else list(module.modules())
    weights = [] if module is None else list(module.parameters())
    training, asked = [m.training for m in modules], [w.requires_grad for w in weights]
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices):
        try:
            for m in modules:
                m.training = False
            for w in weights:
                w.requires_grad_(False)
            yield
        finally:
            for m, flag in zip(modules, training, strict=True):
                m.training = flag
            for w, flag in zip(weights, asked, strict=True):
                w.requires_grad_(flag)


def warn_training(victim: Victim) -> None:
    """Say that a model is in training mode, where that makes a difference.

    Warns
    -----
    TrainingModeWarning
    """
    modules = () if victim.module is None else victim.module.modules()
    if any(m.training and isinstance(m, RESTLESS) for m in modules):
        warn(
            f"{victim.name} is in training mode, in which dropout and batch statistics change its answers: it is attacked "
            "in evaluation mode, and its flags are given back. Call .eval() to say that you know.",
            TrainingModeWarning,
        )


def check_logits(victim: Victim, logits: Tensor) -> None:
    """Refuse answers (B, C) that are no logits; warn of probabilities.

    Raises
    ------
    DataError

    Warns
    -----
    ProbabilityWarning
    """
    if logits.ndim != 2 or logits.shape[1] < 2:
        raise DataError(
            f"{victim.name} answers shape {tuple(logits.shape)}, not logits of shape (rows, classes)."
        )
    if not torch.isfinite(logits).all():
        raise DataError(
            f"{victim.name} answers numbers that are not finite for rows that are not changed yet."
        )
    if bool((logits >= 0).all()) and bool(((logits.sum(1) - 1).abs() < SURE).all()):
        warn(
            f"{victim.name} seems to give probabilities (they sum to one): through a second softmax their gradient is weak "
            "and attacks look harmless. Attack attacks.LogProbabilities(model) instead.",
            ProbabilityWarning,
        )


def _two_sided(module: nn.Module) -> Callable[[Tensor], Tensor]:
    """Logits of a module; a single logit of two classes becomes (0, f)."""

    def logits(x: Tensor) -> Tensor:
        answer = module(x)
        answer = answer[:, None] if answer.ndim == 1 else answer
        return torch.cat([torch.zeros_like(answer), answer], 1) if answer.shape[1:] == (1,) else answer

    return logits


def _asked(model: Any) -> Callable[[Tensor], Tensor]:
    """Logits of a classifier that answers arrays: its decision function, log-probabilities, or its label alone."""

    def logits(x: Tensor) -> Tensor:
        rows = x.detach().cpu().numpy()
        if callable(getattr(model, "predict_proba", None)):
            answer = np.log(np.clip(model.predict_proba(rows), 1e-12, None))
        elif callable(getattr(model, "decision_function", None)):
            answer = np.asarray(model.decision_function(rows))
            answer = np.column_stack([-answer / 2, answer / 2]) if answer.ndim == 1 else answer
        else:
            answer = (model.predict(rows)[:, None] == model.classes_).astype(float)
        return torch.as_tensor(answer, dtype=x.dtype, device=x.device)

    return logits


def _classes(model: Any) -> np.ndarray | None:
    classes = getattr(model, "classes_", None)
    return None if classes is None else np.asarray(classes)
