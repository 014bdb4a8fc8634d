"""Ball and limits together: boxes, units, directions, whole numbers, and what is refused."""

import math

import pytest
import torch
from torch import Tensor

from diabolo.attacks import L0, L1, L2, Domain, Linf
from diabolo.errors import BoundsError, EpsilonError

X = torch.tensor([[0.2, 0.9, 0.5]]).double()


def test_the_box_is_what_bounds_and_directions_leave():
    domain = Domain(
        Linf(9.0), 0.0, 1.0, down=torch.tensor([True, False, False]), up=torch.tensor([True, True, False])
    )
    low, high = domain.box(X)
    assert torch.allclose(low, torch.tensor([[-0.2, 0.0, 0.0]]).double())
    assert torch.allclose(high, torch.tensor([[0.8, 0.1, 0.0]]).double())


def test_a_row_outside_its_bounds_may_only_come_in():
    low, high = Domain(Linf(9.0), 0.0, 1.0).box(torch.tensor([[1.5]]))
    assert (low.item(), high.item()) == (-1.5, 0.0)


def test_a_ball_counts_in_the_scale():
    scale = torch.tensor([1.0, 10.0, 100.0]).double()
    domain = Domain(Linf(0.5), scale=scale)
    assert torch.allclose(domain.project(X + 1000, X) - X, torch.tensor([[0.5, 5.0, 50.0]]).double())
    assert domain.norm(X + torch.tensor([[0.0, 5.0, 10.0]]), X).item() == pytest.approx(0.5)
    assert torch.allclose(domain.furthest(torch.ones_like(X), X) - X, 0.5 * scale)


def test_in_l2_the_steepest_step_goes_where_a_unit_of_scale_gains_most():
    domain = Domain(L2(1.0), scale=torch.tensor([1.0, 10.0, 1.0]).double())
    step = domain.steepest(torch.ones_like(X), X, X)
    assert domain.norm(X + step, X).item() == pytest.approx(1.0)
    assert step[0, 1] > 50 * step[0, 0]


def test_immutable_features_take_no_part_of_a_step():
    both = torch.tensor([True, False, True])
    step = Domain(L2(1.0), down=both, up=both).steepest(torch.ones_like(X), X, X)
    assert torch.allclose(step, torch.tensor([[1.0, 0.0, 1.0]]).double() / math.sqrt(2))


def test_sparse_steps_pass_by_what_is_at_its_bound():
    domain = Domain(L1(1.0), 0.0, 1.0)
    assert domain.steepest(
        torch.tensor([[1.0, 9.0, 2.0]]).double(), torch.tensor([[0.2, 1.0, 0.5]]).double(), X
    ).tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("ball", "moved", "wanted"),
    [
        (Linf(1.7), [1.6, -0.4, 2.4], [1.0, 0.0, 2.0]),  # two would leave the ball: toward the origin
        (Linf(2.0), [1.6, -0.4, 1.4], [2.0, 0.0, 1.0]),
        (L1(3.0), [1.6, 1.6, 0.0], [1.0, 1.0, 0.0]),
    ],
)
def test_whole_numbers_are_the_nearest_inside(ball, moved, wanted):
    origin = torch.zeros(1, 3)
    found = Domain(ball, whole=True).repair(torch.tensor([moved]).clamp(-ball.eps, ball.eps), origin)
    if isinstance(ball, Linf) and ball.eps == 1.7:
        wanted = [1.0, 0.0, 1.0]
    assert found.tolist() == [wanted]


def test_only_some_features_are_whole():
    domain = Domain(Linf(2.0), whole=torch.tensor([True, False, True]))
    assert torch.allclose(
        domain.repair(torch.tensor([[0.6, 0.6, -0.6]]), torch.zeros(1, 3)), torch.tensor([[1.0, 0.6, -1.0]])
    )


@pytest.mark.parametrize("ball", [Linf(0.3), L2(0.4, exact=True), L1(0.5), L0(2)], ids=str)
def test_what_is_projected_is_held(ball, rng):
    x = torch.from_numpy(rng.uniform(size=(50, 8))).float()
    domain = Domain(ball, 0.0, 1.0)
    far = x + torch.from_numpy(rng.normal(size=(50, 8))).float()
    assert domain.holds(domain.project(far, x), x).all()
    assert not domain.holds(far, x).any()


def test_rows_outside_their_bounds_are_refused():
    with pytest.raises(
        BoundsError, match=r"row 1 has 1.5 in feature 2, outside its bounds \[0, 1\]; 1 of 2 rows"
    ):
        Domain(Linf(0.1), 0.0, 1.0).check(torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 1.5]]))
    Domain(Linf(0.1), 0.0, 1.0).check(torch.tensor([[1.5]]), strict=False)


@pytest.mark.parametrize(
    ("ball", "most"), [(Linf(8.0), "1"), (L2(1.8), "1.73205"), (L1(3.1), "3"), (L0(4), "3")], ids=str
)
def test_a_ball_larger_than_the_range_is_in_another_unit(ball, most):
    with pytest.raises(
        EpsilonError, match=f"no change within the bounds is larger than {most}. Is it in another unit"
    ):
        Domain(ball, 0.0, 1.0).check(X.float())


def test_the_whole_range_is_allowed():
    Domain(Linf(1.0), 0.0, 1.0).check(X)


def test_sparse_changes_without_bounds_have_no_end():
    with pytest.raises(BoundsError, match="L0 changes features as far as their bounds allow"):
        Domain(L0(1)).check(X)


def images(value: float) -> Tensor:
    return torch.full((2, 3, 4, 4), value)


def test_rows_may_have_any_shape():
    domain = Domain(L2(0.5), 0.0, 1.0)
    assert domain.project(images(0.9), images(0.5)).shape == (2, 3, 4, 4)
    assert domain.steepest(images(1.0), images(0.5), images(0.5)).flatten(1).norm(
        dim=1
    ).tolist() == pytest.approx([1.0, 1.0])
