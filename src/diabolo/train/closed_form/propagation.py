r"""Labels that flow over a graph of neighbors until they settle: two linear systems, solved by conjugate gradients.

On a graph with weights W and degrees D, sources B (n, m) settle at

    F = (D − α W)⁻¹ B.

With B the labels and α = 0.99 this is label spreading (Zhou et al. 2004, in its random-walk form); with B the labels less
their mean and α -> 1 it is Poisson learning (Calder et al. 2020), which keeps its head where a class has one or two
labels: a source that is centered cannot flood the graph.

F is linear in B. Each labeled row is therefore a source of its own, and leaving it out, which costs other methods a fit,
is a subtraction here.

References
----------
Zhou et al., "Learning with local and global consistency", NeurIPS 2004.
Zelnik-Manor & Perona, "Self-tuning spectral clustering", NeurIPS 2004.
Calder, Cook, Thorpe & Slepčev, "Poisson learning: graph based semi-supervised learning at very low label rates", ICML 2020.
"""

import numpy as np
from scipy import sparse

__all__ = ["neighbor_graph", "settle"]

SHARPNESS = 4.0  # of the weights, as in Calder et al.
TOLERANCE = 1e-4
MOST_STEPS = 500


def neighbor_graph(distances: np.ndarray, indices: np.ndarray) -> sparse.csr_matrix:
    """Symmetric weights exp(−4 d²_ij / d²_ik), d_ik being the distance of row i to its farthest neighbor.

    Parameters
    ----------
    distances : ndarray, shape (n, k)
        Squared, nearest first.
    indices : ndarray, shape (n, k)
        Row numbers of the neighbors.

    Returns
    -------
    csr_matrix, shape (n, n)
        Without self-loops; every row has a neighbor.

    Examples
    --------
    >>> neighbor_graph(np.array([[1.0], [1.0]]), np.array([[1], [0]])).toarray().round(3)
    array([[0.   , 0.018],
           [0.018, 0.   ]])
    """
    n, k = distances.shape
    farthest = np.maximum(distances[:, -1:], 1e-12)
    weights = np.exp(-SHARPNESS * distances / farthest)
    graph = sparse.csr_matrix((weights.ravel(), indices.ravel(), np.arange(n + 1) * k), shape=(n, n))
    return ((graph + graph.T) / 2).tocsr()


def settle(
    graph: sparse.csr_matrix, sources: np.ndarray, *, alpha: float, centered: bool = False
) -> np.ndarray:
    """F = (D − α W)⁻¹ B for each column of B.

    Parameters
    ----------
    graph : csr_matrix, shape (n, n)
        Symmetric.
    sources : ndarray, shape (n, m)
    alpha : float
        In (0, 1): the share that flows on at every step.
    centered : bool
        Take from every source what makes its sum zero, evenly by degree.

    Returns
    -------
    ndarray, shape (n, m)

    Examples
    --------
    >>> graph = neighbor_graph(np.array([[1.0], [1.0]]), np.array([[1], [0]]))
    >>> settle(graph / graph.max(), np.array([[1.0], [0.0]]), alpha=0.5).ravel().round(3)
    array([1.333, 0.667])
    """
    degrees = np.asarray(graph.sum(1)).reshape(-1, 1)
    if centered:
        sources = sources - degrees * (sources.sum(0) / degrees.sum())
    system = sparse.csr_matrix(sparse.diags(degrees.ravel()) - alpha * graph)
    return _conjugate_gradients(system, sources, 1.0 / degrees)


def _conjugate_gradients(system: sparse.csr_matrix, b: np.ndarray, preconditioner: np.ndarray) -> np.ndarray:
    """Solve for all columns side by side; each stops moving when its residual is small."""
    x, r = np.zeros_like(b), b.copy()
    z = preconditioner * r
    p, rz = z.copy(), (r * z).sum(0)
    goal = TOLERANCE**2 * rz
    for _ in range(MOST_STEPS):
        going = rz > goal
        if not going.any():
            break
        flow = system @ p
        step = np.divide(rz, (p * flow).sum(0), out=np.zeros_like(rz), where=going)
        x += step * p
        r -= step * flow
        z = preconditioner * r
        before, rz = rz, np.where(going, (r * z).sum(0), rz)
        p = z + np.divide(rz, before, out=np.zeros_like(rz), where=going) * p
    return x
