r"""A generative adversarial network: one network makes rows, another judges whether a row is real, and both get better.

Noise z (normal numbers and coins) becomes a row G(z); the discriminator D gives every row a score, and learns to give real
rows the higher one, while G learns to turn that round. With the relativistic pairing loss a real row is compared with a
generated one,

    L_D = softplus(−(D(x) − D(G(z)))) + γ/2 (‖∇D(x)‖² + ‖∇D(G(z))‖²),    L_G = softplus(−(D(G(z)) − D(x))),

and the gradient penalties, at real and at generated rows in every step, make the game converge without normalization
layers. When the two have converged, D is right half of the time: there is nothing left to tell the rows apart by.

Use it for sharp samples of continuous data. It has no encoder, so it gives rows no code; it makes rows and does nothing
else. Shapes: z (B, k) -> row (B, features) -> score (B,).

References
----------
Goodfellow et al., "Generative adversarial nets", NeurIPS 2014.
Jolicoeur-Martineau, "The relativistic discriminator", ICLR 2019.
Mescheder, Geiger & Nowozin, "Which training methods for GANs do actually converge?", ICML 2018 (R1, R2).
Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline", NeurIPS 2024.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.files.parts import under
from diabolo.models import defaults
from diabolo.models.base import ROWS, Estimator, n_features
from diabolo.models.codec import take_weights
from diabolo.models.encoding import POINTS, Encoding
from diabolo.models.fitting import identity
from diabolo.models.game import LOSSES, Game, Loss, noise, points
from diabolo.models.sampling import Samples
from diabolo.models.training import Material
from diabolo.nn import Dense
from diabolo.randomness import seeded
from diabolo.train import Trainer

__all__ = ["GAN"]

LEAST_NOISE, MOST_NOISE = 16, 64  # that is chosen
NARROW = 16  # coordinates, up to which narrower layers do
WIDTHS = (64, 128)
RATE = 1e-3
STEPS = {"small": 3_000, "base": 10_000, "large": 30_000}
OWN = {  # of the trainer, where a person left it as it was: momentum and decay disturb the game, patience ends it early
    "betas": (0.0, 0.99),
    "weight_decay": 0.0,
    "schedule": "cosine",
    "warmup": 0.0,
    "clip": None,
    "patience": 1.0,
    "precision": "fp32",
}


class GAN(Samples, Estimator):
    """Makes new rows by a game of two networks, for tables, arrays and small images.

    Numbers are standardized, categories are drawn (straight-through Gumbel softmax), gaps come out like those of the
    training rows. What samples is the running mean of the generator's weights.

    Parameters
    ----------
    n_components : int or None
        Width of the noise; half of it coins; None: two for each feature, from 16 to 64.
    loss : {"rpgan", "ns", "hinge", "wgan-gp"}
        Relativistic pairing; non-saturating; hinge with spectral normalization; Wasserstein with gradient penalty.
    gamma : "auto", float or (float, float)
        Weight of the gradient penalty, at the beginning and at the end of the plan.
    architecture : "auto" or Dense
        Hidden layers of both networks, without normalization.
    size : {"small", "base", "large"}
        The one dial behind everything automatic.
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan; what was chosen stands in ``history_.plan``.
    random_state : int, RandomState or None
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training. What it leaves at its default is set as a game needs it (Adam without momentum, no
        decay, no patience).

    Attributes
    ----------
    generator_ : torch.nn.Module
    stop_reason_ : str
        ``indistinguishable``: in five epochs in a row the discriminator preferred held-out rows to generated ones about
        half of the time, within the 95 % band of a fair coin, N(1/2, 1/4n), and coverage was high and steady. Or
        ``max_epochs``, ``max_seconds``, ``diverged``, ``interrupted``.
    history_ : History
        With the terms of both players, and ``win_rate``, ``band``, ``coverage`` and ``energy`` (score of held-out
        rows) in each epoch's ``measures``; the last weights are kept.

    Raises
    ------
    ParameterError, DataError
        What is not allowed; the message says what is.

    References
    ----------
    Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline", NeurIPS 2024.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(200, 2))
    >>> model = GAN(max_epochs=2, random_state=0).fit(rows)
    >>> model.sample(3, random_state=0).shape, model.stop_reason_
    ((3, 2), 'max_epochs')
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_", "stop_reason_")

    architecture_: Dense
    encoding_: Encoding
    generator_: nn.Module
    stop_reason_: str

    def __init__(
        self,
        n_components: int | None = None,
        *,
        loss: str = "rpgan",
        gamma: float | tuple[float, float] | str = "auto",
        architecture: Dense | str = "auto",
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.loss = loss
        self.gamma = gamma
        self.architecture = architecture
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:  # noqa: ARG002
        """Learn to make rows like these.

        Parameters
        ----------
        X : table, array, tensor or images
        y : ignored
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints and ``history.jsonl``: the same call goes on where a killed run was. Needs a
            ``random_state``.
        """
        loss = self._checked_loss()
        material = Material.gather(self, X, schema, run_dir)
        self.n_components_ = self._noise()
        self.architecture_ = self._networks()
        given = (self.batch_size, self.max_epochs, self.learning_rate)
        plan = defaults.plan(self.size, len(material.rows), *given, steps=STEPS, rate=RATE)
        trainer = material.trainer.settled(**OWN)
        game = self._game(material, loss, plan)
        with seeded(material.seed, "encode"):
            rows, held_out = (_encoded(game.encoding, part) for part in (material.rows, material.held_out))
        self.history_ = dataclasses.replace(material, rows=rows, held_out=held_out).train(
            game,
            plan,
            folder=None if run_dir is None else Path(run_dir),
            identity=None if run_dir is None else identity(self, material.seed, trainer, rows, held_out),
            trainer=trainer,
        )
        self.stop_reason_ = self.history_.stop_reason
        self.encoding_, self.generator_ = game.encoding.cpu(), game.average.net.cpu()
        return self

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """``n`` new rows; no condition can be kept."""
        if given:
            raise ParameterError(
                f"given={dict(given)!r} is not possible: a GAN makes rows as they come. MaskedAutoencoder keeps any "
                f"condition, Flow those on the columns it was told to learn as such."
            )
        parts = noise(n, self.n_components_).split(ROWS)
        made = [points(self.generator_, self.encoding_, part) for part in parts]
        return self.encoding_.decode(torch.cat(made))

    def tensors(self) -> dict[str, Tensor]:
        """Weights of the generator, and the statistics of the columns."""
        weights = {f"generator.{name}": tensor for name, tensor in self.generator_.state_dict().items()}
        return weights | {f"encoding.{name}": tensor for name, tensor in self.encoding_.state_dict().items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights and statistics from a file."""
        self.encoding_ = Encoding(self.schema_)
        self.generator_ = self.architecture_.encoder(self.n_components_, self.encoding_.width)
        take_weights(self.encoding_, under("encoding.", tensors))
        take_weights(self.generator_, under("generator.", tensors))

    def _checked_loss(self) -> Loss:
        """The loss by its name, with a person's own weight of the penalty."""
        loss, gamma = cast(Any, self.loss), cast(Any, self.gamma)
        if not isinstance(loss, str) or loss not in LOSSES:
            raise ParameterError(f"loss={loss!r} is not one of {', '.join(LOSSES)}.")
        if isinstance(gamma, str) and gamma == "auto":
            return LOSSES[loss]
        ends: Sequence[Any] = gamma if isinstance(gamma, tuple | list) else (gamma, gamma)
        numbers = [
            not isinstance(end, bool) and isinstance(end, Real) and 0 <= float(end) < math.inf for end in ends
        ]
        if numbers != [True, True]:
            raise ParameterError(
                f"gamma={gamma!r} is neither 'auto', a number from 0 nor a pair of them, at the beginning and the end."
            )
        return dataclasses.replace(LOSSES[loss], gamma=(float(ends[0]), float(ends[1])))

    def _noise(self) -> int:
        """Width of the noise."""
        given = self.n_components
        if given is None:
            return min(MOST_NOISE, max(LEAST_NOISE, 2 * n_features(self.schema_)))
        if isinstance(given, bool) or not isinstance(given, Integral) or given < 1:
            raise ParameterError(
                f"n_components={given!r} is not the width of the noise, a whole number from 1."
            )
        return int(given)

    def _networks(self) -> Dense:
        """Hidden layers as a person gave them, or by size."""
        given = self.architecture
        if isinstance(given, Dense) and given.norm == "none":
            return given
        if not isinstance(given, str) or given != "auto":
            raise ParameterError(
                f"architecture={given!r} is neither 'auto' nor Dense(..., norm='none'): normalization disturbs the game."
            )
        factor = defaults.SIZES.get(self.size, 1.0)  # the plan refuses another size
        wide = int(factor * WIDTHS[self.schema_.n_coordinates > NARROW])
        return Dense((wide,) * 3, activation="leaky_relu", norm="none")

    def _game(self, material: Material, loss: Loss, plan: defaults.Plan) -> Game:
        """Two players of random weights, on the device of the rows."""
        encoding = Encoding(self.schema_).to(material.rows.index.device).fit(material.rows)
        steps = plan.max_epochs * -(-len(material.rows) // plan.batch_size)
        with seeded(material.seed, "weights"):
            generator = self.architecture_.encoder(self.n_components_, encoding.width)
            discriminator = self.architecture_.encoder(encoding.width, 1)
            game = Game(generator, discriminator, encoding, loss, self.n_components_, steps)
        return game.to(material.rows.index.device)


def _encoded(encoding: Encoding, batch: Batch) -> Batch:
    """Rows as points."""
    return Batch({POINTS: encoding(batch)}, {}, batch.index)
