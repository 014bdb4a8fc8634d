"""What a reconstruction is compared with: the mean row, and PCA of the same width on the same rows."""

import dataclasses
from typing import Self

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import DataError

__all__ = ["Reference"]

ROWS = 20_000  # enough rows for a reference, in steady strides through the data


@dataclasses.dataclass(frozen=True)
class Reference:
    """The mean row and the first k principal components, in coordinates.

    Parameters
    ----------
    mean : Tensor, shape (D,)
    components : Tensor, shape (k, D)
        Orthonormal rows, largest variance first.
    """

    mean: Tensor
    components: Tensor

    @classmethod
    def fit(cls, schema: Schema, batch: Batch, k: int) -> Self:
        """From training rows; a missing cell is taken at the mean of its column."""
        step = max(1, len(batch) // ROWS)
        sample = (
            batch.take(torch.arange(0, len(batch), step, device=batch.index.device)) if step > 1 else batch
        )
        x = schema.filled(sample).double()
        if not torch.isfinite(x.square().sum()):
            raise DataError(
                "the squares of these numbers are too large to add up: rescale columns beyond 1e150."
            )
        mean = x.mean(0)
        return cls(mean.float(), _components(x - mean, k).float())

    def expected(self, schema: Schema, batch: Batch, *, width: int | None = None) -> Tensor:
        """PCA's reconstruction (B, D) of the rows in coordinates, with the first ``width`` components."""
        return self.mean + self.scores(schema, batch)[:, :width] @ self.components[:width]

    def scores(self, schema: Schema, batch: Batch) -> Tensor:
        """Principal component scores (B, k) of rows; a missing cell is taken at the mean of its column."""
        return (schema.filled(batch, self.mean) - self.mean) @ self.components.T

    def error(self, schema: Schema, batch: Batch, *, width: int | None = None) -> float:
        """Mean over rows of PCA's squared error; with ``width=0`` that of the mean row."""
        return float(schema.errors_by_column(batch, self.expected(schema, batch, width=width)).sum()) / len(
            batch
        )

    def fairness(self, schema: Schema, batch: Batch, k: int) -> Tensor:
        """Weights (k,) of mean one that fall with PCA's error at widths 1, 2, ..., k, sixfold at the most."""
        errors = torch.tensor([self.error(schema, batch, width=j + 1) for j in range(k)])
        weights = 1.0 / (errors + 0.2 * errors.max() + 1e-12)
        return weights / weights.mean()

    def truncate(self, k: int) -> Self:
        """The first k components."""
        return dataclasses.replace(self, components=self.components[:k])

    def to(self, device: torch.device | str) -> Self:
        """The same on another device."""
        return dataclasses.replace(self, mean=self.mean.to(device), components=self.components.to(device))

    def tensors(self) -> dict[str, Tensor]:
        """By name, for a file."""
        return {"mean": self.mean, "components": self.components}


def _components(x: Tensor, k: int) -> Tensor:
    """First k right singular vectors of centered rows, as rows: by the smaller Gram matrix where one is small."""
    rows, width = x.shape
    k = min(k, rows, width)
    if min(rows, width) > 4096:
        return torch.svd_lowrank(x, min(k + 10, rows, width), niter=4)[2][:, :k].T.contiguous()
    if width <= rows:
        return torch.linalg.eigh(x.T @ x)[1].flip(1)[:, :k].T.contiguous()
    values, left = torch.linalg.eigh(x @ x.T)
    scale = values.flip(0)[:k].clamp(min=1e-30).sqrt()
    return ((x.T @ left.flip(1)[:, :k]) / scale).T.contiguous()
