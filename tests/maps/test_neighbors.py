import json

import numpy as np
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.errors import ParameterError, TooFewRowsError
from diabolo.maps.neighbors import nearest


def brute(space: np.ndarray, rows: list[int], k: int) -> np.ndarray:
    distance = np.square(space[rows][:, None] - space[None]).sum(2)
    distance[np.arange(len(rows)), rows] = np.inf
    return np.argsort(distance, axis=1, kind="stable")[:, :k]


def test_neighbors_in_both_spaces(of_array, array):
    found = maps.neighbors(of_array, array, rows=[5, 0, 77], n_neighbors=4)
    assert found.rows.tolist() == [5, 0, 77]
    assert (found.input == brute(array - array.mean(0), [5, 0, 77], 4)).all()
    assert (found.latent == brute(of_array.transform(array).astype(float), [5, 0, 77], 4)).all()
    overlap = [
        len(set(a) & set(b)) / 4 for a, b in zip(found.latent.tolist(), found.input.tolist(), strict=True)
    ]
    assert found.agreement.tolist() == overlap
    assert found.mean_agreement == pytest.approx(np.mean(overlap))
    json.dumps(found.to_json())


def test_a_code_that_keeps_everything_agrees_in_full():
    X = np.random.default_rng(0).normal(size=(80, 3))
    found = maps.neighbors(LinearAutoencoder(3).fit(X), X, n_neighbors=7)
    assert found.mean_agreement == 1.0
    assert found.by_chance == pytest.approx(7 / 79)
    assert "100 % of the 7 nearest" in found.sentence


def test_every_model_has_neighbors(pair):
    model, X = pair
    found = maps.neighbors(model, X, n_neighbors=5)
    assert (found.latent != found.rows[:, None]).all()
    assert found.by_chance < found.mean_agreement <= 1.0


def test_equal_rows_are_neighbors_of_each_other():
    space = np.repeat(np.array([[0.0], [5.0]]), 20, axis=0)
    distances, found = nearest(space, np.arange(40), 6)
    assert (distances == 0).all()
    assert (found != np.arange(40)[:, None]).all()


def test_above_the_limit_a_sample_is_searched_and_told():
    X = np.random.default_rng(0).normal(size=(20_500, 3)).astype(np.float32)
    model = LinearAutoencoder(2).fit(X)
    found = maps.neighbors(model, X, rows=[20_499, 3], n_neighbors=3)
    assert (found.sample, found.n_rows) == (20_000, 20_500)
    assert "sample of 20,000 of 20,500 rows" in found.sentence
    assert found.rows.tolist() == [20_499, 3]
    assert found.input.max() < 20_500
    again = maps.neighbors(model, X, rows=[20_499, 3], n_neighbors=3, codes=model.transform(X))
    assert (found.latent == again.latent).all()


def test_fewer_rows_than_neighbors(of_array, array):
    with pytest.raises(TooFewRowsError, match="8 rows are too few for 8 neighbors"):
        maps.neighbors(of_array, array[:8], n_neighbors=8)


@pytest.mark.parametrize(
    ("rows", "k"), [([200], 3), (-1, 3), ([0.5], 3), ([], 3), (0, 0), (0, 2.5), (0, True)]
)
def test_what_cannot_be(of_array, array, rows, k):
    with pytest.raises(ParameterError):
        maps.neighbors(of_array, array, rows=rows, n_neighbors=k)
