r"""Variational autoencoders: a code that is a distribution, and a model that makes new rows.

The encoder says how likely each code is, q(z|x) = N(μ(x), σ(x)²); a draw z = μ + σ ε is decoded; and what the code tells
beyond the prior N(0, I) has a price:

    min  Σ_rows  E_q[−log p(x | z)] + β KL(q(z|x) ‖ N(0, I)),

for β = 1 a bound on −log p(x), the negative evidence lower bound. The scale of every column's noise is learned: with a
unit scale on small numbers the price is higher than anything a code could tell, and the model collapses to the mean row.
Codes of all rows together then look almost as the prior does; a mixture fitted to them afterwards is closer still.

Use it for new rows like the old, for variations of a row, for the likelihood of a row, for a smooth code in which
distances are in units of uncertainty. Shapes: x (B, features) -> μ, σ (B, k) -> z (B, k) -> p(x | z).

References
----------
Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014.
Rezende, Mohamed & Wierstra, "Stochastic backpropagation and approximate inference in deep generative models", ICML 2014.
Dai & Wipf, "Diagnosing and enhancing VAE models", ICLR 2019 (learned scale, a second model of the codes).
"""

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from torch import Tensor

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.distributions import Gaussian, Joint
from diabolo.errors import OvercompleteError, ParameterError
from diabolo.files.parts import build, under
from diabolo.frames import Frame
from diabolo.models import defaults, diagnosis
from diabolo.models.base import ROWS, Distributes, Estimator, n_features
from diabolo.models.codec import Architecture, Codec, take_weights, with_linear_path
from diabolo.models.conditions import conditions
from diabolo.models.density import Density
from diabolo.models.elbo import Elbo, is_active
from diabolo.models.fitting import START_ROWS, architecture_of, identity
from diabolo.models.importance import common_noise, fresh_noise, log_likelihood
from diabolo.models.reference import Reference
from diabolo.models.sampling import Samples, with_rare
from diabolo.models.scoring import Scores
from diabolo.models.told import Told
from diabolo.models.training import Material
from diabolo.randomness import seeded
from diabolo.terms import KL
from diabolo.terms.divergences import from_standard_normal
from diabolo.train import Trainer

__all__ = ["VAE"]

PRIORS = ("mixture", "standard")
SCORED_DRAWS = 16  # per row, of the bound by which rows are compared


class VAE(Samples, Scores, Distributes, Estimator):
    """Learns for each row a distribution of k numbers from which the row can be rebuilt, and makes new rows.

    Maximizes E_q[log p(x | z)] − β KL(q(z | x) ‖ N(0, I)) (see the module's text). The noise of every column is learned.
    New rows are drawn, levels and numbers alike, not taken at their most probable value; pixels alone are given at
    their mean.

    Parameters
    ----------
    n_components : int or None
        Width k of the code. None: 2, a map (1 where there are only two features). Dimensions that have nothing to
        tell stay at the prior and cost nothing.
    beta : float or KL
        Price of information in the code, against the reconstruction; :class:`diabolo.terms.KL` also says how many nats
        are free and how the price rises in the first steps.
    condition : list of str, optional
        Columns that encoder and decoder are told: the code holds what they do not tell, and ``sample(given=...)`` keeps
        to them. They have no share in the likelihood, log p(x | c).
    prior : {"mixture", "standard"}
        What codes are drawn from: a mixture of normal distributions fitted to the codes of all rows after training, where
        it describes those of held-out rows better than N(0, I); or N(0, I) in any case.
    architecture : "auto", Dense, Conv or Modules
        The networks; ``auto`` by kind of data and ``size``. They start at the principal components, except for images
        or where their ``linear_path`` is False. The encoder of ``Modules`` gives 2k numbers: means, then logarithms of
        standard deviations.
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
    codec_ : Codec
        The networks.
    history_ : History
        Every epoch has as ``measures`` the ``kl`` of each dimension and the number of ``active_units``; ``held_out`` is
        the negative evidence lower bound.
    kl_ : float64 array, shape (k,)
        Nats that each dimension tells of a row, on held-out rows.
    active_units_ : int
        Number of dimensions whose mean varies with the row by more than 0.01 (its variance).
    prior_ : Density
        p(z) of :meth:`sample` and :meth:`log_likelihood`.
    told_ : Tensor, shape (m, c)
        With a condition: its columns in training rows (at most 8,192), as numbers, from which :meth:`sample` draws.
    usual_ : Tensor, shape (c,)
        The most usual of them, under which a code alone is decoded.
    mean_coordinates_ : Tensor
        The mean row, the baseline of :meth:`score`.

    Raises
    ------
    OvercompleteError
        With free bits, the code is as wide as the data.
    ParameterError, DataError
        Anything else that cannot be; the message says what to do.

    Warns
    -----
    CollapseWarning
        No dimension tells rows apart.
    OverfittingWarning
        Held-out rows are rebuilt much worse than training rows.

    References
    ----------
    Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014.
    Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016 (active units, likelihood).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X = load_digits().images[:300]
    >>> vae = VAE(4, max_epochs=20, random_state=0).fit(X)
    >>> vae.sample(5, random_state=0).shape
    (5, 8, 8)
    >>> vae.history_.epochs[-1].measures["active_units"]
    [4.0]
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "architecture_", "active_units_")

    architecture_: Architecture
    codec_: Codec
    kl_: np.ndarray
    active_units_: int
    told_: Tensor
    usual_: Tensor
    prior_: Density
    reference_: Reference

    def __init__(
        self,
        n_components: int | None = None,
        *,
        beta: float | KL = 1.0,
        condition: Sequence[str] | None = None,
        prior: str = "mixture",
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
        self.beta = beta
        self.condition = condition
        self.prior = prior
        self.architecture = architecture
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any = None, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:  # noqa: ARG002
        """Learn schema, networks and prior from rows.

        Parameters
        ----------
        X : table, array, tensor or images
        y : ignored
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints: the same call goes on where a killed run was. Needs a ``random_state``.
        """
        kl = _price(self.beta)
        if self.prior not in PRIORS:
            raise ParameterError(f"prior={self.prior!r} is not one of {', '.join(PRIORS)}.")
        material = Material.gather(self, X, schema, run_dir)
        self.n_components_ = self._width(self.n_components, copying_allowed=True)
        _refuse_waste(self.n_components_, n_features(self.schema_), kl)
        given = architecture_of(self)
        pictures = any(isinstance(column, Image) for column in self.schema_.columns)
        self.architecture_ = given if pictures or given.linear_path is not None else with_linear_path(given)
        codec = self._new_codec(material)
        plan = material.plan(self)
        steps = plan.max_epochs * -(-len(material.rows) // plan.batch_size)
        folder = None if run_dir is None else Path(run_dir)
        same = folder and identity(self, material.seed, material.trainer, material.rows, material.held_out)
        objective = Elbo(codec, kl, steps).to(codec.device)
        self.history_ = material.train(objective, plan, folder=folder, identity=same)
        self.codec_ = codec.cpu().eval()
        self.reference_ = Reference.fit(self.schema_, material.everything, self.n_components_).to("cpu")
        self._look_back(material)
        self._keep_quantiles(material.frame)
        return self

    def augment(self, X: Any, scale: float = 1.0, *, random_state: Any = None) -> Any:
        """Rows similar to given ones, but not the same: drawn from codes near theirs.

        z = μ(x) + scale · σ(x) ε with ε ~ N(0, I), decoded and drawn as in :meth:`sample`. With 1 they are the rows
        that the model cannot tell from the given ones.

        Parameters
        ----------
        X : table, array, tensor or images
        scale : float
            Distance in standard deviations of each row's code; 0 draws from its mean.
        random_state : int, RandomState or None

        Returns
        -------
        Of the kind, columns, order and dtypes of ``X``; columns that the model leaves out are carried over unchanged.

        Raises
        ------
        ParameterError
            The scale is not a number from 0.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> X = load_digits().images[:100]
        >>> VAE(2, max_epochs=1, random_state=0).fit(X).augment(X[:3], 0.5).shape
        (3, 8, 8)
        """
        if (
            isinstance(cast(Any, scale), bool)
            or not isinstance(cast(Any, scale), Real)
            or not 0 <= scale < math.inf
        ):
            raise ParameterError(f"scale={scale!r} is not a number of standard deviations: give 0 or more.")
        frame, batch = self._read(X)
        with seeded(defaults.seed(random_state), "augment"), torch.inference_mode():
            parts = [self._near(part, float(scale)) for part in batch.split(ROWS)]
            values = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
            values = with_rare(self.schema_, values)
        return self.schema_.to_table(values, frame.template, frame)

    def log_likelihood(self, X: Any, n_importance: int = 200, *, random_state: Any = None) -> np.ndarray:
        """A lower bound on log p of each row, by importance sampling; with 1 draw the evidence lower bound.

        log 1/S Σ_s p(x | z_s) p(z_s) / q(z_s | x) with z_s ~ q(z | x): in expectation it rises with S to log p(x). Units
        are those of :meth:`score_samples`; missing cells count nothing. p(z) is ``prior_``.

        Parameters
        ----------
        X : table, array, tensor or images
        n_importance : int
            Draws S per row.
        random_state : int, RandomState or None

        Returns
        -------
        ndarray of float64, shape (n,)

        Raises
        ------
        ParameterError
            ``n_importance`` is not a whole number from 1.

        References
        ----------
        Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.

        Examples
        --------
        >>> rows = np.random.default_rng(0).normal(size=(60, 3))
        >>> VAE(1, max_epochs=2, random_state=0).fit(rows).log_likelihood(rows, 50).shape
        (60,)
        """
        if (
            isinstance(cast(Any, n_importance), bool)
            or not isinstance(cast(Any, n_importance), Integral)
            or n_importance < 1
        ):
            raise ParameterError(
                f"n_importance={n_importance!r} is not a number of draws: give a whole number from 1."
            )
        _, batch = self._read(X)
        with seeded(defaults.seed(random_state), "importance"), torch.inference_mode():
            return log_likelihood(self.codec_, self.prior_, batch, int(n_importance), fresh_noise).numpy()

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """``n`` rows decoded from codes that the prior drew."""
        told = self.codec_.told
        if given and told is None:
            raise ParameterError(
                f"this VAE cannot be told what {', '.join(map(repr, given))} is to be: fit it with condition=[...], or fit "
                "a MaskedAutoencoder, which can be told any column."
            )
        rows, code = max(n, 1), self.prior_.sample(max(n, 1))
        if told is not None:
            told.check(given)
            wanted = conditions(given, self.schema_, self.template_)
            code = torch.cat([code, told.draw(self.told_, rows, wanted)], 1)
        parts = [self.draw_values(part) for part in code.split(ROWS)]
        values = {key: torch.cat([part[key] for part in parts])[:n] for key in parts[0]}
        if told is None:
            return Batch(values, {}, torch.arange(n))
        return told.known(Batch(values, {}, torch.arange(n)), code[:n, self.n_components_ :])

    def encode_batch(self, batch: Batch) -> Tensor:
        """Mean code of a batch, (B, n_components), with what the decoder is told beside it."""
        return self.codec_.widen(self.codec_.encode(batch).mean, batch)

    def decode_joint(self, code: Tensor) -> Joint:
        """p(row | z), one distribution per block of columns, from codes (B, n_components)."""
        if self.codec_.told is not None and code.shape[1] == self.n_components_:
            code = torch.cat([code, self.usual_.to(code).expand(len(code), -1)], 1)
        return self.codec_.decode(code)

    def score_batch(self, batch: Batch) -> np.ndarray:
        """The bound of :meth:`log_likelihood` with 16 draws that are the same for all rows, (B,)."""
        return self._scores(batch, self.codec_.precise())

    def score_frame(self, frame: Frame) -> np.ndarray:
        """The same for the rows of a table, (n,)."""
        batch, codec = self.schema_.to_batch(frame, type(self).__name__), self.codec_.precise()
        return self._scores(batch, codec)

    def tensors(self) -> dict[str, Tensor]:
        """Weights, references and the prior."""
        weights = {f"codec.{name}": tensor for name, tensor in self.codec_.state_dict().items()}
        weights |= {f"reference.{name}": t for name, t in self.reference_.tensors().items()}
        weights |= {f"prior.{name}": t for name, t in self.prior_.tensors().items()}
        kept = {"score_quantiles": self.score_quantiles_, "kl": self.kl_}
        told = {} if self.codec_.told is None else {"told": self.told_, "usual": self.usual_}
        return weights | told | {name: torch.from_numpy(numbers) for name, numbers in kept.items()}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Weights, references and the prior from a file."""
        self.codec_ = self._codec()
        if self.codec_.told is not None:
            self.told_, self.usual_ = tensors["told"], tensors["usual"]
        take_weights(self.codec_, under("codec.", tensors))
        self.reference_ = build(Reference, under("reference.", tensors))
        self.prior_ = Density.from_tensors(under("prior.", tensors))
        self.score_quantiles_, self.kl_ = tensors["score_quantiles"].numpy(), tensors["kl"].numpy()

    @property
    def mean_coordinates_(self) -> Tensor:
        """The mean training row in coordinates."""
        return self.reference_.mean

    def _codec(self) -> Codec:
        """Networks without training."""
        names: Any = (self.condition,) if isinstance(self.condition, str) else self.condition
        nothing = names is None or (isinstance(names, Sequence) and not names)
        told = None if nothing else Told(self.schema_, cast(Sequence[str], names))
        return Codec(self.schema_, self.n_components_, self.architecture_, latent=Gaussian, told=told)

    def _new_codec(self, material: Material) -> Codec:
        """Networks that know the statistics of the training rows."""
        with seeded(material.seed, "weights"):
            codec = self._codec().to(material.rows.index.device)
        with seeded(material.seed, "start"):
            codec.start(material.rows.spread(START_ROWS))
        return codec

    @torch.inference_mode()
    def _look_back(self, material: Material) -> None:
        """Fit the prior, measure what the code tells of held-out rows, and say what to beware of."""
        some, held = (part.spread(ROWS).to("cpu") for part in (material.rows, material.held_out))
        posteriors = [cast(Gaussian, self.codec_.encode(part)) for part in (some, held)]
        with seeded(material.seed, "prior"):
            draws = [q.rsample() for q in posteriors]
        if self.codec_.told is not None:
            self.told_ = self.codec_.told.numbers(some)
            self.usual_ = self.told_[self.codec_.told.usual(self.codec_.embed, self.told_)]
        self.prior_ = Density.standard(self.n_components_)
        if self.prior == "mixture":
            self.prior_ = Density.prior(draws[0], draws[1], material.seed)
        self.kl_ = from_standard_normal(posteriors[1]).double().mean(0).numpy()
        self.active_units_ = int(is_active(posteriors[1].loc).sum())
        rebuilt = ((part, self.decode_coordinates(self.encode_batch(part))) for part in (held, some))
        errors = [float(self.schema_.errors_by_column(*pair).sum()) / len(pair[0]) for pair in rebuilt]
        notes = diagnosis.inactivity(self.active_units_, self.n_components_)
        diagnosis.warn(notes + diagnosis.overfitting(*errors))

    def _near(self, batch: Batch, scale: float) -> dict[str, Tensor]:
        """Values of rows drawn near the rows of a batch."""
        q = cast(Gaussian, self.codec_.encode(batch))
        code = Gaussian(q.loc, q.log_scale + math.log(scale)).sample() if scale else q.loc
        values = self.draw_values(self.codec_.widen(code, batch))
        told = self.codec_.told
        return values if told is None else told.write(values, told.numbers(batch))

    def _scores(self, batch: Batch, codec: Codec) -> np.ndarray:
        with torch.inference_mode():
            batch = batch.astype(next(codec.parameters()).dtype)
            return log_likelihood(codec, self.prior_, batch, SCORED_DRAWS, common_noise).numpy()


def _price(beta: Any) -> KL:
    """What information costs, from the number or the value that a person gave."""
    if isinstance(beta, KL):
        return beta
    if isinstance(beta, bool) or not isinstance(beta, Real):
        raise ParameterError(f"beta={beta!r} is not allowed: give a number from 0 or a value of terms.KL.")
    return KL(float(beta))


def _refuse_waste(k: int, features: int, kl: KL) -> None:
    """Raise where free bits would be spent on nothing."""
    if kl.free_bits and k > features:
        raise OvercompleteError(
            f"n_components={k} is more than the number of features (n_features = {features}), and free_bits="
            f"{kl.free_bits:g} let each dimension tell something at no cost: what is left to tell is noise. Choose fewer "
            f"dimensions, or free_bits=0, with which dimensions that are not needed stay silent."
        )
