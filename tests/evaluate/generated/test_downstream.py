import numpy as np

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.downstream import choose, usefulness
from diabolo.frames import Frame


def test_the_last_column_of_levels_is_foretold(cells, apart):
    train, test, _ = cells
    assert choose(train, test) == 4
    assert usefulness(train, test, 4) > 0.9
    assert usefulness(apart, test, 4) < 0.75


def test_levels_that_are_noise_are_passed_over():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    table = {"x": x, "side": np.where(x > 0, "right", "left"), "coin": rng.choice(["head", "tail"], 400)}
    cells = read(Frame.of(table), Frame.of(table | {"coin": rng.permutation(table["coin"])}))
    assert choose(*cells) == 1


def test_numbers_are_foretold_where_there_is_nothing_else():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2)) @ [[1.0, 1.0], [0.0, 0.1]]
    cells = read(Frame.of(X), Frame.of(X))
    assert choose(*cells) == 1
    assert usefulness(*cells, 1) > 0.9


def test_a_level_that_was_never_generated_cannot_be_learned():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    real = {"x": x, "c": np.array(["a", "b", "c"])[np.digitize(x, (-0.5, 0.5))]}
    made = real | {"c": np.where(real["c"] == "c", "b", real["c"])}
    train, test = read(Frame.of(made), Frame.of(real))
    assert usefulness(train, test, 1) < usefulness(test, test, 1) - 0.1
    assert usefulness(train.take(np.flatnonzero(train.columns[1] == 0)), test, 1) == 0.5


def test_one_column_has_no_target():
    assert choose(*read(*[Frame.of({"x": ["a", "b"] * 20})] * 2)) is None
