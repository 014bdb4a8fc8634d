"""Rows: sums over blocks, and nothing from cells that were not seen."""

import torch

from diabolo.distributions import Bernoulli, Gaussian, Joint


def joint(loc: torch.Tensor, logits: torch.Tensor) -> Joint:
    return Joint({"a": Gaussian(loc, torch.zeros(2)), "b": Bernoulli(logits)})


def test_a_row_is_the_sum_of_its_cells():
    loc, logits = torch.randn(4, 2), torch.randn(4, 3)
    values = {"a": torch.randn(4, 2), "b": torch.ones(4, 3)}
    p = joint(loc, logits)
    expected = p["a"].log_prob(values["a"]).sum(1) + p["b"].log_prob(values["b"]).sum(1)
    assert torch.allclose(p.log_prob(values, {}), expected)
    assert list(p) == ["a", "b"]
    assert len(p) == 2


def test_images_are_summed_over_all_their_axes():
    p = Joint({"image": Gaussian(torch.zeros(2, 1, 4, 4), torch.zeros(()))})
    assert torch.allclose(
        p.log_prob({"image": torch.zeros(2, 1, 4, 4)}, {}), torch.full((2,), -16 * 0.9189385)
    )


def test_unseen_cells_give_no_score_and_no_gradient():
    loc = torch.randn(4, 2, requires_grad=True)
    logits = torch.full((4, 3), torch.inf, requires_grad=True)
    seen = torch.tensor([[True, False]]).expand(4, 2)
    values = {"a": torch.zeros(4, 2), "b": torch.zeros(4, 3)}
    p = joint(loc, logits)
    scores = p.log_prob(values, {"a": seen, "b": torch.zeros(4, 3, dtype=torch.bool)})
    scores.sum().backward()
    assert torch.allclose(scores, p["a"].log_prob(values["a"])[:, 0])
    assert (loc.grad[:, 1] == 0).all()
    assert (loc.grad[:, 0] != 0).all()
