"""Each objective against its closed form on a linear model, and what it costs in passes."""

import numpy as np
import pytest
import torch
from torch import nn

from diabolo.attacks import L2, Domain, Linf
from diabolo.data.batch import Batch
from diabolo.models.hardening import OVERFITTED, Ascended, Traded, Virtual, divergence, fisher_product
from diabolo.models.supervised import Classification
from diabolo.models.surroundings import Surroundings
from diabolo.train.history import Epoch

DRAWS = torch.Generator().manual_seed(0)
WEIGHT = torch.randn(3, 6, generator=DRAWS)
ROWS = torch.randn(20, 6, generator=DRAWS)
LABELS = torch.arange(20) % 3


class Linear(nn.Module):
    """Logits x Wᵀ of the block ``continuous``, counting the rows it is asked about."""

    def __init__(self, weight: torch.Tensor = WEIGHT):
        super().__init__()
        self.weight, self.asked = nn.Parameter(weight.clone()), 0

    def forward(self, batch, corruption=None):
        self.asked += len(batch)
        return batch.values["continuous"] @ self.weight.T


def rows() -> Batch:
    return Batch({"continuous": ROWS}, {}, torch.arange(len(ROWS)))


def hardened(kind, ball, weight=WEIGHT, labels=LABELS, **more):
    around = Surroundings(("continuous",), Domain(ball))
    return kind(Classification(Linear(weight), labels), around, **more)


@pytest.mark.parametrize(("ball", "dual"), [(Linf(0.3), 1), (L2(0.3), 2)])
@pytest.mark.parametrize("steps", [1, 5])
def test_of_two_linear_classes_the_worst_row_costs_eps_times_the_dual_norm(ball, dual, steps):
    """max ℓ(x') = log(1 + exp(−(margin − ε‖w₁ − w₀‖)))."""
    weight, labels = WEIGHT[:2], torch.arange(20) % 2
    torch.manual_seed(0)
    length = 2.5 * ball.eps  # enough to cross the ball from any start
    found = hardened(Ascended, ball, weight, labels, steps=steps, step_size=length).losses(rows())[
        "adversarial"
    ]
    apart = weight[1] - weight[0]
    margin = (2 * labels - 1) * (ROWS @ apart) - ball.eps * apart.norm(dual)
    exact = torch.log1p(torch.exp(-margin))
    tolerance = 1e-5 if dual == 1 else 0.05 if steps == 1 else 1e-3  # a corner is hit, a sphere is approached
    torch.testing.assert_close(found, exact, rtol=tolerance, atol=tolerance)


def test_a_share_of_clean_rows_is_mixed_in():
    objective = hardened(Ascended, Linf(0.3), weight=WEIGHT, step_size=0.75)
    objective.weight = 0.5
    torch.manual_seed(0)
    terms = objective.losses(rows())
    clean = objective.inner.monitor(rows())
    torch.testing.assert_close(terms["log_loss"], 0.5 * clean)
    assert bool((terms["adversarial"] > 0.5 * clean).all())


def test_the_divergence_of_a_row_from_itself_is_zero():
    logits = ROWS @ WEIGHT.T
    p = logits.softmax(1)
    assert divergence(p, logits).abs().max() < 1e-6
    other = torch.randn(20, 3, generator=torch.Generator().manual_seed(1))
    expected = (p * (logits.log_softmax(1) - other.log_softmax(1))).sum(1)
    torch.testing.assert_close(divergence(p, other), expected)


@pytest.mark.parametrize("kind", [Traded, Virtual])
def test_with_no_room_nothing_diverges(kind):
    torch.manual_seed(0)
    terms = hardened(kind, Linf(1e-8)).losses(rows())
    assert terms["divergence"].abs().max() < 1e-5
    torch.testing.assert_close(terms["log_loss"], hardened(kind, Linf(1e-8)).inner.monitor(rows()))


def test_trades_asks_for_the_clean_answer_once():
    objective = hardened(Traded, Linf(0.3), steps=5)
    objective.losses(rows())
    assert objective.inner.net.asked <= (1 + 6 + 1) * 20  # clean; five steps and a last look; the worst row


def test_one_step_costs_two_passes():
    objective = hardened(Ascended, Linf(0.3))
    objective.losses(rows())["adversarial"].sum().backward()
    assert objective.inner.net.asked == 2 * 20


def test_the_fisher_product_is_that_of_the_explicit_matrices():
    d = torch.randn(20, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    weight, x = WEIGHT.double(), ROWS.double()
    p = (x @ weight.T).softmax(1)
    for i in range(20):
        fisher = torch.diag(p[i]) - torch.outer(p[i], p[i])
        exact = weight.T @ fisher @ weight @ d[i]
        torch.testing.assert_close(
            fisher_product(lambda x: x @ weight.T, x[i : i + 1], d[i : i + 1])[0], exact
        )


def test_vat_goes_along_the_leading_eigenvector_of_the_fisher_metric():
    torch.manual_seed(0)
    objective = hardened(Virtual, L2(0.5), steps=60)
    change = objective.furthest(rows()) - ROWS
    torch.testing.assert_close(change.norm(dim=1), torch.full((20,), 0.5))
    p = (ROWS @ WEIGHT.T).softmax(1)
    for i in range(20):
        metric = WEIGHT.T @ (torch.diag(p[i]) - torch.outer(p[i], p[i])) @ WEIGHT
        leading = torch.linalg.eigh(metric).eigenvectors[:, -1]
        assert abs(float(leading @ change[i])) == pytest.approx(0.5, abs=2e-3)


@pytest.mark.parametrize("kind", [Ascended, Traded, Virtual])
def test_a_search_leaves_flags_and_gradients_alone(kind):
    objective = hardened(kind, L2(0.3), steps=2).train()
    objective.inner.net.weight.grad = torch.ones_like(WEIGHT)
    terms = objective.losses(rows())
    assert objective.inner.net.training
    assert objective.inner.net.weight.requires_grad
    assert torch.equal(objective.inner.net.weight.grad, torch.ones_like(WEIGHT))
    torch.stack([t.sum() for t in terms.values()]).sum().backward()
    assert bool((objective.inner.net.weight.grad != 1).any())


def test_the_worst_row_is_no_part_of_the_gradient():
    """The gradient is that of the log loss at a fixed row (Danskin's theorem)."""
    objective = hardened(Ascended, Linf(0.3), step_size=0.75)
    torch.manual_seed(0)
    objective.losses(rows())["adversarial"].sum().backward()
    found = objective.inner.net.weight.grad.clone()
    torch.manual_seed(0)
    worst = objective._worst(rows(), objective._log_loss(rows()), 1, 0.75, drawn=True)
    objective.zero_grad()
    objective.inner.monitor(worst).sum().backward()
    torch.testing.assert_close(objective.inner.net.weight.grad, found)


def test_held_out_rows_are_judged_without_chance_and_in_inference_mode():
    objective = hardened(Ascended, Linf(0.3)).eval()
    with torch.inference_mode():
        first, second = objective.monitor(rows()), objective.monitor(rows())
        parts = torch.cat([objective.monitor(part) for part in rows().split(7)])
        told = objective.measures(rows())
    assert torch.equal(first, second)
    torch.testing.assert_close(parts, first)
    assert bool((first >= objective.inner.monitor(rows())).all())
    assert told["robust_accuracy"][0] < told["accuracy"][0]


def test_robust_accuracy_that_breaks_down_while_the_loss_falls_ends_training():
    def record(*pairs):
        return [
            Epoch(
                i + 1, {"adversarial": loss}, 1.0, 1e-3, 0.0, {"accuracy": [0.9], "robust_accuracy": [robust]}
            )
            for i, (loss, robust) in enumerate(pairs)
        ]

    objective = hardened(Ascended, Linf(0.3))
    assert objective.verdict(record((2.0, 0.3))) is None
    assert objective.verdict(record((2.0, 0.3), (1.5, 0.8), (1.0, 0.7))) is None
    assert objective.verdict(record((2.0, 0.3), (1.5, 0.8), (1.6, 0.1))) is None  # the loss did not fall
    assert objective.verdict(record((2.0, 0.3), (1.5, 0.8), (0.4, 0.1))) == OVERFITTED
    assert objective.verdict(record((2.0, 0.1), (1.5, 0.4), (0.4, 0.0))) is None  # it was not hard yet


def test_normalization_does_not_remember_virtual_rows():
    class Normed(Linear):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3)

        def forward(self, batch, corruption=None):
            return self.norm(super().forward(batch, corruption))

    around = Surroundings(("continuous",), Domain(L2(0.5)))
    objective = Virtual(Classification(Normed(), LABELS), around).train()
    objective.losses(rows())
    logits = ROWS @ WEIGHT.T
    np.testing.assert_allclose(objective.inner.net.norm.running_mean, 0.1 * logits.mean(0), rtol=1e-4)
    assert objective.inner.net.norm.momentum == 0.1
