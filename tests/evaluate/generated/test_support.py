import pytest
import torch

from diabolo.evaluate.generated.support import alpha_precision, authenticity, beta_recall


@pytest.fixture
def sets() -> tuple[torch.Tensor, ...]:
    return torch.randn(3, 1000, 3, generator=torch.Generator().manual_seed(0)).unbind()


def test_rows_of_the_same_distribution_are_precise_and_recall_half(sets):
    real, _, fresh = sets
    assert alpha_precision(real, fresh) > 0.95
    assert beta_recall(real, fresh) == pytest.approx(0.5, abs=0.05)
    assert authenticity(real, fresh) == pytest.approx(0.5, abs=0.12)


def test_copies_recall_everything_and_are_not_authentic(sets):
    assert beta_recall(sets[0], sets[0]) > 0.98
    assert authenticity(sets[0], sets[0]) == 0.0


def test_one_spot_is_recalled_by_few(sets):
    spot = 0.01 * sets[1]
    assert beta_recall(sets[0], spot) < 0.1
    assert alpha_precision(sets[0], spot) < 0.6


def test_precision_by_its_definition(sets):
    real, made = sets[0], 2 * sets[1]
    alphas = torch.linspace(0, 1, 30)
    center = real.mean(0)
    radius = torch.quantile((real - center).norm(dim=1), alphas)
    curve = torch.stack([((made - center).norm(dim=1) <= r).float().mean() for r in radius])
    expected = 1 - float((alphas - curve).abs().sum() / alphas.sum())
    assert alpha_precision(real, made) == pytest.approx(expected, abs=1e-5)
