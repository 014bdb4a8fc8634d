"""How good a latent space is as a map: who is near whom in it, beside PCA of the same width on the same rows."""

import dataclasses
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diabolo.data.labels import Labels
from diabolo.errors import ParameterError
from diabolo.evaluate.agreement import agreement, neighbor_hits, shepard
from diabolo.evaluate.labels import read_labels
from diabolo.evaluate.scores import plain_json
from diabolo.frames import Frame
from diabolo.randomness import derive

__all__ = ["Geometry", "MapQuality", "Spaces", "map_quality"]

MOST_ROWS = 20_000  # distances between all pairs take time with the square
HITS = (1, 5, 10)
OF_EACH = 5  # rows of every class that a sample keeps: as many as a probe has folds


@dataclasses.dataclass(frozen=True)
class Geometry:
    """What a map keeps of the data's geometry.

    Parameters
    ----------
    trustworthiness, continuity : float
        Neighbors in the map are neighbors in the data, and the other way round: 1 is perfect.
    rank_error : float
        Mean relative rank error of these neighbors: 0 is perfect.
    shepard : float or None
        Rank correlation of all distances, 1 is perfect; None where there is only one place.
    hits : dict of int to float
        Share of the 1, 5 and 10 nearest in the map with a row's own label; empty without labels.

    Examples
    --------
    >>> Geometry(0.97, 0.95, 0.01, 0.6, {1: 0.9}).hits[1]
    0.9
    """

    trustworthiness: float
    continuity: float
    rank_error: float
    shepard: float | None
    hits: dict[int, float]


@dataclasses.dataclass(frozen=True)
class MapQuality:
    """How good a map is, and how good PCA's is.

    Parameters
    ----------
    model, pca : Geometry
        Of the latent space and of as many principal components.
    rows : int
        Rows there were.
    sample : int
        Rows that were judged: all, or a random sample where there are many. Values of samples of another size are not
        comparable: among fewer rows, neighbors are further apart.
    labeled : int
        Rows of the sample with a label.
    n_components, n_neighbors : int
        Width of the code, and the number of neighbors that trustworthiness, continuity and rank error look at.

    Examples
    --------
    >>> same = Geometry(1.0, 1.0, 0.0, 1.0, {})
    >>> [line["measure"] for line in MapQuality(same, same, 100, 100, 0, 2, 5).table()]
    ['trustworthiness T(5)', 'continuity C(5)', 'rank error', 'Shepard correlation']
    """

    model: Geometry
    pca: Geometry
    rows: int
    sample: int
    labeled: int
    n_components: int
    n_neighbors: int

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per measure: its name, the model's value, PCA's, and which way is better."""
        k = self.n_neighbors
        names = {
            "trustworthiness": f"trustworthiness T({k})",
            "continuity": f"continuity C({k})",
            "rank_error": "rank error",
            "shepard": "Shepard correlation",
        }
        lines = [(text, getattr(self.model, name), getattr(self.pca, name)) for name, text in names.items()]
        lines += [(f"same label, {k} nearest", hit, self.pca.hits[k]) for k, hit in self.model.hits.items()]
        return [
            {"measure": text, "model": model, "pca": pca, "better": "lower" if "error" in text else "higher"}
            for text, model, pca in lines
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_json(dataclasses.asdict(self))


@dataclasses.dataclass(frozen=True)
class Spaces:
    """The same rows in the data's coordinates, in the latent space and on principal components.

    Parameters
    ----------
    data : Tensor, shape (n, D)
        Coordinates of the schema (numbers of a table in standard deviations), a missing cell at the column's mean.
    model, pca : Tensor, shape (n, k)
    labels : Labels or None
        Of these rows.
    rows : int
        Rows these were drawn from.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> X = load_iris().data
    >>> spaces = Spaces.of(LinearAutoencoder(2).fit(X), Frame.of(X), None, 50, 0)
    >>> spaces.data.shape, spaces.model.shape, spaces.rows
    (torch.Size([50, 4]), torch.Size([50, 2]), 150)
    """

    data: Tensor
    model: Tensor
    pca: Tensor
    labels: Labels | None
    rows: int

    @classmethod
    def of(cls, model: Any, frame: Frame, labels: Labels | None, max_rows: int, seed: int) -> "Spaces":
        """All rows, or ``max_rows`` of them at random, as a model sees them."""
        if max_rows < 1:
            raise ParameterError(f"max_rows={max_rows} leaves nothing to judge by: give thousands.")
        kept = _sample(frame.n_rows, None if labels is None else labels.codes, max_rows, seed)
        part = frame if len(kept) == frame.n_rows else frame.take(kept)
        schema, reference = model.schema_, model.reference_
        batch = schema.to_batch(part, type(model).__name__)
        return cls(
            data=schema.filled(batch, reference.mean),
            model=torch.from_numpy(np.asarray(model.transform(part))),
            pca=reference.scores(schema, batch),
            labels=labels and labels.take(kept),
            rows=frame.n_rows,
        )


def _sample(rows: int, classes: np.ndarray | None, most: int, seed: int) -> np.ndarray:
    """Positions of at most so many rows, sorted; each class in its share, but five rows of it before more of others."""
    order = np.random.default_rng(derive(seed, "judged rows")).permutation(rows)
    if classes is not None and rows > most:
        place = np.empty(rows, np.float64)
        for number in np.unique(classes):
            inside = np.flatnonzero(classes[order] == number)
            place[inside] = np.where(
                np.arange(len(inside)) < OF_EACH, -1, np.arange(len(inside)) / len(inside)
            )
        order = order[np.argsort(place, kind="stable")]
    return np.sort(order[:most])


def map_quality(
    model: Any,
    X: Any,
    labels: Any = None,
    *,
    n_neighbors: int = 5,
    max_rows: int = MOST_ROWS,
    random_state: int = 0,
) -> MapQuality:
    """Judge the latent space as a map, beside PCA: whether what is near in it is near in the data.

    Trustworthiness, continuity and the mean relative rank error look at neighbors (:func:`agreement` has the formulas),
    the Shepard correlation at all distances, and with labels the share of the 1, 5 and 10 nearest that carry a row's own
    label at what a person would read off the map. Distances of the data are those of the schema's coordinates.

    Parameters
    ----------
    model : Autoencoder or LinearAutoencoder
        Fitted.
    X : table, array, tensor or images
        Rows, held out from training if the numbers are to mean anything.
    labels : str or sequence of length n, optional
        A column of ``X``, or one label per row; None where a row has none.
    n_neighbors : int
        Less than half the number of rows.
    max_rows : int
        More rows than these are sampled, as the record then says; all distances among 20,000 rows of 784 pixels take
        about half a minute.
    random_state : int
        Of the sample.

    Returns
    -------
    MapQuality

    Raises
    ------
    ParameterError
        There are not more than 2 · ``n_neighbors`` rows.
    DataError
        Labels of another length, one label only, or a label that only one row has.

    References
    ----------
    Venna & Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> X, y = load_iris(return_X_y=True)
    >>> quality = map_quality(LinearAutoencoder(2).fit(X), X, y)
    >>> quality.model.trustworthiness == quality.pca.trustworthiness > 0.95, round(quality.model.hits[1], 2)
    (True, 0.96)
    """
    frame = Frame.of(X)
    read = None if labels is None else read_labels(labels, frame)
    spaces = Spaces.of(model, frame, read, max_rows, random_state)
    labeled = 0 if spaces.labels is None else len(spaces.labels.rows)
    return MapQuality(
        model=_geometry(spaces, spaces.model, n_neighbors, random_state),
        pca=_geometry(spaces, spaces.pca, n_neighbors, random_state),
        rows=spaces.rows,
        sample=len(spaces.data),
        labeled=labeled,
        n_components=spaces.model.shape[1],
        n_neighbors=n_neighbors,
    )


def _geometry(spaces: Spaces, places: Tensor, k: int, seed: int) -> Geometry:
    """Judge one placement of the rows."""
    agreed = agreement(spaces.data, places, k)
    correlation = shepard(spaces.data, places, seed=seed)
    hits: dict[int, float] = {}
    if spaces.labels is not None and len(spaces.labels.rows) > 1:
        rows = torch.from_numpy(spaces.labels.rows)
        hits = neighbor_hits(places[rows], torch.from_numpy(spaces.labels.codes)[rows], HITS)
    return Geometry(
        agreed.trustworthiness,
        agreed.continuity,
        agreed.rank_error,
        None if np.isnan(correlation) else correlation,
        hits,
    )
