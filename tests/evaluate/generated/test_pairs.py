import numpy as np
import pytest

from diabolo.evaluate.generated import pairs as module
from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.pairs import compare
from diabolo.frames import Frame


def by_hand(real, made, own_edges):
    """Of (number, level): counted without codes."""
    edges = [np.histogram_bin_edges(rows[0], 10) for rows in (real, made if own_edges else real)]
    digits = [
        np.digitize(rows[0], e if own_edges else e[1:-1]) for rows, e in zip((real, made), edges, strict=True)
    ]
    keys = [list(zip(d.tolist(), rows[1], strict=True)) for d, rows in zip(digits, (real, made), strict=True)]
    shares = [{key: found.count(key) / len(found) for key in found} for found in keys]
    return 1 - sum(abs(shares[0].get(k, 0) - shares[1].get(k, 0)) for k in set(keys[0] + keys[1])) / 2


def test_a_number_and_a_level_by_hand():
    rng = np.random.default_rng(0)
    real = rng.normal(size=90), rng.choice(["a", "b", "c"], 90).tolist()
    made = 3 * rng.normal(size=70) + 1, rng.choice(["a", "b", "z"], 70).tolist()
    found = compare(*read(*(Frame.of({"x": x, "c": c}) for x, c in (real, made))))
    assert found.trends[0] == pytest.approx(by_hand(real, made, own_edges=False))
    assert found.own_edges[0] == pytest.approx(by_hand(real, made, own_edges=True))


def test_two_numbers_are_half_the_difference_of_their_correlations():
    rng = np.random.default_rng(0)
    real, made = rng.normal(size=(80, 2)) @ [[1, 0.5], [0, 1]], rng.normal(size=(60, 2))
    r, s = (np.corrcoef(rows.T)[0, 1] for rows in (real, made))
    found = compare(*read(Frame.of(real), Frame.of(made)))
    np.testing.assert_allclose(found.trends, 1 - abs(r - s) / 2)
    np.testing.assert_array_equal(found.trends, found.own_edges)


def test_gaps_leave_the_correlation_of_the_rest():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(80, 2)) @ [[1, 0.5], [0, 1]]
    holes = real.copy()
    holes[::4, 1] = np.nan
    rest = ~np.isnan(holes[:, 1])
    r, s = np.corrcoef(real.T)[0, 1], np.corrcoef(real[rest].T)[0, 1]
    np.testing.assert_allclose(compare(*read(Frame.of(real), Frame.of(holes))).trends, 1 - abs(r - s) / 2)


def test_own_edges_hide_a_shift_that_shared_edges_show():
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=500), rng.choice(["a", "b"], 500)
    found = compare(*read(Frame.of({"x": x, "c": c}), Frame.of({"x": x + 5, "c": c})))
    assert found.own_edges[0] == pytest.approx(1.0)
    assert found.trends[0] < 0.1


def test_independent_marginals_lose_the_pairs_and_all_information(cells, apart):
    train, _test, fresh = cells
    assert compare(train, fresh).trends.mean() > 0.93
    lost = compare(train, apart)
    assert lost.trends.mean() < 0.7
    assert lost.wnmi < 0.5 < 0.9 < compare(train, fresh).wnmi


def test_tables_of_many_levels_are_counted_the_same_way(cells, monkeypatch):
    dense = compare(cells[0], cells[1])
    monkeypatch.setattr(module, "DENSE", 0)
    sparse = compare(cells[0], cells[1])
    np.testing.assert_allclose(dense.trends, sparse.trends)
    np.testing.assert_allclose(dense.information, sparse.information)


def test_many_columns_are_thinned_out(monkeypatch):
    monkeypatch.setattr(module, "MOST_COLUMNS", 4)
    rows = Frame.of(np.random.default_rng(0).normal(size=(30, 9)))
    assert len(compare(*read(rows, rows)).pairs) == 6
