r"""The linear autoencoder: principal components, by closed form.

Encoder and decoder are linear maps, and the squared error of the reconstruction is minimized:

    min  Σ_rows ‖x − μ − Wᵀ V (x − μ)‖²

Its optimum is known without training: the rows of V = W span the same space as the k eigenvectors of the
covariance with the largest eigenvalues (Baldi & Hornik 1989), so the linear autoencoder *is* principal
component analysis, and ``solver="sgd"`` shows it. For arrays and images that is PCA in their own units,
as scikit-learn's; for tables it is PCA of the coordinates of all columns, numbers standardized and
categories as indicators over √2.

Use it first: it takes a second, and tells what a deeper model has to beat. Shapes: x (n, d) -> z (n, k)
-> x̂ (n, d).

References
----------
Pearson, "On lines and planes of closest fit to systems of points in space", Philosophical Magazine 1901.
Baldi & Hornik, "Neural networks and principal component analysis", Neural Networks 1989.
"""

import time
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from torch import Tensor

from diabolo.columns import Continuous
from diabolo.data.batch import Batch
from diabolo.data.matching import match, told_before, warn_infinite
from diabolo.data.schema import Schema
from diabolo.data.split import split
from diabolo.errors import ParameterError
from diabolo.files.parts import build, under
from diabolo.frames import Frame
from diabolo.models import defaults, specs
from diabolo.models.base import Decodes, Estimator, as_frame, n_features
from diabolo.models.fitting import WIDEST, width_for
from diabolo.models.linear_descent import descend
from diabolo.models.reference import Reference
from diabolo.models.scoring import Scores
from diabolo.train import History, Trainer
from diabolo.train.closed_form import (
    Moments,
    PairwiseMoments,
    Spectrum,
    decompose,
    encode_seen,
    log_likelihood,
    principal_components,
)
from diabolo.train.closed_form.blocks import check_squares
from diabolo.train.closed_form.decompose import ClosedForm

__all__ = ["LinearAutoencoder"]

SOLVERS = ("auto", "exact", "randomized", "sgd")
HELD_OUT = 0.1  # of the rows, for n_components="auto"


class LinearAutoencoder(Scores, Decodes, Estimator):
    """Principal components as an autoencoder: for tables, arrays and images, with or without gaps.

    The code of a row is z = V (x − μ), its reconstruction μ + Vᵀ z, where the rows of V are the k
    eigenvectors of the covariance with the largest eigenvalues, each with its loading of largest
    magnitude positive. For an array the result is that of scikit-learn's PCA; float32 data with large
    offsets stay exact. Rows with gaps get the code that is expected given their seen cells (probabilistic
    PCA).

    Parameters
    ----------
    n_components : int, "auto" or None
        Width k of the code, at most the number of rows and features. None: 2, a map (1 where there are
        only two features). ``auto``: the smallest k whose error on held-out rows (a tenth) keeps 95 % of
        what the widest code (up to 32) takes off the error of the mean; the numbers are kept in
        ``curve_``.
    whiten : bool
        Codes of unit variance in each dimension, z / √λ.
    solver : {"auto", "exact", "randomized", "sgd"}
        ``exact``: eigenvectors of one-pass moments, or of the products between rows where these are fewer.
        ``randomized``: subspace iteration in blocks, for data with many rows and columns. ``auto``: exact
        up to 4096 of either. ``sgd``: gradient descent on the two linear maps, which ends in the same
        subspace.
    max_epochs, learning_rate : number or "auto"
        Of ``solver="sgd"``. Where both are ``auto``, L-BFGS on all rows finishes what mini-batches began, and
        the subspace is exact; with a number for either it is as near as so much training brings it.
    random_state : int, RandomState or None
        For the solvers that draw: an int gives bitwise equal results on one machine.
    trainer : Trainer, optional
        Everything else about ``solver="sgd"``.

    Attributes
    ----------
    components_ : ndarray of shape (k, D)
        Orthonormal rows by falling variance, in coordinates; for arrays D is the number of columns.
    mean_ : ndarray of shape (D,)
    explained_variance_, explained_variance_ratio_, singular_values_ : ndarray of shape (k,)
        Variance along each component (unbiased), its share of the whole, and √(variance · (n − 1)).
    noise_variance_ : float
        Mean variance of the directions left out, σ² of probabilistic PCA.
    curve_ : dict of int to float
        Held-out error by width, after ``n_components="auto"``.

    Raises
    ------
    ParameterError, DataError
        What cannot be; the message says what to do.

    References
    ----------
    Baldi & Hornik, "Neural networks and principal component analysis", Neural Networks 1989.
    Tipping & Bishop, "Probabilistic principal component analysis", JRSS B 1999.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0, 2.0], [2.0, 4.0, 1.0], [3.0, 6.0, 2.0], [4.0, 8.0, 1.0]])
    >>> pca = LinearAutoencoder(1).fit(X)
    >>> pca.components_.round(2)
    array([[ 0.45,  0.89, -0.09]])
    >>> pca.reconstruct(X).shape
    (4, 3)
    """

    ARRAYS: ClassVar[tuple[str, ...]] = (
        "components_",
        "mean_",
        "origin_",
        "explained_variance_",
        "explained_variance_ratio_",
        "singular_values_",
        "score_quantiles_",
    )
    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "noise_variance_", "n_samples_seen_", "curve_")

    components_: np.ndarray
    mean_: np.ndarray
    origin_: np.ndarray
    explained_variance_: np.ndarray
    explained_variance_ratio_: np.ndarray
    singular_values_: np.ndarray
    noise_variance_: float

    def __init__(
        self,
        n_components: int | str | None = None,
        *,
        whiten: bool = False,
        solver: str = "auto",
        max_epochs: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.whiten = whiten
        self.solver = solver
        self.max_epochs = max_epochs
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:  # noqa: ARG002
        """Find the principal components of rows.

        Parameters
        ----------
        X : table, array, tensor or images
            An array is read in blocks and not copied.
        y : ignored
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for the checkpoints of ``solver="sgd"``; closed forms have nothing to resume.
        """
        started = time.perf_counter()
        seed = self._checked_seed()
        frame = as_frame(X)
        self.moments_, self.curve_ = None, {}
        self._start(frame, schema)
        rows = self._coordinates(frame)
        if self.n_components == "auto":
            self.n_components_ = self._choose_width(frame, seed)
        self._check_width(min(rows.shape))
        if self.solver == "sgd":
            with told_before():
                batch = self.schema_.to_batch(frame, type(self).__name__)
            spectrum, history = descend(self, batch, seed, run_dir)
            self._take(spectrum, history)
        else:
            spectrum = decompose(rows, self.n_components_, solver=cast(ClosedForm, self.solver), seed=seed)
            self._take(spectrum, _history(spectrum, time.perf_counter() - started))
        self._tell_infinite(frame, gaps=spectrum.gaps)
        self._keep_quantiles(frame)
        return self

    def partial_fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Add rows to those of earlier calls; the components are those of all rows, however they were cut.

        It keeps the d x d moments of the rows, not the rows. After :meth:`fit` it starts anew. For tables
        the first call decides what the columns are. The threshold of :meth:`predict` is taken from the rows
        of the last call.

        Parameters
        ----------
        X : table, array, tensor or images
        y : ignored

        Raises
        ------
        ParameterError
            ``n_components="auto"``, which only all rows together can decide.
        """
        started = time.perf_counter()
        self._checked_seed()
        if self.n_components == "auto":
            raise ParameterError(
                "n_components='auto' holds rows out and needs all of them at once: give partial_fit a number, "
                "or use fit."
            )
        frame = as_frame(X)
        if getattr(self, "moments_", None) is None:
            self.moments_, self.curve_ = None, {}
            self._start(frame, None)
        rows = self._coordinates(frame)
        self._check_width(rows.shape[1])
        self.moments_ = _merged(self.moments_, rows)
        spectrum = principal_components(self.moments_, self.n_components_)
        self._take(spectrum, _history(spectrum, time.perf_counter() - started))
        self._tell_infinite(frame, gaps=isinstance(self.moments_, PairwiseMoments))
        self._keep_quantiles(frame)
        return self

    def encode_batch(self, batch: Batch) -> Tensor:
        """Codes of a batch, (B, k)."""
        x, seen = self.schema_.coordinates(batch), self.schema_.coordinates_seen(batch)
        if seen is None or bool(seen.all()):
            code = (x - self._tensor("origin_")) @ self._tensor("components_").T
        else:
            rows = torch.where(seen, x, torch.nan).numpy()
            parts = (self.origin_, self.components_, self.explained_variance_, self.noise_variance_)
            code = torch.from_numpy(encode_seen(rows, *parts)).float()
        return code / self._scale() if self.whiten else code

    def decode_values(self, code: Tensor) -> dict[str, Tensor]:
        """Values by block."""
        return self.schema_.from_coordinates(self.decode_coordinates(code))

    def decode_coordinates(self, code: Tensor) -> Tensor:
        """Coordinates (B, D) from codes (B, k)."""
        code = code * self._scale() if self.whiten else code
        return self._tensor("origin_") + code @ self._tensor("components_")

    def score_batch(self, batch: Batch) -> np.ndarray:
        """Log-density of the rows of a batch under probabilistic PCA, (B,)."""
        x, seen = self.schema_.coordinates(batch), self.schema_.coordinates_seen(batch)
        return self._density((x if seen is None else torch.where(seen, x, torch.nan)).numpy(), self.origin_)

    def score_frame(self, frame: Frame) -> np.ndarray:
        """Log-density of the rows of a table under probabilistic PCA, (n,); an array's in full precision."""
        return self._density(self._coordinates(frame), self.mean_)

    def tensors(self) -> dict[str, Tensor]:
        """The components and what belongs to them; the moments, where :meth:`partial_fit` may go on."""
        arrays = {name: getattr(self, name) for name in self.ARRAYS}
        if self.moments_ is not None:
            arrays |= {f"moments.{name}": np.asarray(value) for name, value in vars(self.moments_).items()}
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """The components from a file."""
        for name in self.ARRAYS:
            setattr(self, name, tensors[name].numpy())
        stored: dict[str, Any] = {name: t.numpy() for name, t in under("moments.", tensors).items()}
        if stored:
            stored["n"] = stored["n"].item()
        kind = PairwiseMoments if "counts" in stored else Moments
        self.moments_ = build(kind, stored) if stored else None
        self.curve_ = {int(k): error for k, error in self.curve_.items()}  # JSON knows names only

    @property
    def mean_coordinates_(self) -> Tensor:
        """The mean training row in coordinates."""
        return self._tensor("origin_")

    @property
    def reference_(self) -> Reference:
        """PCA of the same width: the model itself."""
        return Reference(self._tensor("origin_"), self._tensor("components_"))

    def _checked_seed(self) -> int:
        """The seed, parameters being in order."""
        if self.solver not in SOLVERS:
            raise ParameterError(f"solver={self.solver!r} is not one of {', '.join(SOLVERS)}.")
        if isinstance(self.n_components, str) and self.n_components != "auto":
            raise ParameterError(f"n_components={self.n_components!r} is neither a number nor 'auto'.")
        for name in ("max_epochs", "learning_rate"):
            defaults.number(name, getattr(self, name))
        specs.check_spec("trainer", self.trainer, Trainer, "a diabolo.Trainer")
        return defaults.seed(self.random_state)

    def _start(self, frame: Frame, schema: Any) -> None:
        """Learn the schema, and the width where it is a number; an array's mean is filled in later."""
        if _plain(frame, schema):
            schema = _array_schema(frame.names, np.zeros(len(frame.names)), 1.0, gaps=False)
        self._learn_schema(frame, schema, np.arange(frame.n_rows))
        if self.n_components != "auto":
            self.n_components_ = self._width(cast("int | None", self.n_components), copying_allowed=True)

    def _check_width(self, most: int) -> None:
        """Raise unless there are as many directions as are asked for."""
        if self.n_components is None:
            self.n_components_ = min(self.n_components_, most)
        if self.n_components_ > most:
            raise ParameterError(
                f"n_components={self.n_components_} is more than there can be: the rows span at most {most} "
                f"dimensions, the smaller of the number of rows and of features. Choose at most {most}."
            )

    def _coordinates(self, frame: Frame) -> np.ndarray:
        """Rows in coordinates (n, D), NaN where missing; an array in its own units is passed through."""
        if self._in_own_units():
            matched = match(frame, self.schema_.table, self.schema_.names, type(self).__name__)
            return self.schema_.as_written(matched).numbers(self.schema_.names)
        batch = self.schema_.to_batch(frame, type(self).__name__)
        x, seen = self.schema_.coordinates(batch), self.schema_.coordinates_seen(batch)
        return (x if seen is None else torch.where(seen, x, torch.nan)).numpy()

    def _in_own_units(self) -> bool:
        """Whether coordinates are the numbers of one array less their mean."""
        only = self.schema_.columns[0]
        return len(self.schema_.columns) == 1 and isinstance(only, Continuous) and only.shared

    def _density(self, rows: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Log-density of rows in coordinates about a mean, without a full-precision copy of all of them."""
        parts = (mean, self.components_, self.explained_variance_, self.noise_variance_)
        return log_likelihood(rows, *parts)

    def _take(self, spectrum: Spectrum, history: History) -> None:
        """Become fitted."""
        self.components_ = spectrum.components
        self.mean_ = self.origin_ = spectrum.mean
        self.explained_variance_ = spectrum.variance
        self.explained_variance_ratio_ = spectrum.ratio
        self.singular_values_ = spectrum.singular_values
        self.noise_variance_, self.n_samples_seen_ = spectrum.noise, spectrum.n
        self.history_ = history
        if self._in_own_units():
            self.origin_ = np.zeros_like(spectrum.mean)
            self.schema_ = _array_schema(
                self.schema_.table, spectrum.mean, spectrum.total, gaps=spectrum.gaps
            )

    def _tell_infinite(self, frame: Frame, *, gaps: bool) -> None:
        """Warn of infinite numbers where no batch is made that would: of rows in their own units."""
        if gaps and self._in_own_units():
            with told_before():
                matched = match(frame, self.schema_.table, self.schema_.names, type(self).__name__)
            warn_infinite(matched, self.schema_.columns[0])

    def _choose_width(self, frame: Frame, seed: int) -> int:
        """The width for ``n_components="auto"``, from held-out rows."""
        schema = Schema.fit(frame) if self._in_own_units() else self.schema_
        with told_before():
            batch = schema.to_batch(frame, type(self).__name__)
        parts = split(frame.n_rows, HELD_OUT, seed)
        train, held_out = (batch.take(torch.from_numpy(part)) for part in parts)
        reference = Reference.fit(schema, train, max(1, min(WIDEST, n_features(schema) - 1)))
        widths = range(1, len(reference.components) + 1)
        self.curve_ = {k: reference.error(schema, held_out, width=k) for k in widths}
        baseline = reference.error(schema, held_out, width=0)
        check_squares(baseline)
        return width_for(self.curve_, baseline)

    def _tensor(self, name: str) -> Tensor:
        return torch.from_numpy(getattr(self, name)).float()

    def _scale(self) -> Tensor:
        """Standard deviation of each dimension, never zero."""
        return torch.from_numpy(np.sqrt(np.maximum(self.explained_variance_, np.finfo(float).eps))).float()


def _plain(frame: Frame, schema: Any) -> bool:
    """Whether the rows are one array to be taken in its own units."""
    if frame.matrix is None or not (schema is None or isinstance(schema, Schema)):
        return False
    columns = [] if schema is None else schema.columns
    return all(isinstance(column, Continuous) and column.shared for column in columns)


def _array_schema(names: tuple[str, ...], mean: np.ndarray, total: float, *, gaps: bool) -> Schema:
    """The schema that an array would get, from moments that are known already."""
    block = Continuous.shared_scale(names, mean, np.array([total / len(names)]), gaps=gaps)
    return Schema((block,), names, {}, ({"scaling": "shared"},))


def _merged(moments: Moments | PairwiseMoments | None, rows: np.ndarray) -> Moments | PairwiseMoments:
    """Moments of earlier rows and these; pairwise from the first gap on."""
    new: Moments | PairwiseMoments = Moments.of(rows)
    if not new.complete:
        new = PairwiseMoments.of(rows)
    if moments is None:
        return new
    if isinstance(moments, Moments) and isinstance(new, Moments):
        return moments.merge(new)
    old, new = (PairwiseMoments.from_moments(m) if isinstance(m, Moments) else m for m in (moments, new))
    return old.merge(new)


def _history(spectrum: Spectrum, seconds: float) -> History:
    """The record of a closed form: its error on the rows it was fitted with."""
    error = (spectrum.total - float(spectrum.variance.sum())) * (spectrum.n - 1) / spectrum.n
    parameters = spectrum.components.size + spectrum.mean.size
    speed = spectrum.n / max(seconds, 1e-9)
    return History((), "exact", 0, error, spectrum.n, parameters, speed, {"seconds": seconds})
