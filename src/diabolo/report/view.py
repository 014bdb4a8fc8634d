"""What all sections of a report look at: a model, rows, their codes and labels."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import numpy as np

from diabolo import maps
from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.labels import label_cells
from diabolo.errors import TooFewRowsError
from diabolo.frames import Frame
from diabolo.models import SemiSupervisedClassifier

__all__ = ["View"]

FEWEST_GROUPED = 30  # rows that groups are sought in
MOST_LEVELS = 24  # labels that can be told apart on a page


@dataclasses.dataclass(frozen=True)
class View:
    """A fitted model and rows, encoded once for all sections.

    Parameters
    ----------
    model : Estimator
    frame : Frame
    label : str or sequence of length n, optional
        A column, or one value per row.
    labeler : SemiSupervisedClassifier, optional
        What labels the rows, where the model is its encoder.
    train : Frame, optional
        Rows that the model was fitted with.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> View(LinearAutoencoder(2).fit(X), Frame.of(X)).codes.shape
    (50, 2)
    """

    model: Any
    frame: Frame
    label: str | Sequence[Any] | np.ndarray | None = None
    labeler: SemiSupervisedClassifier | None = None
    train: Frame | None = None

    @cached_property
    def codes(self) -> np.ndarray:
        """Codes of the rows, (n, k)."""
        return self.model.transform(self.frame)

    @cached_property
    def batch(self) -> Batch:
        """The rows as tensors."""
        return self.model.schema_.to_batch(self.frame)

    @cached_property
    def image(self) -> Image | None:
        """The one column of images, where the rows are nothing else."""
        columns = self.model.schema_.columns
        return columns[0] if len(columns) == 1 and isinstance(columns[0], Image) else None

    @cached_property
    def labels(self) -> list[Any] | None:
        """One label per row (None where it is missing), if there are few enough, each met more than once."""
        if self.label is None:
            return None
        values = label_cells(self.label, self.frame).to_pylist()
        known = [value for value in values if value is not None]
        counts = Counter(known)
        few = 2 <= len(counts) <= MOST_LEVELS and min(counts.values()) > 1
        return values if few else None

    @cached_property
    def clusters(self) -> maps.Clusters | None:
        """Groups of the rows that nobody labeled; None for few rows."""
        if len(self.codes) < FEWEST_GROUPED:
            return None
        with suppress(TooFewRowsError):
            return maps.clusters(self.model, self.frame, codes=self.codes)
        return None

    @property
    def label_is_learned(self) -> bool:
        """Whether the model itself was fitted with the label."""
        return isinstance(self.label, str) and self.label in self.model.schema_.names

    def pixels(self, rows: Any) -> np.ndarray:
        """Images (n, c, y, x) of decoded rows, in the training images' range of light."""
        assert self.image is not None
        return self.image.to_tensor(Frame.decoded(rows))[0].numpy()
