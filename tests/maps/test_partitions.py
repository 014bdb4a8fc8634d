import numpy as np
import pytest

from diabolo.maps import partitions
from diabolo.maps.partitions import hdbscan, kmeans


@pytest.fixture
def clouds(rng) -> np.ndarray:
    """Three of 50, 30 and 20 points."""
    sizes, centers = (50, 30, 20), ([0, 0], [20, 0], [0, 20])
    return np.concatenate([rng.normal(c, 1.0, (n, 2)) for n, c in zip(sizes, centers, strict=True)])


TRUTH = np.repeat([0, 1, 2], (50, 30, 20))


def test_the_number_of_groups_is_found(clouds):
    found = kmeans(clouds, "auto", 0)
    assert max(found.silhouette, key=found.silhouette.get) == 3
    assert set(found.silhouette) == set(range(2, 11))
    assert (found.labels == TRUTH).all()  # numbered by size


def test_the_number_may_be_given(clouds):
    assert len(np.unique(kmeans(clouds, 5, 0).labels)) == 5
    assert (kmeans(clouds, 1, 0).labels == 0).all()


def test_dense_regions_and_what_lies_between(clouds):
    found = hdbscan(np.concatenate([clouds, [[-300.0, -300.0]]]), 10, 0)
    assert (found.labels[:-1] == TRUTH).mean() > 0.9
    assert found.labels[-1] == -1


@pytest.mark.parametrize("find", [lambda x: kmeans(x, 3, 0), lambda x: hdbscan(x, "auto", 0)])
def test_beyond_the_sample_rows_join_the_nearest(clouds, find, monkeypatch):
    monkeypatch.setattr(partitions, "SAMPLE", 60)
    found = find(clouds)
    assert found.sample == 60
    assert len(found.labels) == 100
    assert (found.labels == TRUTH).mean() > 0.85
    assert (find(clouds).labels == found.labels).all()


def test_equal_rows_are_one_group():
    assert (kmeans(np.zeros((20, 2)), "auto", 0).labels == 0).all()
