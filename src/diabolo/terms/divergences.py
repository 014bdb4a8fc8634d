"""How far what is said of a code is from the prior, and what that costs while training goes on."""

import dataclasses
import math
from typing import Any

from torch import Tensor

from diabolo.distributions import Gaussian
from diabolo.errors import ParameterError
from diabolo.shapes import Code, PerRow

__all__ = ["KL", "from_standard_normal"]


def from_standard_normal(q: Gaussian) -> Code:
    """KL(q ‖ N(0, 1)) = ½ (loc² + scale² − 1) − log scale of every cell, in nats.

    Examples
    --------
    >>> import torch
    >>> from_standard_normal(Gaussian(torch.tensor([[0.0, 2.0]]), torch.zeros(2)))
    tensor([[0., 2.]])
    """
    return 0.5 * (q.loc.square() + (2 * q.log_scale).exp() - 1) - q.log_scale


@dataclasses.dataclass(frozen=True)
class KL:
    """β · w(t) · Σ_j max(KL_j, free_bits): the price of information in the code.

    The weight w(t) rises linearly from 0 to 1 over the first ``warmup`` share of the planned steps, so that the code is
    of use before it costs its full price. A dimension is free up to ``free_bits`` nats on the mean of a batch.

    Parameters
    ----------
    beta : float
        1: a bound on log p(x). More: a simpler, more independent code; less: a better reconstruction.
    free_bits : float
        Nats of each dimension that cost nothing.
    warmup : float
        Share of the planned steps in which the price rises, in [0, 1].

    Raises
    ------
    ParameterError
        A value outside its range.

    References
    ----------
    Bowman et al., "Generating sentences from a continuous space", CoNLL 2016 (warm-up).
    Kingma et al., "Improved variational inference with inverse autoregressive flow", NeurIPS 2016 (free bits).
    Higgins et al., "β-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.

    Examples
    --------
    >>> import torch
    >>> KL(beta=2.0, free_bits=0.5)(torch.tensor([[3.0, 0.1]]), torch.tensor(1.0))
    tensor([7.])
    """

    beta: float = 1.0
    free_bits: float = 0.0
    warmup: float = 0.1

    def __post_init__(self) -> None:
        for name, most in (("beta", math.inf), ("free_bits", math.inf), ("warmup", 1.0)):
            value: Any = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0 <= value <= most or math.isinf(value):
                allowed = "a number from 0" if most > 1 else "a share in [0, 1]"
                raise ParameterError(f"{name}={value!r} is not {allowed}.")

    def __call__(self, nats: Code, done: Tensor) -> PerRow:
        """The price per row.

        Parameters
        ----------
        nats : Tensor, shape (B, k)
            KL of each dimension of each row.
        done : Tensor, shape ()
            Share of the planned steps that is done.
        """
        weight = self.beta * (done / self.warmup).clamp(max=1.0) if self.warmup else self.beta
        if self.free_bits:
            nats = nats.where(nats.mean(0) > self.free_bits, self.free_bits)
        return weight * nats.sum(1)
