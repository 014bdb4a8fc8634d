"""The waist: principal components, the best linear way back, a width by the variance held."""

import torch

from diabolo.models.waist import HELD, Waist


def features() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(200, 3) @ torch.tensor([[9.0, 0, 0, 0], [0, 3.0, 0, 0], [0, 0, 0.1, 0]])


def test_codes_are_uncorrelated_and_in_order():
    code = Waist.fit(features(), features(), 3).encode(features())
    covariance = torch.cov(code.T)
    assert torch.allclose(covariance, covariance.diagonal().diag(), atol=1e-3)
    assert (covariance.diagonal().diff() < 0).all()


def test_the_way_back_is_exact_where_the_row_is_linear_in_the_code():
    rows = features() @ torch.randn(4, 6) + 1.0
    waist = Waist.fit(features(), rows, 3)
    assert torch.allclose(waist.decode(waist.encode(features())), rows, atol=1e-2)


def test_the_width_holds_the_variance():
    waist = Waist.fit(features(), features(), None)
    code = waist.encode(features())
    assert len(waist.components) == 2
    assert code.var(0).sum() >= HELD * features().var(0).sum()
