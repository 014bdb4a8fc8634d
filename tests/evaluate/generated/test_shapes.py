import numpy as np
import pytest
from scipy.stats import ks_2samp

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.shapes import gap_similarity, kolmogorov_smirnov, shapes, total_variation
from diabolo.frames import Frame


def test_kolmogorov_smirnov_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=137), rng.integers(-1, 2, 80).astype(float)
    assert kolmogorov_smirnov(a, b) == pytest.approx(ks_2samp(a, b).statistic)
    assert kolmogorov_smirnov(np.append(a, np.nan), b) == kolmogorov_smirnov(a, b)


@pytest.mark.parametrize("measure", [kolmogorov_smirnov, total_variation])
def test_nothing_beside_something_is_far(measure):
    empty, some = (np.array(x, float if measure is kolmogorov_smirnov else int) for x in ([], [1, 2]))
    assert (measure(empty, some), measure(empty, empty), measure(some, some)) == (1, 0, 0)


def test_by_hand():
    real = Frame.of({"c": ["a", "a", "b", "c"], "x": [1.0, 2.0, 3.0, 4.0]})
    made = Frame.of({"c": ["a", "b", "b", "z"], "x": [1.0, 1.0, 1.0, 4.0]})
    # shares .5 .25 .25 0 against .25 .5 0 .25; below 1: .25 against .75
    np.testing.assert_allclose(shapes(*read(real, made)), [0.5, 0.5])


def test_itself_is_perfect_and_rows_have_no_order(cells):
    train = cells[0]
    np.testing.assert_array_equal(shapes(train, train.take(np.arange(600)[::-1])), np.ones(5))
    assert gap_similarity(train, train.take(np.arange(600)[::-1])) == 1.0


def test_gaps_that_come_apart_are_seen():
    rng = np.random.default_rng(0)
    gone = rng.random(400) < 0.5
    x = np.where(gone, np.nan, 1.0 + rng.random(400))
    together = Frame.of(np.stack([x, x], 1))
    assert gap_similarity(*read(together, Frame.of(np.stack([x, rng.permutation(x)], 1)))) == pytest.approx(
        0.5, abs=0.1
    )
    assert (
        gap_similarity(*read(Frame.of(np.ones((2, 1)) * [[1.0], [2.0]]), Frame.of(np.ones((3, 1))))) is None
    )
