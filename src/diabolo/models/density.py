r"""How likely a row is to a model that was trained to rebuild it.

Reconstruction error alone is a weak detector of odd rows: what a flexible decoder rebuilds well may still be a code
that no training row had, and a column that is always rebuilt badly drowns the others. So both halves of a density are
used, for the code z = encoder(x),

.. math:: \log p(x) = \log p(z) + \sum_j \log p(x_j \mid z),

where p(z) is a mixture of normal distributions fitted to the codes of training rows, their number chosen by the
likelihood of held-out rows, and p(x_j | z) is what the decoder says, with the spread of each column of numbers taken
from its residuals on held-out rows, so that the error that is usual for a column does not count. For one component and
linear maps it is the density of probabilistic PCA, but for a constant. It is no exact marginal likelihood, which would
average over all codes: the code of a row is taken as known.

References
----------
Tipping & Bishop, "Probabilistic principal component analysis", JRSS B 1999.
Zong et al., "Deep autoencoding Gaussian mixture model for unsupervised anomaly detection", ICLR 2018.
"""

import copy
import dataclasses
import math
import warnings
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.distributions import Distribution, Gaussian, Inflated, Joint
from diabolo.files.parts import under

__all__ = ["Density"]

COMPONENTS = (1, 2, 4, 8, 16)  # of the mixture
FEWEST_ROWS = 10  # per component and dimension: what a covariance needs
RIDGE = 1e-3  # of a dimension's variance, which no component may fall below
PRIOR = 10.0  # rows that say a column's residuals are as large as those of the others in its block
FLOOR = 1e-3  # of the mean residual variance of a block, that no column falls below
SHARED_FLOOR = (
    0.05  # the same in an array, whose columns share a unit: a pixel that never lit is not infinitely odd
)


@dataclasses.dataclass(frozen=True)
class Density:
    """A mixture of normal distributions over codes, and the spread of each column of numbers about its reconstruction.

    Parameters
    ----------
    shares : float64 Tensor, shape (g,)
        Of the components.
    means : float64 Tensor, shape (g, k)
    covariances : float64 Tensor, shape (g, k, k)
    log_scales : dict of str to Tensor, shape (m,)
        Logarithm of the residuals' standard deviation, by block of numbers.
    """

    shares: Tensor
    means: Tensor
    covariances: Tensor
    log_scales: Mapping[str, Tensor] = dataclasses.field(default_factory=dict)

    @classmethod
    def fit(cls, codes: Tensor, held_out: Tensor, log_scales: Mapping[str, Tensor], seed: int) -> Self:
        """From codes of training and of held-out rows, (n, k).

        Components are added, 1, 2, 4, ..., as long as held-out codes become more likely.
        """
        scale = codes.double().std(0).nan_to_num().clamp(min=1e-6)
        train, test = (part.double() / scale for part in (codes, held_out))
        best = _mixture(train, 1, seed)
        for count in COMPONENTS[1:]:
            if len(train) < FEWEST_ROWS * count * train.shape[1]:
                break
            more = _mixture(train, count, seed)
            if more.score(test) <= best.score(test):
                break
            best = more
        means, covariances = torch.from_numpy(best.means_), torch.from_numpy(best.covariances_)
        widths = scale[:, None] * scale
        return cls(torch.from_numpy(best.weights_), means * scale, covariances * widths, log_scales)

    @classmethod
    def standard(cls, k: int) -> Self:
        """The standard normal distribution of k-dimensional codes.

        Examples
        --------
        >>> round(float(Density.standard(2).log_prob(torch.zeros(1, 2))), 4)
        -1.8379
        """
        one = torch.ones(1, dtype=torch.float64)
        return cls(one, torch.zeros(1, k, dtype=torch.float64), torch.eye(k, dtype=torch.float64)[None])

    @classmethod
    def prior(cls, draws: Tensor, held_out: Tensor, seed: int) -> Self:
        """A mixture fitted to codes drawn for training rows, or N(0, I) where held-out rows' codes are as likely under it.

        Parameters
        ----------
        draws, held_out : Tensor, shape (n, k)
        seed : int
        """
        mixture, normal = cls.fit(draws, held_out, {}, seed), cls.standard(draws.shape[1])
        gain = mixture.log_prob(held_out).mean() - normal.log_prob(held_out).mean()
        return mixture if gain > 0 else normal

    def sample(self, n: int) -> Tensor:
        """``n`` codes (n, k), from the global generator."""
        which = (
            torch.multinomial(self.shares, n, replacement=True) if n else torch.zeros(0, dtype=torch.int64)
        )
        factors = torch.linalg.cholesky(self.covariances)[which]
        noise = torch.randn(n, self.means.shape[1], 1, dtype=torch.float64)
        return (self.means[which] + (factors @ noise)[..., 0]).float()

    def log_prob(self, code: Tensor) -> Tensor:
        """Log-density of codes (B, k), float64 (B,)."""
        factors = torch.linalg.cholesky(self.covariances)
        centered = code.double() - self.means[:, None]  # (g, B, k)
        whitened = torch.linalg.solve_triangular(factors, centered.mT, upper=False)  # (g, k, B)
        log_det = factors.diagonal(dim1=1, dim2=2).log().sum(1)
        constant = self.shares.log() - log_det - 0.5 * code.shape[1] * math.log(2 * math.pi)
        return torch.logsumexp(constant[:, None] - 0.5 * whitened.square().sum(1), 0)

    def rescale(self, joint: Joint) -> Joint:
        """The distribution of rows with the spread of each column of numbers as it was on held-out rows."""
        return Joint({key: _rescaled(p, self.log_scales.get(key)) for key, p in joint.items()})

    def truncate(self, k: int, growth: float) -> Self:
        """The density of the first k dimensions of codes, with residual variances ``growth`` times as large."""
        longer = {key: scale + 0.5 * math.log(growth) for key, scale in self.log_scales.items()}
        return type(self)(self.shares, self.means[:, :k], self.covariances[:, :k, :k], longer)

    def tensors(self) -> dict[str, Tensor]:
        """By name, for a file."""
        scales = {f"log_scales.{key}": scale for key, scale in self.log_scales.items()}
        parts = {"shares": self.shares, "means": self.means, "covariances": self.covariances}
        return {name: part.contiguous() for name, part in (parts | scales).items()}

    @classmethod
    def from_tensors(cls, tensors: dict[str, Tensor]) -> Self:
        """The density that :meth:`tensors` gave."""
        scales = dict(under("log_scales.", tensors))
        return cls(tensors["shares"], tensors["means"], tensors["covariances"], scales)


def residual_scales(joint: Joint, batch: Batch, shared: set[str]) -> dict[str, Tensor]:
    """Logarithm of the standard deviation of each column's residuals, by block of numbers.

    Few rows cannot tell the columns apart, so that the variances are drawn towards the mean one of the block, as if ten
    more rows had it; and in the blocks of ``shared``, whose columns have one unit, none is taken for much smaller.
    """
    scales = {}
    for key, distribution in joint.items():
        normal = _normal(distribution)
        if normal is None:
            continue
        counted = batch.seen.get(key, torch.ones_like(batch.values[key], dtype=torch.bool))
        if isinstance(distribution, Inflated):
            counted = counted & (batch.values[key] != distribution.atom)
        squares = torch.where(counted, batch.values[key] - normal.loc, 0.0).double().square()
        typical = squares.sum() / counted.sum().clamp(min=1)
        variance = (squares.sum(0) + PRIOR * typical) / (counted.sum(0) + PRIOR)
        floor = (SHARED_FLOOR if key in shared else FLOOR) * typical + torch.finfo(torch.float32).tiny
        scales[key] = (0.5 * torch.log(variance.clamp(min=floor))).float()
    return scales


def _normal(distribution: Distribution) -> Gaussian | None:
    """The normal distribution in which the cells of a block of numbers lie, apart from atoms."""
    inner = distribution.base if isinstance(distribution, Inflated) else distribution
    return inner if isinstance(inner, Gaussian) else None


def _rescaled(distribution: Distribution, log_scale: Tensor | None) -> Distribution:
    """The same distribution of numbers with another spread."""
    normal = _normal(distribution)
    if log_scale is None or normal is None:
        return distribution
    other = Gaussian(normal.loc, log_scale)
    if not isinstance(distribution, Inflated):
        return other
    inflated = copy.copy(distribution)
    inflated.base = other
    return inflated


def _mixture(codes: Tensor, count: int, seed: int) -> Any:
    """A mixture of so many normal distributions; that EM has not quite settled does no harm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GaussianMixture(count, reg_covar=RIDGE, max_iter=50, random_state=seed % 2**32).fit(
            np.asarray(codes)
        )
