"""The last linear map and its least-squares start."""

import numpy as np
import pytest
import torch

from diabolo.nn import Readout, ridge


def test_ridge_is_least_squares():
    x, y = torch.randn(60, 4, dtype=torch.float64), torch.randn(60, 3, dtype=torch.float64)
    weight, offset = ridge(x, y, strength=0.0)
    design = np.column_stack([x.numpy(), np.ones(60)])
    expected = np.linalg.lstsq(design, y.numpy(), rcond=None)[0]
    assert np.allclose(np.vstack([weight, offset]), expected, atol=1e-5)


@pytest.mark.parametrize("case", ["constant", "twice the same", "more inputs than rows"])
def test_ridge_survives_inputs_that_say_nothing_new(case):
    x, y = torch.randn(10, 3), torch.randn(10, 2)
    x = {
        "constant": torch.ones(10, 3),
        "twice the same": x[:, [0, 0, 1]],
        "more inputs than rows": torch.randn(10, 30),
    }[case]
    weight, offset = ridge(x, y)
    assert torch.isfinite(weight).all()
    residual = y - x @ weight - offset
    assert (residual.square().sum(0) <= (y - y.mean(0)).square().sum(0) + 1e-4).all()


def test_more_strength_makes_smaller_weights():
    x, y = torch.randn(50, 3), torch.randn(50, 2)
    sizes = [ridge(x, y, strength)[0].norm().item() for strength in (0.0, 0.1, 10.0)]
    assert sizes[0] > sizes[1] > sizes[2]


@pytest.mark.parametrize("features", [8, (4, 2, 3)])
@pytest.mark.parametrize("code", [0, 2])
def test_shapes(features, code):
    hidden = torch.randn(5, *((features,) if isinstance(features, int) else features))
    out = Readout(features, code, 6)(hidden, torch.randn(5, 2) if code else None)
    assert out.shape == (5, 6)


@pytest.mark.parametrize("features", [8, (4, 3, 3)])
def test_the_start_is_the_linear_fit_whatever_the_features(features):
    hidden = torch.randn(40, *((features,) if isinstance(features, int) else features))
    code, targets = torch.randn(40, 2), torch.randn(40, 9)
    readout = Readout(features, 2, 9)
    residual = readout.start(code, targets)
    assert torch.allclose(targets - readout(hidden, code), residual, atol=1e-5)
    assert torch.allclose(residual.mean(0), torch.zeros(9), atol=1e-5)
    assert torch.allclose(code.T @ residual, torch.zeros(2, 9), atol=1e-3)


def test_without_a_linear_path_the_start_changes_nothing():
    readout = Readout(8, 0, 3)
    before = readout.main.weight.clone()
    targets = torch.randn(20, 3)
    assert torch.allclose(readout.start(torch.randn(20, 2), targets), targets - targets.mean(0))
    assert torch.equal(readout.main.weight, before)
