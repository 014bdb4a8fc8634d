import pytest
import torch

from diabolo.errors import ParameterError
from diabolo.terms import Affine

NOTHING = {"shift": 0.0, "rotation": 0.0, "scale": 0.0, "shear": 0.0}


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(6, 2, 9, 8)


def test_with_no_amount_nothing_changes(images):
    torch.testing.assert_close(Affine(**NOTHING)(images), images, atol=1e-5, rtol=0)


def test_a_constant_stays_constant():
    flat = torch.full((3, 1, 7, 7), 0.25)
    torch.testing.assert_close(Affine()(flat), flat)


@pytest.mark.parametrize("name", list(NOTHING))
def test_each_amount_moves_something(images, name):
    assert not torch.allclose(
        Affine(**{**NOTHING, name: 0.2 if name != "rotation" else 20.0})(images), images
    )


def test_a_shift_stays_within_its_amount():
    dot = torch.zeros(200, 1, 21, 21)
    dot[:, :, 10, 10] = 1.0
    moved = Affine(**{**NOTHING, "shift": 2 / 21})(dot)[:, 0]
    place = torch.arange(21.0)
    center = (moved.sum(1) * place).sum(1) / moved.sum((1, 2))
    assert center.min() > 7.9
    assert center.max() < 12.1
    assert center.std() > 0.5


@pytest.mark.parametrize("name", list(NOTHING))
def test_negative_amounts_are_refused(name):
    with pytest.raises(ParameterError, match=name):
        Affine(**{name: -0.1})
