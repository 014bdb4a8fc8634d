import numpy as np
import pytest
import torch

from diabolo.neighbors import search
from diabolo.train.closed_form.propagation import neighbor_graph, settle


@pytest.fixture
def graph(rng):
    rows = torch.from_numpy(rng.normal(size=(40, 3)))
    distances, places = search(rows, 4)
    return neighbor_graph(distances.square().numpy(), places.numpy())


def test_the_graph_is_symmetric_without_loops(graph):
    dense = graph.toarray()
    assert np.array_equal(dense, dense.T)
    assert (dense.diagonal() == 0).all()
    assert ((dense > 0).sum(1) >= 4).all()


@pytest.mark.parametrize("alpha", [0.5, 0.99, 0.999])
def test_it_solves_the_linear_system(graph, alpha):
    sources = np.eye(40)[:, :3]
    dense = graph.toarray()
    exact = np.linalg.solve(np.diag(dense.sum(1)) - alpha * dense, sources)
    assert np.allclose(settle(graph, sources, alpha=alpha), exact, rtol=1e-2, atol=1e-3 * exact.max())


def test_centered_sources_settle_around_zero(graph):
    degrees = graph.toarray().sum(1)
    field = settle(graph, np.eye(40)[:, :2], alpha=0.999, centered=True)
    assert np.allclose(degrees @ field / degrees.sum(), 0, atol=1e-2 * np.abs(field).max())


def test_labels_stay_on_their_island():
    graph = neighbor_graph(np.ones((4, 1)), np.array([[1], [0], [3], [2]]))
    field = settle(graph, np.eye(4)[:, :1], alpha=0.9).ravel()
    assert field[0] > field[1] > 0
    assert (field[2:] == 0).all()
