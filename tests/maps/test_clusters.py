import json

import numpy as np
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.errors import ParameterError, TooFewRowsError
from diabolo.frames import Frame


@pytest.fixture(scope="module")
def two() -> dict[str, list]:
    """Sixty of one sort and forty of another."""
    rng = np.random.default_rng(0)
    kind = np.repeat([0, 1], (60, 40))
    return {
        "weight": (50 + 30 * kind + rng.normal(0, 2, 100)).tolist(),
        "height": (160 + 25 * kind + rng.normal(0, 2, 100)).tolist(),
        "sort": np.where(kind == 1, "cat", "dog").tolist(),
    }


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
def test_groups_are_found_and_told(two, method):
    found = maps.clusters(LinearAutoencoder(2).fit(two), two, method)
    assert [g.size for g in found.groups] == [60, 40]
    assert found.groups[0].share == 0.6
    first, second = found.groups
    assert "sort more often dog: 100 % against 0 %" in first.sentence
    assert "weight higher: 80.2 against 50.2" in second.sentence
    assert second.prototype.to_pylist()[0]["sort"] == "cat"
    assert (found.labels == np.repeat([0, 1], (60, 40))).all()
    assert found.sentence == "2 groups among 100 rows."
    json.dumps(found.to_json())


def test_every_model_has_groups(pair):
    model, X = pair
    found = maps.clusters(model, X, n_clusters=3)
    assert sum(g.size for g in found.groups) == Frame.of(X).n_rows
    again = maps.clusters(model, X, n_clusters=3, codes=model.transform(X))
    assert (found.labels == again.labels).all()
    for group in found.groups:
        np.testing.assert_allclose(
            group.code, model.transform(X)[found.labels == group.number].mean(0), atol=1e-4
        )
        assert Frame.of(group.prototype).n_rows == 1


def test_groups_of_images_are_told_by_their_prototype(of_images, images):
    group = maps.clusters(of_images, images, n_clusters=4).groups[0]
    assert "beside the average image" in group.sentence
    assert group.difference.shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "dbscan"}, "'dbscan'"),
        ({"n_clusters": 0}, "n_clusters=0"),
        ({"n_clusters": "many"}, "'many'"),
        ({"n_clusters": True}, "n_clusters=True"),
        ({"method": "hdbscan", "n_clusters": 3}, "belongs to method='kmeans'"),
        ({"min_cluster_size": 9}, "belongs to method='hdbscan'"),
        ({"method": "hdbscan", "min_cluster_size": 1}, "at least 2"),
    ],
)
def test_what_cannot_be(of_array, array, options, words):
    with pytest.raises(ParameterError, match=words):
        maps.clusters(of_array, array, **options)


@pytest.mark.parametrize(("rows", "options"), [(2, {}), (4, {"n_clusters": 5})])
def test_fewer_rows_than_groups(of_array, array, rows, options):
    with pytest.raises(TooFewRowsError, match=f"{rows} rows are too few"):
        maps.clusters(of_array, array[:rows], **options)


def test_one_row_far_from_all_others_is_no_obstacle():
    Z = np.random.default_rng(0).normal(size=(4001, 2))
    Z[1] = [1e5, 1e5]
    found = maps.clusters(LinearAutoencoder(2).fit(np.column_stack([Z, Z])), np.column_stack([Z, Z]))
    assert sum(group.size for group in found.groups) == 4001
