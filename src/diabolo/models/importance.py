r"""log p(row) of a model with a latent variable, by importance sampling.

With z_1, ..., z_S drawn from q(z | x),

    log p(x)  ≥  E log 1/S Σ_s p(x | z_s) p(z_s) / q(z_s | x),

which is the evidence lower bound for S = 1, never falls as S grows, and tends to log p(x).

References
----------
Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
"""

import math
from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.distributions import Gaussian
from diabolo.models.codec import Codec
from diabolo.models.density import Density
from diabolo.randomness import generator

__all__ = ["common_noise", "fresh_noise", "log_likelihood"]

CELLS = 2**21  # decoded at a time

Noise = Callable[[int, int, int, int], Tensor]
"""Standard normal draws (stop − start, B, k) from ``start``, ``stop``, ``B``, ``k``."""


def fresh_noise(start: int, stop: int, rows: int, k: int) -> Tensor:
    """Draws of its own for each row, from the global generator."""
    return torch.randn(stop - start, rows, k)


def common_noise(start: int, stop: int, rows: int, k: int) -> Tensor:
    """The same draws for each row and every call, so that a row's estimate is a function of the row."""
    draws = [torch.randn(k, generator=generator(0, "importance", draw)) for draw in range(start, stop)]
    return torch.stack(draws)[:, None].expand(-1, rows, -1)


def log_likelihood(codec: Codec, prior: Density, batch: Batch, n: int, noise: Noise) -> Tensor:
    """The bound on log p of each row's seen cells with ``n`` draws, float64 (B,).

    Parameters
    ----------
    codec : Codec
        Of the latent ``Gaussian``.
    prior : Density
        p(z).
    batch : Batch
    n : int
        Draws per row.
    noise : callable
        Where they come from.
    """
    cells = sum(values.shape[1:].numel() for values in batch.values.values())
    together = max(1, CELLS // cells)
    parts = [_of_few(codec, prior, part, n, noise, together) for part in batch.split(min(together, 256))]
    return torch.cat(parts)


def _of_few(codec: Codec, prior: Density, batch: Batch, n: int, noise: Noise, together: int) -> Tensor:
    """The same for rows that are encoded at once; weights are summed up as they come."""
    q = cast(Gaussian, codec.encode(batch))
    rows, k = q.loc.shape
    step = max(1, together // max(rows, 1))
    total = torch.full((rows,), -torch.inf, dtype=torch.float64)
    for start in range(0, n, step):
        stop = min(start + step, n)
        z = q.loc + q.log_scale.exp() * noise(start, stop, rows, k).to(q.loc)
        weights = _log_weights(codec, prior, batch, q, z)
        total = torch.logaddexp(total, torch.logsumexp(weights, 0))
    return total - math.log(n)


def _log_weights(codec: Codec, prior: Density, batch: Batch, q: Gaussian, z: Tensor) -> Tensor:
    """Logarithm of p(x | z) p(z) / q(z | x) for codes (s, B, k), float64 (s, B)."""
    count, rows, _ = z.shape
    again = batch.take(torch.arange(rows).repeat(count)) if count > 1 else batch
    asked, flat = codec.asked(again), z.flatten(0, 1)
    joint = codec.decode(codec.widen(flat, again))
    likelihood = joint.log_prob(asked.values, asked.seen).double() + prior.log_prob(flat)
    return likelihood.unflatten(0, (count, rows)) - q.log_prob(z).double().sum(2)
