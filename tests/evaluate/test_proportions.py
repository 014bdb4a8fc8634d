import numpy as np
import pytest
from scipy.stats import binom, norm

from diabolo.errors import ParameterError
from diabolo.evaluate import clopper_pearson, wilson


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (50, 100, 0.4038, 0.5962)],
)
def test_values_of_the_literature(hits: int, rows: int, low: float, high: float):
    assert wilson(hits, rows) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("hits", [1, 7, 19])
def test_wilson_ends_where_the_score_test_rejects(hits: int):
    for p in wilson(hits, 20, 0.9):
        z = (hits / 20 - p) / np.sqrt(p * (1 - p) / 20)
        assert abs(z) == pytest.approx(norm.ppf(0.95))


@pytest.mark.parametrize("hits", [1, 30, 99, 100])
def test_at_the_exact_bound_so_many_hits_have_probability_alpha(hits: int):
    bound = clopper_pearson(hits, 100, 0.01)
    assert binom.sf(hits - 1, 100, bound) == pytest.approx(0.01)


def test_nothing_is_known_of_no_rows():
    assert wilson(0, 0) == (0.0, 1.0)
    assert clopper_pearson(0, 5) == 0.0


@pytest.mark.parametrize(("hits", "rows", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_no_share(hits: int, rows: int, level: float):
    for bound in (wilson, clopper_pearson):
        with pytest.raises(ParameterError):
            bound(hits, rows, level)
