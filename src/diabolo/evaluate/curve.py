"""The record of a sweep: error by width of the code, beside PCA and the mean row, and the suggested widths."""

import dataclasses
from typing import Any

import numpy as np

from diabolo.evaluate.scores import plain_json
from diabolo.evaluate.suggestions import RULES, recommended

__all__ = ["Sweep"]


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Error on held-out rows by the width k of the code; all errors are squared, per row, in coordinates.

    Parameters
    ----------
    model : {"autoencoder", "ordered", "linear"}
    n_components : int array, shape (m,)
    error : array, shape (m,)
        Of the model, mean over seeds.
    error_std : array, shape (m,)
        Spread over seeds (unbiased); NaN where there is one.
    linear_error, baseline_error : array, shape (m,)
        Of PCA and of the mean training row on the same rows.
    suggested : dict of str to int
        Width by rule; :data:`~diabolo.evaluate.suggestions.RULES` says what each is. A rule that does not apply is absent.
    estimates : dict of str to float
        What the rules that look at rows gave before rounding.
    rows, held_out : int
        Rows fitted with and rows judged by.
    seeds : tuple of int
        Of the trainings; none for the linear model.
    seconds : float
        Of all trainings together.
    separate_error : array, shape (m,), optional
        Of models of their own beside an ordered one, NaN where none was trained.
    columns : tuple of str
        Where errors by column were asked for.
    column_error, column_linear_error : array, shape (m, n_columns), optional
    column_baseline_error : array, shape (n_columns,), optional

    Examples
    --------
    >>> one = np.array([4.0, 1.0, 0.9])
    >>> found = Sweep("linear", np.array([1, 2, 3]), one, one * np.nan, one, one * 0 + 8, {"knee": 2}, {}, 90, 10)
    >>> found.recommended
    2
    >>> print(found.headline)
    2 numbers per row: they keep 87.5 % of what can be told from the mean row (PCA 87.5 %).
    """

    model: str
    n_components: np.ndarray
    error: np.ndarray
    error_std: np.ndarray
    linear_error: np.ndarray
    baseline_error: np.ndarray
    suggested: dict[str, int]
    estimates: dict[str, float]
    rows: int
    held_out: int
    seeds: tuple[int, ...] = ()
    seconds: float = 0.0
    separate_error: np.ndarray | None = None
    columns: tuple[str, ...] = ()
    column_error: np.ndarray | None = None
    column_linear_error: np.ndarray | None = None
    column_baseline_error: np.ndarray | None = None

    @property
    def rule(self) -> str | None:
        """The rule to follow: ``dimension``, else ``knee``, else ``within_5_percent``."""
        return recommended(self.suggested)

    @property
    def recommended(self) -> int | None:
        """The width that rule gives."""
        return None if self.rule is None else self.suggested[self.rule]

    @property
    def headline(self) -> str:
        """How many numbers, and what they keep, in a sentence."""
        k = self.recommended
        if k is None:
            return "No rule applies to this curve."
        numbers = f"{k} number{'s' * (k != 1)} per row"
        if k > self.n_components[-1]:
            return f"{numbers}, more than the {self.n_components[-1]} that were tried."
        if k not in self.n_components:
            return f"{numbers}, a width that was not tried: add {k} to the list to see what it keeps."
        if not self.baseline_error[0] > 0:
            return f"{numbers}, but the held-out rows do not differ from the mean row."
        i = int(np.flatnonzero(self.n_components == k)[0])
        kept, pca = (_percent(1 - e[i] / self.baseline_error[i]) for e in (self.error, self.linear_error))
        return f"{numbers}: they keep {kept} of what can be told from the mean row (PCA {pca})."

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per width, with the rules that suggest it."""
        return [
            {
                "n_components": int(k),
                "error": plain_json(self.error[i]),
                "error_std": plain_json(self.error_std[i]),
                "linear_error": plain_json(self.linear_error[i]),
                "baseline_error": plain_json(self.baseline_error[i]),
                "separate_error": None if self.separate_error is None else plain_json(self.separate_error[i]),
                "suggested_by": [rule for rule, chosen in self.suggested.items() if chosen == k],
            }
            for i, k in enumerate(self.n_components)
        ]

    def suggestions(self) -> list[dict[str, Any]]:
        """One plain dict per rule: the width, the estimate before rounding, and the rule in words."""
        return [
            {"rule": rule, "k": self.suggested[rule], "estimate": self.estimates.get(rule), "words": words}
            for rule, words in RULES.items()
            if rule in self.suggested
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is undefined is null."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        said = {"rule": self.rule, "recommended": self.recommended, "headline": self.headline}
        return {name: plain_json(value) for name, value in {**fields, **said}.items()}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
