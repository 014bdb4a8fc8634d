r"""Nearest neighbors of rows in latent and in input space, and how far the two agree.

    agreement(row) = |neighbors in latent space ∩ neighbors in input space| / n_neighbors

Input space is that of the schema's coordinates, in which the models measure errors: standard deviations for numbers of
a table, the own unit for arrays and pixels, one-hot levels over √2; a missing cell lies at its column's mean.
"""

import dataclasses
from typing import Any

import numpy as np
import torch

from diabolo.errors import ParameterError, TooFewRowsError
from diabolo.maps.rows import codes_of, coordinates
from diabolo.maps.views import check
from diabolo.maps.words import percent
from diabolo.models.base import as_frame
from diabolo.models.defaults import whole
from diabolo.neighbors import search
from diabolo.randomness import as_seed

__all__ = ["Neighborhoods", "nearest", "neighbors"]

SAMPLE = 20_000  # rows among which neighbors are sought, where there are more
ASKED = 1000  # rows whose neighbors are sought, where none are named


@dataclasses.dataclass(frozen=True, eq=False)
class Neighborhoods:
    """Nearest neighbors of some rows in two spaces.

    Parameters
    ----------
    rows : int array, shape (m,)
        Positions of the rows in the data.
    latent, input : int array, shape (m, n_neighbors)
        Positions of their nearest neighbors, nearest first; no row is its own.
    latent_distance, input_distance : array, shape (m, n_neighbors)
        Euclidean.
    agreement : array, shape (m,)
        Share of a row's latent neighbors that are also its neighbors in input space.
    n_rows : int
        Rows that came.
    sample : int
        Rows among which neighbors were sought.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> neighbors(LinearAutoencoder(2).fit(X), X, rows=[3], n_neighbors=5).latent.shape
    (1, 5)
    """

    rows: np.ndarray
    latent: np.ndarray
    input: np.ndarray
    latent_distance: np.ndarray
    input_distance: np.ndarray
    agreement: np.ndarray
    n_rows: int
    sample: int

    @property
    def n_neighbors(self) -> int:
        """Neighbors of each row."""
        return self.latent.shape[1]

    @property
    def mean_agreement(self) -> float:
        """Mean over the rows."""
        return float(self.agreement.mean())

    @property
    def by_chance(self) -> float:
        """Agreement of neighbors drawn at random, n_neighbors / (sample − 1)."""
        return self.n_neighbors / (self.sample - 1)

    @property
    def sentence(self) -> str:
        """The finding in a sentence, with the size of the sample."""
        of = (
            ""
            if self.sample == self.n_rows
            else f" (sought among a sample of {self.sample:,} of {self.n_rows:,} rows)"
        )
        return (
            f"{percent(self.mean_agreement)} of the {self.n_neighbors} nearest neighbors by code are nearest neighbors "
            f"in the data too{of}; by chance it would be {percent(self.by_chance)}."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "sentence": self.sentence,
            "n_neighbors": self.n_neighbors,
            "mean_agreement": self.mean_agreement,
            "by_chance": self.by_chance,
            "n_rows": self.n_rows,
            "sample": self.sample,
            "rows": self.rows.tolist(),
            "latent": self.latent.tolist(),
            "input": self.input.tolist(),
            "agreement": self.agreement.tolist(),
        }


def neighbors(
    model: Any,
    X: Any,
    rows: Any = None,
    n_neighbors: int = 10,
    *,
    random_state: Any = 0,
    codes: np.ndarray | None = None,
) -> Neighborhoods:
    """Nearest neighbors of rows in latent and in input space.

    Parameters
    ----------
    model : Encodes
        Fitted.
    X : table, array or images
    rows : int or sequence of int, optional
        Positions in ``X`` (from 0); by default up to 1000, in steady strides.
    n_neighbors : int
    random_state : int, RandomState or None
        Above 20,000 rows neighbors are sought among a random sample of 20,000, the asked rows included.
    codes : array, shape (n, k), optional
        The codes of ``X``, where they are known already.

    Raises
    ------
    CapabilityError
        The model gives no codes.
    TooFewRowsError
        There are not more rows than neighbors.
    ParameterError
        A position is outside ``X``, or ``n_neighbors`` is not a positive number.

    References
    ----------
    Venna & Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [1.0, 1.1], [5.0, 5.0], [6.0, 6.1]])
    >>> found = neighbors(LinearAutoencoder(1).fit(X), X, n_neighbors=1)
    >>> found.latent.ravel(), found.mean_agreement
    (array([1, 0, 3, 2]), 1.0)
    """
    check(model, "neighbors")
    frame = as_frame(X)
    _check_number(n_neighbors, frame.n_rows)
    asked = _asked(rows, frame.n_rows)
    among = _sample(asked, frame.n_rows, as_seed(random_state))
    shown = frame if len(among) == frame.n_rows else frame.take(among)
    own = np.searchsorted(among, asked)
    latent = codes_of(model, shown, None if codes is None else np.asarray(codes)[among])
    found = [nearest(space, own, n_neighbors) for space in (latent, coordinates(model, shown))]
    (near, latent), (far, inputs) = found
    agreement = (latent[:, :, None] == inputs[:, None, :]).any(2).mean(1)
    return Neighborhoods(asked, among[latent], among[inputs], near, far, agreement, frame.n_rows, len(among))


def nearest(space: np.ndarray, rows: np.ndarray, n_neighbors: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances and positions of the nearest others of some rows, each (m, n_neighbors).

    Examples
    --------
    >>> nearest(np.array([[0.0], [0.0], [3.0]]), np.array([0, 1]), 1)[1].ravel()
    array([1, 0])
    """
    among, own = torch.from_numpy(np.ascontiguousarray(space)), torch.from_numpy(rows)
    distances, found = search(among[own], n_neighbors, among=among, own=own)
    return distances.numpy(), found.numpy()


def _check_number(n_neighbors: Any, n_rows: int) -> None:
    """A number of neighbors that there can be."""
    if whole("n_neighbors", n_neighbors, 1) >= n_rows:
        raise TooFewRowsError(
            f"{n_rows} rows are too few for {n_neighbors} neighbors each: give more rows, or n_neighbors of at most "
            f"{n_rows - 1}."
        )


def _asked(rows: Any, n_rows: int) -> np.ndarray:
    """Positions of the rows to look at."""
    if rows is None:
        return np.unique(np.linspace(0, n_rows - 1, min(n_rows, ASKED)).astype(np.int64))
    asked = np.atleast_1d(np.asarray(rows))
    if asked.dtype.kind not in "iu" or not len(asked):
        raise ParameterError(f"rows={rows!r} are not positions in the data: give whole numbers from 0 on.")
    if asked.min() < 0 or asked.max() >= n_rows:
        wrong = int(asked.min() if asked.min() < 0 else asked.max())
        raise ParameterError(f"row {wrong} is out of range: there are {n_rows} rows, 0 to {n_rows - 1}.")
    return asked.astype(np.int64)


def _sample(asked: np.ndarray, n_rows: int, seed: int) -> np.ndarray:
    """Sorted positions of the rows among which to seek."""
    if n_rows <= SAMPLE:
        return np.arange(n_rows)
    drawn = np.random.default_rng(seed).choice(n_rows, SAMPLE, replace=False)
    rest = drawn[~np.isin(drawn, asked)][: max(0, SAMPLE - len(np.unique(asked)))]
    return np.unique(np.concatenate([asked, rest]))
