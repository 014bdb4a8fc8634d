r"""Masked autoencoder: trained to find whatever is hidden, so that one model samples, fills in, predicts and scores.

Every cell of a row becomes a code: a level, a value where they are few, else one of 100 quantile bins; a gap is a code of
its own. Hide some cells and ask a network for the rest: a denoising autoencoder whose noise is to hide. If any set of
cells may be hidden, it knows p(cell | any other cells), and the chain rule in any order σ gives the probability of a row:

    log p(x) = Σ_t log p(x_σ(t) | x_σ(1), ..., x_σ(t−1))

Training minimizes its average over all orders. To sample is to fill an empty row cell by cell in random order; with some
cells given first, it is to sample under exactly these conditions; to impute is to fill the gaps of a row.

Use it for tables, to make new rows or fill gaps, and where labels are few: its hidden features carry what columns say of
each other. Shapes: codes (B, d) -> features (B, h) -> logits of all codes; z (B, k) are principal components of features.

References
----------
Uria, Murray & Larochelle, "A deep and tractable density estimator", ICML 2014.
Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022.
Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008.
"""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.models import defaults
from diabolo.models.base import ROWS, Decodes, Estimator
from diabolo.models.codebook import HIDDEN, Codebook
from diabolo.models.codec import Architecture, take_weights
from diabolo.models.conditions import conditions
from diabolo.models.filling import draw, draw_conditions, fill, options
from diabolo.models.fitting import identity
from diabolo.models.imputing import Imputes
from diabolo.models.masking import CODES, HiddenCells, MaskedNet
from diabolo.models.reference import Reference
from diabolo.models.sampling import Samples
from diabolo.models.training import Material
from diabolo.models.waist import Waist
from diabolo.nn import Residual
from diabolo.randomness import seeded
from diabolo.train import History, Trainer

__all__ = ["MaskedAutoencoder"]

BATCHES, SMALLEST_BATCH, LARGEST_BATCH = 40, 64, 512  # about so many in an epoch, of so many rows
WIDTH, BLOCKS = 256, 2
STEPS, FEWEST_EPOCHS, MOST_EPOCHS, RATE = 1600, 20, 100, 2e-3
JUDGED, MOST_LOOKS = 4000, 16  # looks at held-out rows in all, and at each row
TOGETHER = 512  # rows drawn in one order
START_ROWS = 20_000  # rows that show the principal components of features


class MaskedAutoencoder(Imputes, Samples, Decodes, Estimator):
    """Learns to find hidden cells from the others, and so to sample, impute, predict and score rows of tables.

    Minimizes the mean over orders of −Σ_t log p(cell t | cells before) (see the module's text).

    Parameters
    ----------
    n_components : int, "auto" or None
        Width k of the code that :meth:`transform` gives: the first principal components of the network's hidden features.
        None: 2, a map (1 where there are only two features). ``auto``: as many as hold 95 % of the features' variance, for
        a model that learns from the code. Sampling and filling in do not pass through it.
    bins : int
        Codes for a column of numbers that has more than 1.5 times so many values.
    architecture : "auto", Residual or Dense
        The network (its decoder); ``auto`` by ``size``.
    size : {"small", "base", "large"}
        The one dial behind everything automatic.
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan of training; what was chosen stands in ``history_.plan``.
    random_state : int, RandomState or None
        An int gives bitwise equal results on one machine.
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training.

    Attributes
    ----------
    net_ : MaskedNet
        The network.
    codebook_ : Codebook
        The codes of each column.
    waist_ : Waist
        Features to code and code to row.

    Raises
    ------
    ParameterError, DataError
        What cannot be; the message says what to do.

    References
    ----------
    Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022.

    Examples
    --------
    >>> table = {"town": ["Rome", "Oslo"] * 20, "degrees": [31.0, 18.0] * 20}
    >>> model = MaskedAutoencoder(max_epochs=20, random_state=0).fit(table)
    >>> new = model.sample(3, given={"town": "Oslo"}, random_state=0)
    >>> new["town"].to_pylist()
    ['Oslo', 'Oslo', 'Oslo']
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_")

    architecture_: Architecture
    codebook_: Codebook
    net_: MaskedNet
    reference_: Reference
    waist_: Waist

    def __init__(
        self,
        n_components: int | str | None = None,
        *,
        bins: int = 100,
        architecture: Architecture | str = "auto",
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.bins = bins
        self.architecture = architecture
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:  # noqa: ARG002
        """Learn schema, codes and network from rows.

        Parameters
        ----------
        X : table, array, tensor or images
        y : ignored
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints: the same call goes on where a killed run was. Needs a ``random_state``.
        """
        bins = defaults.number("bins", self.bins)
        if bins is None or bins < 2:
            raise ParameterError(f"bins={self.bins!r} is not a whole number, at least 2.")
        material = Material.gather(self, X, schema, run_dir)
        plan = self._plan(len(material.rows))
        self.architecture_ = self._architecture()
        self.codebook_ = Codebook.fit(self.schema_, material.rows, int(bins))
        self.net_, self.history_ = self._train(material, plan, run_dir)
        self._find_waist(material.rows.to("cpu"))
        self.reference_ = Reference.fit(self.schema_, material.everything.to("cpu"), self.n_components_)
        return self

    def encode_batch(self, batch: Batch) -> Tensor:
        """Code of a batch, (B, n_components): gaps are told to the network, or hidden where training had none."""
        return self.waist_.encode(self.net_.features(self.codebook_.to_codes(batch)))

    def decode_values(self, code: Tensor) -> dict[str, Tensor]:
        """Values by block."""
        return self.schema_.from_coordinates(self.decode_coordinates(code))

    def decode_coordinates(self, code: Tensor) -> Tensor:
        """Coordinates (B, D) from codes (B, k)."""
        return self.waist_.decode(code)

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """New rows: the cells under conditions first, then the others in random order, another for every 512 rows."""
        wanted = {
            j: options(found, self.codebook_.variables[j], self.codebook_)
            for found in conditions(given, self.schema_, self.template_)
            for j in self.codebook_.places(found.name)
        }
        codes = torch.full((n, len(self.codebook_.variables)), HIDDEN)
        places = torch.rand(codes.shape)
        pick = draw(self.codebook_, gaps=True)
        parts = []
        for some, where in zip(codes.split(TOGETHER), places.split(TOGETHER), strict=True):
            known, where = draw_conditions(self.net_, some, where, wanted)
            order = torch.randperm(codes.shape[1]).tolist()
            parts.append(self.codebook_.to_batch(fill(self.net_, known, order, pick), where))
        return Batch.joined(parts)

    def tensors(self) -> dict[str, Tensor]:
        """Weights, codes, and the waist."""
        parts = {
            "net": self.net_.state_dict(),
            "codebook": self.codebook_.tensors(),
            "waist": self.waist_.tensors(),
            "reference": self.reference_.tensors(),
        }
        return {f"{part}.{name}": tensor for part, found in parts.items() for name, tensor in found.items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights, codes and the waist from a file."""
        parts: dict[str, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            part, _, rest = name.partition(".")
            parts.setdefault(part, {})[rest] = tensor
        self.codebook_ = Codebook.from_tensors(self.schema_, parts["codebook"])
        self.net_ = MaskedNet(self.codebook_.sizes, self.architecture_)
        take_weights(self.net_, parts["net"])
        self.waist_ = Waist(**parts["waist"])
        self.reference_ = Reference(**parts["reference"])

    @property
    def mean_coordinates_(self) -> Tensor:
        """The mean training row in coordinates."""
        return self.reference_.mean

    def _plan(self, rows: int) -> defaults.Plan:
        """Larger batches and more epochs than for an autoencoder: every row is another task each time it comes."""
        batch = defaults.number("batch_size", self.batch_size) or 2 ** round(
            math.log2(min(max(rows / BATCHES, SMALLEST_BATCH), LARGEST_BATCH))
        )
        steps = STEPS * defaults.SIZES.get(self.size, 1.0) / math.ceil(rows / batch)
        epochs = defaults.number("max_epochs", self.max_epochs) or min(
            MOST_EPOCHS, max(FEWEST_EPOCHS, round(steps))
        )
        rate = defaults.number("learning_rate", self.learning_rate) or RATE
        return defaults.plan(self.size, rows, int(batch), int(epochs), rate)

    def _train(
        self, material: Material, plan: defaults.Plan, run_dir: str | Path | None
    ) -> tuple[MaskedNet, History]:
        """A network, trained from scratch."""
        rows, held_out = (
            Batch({CODES: self.codebook_.to_codes(part).to(part.index.device)}, {}, part.index)
            for part in (material.rows, material.held_out)
        )
        with seeded(material.seed, "weights"):
            net = MaskedNet(self.codebook_.sizes, self.architecture_)
            net.begin(rows.values[CODES].cpu(), self.codebook_.ordered)
        folder = None if run_dir is None else Path(run_dir) / "nets"
        same = None if folder is None else identity(self, material.seed, material.trainer, rows, held_out)
        coded = dataclasses.replace(material, rows=rows, held_out=held_out)
        looks = min(MOST_LOOKS, max(1, JUDGED // len(held_out)))
        objective = HiddenCells(net.to(rows.index.device), looks)
        history = coded.train(objective, plan, folder=folder, identity=same)
        net.load_state_dict(objective.average.net.state_dict())
        return net.cpu().eval(), history

    def _find_waist(self, batch: Batch) -> None:
        """Principal components of the features of training rows."""
        some = batch.take(torch.arange(0, len(batch), -(-len(batch) // START_ROWS)))
        with torch.inference_mode():
            codes = self.codebook_.to_codes(some).split(ROWS)
            features = torch.cat([self.net_.features(part) for part in codes])
        self.waist_ = Waist.fit(features, self.schema_.coordinates(some), self._code_width(features.shape[1]))
        self.n_components_ = len(self.waist_.components)

    def _code_width(self, features: int) -> int | None:
        """As a person said; None for ``auto``."""
        if isinstance(self.n_components, str) and self.n_components == "auto":
            return None
        k = self._width(self.n_components, copying_allowed=True)
        if k > features:
            raise ParameterError(
                f"n_components={k} is more than the {features} hidden features of which the code is made: choose fewer, "
                f"or a wider architecture."
            )
        return k

    def _architecture(self) -> Architecture:
        """The architecture a person gave, or the one of the size."""
        given: Any = self.architecture
        if isinstance(given, str) and given == "auto":
            return Residual(int(WIDTH * defaults.SIZES[self.size]), BLOCKS)
        if isinstance(given, str | type) or not isinstance(given, Architecture):
            raise ParameterError(
                f"architecture={given!r} is neither 'auto' nor a value such as Residual(256, 3)."
            )
        return given
