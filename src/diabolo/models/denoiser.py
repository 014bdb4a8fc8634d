r"""Denoisers: from a damaged row to the clean one, without a waist.

    min  Σ_rows  −log p(x | x̃),

x̃ the damaged row: a given counterpart of x, or x after a corruption drawn anew in every step. A U-Net reads images, a dense
net tables and arrays; nothing is squeezed through a code, so there is no ``transform``, and detail that a narrow code would
lose stays. Enlarging images is the same thing: the small image, stretched to the size of the large one, is the damaged row.

Use it to clean images or rows; use an autoencoder where the code matters. Shapes: x̃ (B, features) -> p(x | x̃).

References
----------
Jain & Seung, "Natural image denoising with convolutional networks", NeurIPS 2008.
Dong, Loy, He & Tang, "Image super-resolution using deep convolutional networks", IEEE TPAMI 2016.
"""

from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from torch import Tensor, nn

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.distributions import Joint
from diabolo.errors import ParameterError
from diabolo.files.parts import under
from diabolo.models import defaults, specs
from diabolo.models.base import Estimator
from diabolo.models.codec import take_weights
from diabolo.models.embedding import embed, embedders, size_of, width_of
from diabolo.models.fitting import START_ROWS, identity
from diabolo.models.training import Material, is_rows
from diabolo.nn import Dense, UNet
from diabolo.randomness import seeded
from diabolo.shapes import PerRow
from diabolo.terms import Corruption, Noise
from diabolo.terms.corruptions import CellCorruption
from diabolo.train import Objective, Trainer

__all__ = ["Cleaner", "Cleaning", "Denoiser"]

CHANNELS = 24
ROWS = 512  # cleaned at a time: maps at full size need memory


class Cleaner(nn.Module):
    """p(row | damaged row): embedders, a net, and one head per block of columns.

    Parameters
    ----------
    schema : Schema
    architecture : UNet or Dense
        Of a dense one only the way from its narrowest to its widest layer is used.
    """

    def __init__(self, schema: Schema, architecture: UNet | Dense) -> None:
        super().__init__()
        self.schema = schema
        self.embedders = embedders(schema)
        width, size = width_of(self.embedders), size_of(schema, self.embedders)
        unet = isinstance(architecture, UNet)
        self.net = architecture.network(size) if unet else architecture.decoder(width, size)
        self.heads = nn.ModuleDict({key: c.head(self.net.features) for key, c in schema.blocks.items()})

    def forward(self, batch: Batch, corruption: Corruption | None = None) -> Joint:
        """The clean rows' distribution, the embedding being damaged once more if asked."""
        features = embed(self.embedders, batch)
        hidden = self.net(features if corruption is None else corruption(features))
        return Joint({key: head(hidden, None) for key, head in self.heads.items()})

    @torch.no_grad()
    def start(self, batch: Batch) -> None:
        """Take statistics of clean training rows."""
        blank = torch.zeros(len(batch), 0, device=batch.index.device)
        for key, values in batch.values.items():
            self.embedders[key].start(values, batch.seen.get(key))  # type: ignore[operator]
            self.heads[key].start(blank, values, batch.seen.get(key))  # type: ignore[operator]


class Cleaning(Objective):
    """−log p(row | damaged row).

    Parameters
    ----------
    cleaner : Cleaner
    corruption : Corruption or None
    material : Material
        Knows the counterparts, where there are some.
    """

    def __init__(self, cleaner: Cleaner, corruption: Corruption | None, material: Material) -> None:
        super().__init__()
        self.cleaner, self.corruption, self.material = cleaner, corruption, material

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``reconstruction`` in nats."""
        return {"reconstruction": -self._cleaned(batch).log_prob(batch.values, batch.seen)}

    def monitor(self, batch: Batch) -> PerRow:
        """Squared error in coordinates of the cleaned rows, damaged in the same way each time."""
        with seeded(0, "held-out damage"):
            expected = self.cleaner.schema.expected(self._cleaned(batch))
        return self.cleaner.schema.errors_by_column(batch, expected).sum(1)

    def _cleaned(self, batch: Batch) -> Joint:
        damaged = self.material.source(batch)
        if isinstance(self.corruption, CellCorruption):
            damaged = self.corruption.damaged(damaged)
        return self.cleaner(damaged, self.corruption)


class Denoiser(Estimator):
    """Learns to give the clean row for a damaged one, from pairs or from damage that it does itself.

    Minimizes −log p(x | x̃) (see the module's text). It makes no code; ``reconstruct`` is what it is for.

    Parameters
    ----------
    corruption : Corruption, optional
        Damage to the input (:mod:`diabolo.terms`). None: none where pairs are given, else ``Noise()``.
    architecture : "auto", UNet or Dense
        ``auto``: a U-Net for images, a dense net otherwise.
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
    cleaner_ : Cleaner
        The network.
    history_ : History
    architecture_ : UNet or Dense

    Raises
    ------
    ParameterError, DataError
        Something cannot be; the message says what to do.

    References
    ----------
    Ronneberger, Fischer & Brox, "U-Net: convolutional networks for biomedical image segmentation", MICCAI 2015.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> import numpy as np
    >>> clean = load_digits().images[:200] / 16
    >>> noisy = clean + 0.3 * np.random.default_rng(0).normal(size=clean.shape)
    >>> Denoiser(size="small", max_epochs=2, random_state=0).fit(noisy, clean).reconstruct(noisy).shape
    (200, 8, 8)
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_")

    architecture_: UNet | Dense
    cleaner_: Cleaner

    def __init__(
        self,
        *,
        corruption: Corruption | None = None,
        architecture: UNet | Dense | str = "auto",
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.corruption = corruption
        self.architecture = architecture
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:
        """Learn from pairs, or from clean rows that are damaged on the way.

        Parameters
        ----------
        X : table, array, tensor or images
            Damaged rows, or without ``y`` clean ones.
        y : the same kind, optional
            Clean counterparts. Labels, which have one dimension, are ignored.
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints: the same call goes on where a killed run was. Needs a ``random_state``.
        """
        specs.check_spec("corruption", self.corruption, Corruption, "a value from diabolo.terms")
        rows, damaged = (y, X) if is_rows(y) else (X, None)
        material = Material.gather(self, rows, schema, run_dir, damaged)
        corruption = Noise() if damaged is None and self.corruption is None else self.corruption
        if corruption is not None:
            corruption.check(self.schema_)
        plan = material.plan(self)
        self.n_components_, self.architecture_ = 0, self._architecture()
        with seeded(material.seed, "weights"):
            cleaner = Cleaner(self.schema_, self.architecture_).to(material.rows.index.device)
        cleaner.start(material.rows.spread(START_ROWS))
        folder = None if run_dir is None else Path(run_dir)
        batches = [material.rows, material.held_out, *([] if damaged is None else [material.counterparts])]
        same = folder and identity(self, material.seed, material.trainer, *cast(list[Batch], batches))
        self.history_ = material.train(
            Cleaning(cleaner, corruption, material), plan, folder=folder, identity=same
        )
        self.cleaner_ = cleaner.cpu().eval()
        return self

    def reconstruct(self, X: Any) -> Any:
        """Clean rows for damaged ones; gaps are filled.

        Parameters
        ----------
        X : table, array, tensor or images

        Returns
        -------
        Of the kind, columns, order and dtypes of ``X``; columns that the model leaves out are carried over unchanged.
        """
        frame, batch = self._read(X)
        with torch.inference_mode():
            parts = [{key: p.mode for key, p in self.cleaner_(part).items()} for part in batch.split(ROWS)]
        values = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
        return self.schema_.to_table(values, frame.template, frame)

    def reconstruction_error(self, X: Any, *, by_column: bool = False) -> np.ndarray:
        """How much cleaning changes rows: squared distance in coordinates, (n,), or (n, n_columns) ``by_column``."""
        _, batch = self._read(X)
        with torch.inference_mode():
            parts = [
                self.schema_.errors_by_column(part, self.schema_.expected(self.cleaner_(part)))
                for part in batch.split(ROWS)
            ]
        errors = torch.cat(parts).double().numpy()
        return errors if by_column else errors.sum(1)

    @property
    def denoises_(self) -> bool:
        """True: it was trained to clean rows."""
        return True

    def tensors(self) -> dict[str, Tensor]:
        """Weights."""
        return {f"cleaner.{name}": tensor for name, tensor in self.cleaner_.state_dict().items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights from a file."""
        self.cleaner_ = Cleaner(self.schema_, self.architecture_)
        take_weights(self.cleaner_, under("cleaner.", tensors))

    def _architecture(self) -> UNet | Dense:
        """The architecture a person gave, or the one the data suggest."""
        given = cast(Any, self.architecture)
        if isinstance(given, UNet | Dense):
            return given
        if given != "auto":
            raise ParameterError(f"architecture={given!r} is neither 'auto' nor a UNet(...) or Dense(...).")
        if len(self.schema_.columns) == 1 and isinstance(self.schema_.columns[0], Image):
            return UNet(max(1, int(CHANNELS * defaults.SIZES[self.size])))
        return cast(Dense, defaults.architecture(self.size, self.schema_))
