"""The U-Net: sizes that do not halve, a way past the bottom, a view of the whole."""

import pytest
import torch

from diabolo.errors import ArchitectureError
from diabolo.nn import UNet


@pytest.mark.parametrize("size", [(1, 8, 8), (3, 7, 9), (1, 28, 28), (2, 5, 3)])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_size_comes_back_with_the_image_beside_it(size, depth):
    net = UNet(3, depth).network(size).eval()
    pixels = torch.randn(2, size[0] * size[1] * size[2])
    maps = net(pixels)
    assert net.features == (3 + size[0], *size[1:])
    assert maps.shape == (2, *net.features)
    assert torch.equal(maps[:, 3:].flatten(1), pixels)


@pytest.mark.parametrize(("depth", "reach"), [(1, 12), (3, 30)])
def test_a_pixel_sees_farther_the_deeper_the_net(depth, reach):
    torch.manual_seed(0)
    net = UNet(4, depth, activation="tanh").network((1, 64, 64)).eval()
    pixels = torch.randn(1, 64 * 64, requires_grad=True)
    net(pixels)[0, :4, 32, 32].sum().backward()
    rows = pixels.grad.view(64, 64).abs().sum(1).nonzero().ravel()
    assert rows.max() - rows.min() >= reach
    assert depth > 1 or rows.max() - rows.min() < 32


def test_detail_passes_beside_the_bottom():
    torch.manual_seed(0)
    net = UNet(4, 2).network((1, 8, 8)).eval()
    with torch.no_grad():
        for parameter in net.doublings.parameters():
            parameter.zero_()
    a, b = torch.zeros(1, 64), torch.zeros(1, 64)
    b[0, 27] = 1.0
    assert (net(a) - net(b))[:, :4].abs().max() > 1e-3


@pytest.mark.parametrize(
    "wrong", [{"channels": 0}, {"depth": 1.5}, {"channels": True}, {"activation": "sin"}]
)
def test_impossible_numbers_are_refused(wrong):
    with pytest.raises(ArchitectureError, match=next(iter(wrong))):
        UNet(**wrong)


def test_tables_are_refused():
    with pytest.raises(ArchitectureError, match="image"):
        UNet().network(12)
