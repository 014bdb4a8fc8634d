"""The game of a GAN: a generator makes points, a discriminator tells them from real ones, each learns from the other."""

import dataclasses
import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo import neighbors
from diabolo.data.batch import Batch
from diabolo.models.encoding import POINTS, Encoding
from diabolo.randomness import seeded
from diabolo.train import Epoch, Objective
from diabolo.train.average import Average

__all__ = ["LOSSES", "Game", "Loss", "coverage", "energy", "noise", "points"]

TEMPERATURE = 0.5  # of the draw of a level
MEMORY = 0.05  # of the planned steps, over which the generator's weights are averaged
JUDGED = 1000  # points made to judge the generator
NEIGHBORS = 5
WINDOW = 5  # epochs in a row that must agree before the game is over
BAND = 1.96  # standard deviations
WIDEST = 0.6  # end of the band: about 100 held-out rows, of fewer any discriminator looks like a coin
COVERED = 0.9  # of what real points reach: of as many others, all miss a fifth neighbor once in 2⁵ times
FLAT = 1e-12  # squared slope, below which the root has no derivative
DOUBT = 2.0  # standard errors by which coverage may seem to move


@dataclasses.dataclass(frozen=True)
class Loss:
    """What the two players minimize, from the scores of real and generated points in pairs.

    Parameters
    ----------
    discriminator, generator : function of (real, generated) scores (B,)
    gamma : (float, float)
        Weight of the gradient penalty at the beginning and at the end.
    between : bool
        The penalty asks for gradients of length one between real and generated points (WGAN-GP), not for small ones at
        both (R1 + R2).
    spectral : bool
        Spectral normalization of the discriminator.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    gamma: tuple[float, float]
    between: bool = False
    spectral: bool = False


LOSSES = {
    "rpgan": Loss(
        lambda real, made: functional.softplus(made - real),
        lambda real, made: functional.softplus(real - made),
        (1.0, 0.001),
    ),
    "ns": Loss(
        lambda real, made: functional.softplus(-real) + functional.softplus(made),
        lambda _, made: functional.softplus(-made),
        (1.0, 0.001),
    ),
    "hinge": Loss(
        lambda real, made: functional.relu(1 - real) + functional.relu(1 + made),
        lambda _, made: -made,
        (0.0, 0.0),
        spectral=True,
    ),
    "wgan-gp": Loss(lambda real, made: made - real, lambda _, made: -made, (0.2, 0.2), between=True),
}
"""The losses by name; in order of Jolicoeur-Martineau 2019, Goodfellow 2014, Miyato 2018 and Gulrajani 2017."""


class Game(Objective):
    """Generator, discriminator and the running mean of the generator's weights, which is what is kept.

    Parameters
    ----------
    generator, discriminator : torch.nn.Module
        (B, k) noise -> (B, width) raw points; (B, width) points -> (B, 1) scores.
    encoding : Encoding
    loss : Loss
    noise : int
        Width k.
    steps : int
        Planned.
    """

    players: ClassVar[tuple[str, ...]] = ("discriminator", "generator")

    step: Tensor

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        encoding: Encoding,
        loss: Loss,
        noise: int,
        steps: int,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator, self.encoding = generator, discriminator, encoding
        self.loss, self.noise, self.steps = loss, noise, steps
        if loss.spectral:
            for layer in [m for m in discriminator.modules() if isinstance(m, nn.Linear)]:
                nn.utils.parametrizations.spectral_norm(layer)
        self.average = Average(generator, max(1.0, MEMORY * steps))
        self.register_buffer("step", torch.zeros(()))

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:
        """``discriminator`` and ``penalty``, or ``generator``, per row."""
        real = batch.values[POINTS]
        return self._judge(real) if player == "discriminator" else self._make(real)

    def monitor(self, batch: Batch) -> Tensor:
        """The share of the plan that is left, so that the last weights are kept.

        No measure of single rows serves a choice: the energy score is best where clouds are balanced and still blurred.
        """
        return (1.0 - self.step / self.steps).expand(len(batch))

    def measures(self, held_out: Batch) -> dict[str, list[float]]:
        """How often the discriminator prefers a held-out row to a generated one, a coin's band, coverage, energy."""
        real = held_out.values[POINTS][:JUDGED]
        made = self._sample(max(2, len(real)))  # the energy score needs a pair
        scores = self.discriminator(real).flatten(), self.discriminator(made[: len(real)]).flatten()
        wins = (scores[0] > scores[1]).float() + 0.5 * (scores[0] == scores[1]).float()
        width = BAND * math.sqrt(1 / (4 * len(real)))
        return {
            "win_rate": [float(wins.mean())],
            "band": [0.5 - width, 0.5 + width],
            "coverage": [coverage(real, made)],
            "energy": [float(energy(real, made).mean())],
        }

    def verdict(self, epochs: Sequence[Epoch]) -> str | None:
        """``indistinguishable`` where a whole window of epochs says so.

        Every win-rate lies inside the band, coverage is at least nine tenths of what as many real points would reach (else
        the discriminator is merely weak), and it neither falls nor rises any more.
        """
        if len(epochs) < 2 * WINDOW or epochs[-1].measures["band"][1] > WIDEST:
            return None
        last = [epoch.measures for epoch in epochs[-WINDOW:]]
        inside = all(m["band"][0] <= m["win_rate"][0] <= m["band"][1] for m in last)
        before, now = (
            sum(epoch.measures["coverage"][0] for epoch in part) / WINDOW
            for part in (epochs[-2 * WINDOW : -WINDOW], epochs[-WINDOW:])
        )
        error = (last[0]["band"][1] - 0.5) / BAND * 2 * math.sqrt(max(before * (1 - before), 0.0))
        steady = abs(now - before) <= DOUBT * error and now >= COVERED * (1 - 0.5**NEIGHBORS)
        return "indistinguishable" if inside and steady else None

    def parameters_of(self, player: str) -> list[nn.Parameter]:
        """The weights of one of the two."""
        return [*(self.discriminator if player == "discriminator" else self.generator).parameters()]

    def _judge(self, real: Tensor) -> dict[str, Tensor]:
        """The discriminator's terms."""
        if self.training:
            self.step += 1
        with torch.no_grad():
            made = self._made(self.generator, len(real))
        gamma = self._gamma()
        if not gamma:
            scores = self.discriminator(torch.cat([real, made])).squeeze(1).chunk(2)
            return {"discriminator": self.loss.discriminator(*scores)}
        if self.loss.between:
            scores = self.discriminator(torch.cat([real, made])).squeeze(1).chunk(2)
            places = torch.lerp(real, made, torch.rand(len(real), 1, device=real.device)).requires_grad_()
            slopes = _slopes(self.discriminator(places), places).clamp_min(FLAT).sqrt()
            return {
                "discriminator": self.loss.discriminator(*scores),
                "penalty": gamma / 2 * (slopes - 1).square(),
            }
        places = torch.cat([real, made]).requires_grad_()
        found = self.discriminator(places)
        slopes = _slopes(found, places).chunk(2)
        terms = self.loss.discriminator(*found.squeeze(1).chunk(2))
        return {"discriminator": terms, "penalty": gamma / 2 * (slopes[0] + slopes[1])}

    def _gamma(self) -> float:
        """Weight of the penalty: from its first to its last value by equal factors: balance first, then sharpness."""
        first, last = self.loss.gamma
        done = min(1.0, float(self.step) / self.steps)
        return first * (last / first) ** done if first and last else first + (last - first) * done

    def _make(self, real: Tensor) -> dict[str, Tensor]:
        """The generator's term."""
        if self.training:
            self.average.follow(self.generator)
        made = self._made(self.generator, len(real))
        with _frozen(self.discriminator):
            scores = self.discriminator(torch.cat([real, made])).squeeze(1).chunk(2)
        return {"generator": self.loss.generator(*scores)}

    def _sample(self, n: int) -> Tensor:
        """Points of the averaged generator, the same noise every time."""
        with seeded(0, "judged"):
            return self._made(self.average, n)

    def _made(self, generator: nn.Module, n: int) -> Tensor:
        return points(generator, self.encoding, noise(n, self.noise, self.step.device))


def noise(n: int, width: int, device: torch.device | str = "cpu") -> Tensor:
    """What a generator starts from, (n, width): one half of it normal numbers, the other coins, −1 or 1.

    A continuous map of normal numbers alone cannot reach clouds that lie apart without points on the bridges between them.

    References
    ----------
    Khayatkhoei, Singh & Elgammal, "Disconnected manifold learning for generative adversarial networks", NeurIPS 2018.

    Examples
    --------
    >>> noise(3, 4)[:, 2:].abs()
    tensor([[1., 1.],
            [1., 1.],
            [1., 1.]])
    """
    numbers = torch.randn(n, width, device=device)
    coins = width // 2
    return torch.cat([numbers[:, : width - coins], numbers[:, width - coins :].sign()], 1)


def points(generator: nn.Module, encoding: Encoding, noise: Tensor) -> Tensor:
    """Points (n, width) that a generator makes of noise (n, k); levels are drawn from the global random numbers."""
    return encoding.choose(generator(noise), TEMPERATURE)


def energy(rows: Tensor, made: Tensor) -> Tensor:
    """Energy score of rows under a distribution known by draws: E‖X − x‖ − ½ E‖X − X′‖, per row (B,).

    Lower is better, and on average nothing is lower than the distribution of the rows themselves.

    Parameters
    ----------
    rows : Tensor, shape (B, width)
    made : Tensor, shape (n, width)
        Independent draws; the first half serves as X, the other as X′.

    References
    ----------
    Gneiting & Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 2007.

    Examples
    --------
    >>> energy(torch.zeros(1, 1), torch.tensor([[-1.0], [1.0]]))
    tensor([0.])
    """
    one, other = made.chunk(2)
    return torch.cdist(rows, made).mean(1) - 0.5 * torch.cdist(one, other).mean()


def coverage(real: Tensor, made: Tensor) -> float:
    """Share of real points that have a generated one as near as their fifth real neighbor.

    Parameters
    ----------
    real, made : Tensor, shape (n, width), (m, width)

    References
    ----------
    Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020.

    Examples
    --------
    >>> round(coverage(torch.arange(12.0)[:, None], torch.tensor([[0.0]])), 2)
    0.33
    """
    if len(real) < 2:
        return 1.0  # no neighbor, no radius
    k = min(NEIGHBORS, len(real) - 1)
    radius = neighbors.search(real, k)[0][:, -1]
    nearest = neighbors.search(real, 1, among=made)[0][:, 0]
    return float((nearest <= radius).float().mean())


def _slopes(scores: Tensor, places: Tensor) -> Tensor:
    """Squared length of the gradient of scores at their places, (B,)."""
    (gradient,) = torch.autograd.grad(scores.sum(), places, create_graph=True)
    return gradient.square().sum(1)


@contextmanager
def _frozen(net: nn.Module) -> Generator[None]:
    """Gradients pass through the network and spare its weights."""
    weights = [p for p in net.parameters() if p.requires_grad]
    for weight in weights:
        weight.requires_grad_(False)
    yield
    for weight in weights:
        weight.requires_grad_(True)
