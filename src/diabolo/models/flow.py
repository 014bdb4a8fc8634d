r"""A flow: noise is moved along a learned velocity until it is a row, in a few steps.

Data x and noise ε are joined by straight lines x_t = (1 − t) ε + t x; a network learns the mean velocity on them,

    min  E ‖v(x_t, t | c) − (x − ε)‖²,

and a new row is what noise becomes on its way from t = 0 to t = 1. It is a diffusion model whose paths are straight
(:mod:`diabolo.models.transport`). Some columns, or labels beside the rows, can be learned as conditions c, which are
withheld from a part of the rows, so that at sampling time v = v(· | c) + g (v(· | c) − v(·)) leans towards the condition.

Use it for new rows of tables and arrays, and by way of an autoencoder's code for images. It has no encoder of its own.
Shapes: ε (B, width) -> x (B, width) -> row (B, features).

References
----------
Liu, Gong & Liu, "Flow straight and fast: learning to generate and transfer data with rectified flow", ICLR 2023.
Ho & Salimans, "Classifier-free diffusion guidance", 2022.
Rombach et al., "High-resolution image synthesis with latent diffusion models", CVPR 2022.
"""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import torch
from sklearn.base import clone
from torch import Tensor

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.files.parts import under
from diabolo.frames import Frame
from diabolo.models import defaults, steering, transport
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.base import ROWS, Distributes, Estimator, as_frame, n_features
from diabolo.models.codec import take_weights
from diabolo.models.conditions import Condition
from diabolo.models.encoding import POINTS, Encoding, LatentEncoding
from diabolo.models.fitting import identity
from diabolo.models.sampling import Samples
from diabolo.models.steering import Steering
from diabolo.models.training import Material
from diabolo.models.velocity import CONDITION, Matching, Steered
from diabolo.nn.film import Film
from diabolo.randomness import seeded
from diabolo.train import Trainer

__all__ = ["Flow"]

LATENT_WIDTH = 32  # of the autoencoder's code that images are reached by
NARROW = 32  # features, up to which the narrower network does
WIDTHS = (128, 256)
BLOCKS = 3
STEPS = {"small": 1_500, "base": 4_000, "large": 20_000}
RATE = 2e-3
OWN = {"weight_decay": 0.01, "schedule": "cosine"}  # of the trainer, where a person left it as it was


class Flow(Samples, Estimator):
    """Makes new rows by moving noise along a learned velocity; for tables, arrays and images.

    Parameters
    ----------
    n_components : int or None
        Width of the code of an autoencoder in which the noise moves; None: 32 for images, and for the rest no autoencoder:
        the noise moves in the rows themselves.
    latent : Autoencoder, VAE or None
        A model of your own whose code is used, fitted or not, instead of the autoencoder.
    condition : sequence of str
        Columns that :meth:`sample` can be told with ``given``. Labels that come as y are one too, named ``label``.
    guidance : float
        How far to lean towards the condition: 0 keeps the proportions of the data, 1 to 3 gives purer rows of less variety.
    n_steps : int
        Steps from noise to row.
    size : {"small", "base", "large"}
        The one dial behind everything automatic.
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan; what was chosen stands in ``history_.plan``.
    random_state : int, RandomState or None
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training.

    Attributes
    ----------
    velocity_ : torch.nn.Module
        v(x, t | c), the mean of its weights over the last steps.
    latent_ : estimator or None
    history_ : History

    Raises
    ------
    ParameterError, DataError
        What is not allowed; the message says what is.

    References
    ----------
    Liu, Gong & Liu, "Flow straight and fast: learning to generate and transfer data with rectified flow", ICLR 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = Flow(max_epochs=5, random_state=0).fit(X, y)
    >>> model.sample(3, given={"label": 2}, random_state=0).shape
    (3, 4)
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "beside_", "latent_json_", "steering_json_")

    latent_: Any
    encoding_: Encoding | LatentEncoding
    steering_: Steering | None
    velocity_: Steered

    def __init__(
        self,
        n_components: int | None = None,
        *,
        latent: Any = None,
        condition: Sequence[str] = (),
        guidance: float = 0.0,
        n_steps: int = 25,
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.latent = latent
        self.condition = condition
        self.guidance = guidance
        self.n_steps = n_steps
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:
        """Learn the velocity that turns noise into rows like these.

        Parameters
        ----------
        X : table, array, tensor or images
        y : array-like of shape (n,), optional
            Labels to learn as a condition beside the rows.
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints and ``history.jsonl``: the same call goes on where a killed run was. Needs a
            ``random_state``, and a latent model that is fitted already.
        """
        names = self._checked()
        frame = as_frame(X)
        known = vars(self.latent).get("schema_", schema) if isinstance(self.latent, Distributes) else schema
        material = Material.gather(self, frame, known, run_dir)
        self.latent_ = self._fitted_latent(frame)
        encoding = Encoding(self.schema_) if self.latent_ is None else LatentEncoding(self.latent_)
        with seeded(material.seed, "encode"), torch.no_grad():
            points = encoding.fit(material.rows.to("cpu"))(material.everything.to("cpu"))
            self.steering_, known = Steering.fit(frame, y, names, self.schema_, material.rows.index)
        rows, held_out = (_points(part, points, known) for part in (material.rows, material.held_out))
        given = (self.batch_size, self.max_epochs, self.learning_rate)
        plan = defaults.plan(self.size, len(rows), *given, steps=STEPS, rate=RATE)
        steps = plan.max_epochs * -(-len(rows) // plan.batch_size)
        trainer = material.trainer.settled(**OWN)
        with seeded(material.seed, "weights"):
            matching = Matching(self._network(encoding.width), encoding.width, steps).to(rows.index.device)
        self.history_ = dataclasses.replace(material, rows=rows, held_out=held_out).train(
            matching,
            plan,
            folder=None if run_dir is None else Path(run_dir),
            identity=None if run_dir is None else identity(self, material.seed, trainer, rows, held_out),
            trainer=trainer,
        )
        self.encoding_, self.velocity_ = encoding, cast(Steered, matching.average.net.cpu())
        self._note(y)
        return self

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """``n`` new rows, of which those columns that were learned as conditions can be told."""
        if given and self.steering_ is None:
            raise ParameterError(steering.refusal(next(iter(given)), ()))
        known, told, chosen = (
            (torch.zeros(n, 0), torch.zeros(n, 0, dtype=torch.bool), {})
            if self.steering_ is None
            else self.steering_.told(given, n)
        )
        parts = zip(
            torch.randn(n, self.n_components_).split(ROWS), known.split(ROWS), told.split(ROWS), strict=True
        )
        points = [
            transport.integrate(self._steered(*rest), noise, int(self.n_steps)) for noise, *rest in parts
        ]
        batch = Batch.joined([self.encoding_.decode(part) for part in torch.cat(points).split(ROWS)])
        for name, choice in chosen.items():
            if name not in self.beside_:
                steering.put(
                    batch, self.schema_, Condition.of(name, given[name], self.schema_, self.template_), choice
                )
        return batch

    def tensors(self) -> dict[str, Tensor]:
        """Weights of the velocity, statistics of rows and conditions, and the latent model's own."""
        parts: dict[str, Any] = {
            "velocity": self.velocity_.state_dict(),
            "encoding": self.encoding_.state_dict(),
        }
        if self.steering_ is not None:
            parts["steering"] = self.steering_.encoding.state_dict()
        if self.latent_ is not None:
            parts["latent"] = self.latent_.tensors()
        return {f"{part}.{name}": tensor for part, all_ in parts.items() for name, tensor in all_.items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """The same from a file."""
        from diabolo.models.loading import from_content  # here, for it knows all models

        self.latent_ = self.steering_ = None
        if self.latent_json_ is not None:
            self.latent_ = from_content(json.loads(self.latent_json_), under("latent.", tensors))
        if self.steering_json_ is not None:
            stored = json.loads(self.steering_json_)
            self.steering_ = Steering(Schema.from_json(stored["schema"]), stored["template"])
            take_weights(self.steering_.encoding, under("steering.", tensors))
        self.encoding_ = Encoding(self.schema_) if self.latent_ is None else LatentEncoding(self.latent_)
        take_weights(self.encoding_, under("encoding.", tensors))
        self.velocity_ = self._network(self.encoding_.width)
        take_weights(self.velocity_, under("velocity.", tensors))

    def _checked(self) -> tuple[str, ...]:
        """The conditions' names, parameters being in order."""
        steps, guidance, names = cast(Any, self.n_steps), cast(Any, self.guidance), cast(Any, self.condition)
        if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 1:
            raise ParameterError(f"n_steps={steps!r} is not a number of steps, at least 1.")
        if (
            isinstance(guidance, bool)
            or not isinstance(guidance, Real)
            or not 0 <= float(guidance) < math.inf
        ):
            raise ParameterError(f"guidance={guidance!r} is not a number from 0.")
        if isinstance(names, str) or not isinstance(names, Sequence):
            raise ParameterError(f"condition={names!r} is not a list of columns: give condition=['name'].")
        latent: Any = self.latent
        width = cast(Any, self.n_components)
        if latent is not None and (not isinstance(latent, Distributes) or getattr(latent, "condition", None)):
            raise ParameterError(
                f"latent={latent!r} is neither None nor a model with encoder, decoder and no conditions of its own, "
                f"such as Autoencoder(32)."
            )
        if width is not None and (isinstance(width, bool) or not isinstance(width, Integral) or width < 1):
            raise ParameterError(f"n_components={width!r} is neither None nor a whole number from 1.")
        if width is not None and latent is not None:
            raise ParameterError(
                "n_components is the width of the autoencoder that latent replaces: give one of the two."
            )
        return tuple(names)

    def _fitted_latent(self, frame: Frame) -> Any:
        """The model whose code is used, fitted on all rows unless it is already."""
        latent: Any = self.latent
        pictures = any(isinstance(column, Image) for column in self.schema_.columns)
        if latent is None and (pictures or self.n_components is not None):
            width = self.n_components or min(LATENT_WIDTH, n_features(self.schema_) - 1)
            latent = Autoencoder(int(width), size=self.size, device=self.device)
        if latent is None or "schema_" in vars(latent):
            return latent
        latent = cast(Any, clone(latent))
        if latent.random_state is None:
            latent.set_params(random_state=defaults.seed(self.random_state))
        return latent.fit(frame, schema=self.schema_)

    def _network(self, width: int) -> Steered:
        """A network that has learned nothing yet."""
        owners = torch.zeros(0, dtype=torch.long) if self.steering_ is None else self.steering_.owners
        conditions = 0 if self.steering_ is None else len(self.steering_.schema.names)
        wide = int(WIDTHS[width > NARROW] * defaults.SIZES.get(self.size, 1.0))
        self.n_components_ = width
        return Steered(Film(width, len(owners) + conditions, width=wide, blocks=BLOCKS), owners)

    def _steered(self, known: Tensor, told: Tensor) -> transport.Velocity:
        """The velocity under conditions, with guidance towards them."""
        nothing = torch.zeros_like(told)

        def velocity(points: Tensor, time: Tensor) -> Tensor:
            steered = self.velocity_(points, time, known, told)
            if not self.guidance or not told.any():
                return steered
            return steered + self.guidance * (steered - self.velocity_(points, time, known, nothing))

        return velocity

    def _note(self, y: Any) -> None:
        """What a file says besides the tensors."""
        steered = self.steering_
        labeled = steered is not None and y is not None and steering.LABEL in steered.schema.names
        self.beside_ = (steering.LABEL,) if labeled else ()
        self.latent_json_ = None if self.latent_ is None else json.dumps(self.latent_.to_content())
        self.steering_json_ = (
            None
            if steered is None
            else json.dumps({"schema": steered.schema.to_json(), "template": steered.template})
        )


def _points(batch: Batch, points: Tensor, known: Tensor) -> Batch:
    """The rows of a batch as points beside their conditions."""
    values = {POINTS: points[batch.index.cpu()], CONDITION: known[batch.index.cpu()]}
    return Batch({key: value.to(batch.index.device) for key, value in values.items()}, {}, batch.index)
