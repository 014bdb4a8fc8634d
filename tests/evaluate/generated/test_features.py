import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.features import boosted, features, learned, logistic
from diabolo.frames import Frame


def test_a_column_can_be_left_out(cells):
    assert features(cells[0], 4).shape == (600, 4)
    assert boosted(cells[0], 0, 4).categorical_features == [False, False, True, False]


def test_more_levels_than_trees_can_split_are_no_trouble():
    levels = np.array([f"level {i}" for i in range(400)] * 2)
    (cells,) = read(Frame.of({"c": levels, "x": np.arange(800.0)}), schema=None)
    assert cells.levels[0] == () or features(cells).max() <= 800
    y = np.arange(800) % 2
    boosted(cells, 0).fit(features(cells), y)


def test_the_linear_one_takes_gaps_and_levels(cells):
    X = features(cells[0])
    model = logistic(cells[0]).fit(X, cells[0].columns[4])
    assert model.score(X, cells[0].columns[4]) > 0.8


def test_trees_learn_where_a_column_has_no_number_at_all():
    X = np.stack([np.full(80, np.nan), np.arange(80.0)], 1)
    model = learned(HistGradientBoostingClassifier(random_state=0), X, X[:, 1] > 39)
    assert np.array_equal(model.predict(np.stack([np.arange(80.0), np.arange(80.0)], 1)), X[:, 1] > 39)
