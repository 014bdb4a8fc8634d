"""How alike two images are: the peak signal-to-noise ratio and the structural similarity."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["psnr", "ssim"]

WINDOW = 11  # pixels, and its Gaussian: the paper's
SIGMA = 1.5  # pixels
K1, K2 = 0.01, 0.03  # the paper's constants, as shares of the range


def psnr(squared_error: float, data_range: float = 1.0) -> float:
    """Peak signal-to-noise ratio in decibels, 10 log₁₀(range² / mean squared error).

    Parameters
    ----------
    squared_error : float
        Mean over pixels.
    data_range : float
        Largest minus smallest possible pixel.

    Returns
    -------
    float
        Infinite for a perfect copy.

    Examples
    --------
    >>> psnr(0.01), psnr(0.0)
    (20.0, inf)
    """
    return math.inf if squared_error <= 0 else 10 * math.log10(data_range**2 / squared_error)


def ssim(a: Tensor, b: Tensor, data_range: float = 1.0) -> Tensor:
    """Structural similarity of pairs of images: 1 for equal ones, about 0 for unrelated ones.

    The mean over all windows that fit of (2 μ_a μ_b + c₁)(2 σ_ab + c₂) / ((μ_a² + μ_b² + c₁)(σ_a² + σ_b² +
    c₂)), with moments under a Gaussian of 1.5 pixels in a window of 11 x 11, or in the largest odd one that a
    smaller image holds.

    Parameters
    ----------
    a, b : Tensor, shape (n, c, y, x)
    data_range : float
        Largest minus smallest possible pixel.

    Returns
    -------
    Tensor, shape (n,), float64

    References
    ----------
    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
    similarity", IEEE Transactions on Image Processing 2004.

    Examples
    --------
    >>> flat = torch.full((1, 1, 8, 8), 0.5)
    >>> ssim(flat, flat).item()
    1.0
    """
    a, b = a.double() / data_range, b.double() / data_range
    windows = [_windows(size) for size in a.shape[2:]]
    mean_a, mean_b = _smooth(a, windows), _smooth(b, windows)
    variances = _smooth(a * a + b * b, windows) - mean_a**2 - mean_b**2
    covariance = _smooth(a * b, windows) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + K1**2) / (mean_a**2 + mean_b**2 + K1**2)
    structure = (2 * covariance + K2**2) / (variances + K2**2)
    return (luminance * structure).flatten(1).mean(1)


def _windows(size: int) -> Tensor:
    """Weights of every window that fits along an axis of ``size`` pixels, (windows, size)."""
    width = min(WINDOW, size - (size + 1) % 2)
    weights = torch.exp(-0.5 * ((torch.arange(width).double() - width // 2) / SIGMA) ** 2)
    weights = weights / weights.sum()
    return torch.stack([F.pad(weights, (start, size - width - start)) for start in range(size - width + 1)])


def _smooth(x: Tensor, windows: list[Tensor]) -> Tensor:
    """Means under the windows, one axis after the other; two matrix products are faster than a convolution."""
    return windows[0] @ (x @ windows[1].T)
