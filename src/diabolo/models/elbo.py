"""The objective of variational autoencoders: −log p(row | z) + KL(q(z | row) ‖ p(z)), z drawn from q."""

from typing import cast

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.distributions import Gaussian
from diabolo.models.codec import Codec
from diabolo.models.told import Told
from diabolo.randomness import generator
from diabolo.shapes import Code, PerRow
from diabolo.terms import KL
from diabolo.terms.divergences import from_standard_normal
from diabolo.train import Objective

__all__ = ["ACTIVE", "Elbo", "is_active"]

ACTIVE = 0.01  # least variance over rows of a dimension's mean that counts as used (Burda et al. 2016)
DRAWS = 1024  # of noise for held-out rows, the same in every epoch so that epochs compare


class Elbo(Objective):
    """The negative evidence lower bound of each row, E_q[−log p(row | z)] + β KL(q(z | row) ‖ N(0, I)).

    Parameters
    ----------
    codec : Codec
        Of the latent ``Gaussian``.
    kl : KL
        What information in the code costs.
    steps : int
        Planned steps, of which the warm-up is a share.

    References
    ----------
    Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014.
    Rezende, Mohamed & Wierstra, "Stochastic backpropagation and approximate inference in deep generative models", ICML
    2014.
    """

    step: Tensor  # a buffer: a resumed run goes on with it

    def __init__(self, codec: Codec, kl: KL, steps: int) -> None:
        super().__init__()
        self.codec, self.kl, self.steps = codec, kl, steps
        self.register_buffer("step", torch.zeros(()))

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``reconstruction`` and ``kl`` in nats; ``told`` lets the heads repeat what the decoder was told."""
        if self.training:
            self.step += 1
        q = self.posterior(batch)
        code = self.codec.widen(q.rsample(), batch)
        price = self.kl(from_standard_normal(q), self.step / self.steps)
        terms = {"reconstruction": self._surprise(batch, code), "kl": price}
        return terms if self.codec.told is None else {**terms, "told": self._repetition(batch, code)}

    def monitor(self, batch: Batch) -> PerRow:
        """−ELBO at the full price of information, with noise that belongs to the row."""
        q = self.posterior(batch)
        noise = torch.randn(DRAWS, q.loc.shape[1], generator=generator(0, "held-out noise")).to(q.loc)
        code = q.loc + q.log_scale.exp() * noise[batch.index % DRAWS]
        code = self.codec.widen(code, batch)
        return self._surprise(batch, code) + self.kl.beta * from_standard_normal(q).sum(1)

    def measures(self, held_out: Batch) -> dict[str, list[float]]:
        """``kl`` of each dimension in nats, and the number of ``active_units``."""
        q = self.posterior(held_out)
        nats = from_standard_normal(q).double().mean(0)
        return {"kl": nats.tolist(), "active_units": [float(is_active(q.loc).sum())]}

    def posterior(self, batch: Batch) -> Gaussian:
        """q(z | row)."""
        return cast(Gaussian, self.codec.encode(batch))

    def blame(self, batch: Batch) -> list[str]:
        """Table columns whose log-probability is not finite."""
        return self.codec.blame(batch)

    def _surprise(self, batch: Batch, code: Code) -> PerRow:
        """−log p(row | z) of what the decoder is not told."""
        asked = self.codec.asked(batch)
        return -self.codec.decode(code).log_prob(asked.values, asked.seen)

    def _repetition(self, batch: Batch, code: Code) -> PerRow:
        """−log p of what the decoder was told: it shapes the heads and nothing else."""
        told = cast(Told, self.codec.told).themselves(batch)
        return -self.codec.decode(code, heads_only=True).log_prob(told.values, told.seen)


def is_active(means: Tensor) -> Tensor:
    """Which dimensions tell rows apart, Var_row E[z_j | row] > 0.01, bool (k,).

    Parameters
    ----------
    means : Tensor, shape (n, k)

    References
    ----------
    Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.

    Examples
    --------
    >>> is_active(torch.tensor([[0.0, 0.5], [1.0, 0.5]])).tolist()
    [True, False]
    """
    return means.double().var(0, correction=0) > ACTIVE
