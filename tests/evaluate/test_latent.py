"""The latent space as a map, beside PCA."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from diabolo import Autoencoder, LinearAutoencoder
from diabolo.errors import DataError, ParameterError
from diabolo.evaluate import MapQuality, map_quality

pytestmark = pytest.mark.toy

X, Y = load_digits(return_X_y=True)


@pytest.fixture(scope="module")
def linear() -> LinearAutoencoder:
    return LinearAutoencoder(2).fit(X)


def test_of_a_linear_model_it_is_pca_and_scikit_learns(linear):
    quality = map_quality(linear, X[:500], Y[:500])
    assert quality.model.trustworthiness == pytest.approx(quality.pca.trustworthiness, abs=1e-3)
    assert quality.model.hits == pytest.approx(quality.pca.hits, abs=0.01)
    expected = trustworthiness(X[:500], PCA(2).fit(X).transform(X[:500]), n_neighbors=5)
    assert quality.model.trustworthiness == pytest.approx(expected, abs=1e-3)
    assert (quality.rows, quality.sample, quality.labeled, quality.n_components) == (500, 500, 500, 2)


def test_more_dimensions_keep_more(linear):
    narrow, wide = (map_quality(m, X[:500], Y[:500]).model for m in (linear, LinearAutoencoder(10).fit(X)))
    assert wide.trustworthiness > narrow.trustworthiness
    assert wide.continuity > narrow.continuity
    assert wide.rank_error < narrow.rank_error
    assert wide.shepard > narrow.shepard
    assert all(wide.hits[k] > narrow.hits[k] for k in (1, 5, 10))


def test_many_rows_are_sampled_and_the_record_says_so(linear):
    quality = map_quality(linear, X, Y, max_rows=300, random_state=1)
    assert (quality.rows, quality.sample) == (len(X), 300)
    assert quality == map_quality(linear, X, Y, max_rows=300, random_state=1)
    assert quality != map_quality(linear, X, Y, max_rows=300, random_state=2)


def test_without_labels_there_are_no_hits(linear):
    quality = map_quality(linear, X[:100])
    assert quality.model.hits == {}
    assert quality.labeled == 0
    assert [line["measure"] for line in quality.table()][-1] == "Shepard correlation"


def test_rows_without_a_label_count_for_the_geometry_only(linear):
    some = [int(y) if i % 2 else None for i, y in enumerate(Y[:200])]
    quality = map_quality(linear, X[:200], some)
    assert quality.labeled == 100
    assert quality.model.trustworthiness == map_quality(linear, X[:200]).model.trustworthiness
    assert quality.model.hits == map_quality(linear, X[1:200:2], Y[1:200:2]).model.hits


def test_a_sample_keeps_the_few_labels_there_are(linear):
    few = [0, 0, 1, 1] + [None] * 396
    quality = map_quality(linear, X[:400], few, max_rows=20)
    assert quality.labeled == 4
    assert set(quality.model.hits) == {1}


def test_gaps_and_a_label_column():
    random = np.random.default_rng(0)
    x = random.normal(size=(120, 4)) + 6 * (np.arange(120) % 2)[:, None]
    x[random.random(x.shape) < 0.1] = np.nan
    table = {f"x{j}": x[:, j] for j in range(4)} | {"side": ["left", "right"] * 60}
    model = LinearAutoencoder(2).fit({name: table[name] for name in ("x0", "x1", "x2", "x3")})
    with pytest.warns(match="side"):
        quality = map_quality(model, table, "side")
    assert quality.model.hits[1] > 0.9
    assert 0.5 < quality.model.trustworthiness <= 1


def test_a_code_that_is_one_place_has_no_correlation(linear):
    class Point:
        schema_, reference_ = linear.schema_, linear.reference_

        def transform(self, X):
            return np.zeros((len(X), 2), dtype=np.float32)

    quality = map_quality(Point(), X[:60])
    assert quality.model.shepard is None
    assert json.loads(json.dumps(quality.to_json()))["model"]["shepard"] is None


def test_the_table_has_the_model_beside_pca(linear):
    quality: MapQuality = map_quality(linear, X[:100], Y[:100], n_neighbors=7)
    lines = {line["measure"]: line for line in quality.table()}
    assert next(iter(lines)) == "trustworthiness T(7)"
    assert lines["rank error"]["better"] == "lower"
    assert lines["same label, 5 nearest"]["pca"] == quality.pca.hits[5]


@pytest.mark.parametrize(
    ("rows", "labels", "settings", "error", "said"),
    [
        (10, None, {}, ParameterError, "from 1 to 4"),
        (100, None, {"n_neighbors": 50}, ParameterError, "from 1 to 49"),
        (100, None, {"max_rows": 0}, ParameterError, "max_rows=0"),
        (100, [0, 1], {}, DataError, "2 labels for 100 rows"),
        (100, [3] * 100, {}, DataError, "the only label is '3'"),
        (100, [0] * 99 + [1], {}, DataError, r"'1' \(1\)"),
    ],
)
def test_what_cannot_be_judged_is_refused(linear, rows, labels, settings, error, said):
    with pytest.raises(error, match=said):
        map_quality(linear, X[:rows], labels, **settings)


def test_an_autoencoder_is_judged_by_its_code():
    model = Autoencoder(2, max_epochs=2, random_state=0).fit(X[:300])
    quality = map_quality(model, X[300:500])
    expected = trustworthiness(X[300:500], model.transform(X[300:500]), n_neighbors=5)
    assert quality.model.trustworthiness == pytest.approx(expected, abs=1e-3)
