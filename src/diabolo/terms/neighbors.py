r"""A map that keeps neighbors together, from the same model that decodes.

Each row i has k nearest neighbors in the data. In every step one of them, j, is drawn for each row of the batch and
encoded as well. With q(a, b) = 1 / (1 + ‖z_a − z_b‖²), the similarity of t-SNE and UMAP, the cost of the row is

    −log ( q(i, j) / (q(i, j) + Σ_m q(i, m)) ),        m over the other rows of the batch and their drawn neighbors,

t-SNE's objective in contrastive form: neighbors are pulled together, all others pushed apart, nothing is stored but the
n·k edges of the graph, and new rows are placed by the encoder. Shapes: z (B, k) and its neighbors (B, k) -> (B,).

References
----------
van der Maaten & Hinton, "Visualizing data using t-SNE", JMLR 2008.
Sainburg, McInnes & Gentner, "Parametric UMAP embeddings for representation and semisupervised learning", Neural
Computation 2021.
Damrich, Böhm, Hamprecht & Kobak, "From t-SNE to UMAP with contrastive learning", ICLR 2023.
"""

import dataclasses
import math
from typing import Any, cast

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.neighbors import search
from diabolo.shapes import Code, PerRow
from diabolo.terms.penalties import Encode, Penalty, Scores

__all__ = ["Attraction", "Neighbors", "contrast"]

COMPONENTS = 50  # distances in more principal components are slower and no more telling


@dataclasses.dataclass(frozen=True)
class Neighbors(Penalty):
    """Rows that are near each other in the data shall be so in the code: a readable map that also decodes.

    weight · cells · log(1 + Σ_m q(i, m)/q(i, j)) with q(a, b) = 1/(1 + ‖z_a − z_b‖²), j one of the k nearest neighbors of
    row i in the data and m the other rows of its batch. Near is meant in the first 50 principal components of the
    coordinates (numbers of a table in standard deviations; a gap lies at the mean of its column).

    Parameters
    ----------
    weight : float
        Of this cost against the reconstruction. Both grow with the number of cells of a row, so that one weight means
        the same for narrow tables and for images. More separates better and rebuilds worse.
    k : int
        Neighbors of a row: more look at the whole, fewer at the detail.

    Raises
    ------
    ParameterError
        A value is not allowed, or (in fitting) there are not more than k training rows.

    References
    ----------
    Sainburg, McInnes & Gentner, "Parametric UMAP embeddings for representation and semisupervised learning", Neural
    Computation 2021.
    Damrich, Böhm, Hamprecht & Kobak, "From t-SNE to UMAP with contrastive learning", ICLR 2023.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import Autoencoder
    >>> X = load_digits().data[:300]
    >>> model = Autoencoder(2, penalty=Neighbors(k=10), max_epochs=2, random_state=0).fit(X)
    >>> list(model.history_.epochs[0].terms)
    ['reconstruction', 'penalty']
    """

    weight: float = 0.5
    k: int = 15

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise ParameterError(f"weight={self.weight} is not a weight: give a number from 0.")
        if isinstance(self.k, bool) or not isinstance(cast(Any, self.k), int) or self.k < 1:
            raise ParameterError(f"k={self.k} is not a number of neighbors: give a whole number from 1.")

    def prepare(self, rows: Batch, scores: Scores) -> "Attraction":
        """Find the neighbors of all training rows.

        Raises
        ------
        ParameterError
            There are not more than k rows.
        """
        if len(rows) <= self.k:
            raise ParameterError(
                f"Neighbors(k={self.k}) needs more than {self.k} training rows, but there are {len(rows)}: "
                f"give k from 1 to {len(rows) - 1}."
            )
        cells = sum(values[0].numel() for values in rows.values.values())
        return Attraction(self.weight * cells, rows, search(scores(COMPONENTS), self.k)[1])


class Attraction:
    """The cost on a graph of neighbors.

    Parameters
    ----------
    weight : float
    rows : Batch
        The n training rows.
    graph : int64 Tensor, shape (n, k)
        Positions of the neighbors of each row.
    """

    def __init__(self, weight: float, rows: Batch, graph: Tensor) -> None:
        self.weight, self.rows, self.graph = weight, rows, graph
        device = rows.index.device
        self.position = torch.zeros(int(rows.index.max()) + 1, dtype=torch.int64, device=device)
        self.position[rows.index] = torch.arange(len(rows), device=device)

    def __call__(self, code: Code, batch: Batch, encode: Encode) -> PerRow:
        """Draw a neighbor of each row, encode it, and contrast it with all the others."""
        drawn = torch.randint(self.graph.shape[1], (len(batch),), device=code.device)
        partners = self.graph[self.position[batch.index], drawn]
        return self.weight * contrast(code, encode(self.rows.take(partners)))


def contrast(code: Code, partner: Code) -> PerRow:
    """Compare each row's likeness to its partner with its likeness to all other rows and partners.

    log(1 + Σ_m q(i, m)/q(i, j)) with q(a, b) = 1/(1 + ‖z_a − z_b‖²): log(1 + M) for M others where all lie on one place,
    0 where the partner is near and the others are infinitely far.

    Examples
    --------
    >>> contrast(torch.zeros(2, 1), torch.zeros(2, 1)).exp().round().tolist()
    [3.0, 3.0]
    """
    code, partner = (
        code.float(),
        partner.float(),
    )  # differences, as autocast would take products in half precision
    squares = (torch.cat([code, partner])[None] - code[:, None]).square().sum(2)
    own = torch.eye(len(code), dtype=torch.bool, device=code.device)
    near = (1 / (1 + squares)).masked_fill(torch.cat([own, own], 1), 0.0)
    return torch.log1p(near.sum(1) * (1 + squares.diagonal(len(code))))
