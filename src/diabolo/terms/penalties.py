"""What is asked of the code beside a good reconstruction: one number per row, added to the loss."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.shapes import Code, PerRow

__all__ = ["Contractive", "Cost", "Encode", "KLSparsity", "Orthogonal", "Penalty", "Scores", "Sparsity"]

Encode = Callable[[Batch], Tensor]
"""Codes (B', k) of other rows, as the model encodes them in this step."""

Scores = Callable[[int], Tensor]
"""The first so many principal component scores of the training rows, (n, at most so many), gaps taken at the mean."""


Cost = Callable[[Tensor, Batch, Encode], Tensor]
"""A penalty that has seen the training rows: codes (B, k) of a batch, the batch, how to encode others -> (B,)."""


class Penalty(ABC):
    """What is asked of codes, as a value: it prints, compares and goes into the file."""

    @abstractmethod
    def prepare(self, rows: Batch, scores: Scores) -> Cost:
        """The cost of codes, once the training rows are known.

        Parameters
        ----------
        rows : Batch
            All training rows.
        scores : callable
            Where they lie: ``scores(50)`` are their first 50 principal component scores.
        """


@dataclasses.dataclass(frozen=True)
class Sparsity(Penalty):
    """weight · Σ|z_j|: few dimensions at a time.

    References
    ----------
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011.

    Examples
    --------
    >>> import torch
    >>> Sparsity(2.0)(torch.tensor([[1.0, -1.0]])).tolist()
    [4.0]
    """

    weight: float = 1e-2

    def __post_init__(self) -> None:
        _check_weight(self.weight)

    def prepare(self, rows: Batch, scores: Scores) -> "Sparsity":  # noqa: ARG002
        """Itself: where rows lie does not matter."""
        return self

    def __call__(self, code: Code, *_: Any) -> PerRow:
        """Weighted L1 norm of each row's code."""
        return self.weight * code.abs().sum(1)


@dataclasses.dataclass(frozen=True)
class KLSparsity(Penalty):
    """weight · Σ_j KL(rate ‖ r_j), r_j the mean of σ(z_j) over a batch: each dimension is on for few rows.

    The code is read as log-odds of being on; a dimension that is on for more or fewer than ``rate`` of the rows costs the
    divergence of two coins, rate log(rate/r) + (1 − rate) log((1 − rate)/(1 − r)).

    Parameters
    ----------
    weight : float
    rate : float
        Share of the rows for which a dimension shall be on, in (0, 1).

    References
    ----------
    Ng, "Sparse autoencoder", CS294A lecture notes, 2011.

    Examples
    --------
    >>> KLSparsity(1.0, rate=0.5)(torch.zeros(3, 2)).tolist()
    [0.0, 0.0, 0.0]
    """

    weight: float = 1.0
    rate: float = 0.05

    def __post_init__(self) -> None:
        _check_weight(self.weight)
        if not 0 < self.rate < 1:
            raise ParameterError(f"rate={self.rate} is not a share of the rows between 0 and 1.")

    def prepare(self, rows: Batch, scores: Scores) -> "KLSparsity":  # noqa: ARG002
        """Itself: where rows lie does not matter."""
        return self

    def __call__(self, code: Code, *_: Any) -> PerRow:
        """The divergence of the batch, for each of its rows."""
        count = math.log(len(code))
        log_on = torch.logsumexp(functional.logsigmoid(code), 0) - count
        log_off = torch.logsumexp(functional.logsigmoid(-code), 0) - count
        on = self.rate * (math.log(self.rate) - log_on)
        off = (1 - self.rate) * (math.log1p(-self.rate) - log_off)
        return self.weight * (on + off).sum().clamp(min=0.0).expand(len(code))


@dataclasses.dataclass(frozen=True)
class Contractive(Penalty):
    """weight · ‖∂z/∂x‖²: the code shall not move when the row is moved a little.

    The squared Frobenius norm of the encoder's derivative by the numbers and pixels of the row is estimated from one
    random direction of the code, E ‖Jᵀ v‖² = ‖J‖² for v ~ N(0, I) (Hutchinson), which costs one more backward pass.

    Raises
    ------
    ParameterError
        In fitting: the rows have levels only, by which there is no derivative.

    References
    ----------
    Rifai, Vincent, Muller, Glorot & Bengio, "Contractive auto-encoders: explicit invariance during feature extraction",
    ICML 2011.
    Hutchinson, "A stochastic estimator of the trace of the influence matrix", Communications in Statistics 1990.

    Examples
    --------
    >>> Contractive(0.5).weight
    0.5
    """

    weight: float = 0.1

    def __post_init__(self) -> None:
        _check_weight(self.weight)

    def prepare(self, rows: Batch, scores: Scores) -> "Contractive":  # noqa: ARG002
        """Itself, if there is something to differentiate by."""
        if not any(values.is_floating_point() for values in rows.values.values()):
            raise ParameterError("Contractive needs numbers or pixels, and these rows have levels only.")
        return self

    def __call__(self, code: Code, batch: Batch, encode: Encode) -> PerRow:
        """One random direction's estimate for each row."""
        with torch.enable_grad():
            values = {
                key: v.detach().requires_grad_() if v.is_floating_point() else v
                for key, v in batch.values.items()
            }
            moved = encode(dataclasses.replace(batch, values=values))
            numbers = [v for v in values.values() if v.requires_grad]
            slopes = torch.autograd.grad((moved * torch.randn_like(code)).sum(), numbers, create_graph=True)
        return self.weight * torch.stack([s.flatten(1).square().sum(1) for s in slopes]).sum(0)


@dataclasses.dataclass(frozen=True)
class Orthogonal(Penalty):
    """weight · Σ_{i≠j} corr(z_i, z_j)² over a batch: each dimension tells something of its own.

    References
    ----------
    Cogswell et al., "Reducing overfitting in deep networks by decorrelating representations", ICLR 2016.

    Examples
    --------
    >>> Orthogonal(1.0)(torch.tensor([[1.0, -1.0], [-1.0, 1.0]])).round(decimals=3)
    tensor([2., 2.])
    """

    weight: float = 1.0

    def __post_init__(self) -> None:
        _check_weight(self.weight)

    def prepare(self, rows: Batch, scores: Scores) -> "Orthogonal":  # noqa: ARG002
        """Itself: where rows lie does not matter."""
        return self

    def __call__(self, code: Code, *_: Any) -> PerRow:
        """The squared correlations of the batch, for each of its rows."""
        centered = (code - code.mean(0)).float()
        unit = centered / (centered.square().sum(0).sqrt() + 1e-6)
        between = unit.T @ unit
        return self.weight * (between - torch.diag(between.diagonal())).square().sum().expand(len(code))


def _check_weight(weight: float) -> None:
    if not 0 <= weight < math.inf:
        raise ParameterError(f"weight={weight} is not a weight: give a number from 0.")
