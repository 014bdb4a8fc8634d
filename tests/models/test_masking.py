"""The network of hidden cells: probabilities that add up, a chain rule that holds in any order, an unbiased loss."""

import itertools

import pytest
import torch

from diabolo.data.batch import Batch
from diabolo.models.codebook import HIDDEN
from diabolo.models.filling import chain
from diabolo.models.masking import CODES, HiddenCells, MaskedNet
from diabolo.nn import Residual

SIZES = (2, 4, 3)
STATES = torch.tensor(list(itertools.product(*map(range, SIZES))))


@pytest.fixture(scope="module")
def net() -> MaskedNet:
    """A network that was never trained: identities do not wait for learning."""
    torch.manual_seed(0)
    net = MaskedNet(SIZES, Residual(16, 2))
    torch.nn.init.normal_(net.head.weight)
    return net.eval().requires_grad_(False)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_probabilities_of_all_rows_add_up_to_one_in_any_order(net, order):
    assert chain(net, STATES, order).exp().sum().item() == pytest.approx(1.0, abs=1e-5)


def test_a_hidden_cell_counts_nothing_in_the_chain(net):
    rows = STATES.clone()
    rows[:, 1] = HIDDEN
    assert chain(net, rows.unique(dim=0), (0, 1, 2)).exp().sum().item() == pytest.approx(1.0, abs=1e-5)


def test_the_loss_is_the_mean_of_the_chain_over_all_orders(net):
    rows = STATES[[0, 5, 17]]
    orders = list(itertools.permutations(range(3)))
    truth = -torch.stack([chain(net, rows, order) for order in orders]).mean(0)
    torch.manual_seed(0)
    many = Batch({CODES: rows.repeat(6000, 1)}, {}, torch.arange(18000))
    found = HiddenCells(net).losses(many)["hidden"].view(6000, 3)
    error = found.std(0) / 6000**0.5
    assert ((found.mean(0) - truth).abs() < 4 * error).all()


def test_the_monitor_of_a_row_is_its_own(net):
    batch = Batch({CODES: STATES}, {}, torch.arange(len(STATES)))
    whole = HiddenCells(net).monitor(batch)
    parts = torch.cat([HiddenCells(net).monitor(part) for part in batch.split(7)])
    assert torch.allclose(whole, parts, atol=1e-5)


def test_it_begins_at_the_shares_of_the_training_rows():
    torch.manual_seed(0)
    net = MaskedNet(SIZES, Residual(16, 2))
    codes = torch.stack([torch.randint(0, size, (1000,)).clamp_max(1) for size in SIZES], 1)
    net.begin(codes, (0, 0, 0))
    shares = net.logits(net.features(torch.full((1, 3), HIDDEN)), 1).softmax(1)[0]
    assert shares[1].item() == pytest.approx((codes[:, 1] == 1).float().mean().item(), abs=0.1)


def test_neighbors_among_ordered_codes_begin_alike():
    torch.manual_seed(0)
    net = MaskedNet((40, 40), Residual(16, 1))
    net.begin(torch.zeros(1, 2, dtype=torch.long), (40, 0))
    smooth, free = net.table.weight[:40].detach(), net.table.weight[41:81].detach()
    steps = [x.diff(dim=0).square().mean() / x.square().mean() for x in (smooth, free)]
    assert steps[0] < 0.3 < steps[1]
