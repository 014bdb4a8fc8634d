"""What all models that make new rows share: how many, under which conditions, from which seed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from numbers import Integral
from typing import Any, cast

import torch
from sklearn.utils.validation import check_is_fitted

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.models import defaults
from diabolo.randomness import seeded

__all__ = ["Samples"]


class Samples(ABC):
    """Models that make new rows like those they were fitted with."""

    schema_: Schema
    template_: dict[str, Any]

    @abstractmethod
    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """``n`` new rows that keep the conditions, drawn from the global generator; gaps are what is not ``seen``."""

    def sample(self, n: int = 1, *, given: Mapping[str, Any] | None = None, random_state: Any = None) -> Any:
        """New rows, of the kind, columns, order and dtypes of the training data.

        Parameters
        ----------
        n : int
            How many; 0 gives an empty table of the right columns.
        given : dict of str to value, optional
            What some columns are to be, where the model can be told.
        random_state : int, RandomState or None
            An int gives the same rows every time.

        Raises
        ------
        ParameterError
            ``n`` is not a whole number from 0, or a condition cannot be kept.
        """
        check_is_fitted(self)
        if isinstance(cast(Any, n), bool) or not isinstance(cast(Any, n), Integral) or n < 0:
            raise ParameterError(f"n={n!r} is not a number of rows: give a whole number from 0.")
        with seeded(defaults.seed(random_state), "sample"), torch.inference_mode():
            batch = self.sample_batch(int(n), dict(given or {}))
        return self.schema_.to_table(batch.values, self.template_, seen=batch.seen)
