import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA

from diabolo.errors import MissingExtra, TooFewRowsError
from diabolo.maps.planes import plane_of, umap_points

CODES = (np.random.default_rng(0).normal(size=(300, 5)) * [3, 1, 2, 0.5, 0.1] + 4).astype(np.float32)


def test_the_plane_of_many_dimensions_is_that_of_pca():
    plane, pca = plane_of(CODES), PCA(2).fit(CODES.astype(float))
    np.testing.assert_allclose(
        np.abs(plane.points(CODES)), np.abs(pca.transform(CODES.astype(float))), atol=1e-4
    )
    np.testing.assert_allclose(plane.shares, pca.explained_variance_ratio_, rtol=1e-5)
    assert plane.names[0].startswith("first direction of the code (")


def test_a_point_leads_to_a_code_and_back():
    plane = plane_of(CODES)
    points = np.array([[0.0, 0.0], [1.0, -2.0]])
    np.testing.assert_allclose(plane.points(plane.codes(points)), points, atol=1e-5)
    np.testing.assert_allclose(plane.codes(points)[0], CODES.mean(0), atol=1e-5)
    for code in CODES[:5]:
        own = plane.points(code[None])
        np.testing.assert_allclose(plane.codes(own, held=code)[0], code, atol=1e-5)
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(5), atol=1e-10)


@pytest.mark.parametrize("k", [1, 2])
def test_few_dimensions_are_drawn_as_they_are(k):
    plane = plane_of(CODES[:, :k])
    points = plane.points(CODES[:, :k])
    assert points.shape == (300, 2)
    np.testing.assert_array_equal(points[:, :k], CODES[:, :k])
    np.testing.assert_allclose(plane.codes(points), CODES[:, :k], rtol=1e-6)


def test_a_single_row_spans_no_plane():
    with pytest.raises(TooFewRowsError):
        plane_of(CODES[:1])


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtra, match=r"diabolo\[umap\]"):
        umap_points(CODES, 15, 0)


def test_fewer_rows_than_neighbors():
    with pytest.raises(TooFewRowsError, match="15 rows are too few for UMAP with 15 neighbors"):
        umap_points(CODES[:15], 15, 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_umap_keeps_clouds_apart():
    pytest.importorskip("umap")
    codes = np.concatenate([CODES, CODES + 100])
    points = umap_points(codes, 10, 0)
    middle = [part.mean(0) for part in (points[:300], points[300:])]
    spread = points[:300].std(0).max()
    assert np.linalg.norm(middle[0] - middle[1]) > 2 * spread
    np.testing.assert_array_equal(points, umap_points(codes, 10, 0))
