"""The record of a judgment: one line per column, one for all of them, and what to beware of."""

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = ["ColumnScore", "Scores", "plain_json"]

TOTAL = "all columns"


@dataclasses.dataclass(frozen=True)
class ColumnScore:
    """How well one column came back.

    Parameters
    ----------
    name, kind : str
        The column and its data type.
    seen : int
        Cells that were not missing; only they count.
    measure : {"RMSE", "accuracy", "PSNR"}
        What the next three numbers are.
    unit : str
        Their unit: ``""`` for a number's own, ``days``, ``hours`` or ``s`` for times, ``dB`` for PSNR.
    model, pca, mean : float or None
        The measure for the model, for PCA with as many components and for the mean row (numbers) or most
        frequent level.
    mean_error : float
        Squared distance from the training mean, in coordinates, per row: how much there was to keep.
    kept, pca_kept : float or None
        Share of that squared distance that the reconstruction takes off: 1 is perfect, 0 no better than the
        mean. None where the column does not vary on these rows.
    bits, mean_bits : float or None
        Cross-entropy per cell of a column of levels, under the model and under the shares of the training
        rows.
    ssim, pca_ssim : float or None
        Structural similarity of images.

    Examples
    --------
    >>> ColumnScore("age", "continuous", 90, "RMSE", "", 2.0, 3.0, 4.0, 1.0, 0.75, 0.44).kept
    0.75
    """

    name: str
    kind: str
    seen: int
    measure: str
    unit: str
    model: float | None
    pca: float | None
    mean: float | None
    mean_error: float
    kept: float | None
    pca_kept: float | None
    bits: float | None = None
    mean_bits: float | None = None
    ssim: float | None = None
    pca_ssim: float | None = None


@dataclasses.dataclass(frozen=True)
class Scores:
    """What survived the waist, on rows the model may never have seen.

    Parameters
    ----------
    columns : tuple of ColumnScore
        In the order of the table.
    rows, n_components : int
        Rows judged and width of the code.
    kept, pca_kept : float or None
        Share of the total squared distance from the mean that is kept, by the model and by PCA of the same
        width.
    error, pca_error, mean_error : float
        Squared error per row in coordinates, of the model, of PCA and of the mean row.
    parameters : int
        Numbers that were learned.
    bytes_before, bytes_after : float
        Per row: the raw cells (text in UTF-8), and the code in float32.
    seconds : float
        Training.
    encode_rows_per_second : float
        Measured on 1,000 of these rows, repeated where they are fewer.
    noise_floor : float or None
        Squared error per row that rounding the raw cells to their grid (whole numbers, bytes, days) already
        means; no error below it tells anything. None where no column is rounded.
    train_error : float or None
        Squared error per row on training rows, where some were given.
    notes : tuple of str
        Each warning as a sentence.

    Examples
    --------
    >>> age = ColumnScore("age", "continuous", 90, "RMSE", "", 2.0, 3.0, 4.0, 1.0, 0.75, 0.44)
    >>> scores = Scores((age,), 90, 1, 0.75, 0.44, 0.25, 0.56, 1.0, 8, 8.0, 4.0, 1.0, 1e6)
    >>> [line["column"] for line in scores.table()]
    ['age', 'all columns']
    """

    columns: tuple[ColumnScore, ...]
    rows: int
    n_components: int
    kept: float | None
    pca_kept: float | None
    error: float
    pca_error: float
    mean_error: float
    parameters: int
    bytes_before: float
    bytes_after: float
    seconds: float
    encode_rows_per_second: float
    noise_floor: float | None = None
    train_error: float | None = None
    notes: tuple[str, ...] = ()

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per column, and a last one for all of them."""
        return [*map(_line, self.columns), self._total()]

    def summary(self, limit: int = 12) -> list[dict[str, Any]]:
        """The table, with only the best and the worst kept columns where it has more than ``limit``.

        Columns that hardly vary (less than 1 % of the average column) are not among them. The total then says
        as ``left_out`` how many columns are not shown.

        Parameters
        ----------
        limit : int
            Number of columns to show.
        """
        if len(self.columns) <= limit:
            return self.table()
        least = 0.01 * self.mean_error / len(self.columns)
        ranked = sorted((c for c in self.columns if c.mean_error > least), key=lambda c: -(c.kept or 0.0))
        shown = ranked if len(ranked) <= limit else ranked[: (limit + 1) // 2] + ranked[-(limit // 2) :]
        return [*map(_line, shown), self._total() | {"left_out": len(self.columns) - len(shown)}]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; what is undefined or infinite (the PSNR of a perfect copy) is null."""
        return plain_json(dataclasses.asdict(self))

    def _total(self) -> dict[str, Any]:
        """The line of all columns: squared error per row in coordinates."""
        total = ColumnScore(
            TOTAL,
            "",
            self.rows,
            "squared error",
            "per row",
            self.error,
            self.pca_error,
            self.mean_error,
            self.mean_error,
            self.kept,
            self.pca_kept,
        )
        return _line(total)


def _line(score: ColumnScore) -> dict[str, Any]:
    """A score as a line of a table."""
    fields = dataclasses.asdict(score)
    return {"column": fields.pop("name"), **fields}


def plain_json(value: Any) -> Any:
    """The same as JSON knows it: arrays as lists, null for numbers that are none."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain_json(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
