import json
import sys

import numpy as np
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.errors import MissingExtra, ParameterError
from diabolo.frames import Frame


def test_every_model_has_a_map_with_a_decoded_grid(pair):
    model, X = pair
    found = maps.latent_map(model, X, grid=(6, 4))
    assert found.points.shape == (Frame.of(X).n_rows, 2)
    assert found.rows.tolist() == list(range(found.n_rows))
    assert Frame.of(found.grid.rows).n_rows == 24
    assert Frame.of(found.grid.rows).names == Frame.of(X).names
    assert found.method == "pca"
    np.testing.assert_allclose(found.plane.points(model.transform(X)), found.points, atol=1e-5)
    json.dumps(found.to_json())


@pytest.mark.parametrize("k", [1, 2])
def test_a_narrow_code_is_drawn_as_it_is(array, k):
    model = LinearAutoencoder(k).fit(array)
    found = maps.latent_map(model, array, grid=5)
    assert found.method == "latent"
    np.testing.assert_array_equal(found.points[:, :k], model.transform(array))
    assert found.grid.counts.shape == ((5, 5) if k == 2 else (1, 5))
    assert "each at its code" in found.sentence


def test_a_truncated_model_is_drawn_in_its_own_plane(net_of_table, table):
    assert maps.latent_map(net_of_table.truncate(2), table).method == "latent"


def test_known_codes_need_no_rows(of_array, array):
    codes = of_array.transform(array)
    np.testing.assert_array_equal(
        maps.latent_map(of_array, codes=codes).points, maps.latent_map(of_array, array).points
    )


def test_the_json_of_many_rows_holds_some(of_array):
    codes = np.random.default_rng(0).normal(size=(12_001, 3))
    found = maps.latent_map(of_array, codes=codes, grid=3).to_json()
    assert found["n_rows"] == 12_001
    assert len(found["points"]) == len(found["rows"]) <= 5000


@pytest.mark.parametrize("grid", [0, (3,), (3, 0), 2.5, (True, 2)])
def test_a_grid_without_cells(of_array, array, grid):
    with pytest.raises(ParameterError, match="grid="):
        maps.latent_map(of_array, array, grid=grid)


@pytest.mark.parametrize("n_neighbors", [2.5, 1, None])
def test_neighbors_that_are_no_number(of_array, array, n_neighbors):
    with pytest.raises(ParameterError, match=r"n_neighbors=.*at least 2"):
        maps.latent_map(of_array, array, n_neighbors=n_neighbors)


def test_an_unknown_method(of_array, array):
    with pytest.raises(ParameterError, match="'tsne' is not one of auto, pca, umap"):
        maps.latent_map(of_array, array, method="tsne")


def test_umap_has_no_way_back_and_samples_what_is_large(of_array, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "umap", Lookalike)
    codes = np.random.default_rng(0).normal(size=(20_100, 3))
    found = maps.latent_map(of_array, codes=codes, method="umap")
    assert (len(found.rows), found.n_rows, found.plane) == (20_000, 20_100, None)
    assert "A random sample of 20,000 of 20,100 rows" in found.sentence
    assert found.grid.rows is None
    assert "no way back" in found.grid.reason


class Lookalike:
    """Stands in for the package, whose import takes ten seconds."""

    class UMAP:
        def __init__(self, **options):
            assert options == {"n_neighbors": 15, "random_state": 0, "n_jobs": 1}

        def fit_transform(self, codes):
            return codes[:, :2]


def test_umap_missing(of_array, array, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtra, match=r"diabolo\[umap\]"):
        maps.latent_map(of_array, array, method="umap")
