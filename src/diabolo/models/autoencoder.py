r"""Autoencoders: dense, convolutional, denoising, sparse, and with ordered codes.

An encoder squeezes a row x through k numbers z, a decoder rebuilds the row from them, and both are trained to make the
reconstruction likely:

    min  Σ_rows −log p(x | z = encoder(x))

which for numbers is the squared error summed over features, each column in units of its learned noise, and for categories
the cross-entropy. The output of use is the middle. With noise on the input and the clean row as target it is a denoising
autoencoder; with a penalty on z a sparse one; with z cut to a random number of leading dimensions in training (nested
dropout) its dimensions come out in order of importance.

Use it when PCA keeps too little at the k you can afford. Shapes: x (B, features) -> z (B, k) -> x̂ (B, features).

References
----------
Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 2006.
Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008.
Rippel, Gelbart & Adams, "Learning ordered representations with nested dropout", ICML 2014.
"""

import copy
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from torch import Tensor

from diabolo.columns import Continuous
from diabolo.data.batch import Batch, in_one
from diabolo.distributions import Joint
from diabolo.errors import ParameterError
from diabolo.files.parts import build, under
from diabolo.frames import Frame
from diabolo.models import specs
from diabolo.models.base import ROWS, Distributes, Estimator
from diabolo.models.codec import Architecture, Codec, take_weights
from diabolo.models.density import Density, residual_scales
from diabolo.models.fitting import Fitting
from diabolo.models.reference import Reference
from diabolo.models.scoring import Scores
from diabolo.models.training import Material, is_rows
from diabolo.terms import Corruption, Penalty
from diabolo.terms.ordering import prefix
from diabolo.train import Trainer

__all__ = ["Autoencoder"]


class Autoencoder(Scores, Distributes, Estimator):
    """Learns k numbers per row from which the row can be rebuilt, for tables, arrays and images.

    Minimizes −log p(x | z) over encoder and decoder together (see the module's text). It never ends worse than PCA with
    the same k, as far as its held-out rows can tell: where nets alone are not clearly better, it is trained again from the
    principal components, and where that is not clearly better either, it is they, of all rows (a denoising, penalized or
    overcomplete model is not: it is asked for something else). A warning says so.

    Parameters
    ----------
    n_components : int, "auto" or None
        Width k of the code. None: 2, a map (1 where there are only two features). ``auto``: the smallest k whose held-out
        error keeps 95 % of what the widest code of an ordered model (up to 32) takes off the error of the mean; the
        numbers are kept in ``curve_``.
    architecture : "auto", Dense, Conv or Modules
        The networks; ``auto`` by kind of data and ``size``.
    size : {"small", "base", "large"}
        The one dial behind everything automatic.
    ordered : bool
        Dimensions in order of importance: :meth:`truncate` gives a working model of any smaller width.
    corruption : Corruption, optional
        Damage to the input (:mod:`diabolo.terms`): a denoising autoencoder.
    penalty : Penalty, optional
        A cost on the code: a sparse autoencoder, say.
    allow_overcomplete : bool
        Permit k >= number of features without corruption or penalty.
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan of each training; what was chosen stands in ``history_.plan``. A fit is one training, a second one of as
        many epochs at the most where it starts again from PCA, and one more for ``n_components="auto"``.
        ``Trainer(max_seconds=...)`` bounds them together.
    random_state : int, RandomState or None
        An int gives bitwise equal results on one machine.
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training.

    Attributes
    ----------
    codec_ : Codec
        The networks.
    history_ : History
    density_ : Density
        What :meth:`score_samples` is made of, besides the networks.
    curve_ : dict of int to float
        Held-out error by width, after ``n_components="auto"`` or with ``ordered=True``.
    mean_coordinates_ : Tensor
        The mean row, the baseline of :meth:`score`.

    Raises
    ------
    OvercompleteError
        The code is as wide as the data.
    ParameterError, DataError
        Anything else that cannot be; the message says what to do.

    Warns
    -----
    LinearFallbackWarning
        The networks were not clearly better than PCA.
    CollapseWarning, DeadDimensionWarning, OverfittingWarning
        On the rows held out from training, the code, or a dimension of it, is of no use, or the error is much larger than
        on training rows.

    References
    ----------
    Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 2006.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X = load_digits().data[:300]
    >>> ae = Autoencoder(2, max_epochs=5, random_state=0).fit(X)
    >>> ae.transform(X).shape
    (300, 2)
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_", "curve_", "visible_")

    architecture_: Architecture
    codec_: Codec
    curve_: dict[int, float]
    density_: Density
    reference_: Reference
    visible_: int

    def __init__(
        self,
        n_components: int | str | None = None,
        *,
        architecture: Architecture | str = "auto",
        size: str = "base",
        ordered: bool = False,
        corruption: Corruption | None = None,
        penalty: Penalty | None = None,
        allow_overcomplete: bool = False,
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.architecture = architecture
        self.size = size
        self.ordered = ordered
        self.corruption = corruption
        self.penalty = penalty
        self.allow_overcomplete = allow_overcomplete
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:
        """Learn schema and networks from rows, or from pairs of a damaged and a clean row.

        Parameters
        ----------
        X : table, array, tensor or images
        y : the same kind, optional
            Clean counterparts of the rows of ``X``, which then are damaged: encoded is X, rebuilt is y, and
            ``reconstruct`` cleans. Labels, which have one dimension, are ignored.
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints and a ``history.jsonl`` of each stage (``nets``, and ``width`` or ``linear`` where they
            are needed): the same call goes on where a killed run was. Needs a ``random_state``.
        """
        specs.check_spec("corruption", self.corruption, Corruption, "a value from diabolo.terms")
        specs.check_spec("penalty", self.penalty, Penalty, "a value from diabolo.terms")
        rows, damaged = (y, X) if is_rows(y) else (X, None)
        material = Material.gather(self, rows, schema, run_dir, damaged)
        if self.corruption is not None:
            self.corruption.check(self.schema_)
        fitting = Fitting(self, material)
        k, self.curve_ = self.n_components, {}
        if isinstance(k, str):
            k, self.curve_ = fitting.choose_width(k, run_dir)
        self.n_components_ = self.visible_ = self._width(k, copying_allowed=self._copying_allowed(material))
        fitting.fit(self.n_components_, run_dir)
        self.density_ = self._fit_density(material)
        self._keep_quantiles(material.frame)
        return self

    def truncate(self, n_components: int) -> Self:
        """A model of the first ``n_components`` dimensions of an ordered one, without training.

        Parameters
        ----------
        n_components : int
            At most the fitted width.

        Raises
        ------
        ParameterError
            The model is not ordered, or not as wide.
        """
        if not self.ordered:
            raise ParameterError(
                "only a model fitted with ordered=True has dimensions in order; this one was not."
            )
        whole = isinstance(cast(Any, n_components), int | np.integer) and not isinstance(n_components, bool)
        if not whole or not 1 <= n_components <= self.n_components_:
            raise ParameterError(
                f"n_components={n_components} is not a whole number between 1 and the fitted {self.n_components_}."
            )
        shorter = copy.copy(self)
        shorter.n_components_ = int(n_components)
        shorter.reference_ = self.reference_.truncate(n_components)
        growth = self.curve_[shorter.n_components_] / max(self.curve_[self.n_components_], 1e-12)
        shorter.density_ = self.density_.truncate(shorter.n_components_, max(growth, 1.0))
        shorter.score_quantiles_ = (
            self.score_quantiles_ if shorter.n_components_ == self.n_components_ else np.zeros(0)
        )
        return shorter

    def encode_batch(self, batch: Batch) -> Tensor:
        """Mean code of a batch, (B, n_components)."""
        return self.codec_.encode(batch).mean[:, : self.n_components_]

    def decode_joint(self, code: Tensor) -> Joint:
        """p(row | z), one distribution per block of columns, from codes of the model's width."""
        return self._joint(code, self.codec_)

    def score_batch(self, batch: Batch) -> np.ndarray:
        """Log p(z) + Σ log p(cell | z) over the seen cells, for the codes z of a batch, (B,)."""
        return self._scores(batch, self.codec_.precise())

    def score_frame(self, frame: Frame) -> np.ndarray:
        """The same for the rows of a table, (n,)."""
        batch, codec = self.schema_.to_batch(frame, type(self).__name__), self.codec_.precise()
        scores = (torch.from_numpy(self._scores(part, codec)) for part in batch.split(ROWS))
        return in_one(scores, len(batch)).numpy()

    def tensors(self) -> dict[str, Tensor]:
        """Weights, references, and what scores are made of."""
        weights = {f"codec.{name}": tensor for name, tensor in self.codec_.state_dict().items()}
        weights |= {f"reference.{name}": t for name, t in self.reference_.tensors().items()}
        weights |= {f"density.{name}": t for name, t in self.density_.tensors().items()}
        return weights | {"score_quantiles": torch.from_numpy(self.score_quantiles_)}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights and references from a file."""
        self.codec_ = Codec(self.schema_, self.visible_, self.architecture_, ordered=self.ordered)
        take_weights(self.codec_, under("codec.", tensors))
        self.curve_ = {int(k): error for k, error in self.curve_.items()}  # JSON knows names only
        self.reference_ = build(Reference, under("reference.", tensors))
        self.density_ = Density.from_tensors(under("density.", tensors))
        self.score_quantiles_ = tensors["score_quantiles"].numpy()

    @property
    def denoises_(self) -> bool:
        """Whether it was trained to clean rows: by a corruption, or from given pairs."""
        return self.corruption is not None or "pairs" in self.history_.plan

    @property
    def mean_coordinates_(self) -> Tensor:
        """The mean training row in coordinates."""
        return self.reference_.mean

    def _joint(self, code: Tensor, codec: Codec) -> Joint:
        """p(row | z) under given networks; a truncated code is filled up with dimensions out of sight."""
        code = torch.nn.functional.pad(code, (0, self.visible_ - code.shape[1]))
        return codec.decode(code, prefix(code, self.n_components_) if self.ordered else None)

    def _scores(self, batch: Batch, codec: Codec) -> np.ndarray:
        """Log-likelihood of the rows of a batch under the density and given networks, (B,)."""
        with torch.inference_mode():
            batch = batch.astype(next(codec.parameters()).dtype)
            code = codec.encode(batch).mean[:, : self.n_components_]
            joint = self.density_.rescale(self._joint(code, codec))
            cells = joint.log_probs(batch.values, batch.seen).values()
            likelihood = torch.stack([part.double().flatten(1).sum(1) for part in cells]).sum(0)
            return (likelihood + self.density_.log_prob(code)).numpy()

    def _fit_density(self, material: Material) -> Density:
        """What scores are made of, from codes of some rows and residuals of held-out ones."""
        rows, held_out = (part.spread(ROWS) for part in (material.rows, material.held_out))
        with torch.inference_mode():
            code, held_code = (
                self.encode_batch(material.source(part).to("cpu")) for part in (rows, held_out)
            )
            shared = {k for k, c in self.schema_.blocks.items() if isinstance(c, Continuous) and c.shared}
            scales = residual_scales(self.decode_joint(held_code), held_out.to("cpu"), shared)
            return Density.fit(code, held_code, scales, material.seed)

    def _copying_allowed(self, material: Material) -> bool:
        asked = (material.counterparts, self.corruption, self.penalty)
        return self.allow_overcomplete or any(term is not None for term in asked)
