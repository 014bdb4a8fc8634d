import numpy as np
import pytest
import torch

from diabolo.attacks import FGSM, Minimal
from diabolo.errors import ParameterError
from diabolo.evaluate.contest import Contest, Sizes
from diabolo.evaluate.target import Target
from tests.evaluate.victims import Noisy, plane

WEIGHT = torch.tensor([2.0, 0.0]).double()
X = np.array([[0.25, 1.0], [1.0, 1.0], [-1.0, 0.0]])


@pytest.fixture
def contest() -> Contest:
    """Two rows that are right, and one that is wrong."""
    return Contest(Target.of(plane(WEIGHT), X), np.arange(3), np.array([1, 1, 1]))


def test_of_each_row_the_smallest_change_is_kept(contest: Contest):
    assert contest.right.tolist() == [True, True, False]
    assert contest.run(FGSM(contest.ball(0.5))).tolist() == [True, False, False]
    assert contest.distances.tolist() == [0.5, np.inf, 0.0]
    contest.run(Minimal())
    np.testing.assert_allclose(contest.distances, [0.25, 1.0, 0.0], rtol=1e-4)
    contest.run(FGSM(contest.ball(3.0)))
    np.testing.assert_allclose(contest.distances, [0.25, 1.0, 0.0], rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(contest.changed - X, axis=1), contest.distances, rtol=1e-4)
    assert contest.passes > 0
    np.testing.assert_array_equal(X[:, 1], [1.0, 1.0, 0.0])  # the caller's rows are as they were


def test_only_the_rows_asked_for(contest: Contest):
    assert contest.run(FGSM(contest.ball(3.0)), np.array([1, 2])).tolist() == [False, True, False]


def test_draws_go_on_within_a_question_and_the_global_state_stays():
    contest = Contest(Target.of(Noisy(plane(WEIGHT)), X), np.arange(3), np.array([1, 1, 1]))
    before = torch.random.get_rng_state()
    one, two = contest.repeatedly(contest.rows.x, 2)
    assert not torch.equal(one, two)
    assert torch.equal(before, torch.random.get_rng_state())


def test_single_precision_is_searched_in_that_of_the_model():
    contest = Contest(Target.of(plane(WEIGHT), X.astype(np.float32)), np.arange(3), np.array([1, 1, 1]))
    assert contest.X.dtype == np.float64
    contest.run(Minimal())
    assert np.isfinite(contest.distances).all()


def test_sizes():
    distances = np.array([0.0, 1.0, 2.0, 3.0])
    assert Sizes.of([0.3, 0.1, 0.3], distances, None).eps == (0.1, 0.3)
    assert Sizes.of((), distances, None).eps == (1.5, 2.0, 2.5)
    assert Sizes.of((), np.array([1.0, np.inf, np.inf]), 8.0).eps == (1.0, 2.0, 4.0)
    assert Sizes.of((), np.array([np.inf]), None).eps == ()


def test_no_norm():
    with pytest.raises(ParameterError, match="l2, linf, l1"):
        Contest(Target.of(plane(WEIGHT), X), np.arange(3), np.ones(3, int), "l7")
