import json

import numpy as np
import pytest

from diabolo.maps.grids import grid_of
from diabolo.maps.planes import plane_of


def test_counts_are_those_of_a_histogram(rng):
    points = rng.normal(size=(5000, 2)).astype(np.float32)
    found = grid_of(points, (12, 9))
    assert found.counts.shape == (9, 12)
    step = found.x[1] - found.x[0], found.y[1] - found.y[0]
    edges = [np.append(c - s / 2, c[-1] + s / 2) for c, s in zip((found.x, found.y), step, strict=True)]
    expected, *_ = np.histogram2d(points[:, 1], points[:, 0], [edges[1], edges[0]])
    assert np.abs(found.counts - expected).sum() <= 10  # float32 at the borders
    assert found.counts.sum() >= 0.99 * 5000


def test_density_shows_where_there_is_no_data(rng):
    clouds = np.concatenate([rng.normal(0, 0.5, (500, 2)), rng.normal(10, 0.5, (500, 2))])
    found = grid_of(clouds.astype(np.float32), (20, 20))
    assert found.density.max() == 1.0
    assert found.empty[10, 10]  # between the two
    assert not found.empty[found.counts > 50].any()
    assert found.empty.mean() > 0.5
    json.dumps(found.to_json())


def test_an_outlier_does_not_stretch_the_grid(rng):
    points = np.concatenate([rng.normal(size=(5000, 2)), [[1e6, 0.0]]]).astype(np.float32)
    assert grid_of(points, (10, 10)).x.max() < 10


@pytest.mark.parametrize("points", [np.zeros((7, 2)), np.ones((1, 2))])
def test_points_on_one_spot(points):
    assert grid_of(points.astype(np.float32), (3, 3)).counts[1, 1] == len(points)


def test_cells_are_decoded_line_after_line(of_array, array):
    codes = of_array.transform(array)
    plane = plane_of(codes)
    grid = grid_of(plane.points(codes), (4, 3)).decoded(of_array, plane)
    assert grid.centers[1].tolist() == [grid.x[1], grid.y[0]]
    np.testing.assert_allclose(plane.points(grid.codes), grid.centers, atol=1e-4)
    np.testing.assert_allclose(grid.rows, of_array.inverse_transform(grid.codes))
