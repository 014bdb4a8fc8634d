import pytest
import torch

from diabolo.nn.convnet import ConvNet


@pytest.mark.parametrize("size", [(1, 8, 8), (1, 28, 28), (3, 5, 9), (3, 64, 48)])
def test_images_of_any_size(size):
    net = ConvNet(size, (4, 8, 8), 3)
    out = net(torch.rand(2, *size))
    assert out.shape == (2, 3)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())
