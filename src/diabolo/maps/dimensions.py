r"""The overview of a code: how much each dimension does, and which columns it does it to.

The effect of a dimension is what decoded rows lose when it is held at its mean, as a share of the variance of the
decoded rows; its importance for a column is how far the column moves with it:

    effect_j = Σ_rows ‖x̂(z) − x̂(z with z_j = mean_j)‖² / Σ_rows ‖x̂(z) − mean‖²
    importance_jc = sd(z_j) √( mean_rows Σ_{i in column c} (∂x̂_i / ∂z_j)² )
"""

import dataclasses
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diabolo.maps.ranges import Ranges, of_codes
from diabolo.maps.rows import as_codes, codes_of
from diabolo.maps.views import check
from diabolo.models.diagnosis import effects

__all__ = ["Dimensions", "dimensions", "importance"]

SAMPLE = 1000  # rows, in steady strides
LEAST_EFFECT = 1e-3  # of the variance of decoded rows


@dataclasses.dataclass(frozen=True, eq=False)
class Dimensions:
    """What every dimension of the code does.

    Parameters
    ----------
    names : tuple of str
        z1, z2, ...
    columns : tuple of str
        The columns that are learned from.
    effect : array, shape (k,)
        Share of the variance of decoded rows that is gone when the dimension is held at its mean. For a linear model the
        shares add up to 1; for others they need not.
    active : bool array, shape (k,)
        Whether the effect is at least 0.1 %.
    importance : array, shape (k, n_columns)
        How far each column moves, in coordinates, when the dimension moves by one standard deviation.
    ranges : Ranges
        Where data lie along each dimension.
    n_rows, sample : int
        Rows that came, and rows that were decoded to measure this.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
    >>> dimensions(LinearAutoencoder(1).fit(X), X).names
    ('z1',)
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    effect: np.ndarray
    active: np.ndarray
    importance: np.ndarray
    ranges: Ranges
    n_rows: int
    sample: int

    @property
    def order(self) -> np.ndarray:
        """Positions of the active dimensions, the one that does most first."""
        order = np.argsort(-self.effect, kind="stable")
        return order[self.active[order]]

    @property
    def folded(self) -> tuple[str, ...]:
        """Dimensions that do next to nothing."""
        return tuple(name for name, active in zip(self.names, self.active, strict=True) if not active)

    def columns_of(self, dim: int, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The columns that a dimension moves most, with their importance.

        Examples
        --------
        >>> from diabolo import LinearAutoencoder
        >>> X = np.array([[0.0, 1.0, 0.0], [0.0, 3.0, 0.1], [0.0, 5.0, 0.0]])
        >>> dimensions(LinearAutoencoder(1).fit(X), X).columns_of(0, 1)[0][0]
        'x1'
        """
        order = np.argsort(-self.importance[dim], kind="stable")[:most]
        return tuple((self.columns[c], float(self.importance[dim, c])) for c in order)

    def to_json(self) -> dict[str, Any]:
        """Plain values, by effect."""
        return {
            "dimensions": [
                {
                    "dimension": self.names[j],
                    "effect": float(self.effect[j]),
                    "columns": dict(self.columns_of(j)),
                }
                for j in self.order
            ],
            "folded": list(self.folded),
            "n_rows": self.n_rows,
            "sample": self.sample,
        }


def dimensions(model: Any, X: Any = None, *, codes: np.ndarray | None = None) -> Dimensions:
    """Measure what every dimension of the code does to the rows decoded from it.

    Parameters
    ----------
    model : Decodes
        Fitted.
    X : table, array or images
        Rows of the kind the model was fitted with; up to 1000 of them, in steady strides, are decoded.
    codes : array, shape (n, k), optional
        Their codes, where they are known already; ``X`` is then not needed.

    Raises
    ------
    CapabilityError
        The model has no decoder.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from sklearn.datasets import load_iris
    >>> X = load_iris().data
    >>> dimensions(LinearAutoencoder(2).fit(X), X).effect.round(2)
    array([0.95, 0.05])
    """
    check(model, "dimensions")
    codes = codes_of(model, X, codes)
    sample = np.ascontiguousarray(codes[:: max(1, len(codes) // SAMPLE)])
    effect, ranges = effects(model, as_codes(sample)).numpy(), of_codes(codes)
    return Dimensions(
        tuple(f"z{j + 1}" for j in range(codes.shape[1])),
        model.schema_.names,
        effect,
        effect >= LEAST_EFFECT,
        importance(model, sample) * np.asarray(ranges.spread)[:, None],
        ranges,
        len(codes),
        len(sample),
    )


def importance(model: Any, codes: np.ndarray) -> np.ndarray:
    """Root mean square over rows of how fast each column moves with each dimension, (k, n_columns).

    √( mean_rows Σ_{i in column c} (∂x̂_i / ∂z_j)² ), by forward-mode differentiation. The unit of a column is that of its
    coordinates: a standard deviation for numbers of a table, the array's own unit for arrays and pixels. For a linear model
    of numbers this is the absolute loading.

    Parameters
    ----------
    model : Decodes
    codes : array, shape (n, k)
        Where to differentiate.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 1.0], [0.0, 3.0], [0.0, 5.0]])
    >>> importance(LinearAutoencoder(1).fit(X), np.zeros((1, 1)))
    array([[0., 1.]])
    """
    z, schema = as_codes(codes), model.schema_
    rows = np.zeros((z.shape[1], len(schema.names)))
    for j in range(z.shape[1]):
        squares = _derivative(model, z, j).double().square().mean(0)
        rows[j] = (
            torch.zeros(len(schema.names), dtype=torch.float64).index_add_(0, schema.owners, squares).sqrt()
        )
    return rows


def _derivative(model: Any, z: Tensor, j: int) -> Tensor:
    """∂x̂ / ∂z_j of every row (n, D): rows are decoded independently, so one product with e_j serves all."""
    direction = torch.zeros_like(z)
    direction[:, j] = 1.0
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch 2.13 scripts its own rules on first use
        return torch.func.jvp(model.decode_coordinates, (z,), (direction,))[1].cpu()
