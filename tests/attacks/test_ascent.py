"""The search: what is left alone, when rows stop, and that its steps are those of the published methods."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.attacks import L2, Accumulated, Ascent, Domain, Linf, Steepest, ascend
from diabolo.attacks.ascent import REASONS
from diabolo.errors import NoGradientError, NonFiniteGradientWarning, ParameterError


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 3)).double().requires_grad_(False)


@pytest.fixture
def rows() -> Tensor:
    return torch.rand(40, 12, generator=torch.Generator().manual_seed(1)).double()


def reasons(found: Ascent) -> list[str]:
    return [REASONS[i] for i in found.reason]


def cross_entropy(net, labels):
    return lambda x, at: functional.cross_entropy(net(x), labels[at], reduction="none")


def published(
    net, x: Tensor, y: Tensor, eps: float, step: float, steps: int, decay: float | None = None
) -> Tensor:
    """BIM and MI-FGSM in L∞ as their papers write them, on rows in [0, 1]."""
    adversarial, velocity = x.clone(), torch.zeros_like(x)
    for _ in range(steps):
        adversarial.requires_grad_()
        gradient = torch.autograd.grad(functional.cross_entropy(net(adversarial), y), adversarial)[0]
        if decay is not None:
            velocity = decay * velocity + gradient / gradient.abs().mean(1, keepdim=True)
            gradient = velocity
        moved = adversarial.detach() + step * gradient.sign()
        adversarial = (x + (moved - x).clamp(-eps, eps)).clamp(0, 1)
    return adversarial


@pytest.mark.parametrize("decay", [None, 1.0, 0.5])
def test_steps_are_the_published_ones(net, rows, decay):
    labels = net(rows).argmax(1)
    rule = Steepest(0.02) if decay is None else Accumulated(0.02, decay)
    found = ascend(
        cross_entropy(net, labels),
        rows,
        Domain(Linf(0.1), 0.0, 1.0),
        rule,
        steps=12,
        stop="never",
        keep="latest",
    )
    assert (found.x - published(net, rows, labels, 0.1, 0.02, 12, decay)).abs().max() <= 1e-12


def test_a_step_in_l2_is_scaled_then_clipped(net, rows):
    labels, x = net(rows).argmax(1), rows.clone()
    for _ in range(7):
        x.requires_grad_()
        gradient = torch.autograd.grad(functional.cross_entropy(net(x), labels, reduction="sum"), x)[0]
        delta = x.detach() + 0.2 * gradient / gradient.norm(dim=1, keepdim=True) - rows
        x = (rows + delta * (0.5 / delta.norm(dim=1, keepdim=True)).clamp(max=1)).clamp(0, 1)
    found = ascend(
        cross_entropy(net, labels),
        rows,
        Domain(L2(0.5), 0.0, 1.0),
        Steepest(0.2),
        steps=7,
        stop="never",
        keep="latest",
    )
    assert (found.x - x).abs().max() <= 1e-12


def up_to(*goals: float):
    """Σ x, with a goal for each row."""
    return lambda x, rows: (x.sum(1), x.detach().sum(1) >= torch.tensor(goals)[rows])


def test_each_row_stops_at_its_own_success():
    found = ascend(up_to(0.25, 0.75, -1.0, 9.0), torch.zeros(4, 1), Domain(Linf(1.0)), Steepest(0.1), steps=8)
    assert reasons(found) == ["success", "success", "skipped_wrong", "max_steps"]
    assert found.steps.tolist() == [3, 8, 0, 8]
    assert torch.allclose(found.x[:, 0], torch.tensor([0.3, 0.8, 0.0, 0.8]))


def test_a_row_is_asked_no_more_than_it_needs_once_the_batch_shrinks():
    goals = [0.05] * 30 + [0.95] * 2
    found = ascend(up_to(*goals), torch.zeros(32, 1), Domain(Linf(1.0)), Steepest(0.1), steps=20)
    assert found.forward.tolist() == [2] * 30 + [11] * 2
    assert (
        found.backward.tolist() == [2] * 30 + [10] * 2
    )  # the pass in which most succeed is one of the batch


def test_passes_are_what_the_function_is_asked():
    asked = torch.zeros(6, dtype=torch.int64)

    def loss(x, rows):
        asked[rows] += 1
        return x.sum(1), x.detach().sum(1) >= torch.arange(6)[rows] / 10

    found = ascend(loss, torch.zeros(6, 1), Domain(Linf(1.0)), Steepest(0.1), steps=20)
    assert torch.equal(found.forward, asked)


def test_a_row_that_cannot_move_has_stalled():
    found = ascend(up_to(9.0), torch.zeros(1, 1), Domain(Linf(0.25)), Steepest(0.1), steps=50)
    assert reasons(found) == ["stalled"]
    assert found.backward.item() == 4  # three steps to the edge, one against it


def test_never_takes_all_steps_and_keeps_a_success():
    def there_and_back(x, rows):
        return -(x.sum(1) - 0.35).abs(), (x.detach().sum(1) - 0.35).abs() < 0.06

    fast = {"steps": 4, "stop": "never", "keep": "latest"}
    found = ascend(there_and_back, torch.zeros(1, 1), Domain(Linf(9.0)), Steepest(0.3), **fast)
    assert found.reached.tolist() == [True]
    assert found.x.item() == pytest.approx(0.3)


def test_the_best_row_is_kept_where_none_succeeds():
    found = ascend(
        lambda x, rows: -(x.sum(1) - 0.1).abs(), torch.zeros(1, 1), Domain(Linf(9.0)), Steepest(0.08), steps=4
    )
    assert found.x.item() == pytest.approx(0.08)


def test_a_start_of_ones_own():
    start = torch.full((1, 1), 0.5)
    found = ascend(up_to(0.55), torch.zeros(1, 1), Domain(Linf(1.0)), Steepest(0.1), start=start)
    assert reasons(found) == ["success"]
    assert found.x.item() == pytest.approx(0.6)


def test_what_was_given_stays(net, rows):
    before, labels = rows.clone(), net(rows).argmax(1)
    state = torch.random.get_rng_state()
    ascend(cross_entropy(net, labels), rows, Domain(Linf(0.1), 0.0, 1.0), Steepest(0.02), steps=3)
    assert torch.equal(rows, before)
    assert not rows.requires_grad
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize(
    "loss", [lambda x, rows: x.detach().sum(1), lambda x, rows: torch.ones(2, requires_grad=True)]
)
def test_no_gradient_is_said(loss):
    with pytest.raises(NoGradientError, match="Square and Noise"):
        ascend(loss, torch.zeros(2, 1), Domain(Linf(1.0)), Steepest(0.1))


def test_a_gradient_that_is_no_number_ends_that_row_only():
    goal = lambda x, rows: (x - 1).sum(1).sqrt()  # noqa: E731 - infinite slope at one
    with pytest.warns(NonFiniteGradientWarning, match="of 1 rows"):
        found = ascend(goal, torch.tensor([[1.0], [2.0]]), Domain(Linf(1.0)), Steepest(0.1), steps=2)
    assert reasons(found) == ["stalled", "max_steps"]
    assert found.x[1].item() == pytest.approx(2.2)


def test_at_least_one_step():
    with pytest.raises(ParameterError, match="steps=0"):
        ascend(up_to(1.0), torch.zeros(1, 1), Domain(Linf(1.0)), Steepest(0.1), steps=0)


def test_the_better_of_two_searches_with_the_passes_of_both():
    first = ascend(up_to(0.25, 9.0), torch.zeros(2, 1), Domain(Linf(1.0)), Steepest(0.1), steps=4)
    second = ascend(up_to(0.55), torch.zeros(1, 1), Domain(Linf(1.0)), Steepest(0.2), steps=4)
    both = first.improved(torch.tensor([1]), second)
    assert reasons(both) == ["success", "success"]
    assert torch.allclose(both.x[:, 0], torch.tensor([0.3, 0.6]))
    assert both.forward.tolist() == [first.forward[0].item(), (first.forward[1] + second.forward[0]).item()]
    assert math.isclose(Ascent.joined([first, second]).loss[2], 0.6, rel_tol=1e-6)
