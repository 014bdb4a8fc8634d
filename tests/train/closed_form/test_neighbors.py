import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from diabolo.train.closed_form import neighbors as module
from diabolo.train.closed_form.neighbors import neighbors


@pytest.mark.parametrize("cells", [2**25, 150])
def test_as_scikit_learn_finds_them(rng, monkeypatch, cells):
    monkeypatch.setattr(module, "CELLS", cells)  # blocks of one row, too
    rows, queries = (torch.from_numpy(rng.normal(size=(n, 4))) for n in (50, 9))
    for given, k in ((queries, 6), (None, 6)):
        distances, places = neighbors(rows, k, given)
        near = NearestNeighbors(n_neighbors=k).fit(rows.numpy())
        expected = near.kneighbors(None if given is None else given.numpy())
        assert (places.numpy() == expected[1]).all()
        torch.testing.assert_close(distances.sqrt(), torch.from_numpy(expected[0]), atol=1e-6, rtol=1e-6)
