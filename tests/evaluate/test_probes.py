"""Simple classifiers on the code."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from diabolo import LinearAutoencoder
from diabolo.errors import DataError
from diabolo.evaluate import probe
from diabolo.evaluate.probes import knn_predict

X, Y = load_digits(return_X_y=True)


@pytest.fixture(scope="module")
def linear() -> LinearAutoencoder:
    return LinearAutoencoder(8).fit(X)


@pytest.mark.parametrize("k", [1, 4, 5])
def test_the_majority_of_neighbors_is_scikit_learns(k):
    random = np.random.default_rng(0)
    rows, queries, classes = (
        random.normal(size=(300, 3)),
        random.normal(size=(100, 3)),
        random.integers(4, size=300),
    )
    expected = KNeighborsClassifier(k).fit(rows, classes).predict(queries)
    found = knn_predict(torch.from_numpy(rows), torch.from_numpy(classes), torch.from_numpy(queries), k)
    assert np.array_equal(found.numpy(), expected)


def test_probes_come_to_what_scikit_learn_does(linear):
    scores = probe(linear, X[:600], Y[:600])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)  # digits come writer by writer
    raw = cross_val_score(KNeighborsClassifier(5), X[:600], Y[:600], cv=folds).mean()
    straight = cross_val_score(LogisticRegression(max_iter=2000), X[:600] / 16, Y[:600], cv=folds).mean()
    assert scores.raw.knn == pytest.approx(raw, abs=0.02)
    assert scores.raw.linear == pytest.approx(straight, abs=0.03)
    assert scores.model.knn == pytest.approx(scores.pca.knn, abs=0.01)
    assert scores.model.linear == pytest.approx(scores.pca.linear, abs=0.01)
    assert scores.majority == pytest.approx(np.bincount(Y[:600]).max() / 600)
    assert (scores.folds, scores.sample, scores.rows) == (5, 600, 600)


def test_labels_that_mean_nothing_are_read_off_no_better_than_by_chance(linear):
    labels = np.random.default_rng(0).integers(2, size=400)
    scores = probe(linear, X[:400], labels)
    for found in (scores.model, scores.raw, scores.pca):
        assert found.linear == pytest.approx(0.5, abs=0.1)
        assert found.knn == pytest.approx(0.5, abs=0.1)


def test_a_sample_and_a_small_class_are_told(linear):
    labels = np.where(Y == 3, "three", "other")
    labels[np.flatnonzero(Y == 3)[3:]] = "other"
    assert probe(linear, X, labels).folds == 3
    scores = probe(linear, X, Y, max_rows=200)
    assert (scores.rows, scores.sample) == (len(X), 200)
    assert [line["representation"] for line in scores.table()] == ["code", "raw features", "PCA"]
    assert scores.to_json()["classes"] == [str(c) for c in range(10)]


def test_labeled_rows_are_sampled_not_others(linear):
    some = [int(y) if i < 200 else None for i, y in enumerate(Y)]
    scores = probe(linear, X, some, max_rows=200)
    assert (scores.rows, scores.sample) == (200, 200)
    assert scores == probe(linear, X[:200], Y[:200])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0] * 99 + [1], r"'1' \(1\)"),
        ([0] * 100, "the only label"),
        ([0, 1] * 3 + [None] * 94, "6 labeled rows are too few to ask 5 neighbors"),
    ],
)
def test_what_cannot_be_probed_is_refused(linear, labels, said):
    with pytest.raises(DataError, match=said):
        probe(linear, X[:100], labels)


def test_a_rare_label_is_among_the_sample():
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(3000, 4)), np.full(3000, "usual")
    labels[:6] = "rare"
    labels[6:600] = "other"
    scores = probe(LinearAutoencoder(2).fit(rows), rows, labels, max_rows=100)
    assert (scores.classes, scores.folds) == (("other", "rare", "usual"), 5)
    assert scores.majority == pytest.approx(0.8, abs=0.05)


def test_a_label_of_one_row_in_the_sample_is_named_as_the_fault():
    rows = np.random.default_rng(0).normal(size=(40, 4))
    with pytest.raises(DataError, match="one row among the 3 that are judged"):
        probe(LinearAutoencoder(2).fit(rows), rows, [*"abc"] * 13 + ["a"], max_rows=3, n_neighbors=1)
