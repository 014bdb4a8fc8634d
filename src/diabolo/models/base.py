"""The scikit-learn face of every model: tables in, codes and tables out, one file to keep."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from diabolo.columns import Image
from diabolo.data.batch import Batch, in_one
from diabolo.data.labels import UNLABELED, Labels, label_cells
from diabolo.data.readers import read
from diabolo.data.schema import Schema
from diabolo.distributions import Joint
from diabolo.errors import OvercompleteError, ParameterError, TooFewRowsError
from diabolo.files import container
from diabolo.files.parts import build, parts
from diabolo.frames import Frame
from diabolo.models import specs
from diabolo.randomness import seeded
from diabolo.train import History

__all__ = ["Decodes", "Distributes", "Encodes", "Estimator", "Predicts", "as_frame", "n_features"]

ROWS = 8192  # rows encoded or decoded at a time


def n_features(schema: Schema) -> int:
    """Numbers a row is made of, as a person counts: every pixel of an image, every other column once."""
    return sum(sum(c.widths) if isinstance(c, Image) else len(c.names) for c in schema.columns)


def as_frame(X: Any) -> Frame:
    """Rows of any kind; a path is read (:func:`diabolo.read`)."""
    return Frame.of(read(X) if isinstance(X, str | Path) else X)


class Estimator(BaseEstimator, ABC):
    """What all models share: parameters stored untouched, a schema learned from the rows, a safe file.

    Attributes
    ----------
    schema_ : Schema
        What every column is, and which were left out.
    history_ : History
        How training went.
    n_components_ : int
        Width of the code.
    n_features_in_ : int
    feature_names_in_ : array of str, for tables only
    """

    KEPT: ClassVar[tuple[str, ...]] = ("n_components_", "n_features_in_")

    schema_: Schema
    history_: History
    template_: dict[str, Any]
    n_components_: int
    n_features_in_: int

    def __getattr__(self, name: str) -> Any:
        """Say of an ability that other models have which these are; of anything else, that it is not there."""
        from diabolo.models.abilities import absent  # here, for it knows all models

        raise absent(type(self), name)

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """Everything fitted that is a tensor, by name, as it goes into the file."""

    @abstractmethod
    def take_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Become fitted from the tensors of a file, schema and parameters being in place."""

    def save(self, path: str | Path, *, overwrite: bool = True) -> None:
        """Write the model to one file: a JSON manifest and safetensors, checked by SHA-256, no code.

        Parameters
        ----------
        path : path
            By custom ``*.diabolo``. It appears in one moment: an interrupted save leaves the old file intact.
        overwrite : bool
            False refuses to replace a file.

        Raises
        ------
        OutputError
            The file cannot be written; its subclasses say why.
        """
        container.write(Path(path), self.to_content(), self.tensors(), overwrite=overwrite)

    def to_content(self) -> dict[str, Any]:
        """What a file says about the model besides its tensors: plain JSON values."""
        check_is_fitted(self)
        return {
            "kind": "model",
            "model": type(self).__name__,
            "parameters": specs.to_json(self.get_params(deep=False)),
            "schema": self.schema_.to_json(),
            "template": self.template_,
            "history": self.history_.to_json(),
            "fitted": {name: specs.to_json(getattr(self, name)) for name in self.KEPT},
        }

    @classmethod
    def from_file(cls, content: dict[str, Any], tensors: dict[str, Tensor], **given: Any) -> Self:
        """The model of a verified file (use :func:`diabolo.load`); ``given`` replaces stored parameters."""
        content, tensors = parts(content), parts(tensors)
        stored = {k: v for k, v in content["parameters"].items() if k not in given}
        model = build(cls, specs.from_json(stored) | given)
        model.schema_ = Schema.from_json(content["schema"])
        model.template_ = {**content["template"]}
        model.history_ = History.from_json(content["history"])
        for name in cls.KEPT:
            own = given.get("architecture") if name == "architecture_" else None
            setattr(model, name, own or specs.from_json(content["fitted"][name]))
        model._name_features()
        with seeded(0, "load"):  # networks are made before their weights are put in
            model.take_tensors(tensors)
        return model

    def __sklearn_tags__(self) -> Any:
        """Gaps are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _learn_schema(
        self, frame: Frame, schema: Schema | dict[str, Any] | str | Path | None, rows: np.ndarray
    ) -> None:
        """Schema from the training rows; numbers of columns and rows are checked."""
        if frame.n_rows < 2:
            raise TooFewRowsError(
                f"there is {frame.n_rows} row (n_samples = {frame.n_rows}): a representation needs rows to compare; "
                f"give at least 2, better hundreds."
            )
        plain = frame.matrix is not None or len(rows) == frame.n_rows
        train = frame if plain else frame.take(rows)
        self.schema_ = schema if isinstance(schema, Schema) else Schema.fit(train, override=schema)
        self.template_ = frame.template
        self.n_features_in_ = len(frame.names)
        self._name_features()

    def _name_features(self) -> None:
        """scikit-learn's ``feature_names_in_``, for tables whose columns have names."""
        if self.template_["kind"] not in ("numpy", "torch"):
            self.feature_names_in_ = np.array(self.schema_.table, dtype=object)

    def _width(self, requested: Any, *, copying_allowed: bool) -> int:
        """Width of the code: as requested, or two (one where there are only two features)."""
        features = n_features(self.schema_)
        k = max(1, min(2, features - 1)) if requested is None else requested
        if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
            raise ParameterError(
                f"n_components={requested!r} is not a whole number of latent dimensions, at least 1."
            )
        if k >= features and not copying_allowed:
            raise OvercompleteError(
                f"n_components={k} is not less than the number of features (n_features = {features}): a code as wide as "
                f"the row is best used by copying the row, and then it tells nothing. Choose fewer dimensions, or make "
                f"copying useless with corruption=... or penalty=..., or insist with allow_overcomplete=True."
            )
        return int(k)

    def _read(self, X: Any) -> tuple[Frame, Batch]:
        """Rows of the kind the model was fitted with."""
        check_is_fitted(self)
        frame = as_frame(X)
        return frame, self.schema_.to_batch(frame, type(self).__name__)


class Encodes(TransformerMixin, ABC):
    """Models that give every row a code."""

    n_components_: int

    def __sklearn_tags__(self) -> Any:
        """Codes are float32, whatever comes in."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002 - scikit-learn's signature
        """Names of the latent dimensions: z1, z2, ..."""
        check_is_fitted(self)
        return np.array([f"z{j + 1}" for j in range(self.n_components_)], dtype=object)

    @abstractmethod
    def encode_batch(self, batch: Batch) -> Tensor:
        """Mean code (B, k) of a batch, with what else a decoder needs to know of the rows beside it."""

    def transform(self, X: Any) -> np.ndarray:
        """Codes of rows.

        Parameters
        ----------
        X : table, array, tensor or images
            Of the columns the model was fitted with; gaps are allowed.

        Returns
        -------
        ndarray of float32, shape (n, n_components)
            The mean of q(z | row): the same answer every time.

        Raises
        ------
        MissingColumnError
            A column is absent.
        """
        _, batch = self._read(X)  # type: ignore[attr-defined]
        return self._codes(batch)[:, : self.n_components_].numpy()

    def _codes(self, batch: Batch) -> Tensor:
        """Codes of any number of rows, on the CPU."""
        with torch.inference_mode():
            codes = (self.encode_batch(part).float().cpu() for part in batch.split(ROWS))
            return in_one(codes, len(batch))


class Predicts(ClassifierMixin, ABC):
    """Models that tell the class of a row, or that they cannot tell.

    Attributes
    ----------
    classes_ : ndarray of shape (C,)
    threshold : float or None
        A row whose best class is less probable than this is left open; None answers always.
    """

    classes_: np.ndarray
    threshold: float | None

    @abstractmethod
    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class, float32 of shape (n, C), in the order of ``classes_``."""

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of rows.

        Parameters
        ----------
        X : table, array, tensor or images

        Returns
        -------
        ndarray of shape (n,)
            Where the model is less sure than ``threshold``: -1, or None where classes are no whole numbers
            or -1 is one of them.
        """
        return self._answers(self.predict_proba(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of rows labeled right, among those that get an answer.

        Parameters
        ----------
        X : table, array, tensor or images
        y : array-like of shape (n,), or str
            The truth, or the column of ``X`` that holds it.
        sample_weight : array-like of shape (n,), optional
        """
        probabilities = self.predict_proba(X)
        answered = probabilities.max(1) >= (self.threshold or 0.0)
        truth = (
            label_cells(y, as_frame(X)).to_numpy(zero_copy_only=False)
            if isinstance(y, str)
            else np.asarray(y)
        )
        right = self.classes_[probabilities.argmax(1)] == truth
        weight = np.ones(len(right)) if sample_weight is None else np.asarray(sample_weight, float)
        total = float(weight[answered].sum())
        return float((right * weight)[answered].sum()) / total if total else float("nan")

    def _check_threshold(self) -> None:
        """Raise a ParameterError unless the threshold is a probability or None."""
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ParameterError(f"threshold={self.threshold!r} is not a probability: give 0 to 1, or None.")

    def _answers(self, probabilities: np.ndarray) -> np.ndarray:
        """Classes by their probabilities, with the mark of an open question where it is one."""
        best = probabilities.argmax(1)
        best[probabilities.max(1) < (self.threshold or 0.0)] = UNLABELED
        return Labels(self.classes_, best).names(best)


class Decodes(Encodes, ABC):
    """Models that also turn a code back into a row, so that what the code lost can be measured."""

    @abstractmethod
    def decode_values(self, code: Tensor) -> dict[str, Tensor]:
        """Most plausible values of a row, by block, from codes (B, k)."""

    @abstractmethod
    def decode_coordinates(self, code: Tensor) -> Tensor:
        """Expected coordinates (B, n_coordinates) from codes (B, k)."""

    def inverse_transform(self, X: Any) -> Any:
        """Rows from codes, of the kind, columns, order and dtypes of the training data.

        Parameters
        ----------
        X : array of shape (n, n_components)
            Codes.

        Returns
        -------
        table, array, tensor or images
            Columns that the model left out hold their constant, or nothing.
        """
        check_is_fitted(self)
        return self._table(self._as_codes(X), self.template_, None)  # type: ignore[attr-defined]

    def reconstruct(self, X: Any) -> Any:
        """Rows squeezed through the waist: what the model makes of them, gaps filled.

        Parameters
        ----------
        X : table, array, tensor or images

        Returns
        -------
        Of the kind, columns, order and dtypes of ``X``; columns that the model leaves out are carried over unchanged.
        """
        frame, batch = self._read(X)  # type: ignore[attr-defined]
        return self._table(self._codes(batch), frame.template, frame)

    def reconstruction_error(self, X: Any, *, by_column: bool = False) -> np.ndarray:
        """Squared distance between each row and its reconstruction.

        Numbers of a table count in standard deviations of their column, numbers of an array and pixels (in [0, 1]) in
        their own unit, a category by half its Brier score Σ(p − onehot)²; cells that are missing count nothing. The sum
        runs over the features of a row, so it is a squared error *summed* over pixels.

        Parameters
        ----------
        X : table, array, tensor or images
        by_column : bool
            One number per column instead of their sum.

        Returns
        -------
        ndarray of float64, shape (n,), or (n, n_columns) in the order of ``schema_.names``
        """
        _, batch = self._read(X)  # type: ignore[attr-defined]
        errors = in_one(self._errors(batch), len(batch)).numpy()
        return errors if by_column else errors.sum(1)

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002 - scikit-learn's signature
        """Share of the variance kept, 1 − Σ error / Σ error of the mean row: 1 is perfect, 0 no better than the mean."""
        _, batch = self._read(X)  # type: ignore[attr-defined]
        schema, mean = self.schema_, self.mean_coordinates_  # type: ignore[attr-defined]
        baseline = sum(
            float(schema.errors_by_column(p, mean.expand(len(p), -1)).sum()) for p in batch.split(ROWS)
        )
        return 1.0 - float(sum(e.sum() for e in self._errors(batch))) / max(baseline, 1e-300)

    def _errors(self, batch: Batch) -> Iterator[Tensor]:
        """Errors by column, piece after piece."""
        schema: Schema = self.schema_  # type: ignore[attr-defined]
        for part in batch.split(ROWS):
            with torch.inference_mode():
                expected = self.decode_coordinates(self.encode_batch(part))
                yield schema.errors_by_column(part, expected.cpu()).double()

    def _as_codes(self, X: Any) -> Tensor:
        """Codes given by a person, as a tensor of the right width."""
        codes = np.asarray(Frame.of(X).numbers(Frame.of(X).names), dtype=np.float32)
        if codes.shape[1] != self.n_components_:
            raise ParameterError(
                f"the codes have {codes.shape[1]} columns, but this model's code has {self.n_components_} dimensions."
            )
        return torch.from_numpy(np.ascontiguousarray(codes))

    def _table(self, codes: Tensor, template: dict[str, Any], carry: Frame | None) -> Any:
        """Codes -> values -> table."""
        with torch.inference_mode():
            parts = [self.decode_values(part) for part in codes.split(ROWS)]
        values = {key: torch.cat([part[key].cpu() for part in parts]) for key in parts[0]}
        return self.schema_.to_table(values, template, carry)  # type: ignore[attr-defined]


class Distributes(Decodes, ABC):
    """Models that answer a code with a distribution over rows, so that every cell has a likelihood."""

    @abstractmethod
    def decode_joint(self, code: Tensor) -> Joint:
        """p(row | z), one distribution per block of columns, from codes (B, k)."""

    def decode_values(self, code: Tensor) -> dict[str, Tensor]:
        """Most plausible values by block."""
        return {key: distribution.mode for key, distribution in self.decode_joint(code).items()}

    def draw_values(self, code: Tensor) -> dict[str, Tensor]:
        """Values of rows drawn from codes; pixels at their mean, since noise of its own in each is no picture."""
        pictures = {key for key, column in self.schema_.blocks.items() if isinstance(column, Image)}  # type: ignore[attr-defined]
        joint = self.decode_joint(code)
        return {key: p.mean if key in pictures else p.sample() for key, p in joint.items()}

    def decode_coordinates(self, code: Tensor) -> Tensor:
        """Expected coordinates (B, n_coordinates)."""
        return self.schema_.expected(self.decode_joint(code))  # type: ignore[attr-defined]
