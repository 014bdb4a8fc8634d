import numpy as np

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.features import boosted, features, logistic
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
