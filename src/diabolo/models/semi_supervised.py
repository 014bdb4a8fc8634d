r"""Labels for all rows from a few: a representation learned from every row carries the labels of some to the rest.

Rows of one class lie together where the representation is good, so the class of a row can be read from its labeled
neighbors (``knn``), from its side of a plane (``probe``), from the labels that flow to it over a graph of neighbors
(``spread``), or from networks that learn representation and label together (``joint``; :mod:`diabolo.models.joint`).
Probabilities are calibrated on labels that were left out, and the same labels are tried on raw features and on principal
components, so that it shows whether the representation helped.

Use it when labels cost more than rows. Shapes: x (n, d) -> z (n, k) -> p (n, C).

References
----------
Chapelle, Schölkopf & Zien, "Semi-supervised learning", MIT Press 2006.
"""

import json
import time
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.labels import Labels
from diabolo.errors import ParameterError
from diabolo.files.parts import under
from diabolo.frames import Frame
from diabolo.models import defaults, specs
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.base import Encodes, Estimator, Predicts, as_frame
from diabolo.models.comparison import Comparison, compared, judged, left_out_how
from diabolo.models.joint_training import ROUNDS, JointLabeler
from diabolo.models.labeling import LABELERS, Spread
from diabolo.models.querying import worth_labeling
from diabolo.terms import Masking
from diabolo.train import Trainer
from diabolo.train.closed_form.calibration import Calibration

__all__ = ["SemiSupervisedClassifier"]

METHODS = (*LABELERS, "joint")
WIDTH = 32  # of the default code
HIDDEN = 0.3  # share of the cells hidden from the default encoder


class SemiSupervisedClassifier(Predicts, Encodes, Estimator):
    """Labels every row from the labels of a few; for tables, arrays and images.

    Parameters
    ----------
    n_components : int or None
        Width of the code of the default encoder and of ``joint``; None: 32, and 64.
    method : {"joint", "spread", "probe", "knn"}
        ``spread`` takes seconds; ``joint`` trains networks from where ``spread`` ends.
    encoder : LinearAutoencoder, Autoencoder or another, optional
        The representation, learned from all rows; one that is fitted already is used as it is. None: an autoencoder that
        fills in hidden cells, whose codes served better than PCA, raw features and plain autoencoders (see the journal).
    n_neighbors : int or "auto"
        Of ``knn`` (auto: 5) and of the graph (auto: 5, from 5,000 rows on 10).
    threshold : float or None
        A row whose best class is less probable is left open; ``coverage_`` says how many are answered.
    size : {"small", "base", "large"}
        Of the default encoder and of the networks of ``joint``, as the following.
    max_epochs, batch_size, learning_rate : number or "auto"
    random_state : int, RandomState or None
    device : str
    trainer : Trainer, optional
        Its ``max_seconds`` are those of the default encoder and of both rounds of ``joint`` together.

    Attributes
    ----------
    classes_ : ndarray of shape (C,)
    transduction_ : ndarray of shape (n,)
        Labels of the training rows: those given as they were given, the others as found; where unsure -1, or None where
        classes are no whole numbers or -1 is one of them.
    label_distributions_ : ndarray of shape (n, C)
        Their probabilities.
    calibration_ : Calibration
        Temperature and expected calibration error, and on how many rows they rest.
    comparison_ : Comparison
        The same labels on the latent, on raw features and on principal components; above 10,000 rows on a sample.
    coverage_ : float
        Share of the unlabeled training rows that get an answer.
    encoder_ : Estimator

    Raises
    ------
    LabelError
        Labels that do not fit: another number than rows, one class, none at all.
    ParameterError
        What is not allowed; the message says what is.

    References
    ----------
    Zhou et al., "Learning with local and global consistency", NeurIPS 2004.
    Calder et al., "Poisson learning", ICML 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> X, truth = load_iris(return_X_y=True)
    >>> y = np.where(np.arange(150) % 10 == 0, truth, -1)
    >>> model = SemiSupervisedClassifier(method="spread", encoder=LinearAutoencoder(2)).fit(X, y)
    >>> round(float((model.transduction_ == truth).mean()), 1)
    0.9
    """

    KEPT: ClassVar[tuple[str, ...]] = (*Estimator.KEPT, "coverage_", "encoder_json_", "labels_json_")

    encoder_: Any
    calibration_: Calibration
    comparison_: Comparison
    label_distributions_: np.ndarray
    coverage_: float

    def __init__(
        self,
        n_components: int | None = None,
        *,
        method: str = "joint",
        encoder: Any = None,
        n_neighbors: int | str = "auto",
        threshold: float | None = None,
        size: str = "base",
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.n_components = n_components
        self.method = method
        self.encoder = encoder
        self.n_neighbors = n_neighbors
        self.threshold = threshold
        self.size = size
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any, *, schema: Any = None) -> Self:
        """Learn the representation from all rows and the labels from a few.

        Parameters
        ----------
        X : table, array, tensor or images
        y : array-like of shape (n,)
            A label for some rows; -1, None, NaN or pandas.NA for the others (-1 is a label where there is another mark).
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled; not for an encoder that is fitted already.
        """
        began = time.monotonic()
        seed = self._checked_seed()
        frame = as_frame(X)
        labels = Labels.of(y, frame.n_rows)
        self._fit_encoder(frame, schema, seed)
        batch = self.schema_.to_batch(frame)
        codes = torch.from_numpy(self.encoder_.transform(frame))
        k = None if self.n_neighbors == "auto" else int(self.n_neighbors)
        kind = LABELERS.get(self.method, Spread)
        standings = compared(self.schema_, batch, codes, labels, kind, k)
        if self.method == "joint":
            labeler: Any = JointLabeler.train(self, batch, labels, codes, k, seed, self._trainer(began))
            scores, codes = labeler.batch_scores(batch), labeler.codes(batch)
            self.calibration_, self.history_ = labeler.calibration, labeler.history
            standings = (labeler.standing, *standings)
        else:
            labeler, scores, left_out = kind.fit(codes, labels, k)
            _, self.calibration_ = judged(left_out, labels, kind)
        self.labeler_: Any = labeler
        self.comparison_ = Comparison(standings, len(labels.rows), left_out_how(labels, kind))
        self._keep(labels, codes, self.calibration_.probabilities(scores))
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Calibrated probability of each class.

        Parameters
        ----------
        X : table, array, tensor or images

        Returns
        -------
        ndarray of float32, shape (n, C)
            In the order of ``classes_``.
        """
        _, batch = self._read(X)
        joint = isinstance(self.labeler_, JointLabeler)
        scores = self.labeler_.batch_scores(batch) if joint else self.labeler_.scores(self._codes(batch))
        return self.calibration_.probabilities(scores).astype(np.float32)

    def suggest(self, n: int = 10) -> np.ndarray:
        """Training rows that are most worth a label: unsure, among many others, and far apart.

        Parameters
        ----------
        n : int

        Returns
        -------
        ndarray of int, shape (n,)
            Row numbers, the best first; fewer where fewer rows are without a label, none where all have one.
        """
        check_is_fitted(self)
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
            raise ParameterError(f"n={n!r} is not a whole number of rows, at least 1.")
        return worth_labeling(self.codes_, self.label_distributions_, np.flatnonzero(~self.given_), n)

    def encode_batch(self, batch: Batch) -> Tensor:
        """Codes of a batch, (B, k)."""
        if isinstance(self.labeler_, JointLabeler):
            return self.labeler_.codes(batch)
        return self.encoder_.encode_batch(batch)

    def tensors(self) -> dict[str, Tensor]:
        """The encoder's, the labeler's, and what was found for the training rows."""
        parts = {"encoder": self.encoder_.tensors(), "labeler": self.labeler_.tensors()}
        named = {f"{part}.{name}": tensor for part, all_ in parts.items() for name, tensor in all_.items()}
        rows = {"codes": self.codes_, "shares": torch.from_numpy(self.label_distributions_)}
        return {**named, **rows, "given": torch.from_numpy(self.given_)}

    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """The same from a file."""
        from diabolo.models.loading import from_content  # here, for it knows all models

        self.encoder_ = from_content(json.loads(self.encoder_json_), under("encoder.", tensors))
        stored = json.loads(self.labels_json_)
        self.classes_ = np.array(stored["classes"], dtype=stored["dtype"])
        self.calibration_ = Calibration(**stored["calibration"])
        self.comparison_ = Comparison.from_json(stored["comparison"])
        self.codes_, self.given_ = tensors["codes"], tensors["given"].numpy()
        self.label_distributions_ = tensors["shares"].numpy()
        own = under("labeler.", tensors)
        joint = self.method == "joint"
        self.labeler_ = JointLabeler.restore(self, own) if joint else LABELERS[self.method].from_tensors(own)

    @property
    def transduction_(self) -> np.ndarray:
        """Labels of the training rows."""
        check_is_fitted(self)
        return self._answers(self.label_distributions_)

    def _checked_seed(self) -> int:
        """The seed, parameters being in order."""
        if self.method not in METHODS:
            raise ParameterError(f"method={self.method!r} is not one of {', '.join(METHODS)}.")
        self._check_threshold()
        if self.n_neighbors != "auto":
            defaults.number("n_neighbors", self.n_neighbors)
        if self.encoder is not None and not (
            isinstance(self.encoder, Encodes) and isinstance(self.encoder, Estimator)
        ):
            raise ParameterError(
                f"encoder={self.encoder!r} is not a model of diabolo that gives codes, nor None."
            )
        specs.check_spec("trainer", self.trainer, Trainer, "a diabolo.Trainer")
        return defaults.seed(self.random_state)

    def _fit_encoder(self, frame: Frame, schema: Any, seed: int) -> None:
        """The representation of all rows, and what is known of the columns through it."""
        if _is_fitted(self.encoder):
            self.encoder_ = self.encoder
        else:
            self.encoder_ = self._default_encoder(seed) if self.encoder is None else clone(self.encoder)
            if self.encoder_.get_params().get("random_state", seed) is None:
                self.encoder_.set_params(random_state=seed)
            self.encoder_.fit(frame, schema=schema)
        for name in ("schema_", "template_", "n_features_in_", "n_components_", "history_"):
            setattr(self, name, getattr(self.encoder_, name))
        self._name_features()

    def _default_encoder(self, seed: int) -> Autoencoder:
        """A denoising autoencoder: hidden cells to be filled in teach it what goes together."""
        given = ("size", "max_epochs", "batch_size", "learning_rate", "device")
        options: dict[str, Any] = {name: getattr(self, name) for name in given}
        trainings = 1 + ROUNDS if self.method == "joint" else 1
        trainer = self.trainer and self.trainer.after(0.0, trainings=trainings)
        width = self.n_components or WIDTH
        return Autoencoder(width, corruption=Masking(HIDDEN), random_state=seed, trainer=trainer, **options)

    def _trainer(self, began: float) -> Trainer:
        """The trainer with what is left of its time."""
        return (self.trainer or Trainer()).after(time.monotonic() - began)

    def _keep(self, labels: Labels, codes: Tensor, probabilities: np.ndarray) -> None:
        """What was found for the training rows; given labels stay as they were given."""
        self.classes_ = labels.classes
        self.given_ = labels.codes >= 0
        probabilities[self.given_] = np.eye(len(labels.classes))[labels.codes[labels.rows]]
        self.label_distributions_ = probabilities.astype(np.float32)
        self.codes_, self.n_components_ = codes, codes.shape[1]
        answered = probabilities[~self.given_].max(1, initial=0) >= (self.threshold or 0.0)
        self.coverage_ = float(answered.mean()) if len(answered) else 1.0
        self.encoder_json_ = json.dumps(self.encoder_.to_content())
        self.labels_json_ = json.dumps(
            {
                "classes": self.classes_.tolist(),
                "dtype": self.classes_.dtype.str,
                "calibration": self.calibration_.to_json(),
                "comparison": self.comparison_.to_json(),
            }
        )


def _is_fitted(encoder: Estimator | None) -> bool:
    """Whether a person gave an encoder that has learned something already."""
    if encoder is None:
        return False
    try:
        check_is_fitted(encoder)
    except NotFittedError:
        return False
    return True
