import math

import pytest
import torch

from diabolo.evaluate import psnr, ssim

SIZES = [(1, 8, 8), (3, 12, 16), (1, 28, 28), (1, 1, 5), (2, 11, 10)]


def images(size: tuple[int, ...], seed: int = 0, n: int = 4) -> torch.Tensor:
    return torch.rand(n, *size, generator=torch.Generator().manual_seed(seed))


def by_loops(a: torch.Tensor, b: torch.Tensor, data_range: float) -> float:
    """The formula of the paper, window after window, of one channel."""
    width, sigma = 11, 1.5
    line = torch.exp(-0.5 * ((torch.arange(width).double() - 5) / sigma) ** 2)
    w = torch.outer(line, line)
    w /= w.sum()
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    found = []
    for y in range(a.shape[0] - width + 1):
        for x in range(a.shape[1] - width + 1):
            p, q = a[y : y + width, x : x + width].double(), b[y : y + width, x : x + width].double()
            m, k = (w * p).sum(), (w * q).sum()
            vp, vq, cov = (w * (p - m) ** 2).sum(), (w * (q - k) ** 2).sum(), (w * (p - m) * (q - k)).sum()
            found.append((2 * m * k + c1) * (2 * cov + c2) / ((m**2 + k**2 + c1) * (vp + vq + c2)))
    return float(torch.stack(found).mean())


@pytest.mark.parametrize(
    ("error", "data_range", "expected"), [(0.01, 1, 20), (1.0, 255, 48.1308), (0.0, 1, math.inf)]
)
def test_psnr(error: float, data_range: float, expected: float):
    assert psnr(error, data_range) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("size", SIZES)
def test_equal_images_are_alike(size: tuple[int, ...]):
    assert ssim(images(size), images(size)).tolist() == pytest.approx([1.0] * 4)


@pytest.mark.parametrize("size", SIZES)
def test_symmetric_and_bounded(size: tuple[int, ...]):
    a, b = images(size), images(size, 1)
    assert torch.allclose(ssim(a, b), ssim(b, a))
    assert ssim(a, b).abs().max() < 1


@pytest.mark.parametrize("data_range", [1.0, 255.0])
def test_formula_of_the_paper(data_range: float):
    a = images((1, 14, 13), n=1) * data_range
    b = (0.7 * a + 0.3 * images((1, 14, 13), 1, 1) * data_range).float()
    assert ssim(a, b, data_range).item() == pytest.approx(by_loops(a[0, 0], b[0, 0], data_range), abs=1e-6)


@pytest.mark.parametrize(("dark", "light"), [(0.2, 0.4), (0.0, 1.0)])
def test_flat_images_differ_in_luminance_only(dark: float, light: float):
    a, b = torch.full((1, 1, 12, 12), dark), torch.full((1, 1, 12, 12), light)
    expected = (2 * dark * light + 1e-4) / (dark**2 + light**2 + 1e-4)
    assert ssim(a, b).item() == pytest.approx(expected, abs=1e-6)


def test_falls_with_noise():
    clean, noise = images((1, 28, 28)), images((1, 28, 28), 1) - 0.5
    found = [ssim(clean, clean + level * noise).mean().item() for level in (0.0, 0.1, 0.3, 1.0)]
    assert found == sorted(found, reverse=True)
