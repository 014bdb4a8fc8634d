"""Whether generated images are like real ones: distances of two sets of rows in the features of an encoder."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diabolo.errors import CapabilityError, DataError, TooFewRowsError
from diabolo.frames import Frame
from diabolo.neighbors import search
from diabolo.randomness import as_seed, generator

__all__ = [
    "ImageLikeness",
    "ImageScores",
    "frechet_distance",
    "image_generation",
    "kernel_distance",
    "neighborhoods",
]

FEWEST_ROWS = 10
MOST_ROWS = 10_000
N_NEIGHBORS = 5
SUBSETS, SUBSET = 20, 1000  # of the kernel distance


@dataclasses.dataclass(frozen=True)
class ImageLikeness:
    """How far images are from real ones, in the features of an encoder.

    Parameters
    ----------
    frechet : float
        Fréchet distance of two Gaussians, 0 for equal sets; it rises for fewer images.
    kid, kid_sd : float
        Kernel distance, without that bias, and its standard deviation over subsets.
    precision, recall : float
        Share of generated images in the neighborhood of a real one, and the other way round.
    density, coverage : float
        The same, not misled by a single outlier: about 1 for fresh real images.

    Examples
    --------
    >>> ImageLikeness(0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0).frechet
    0.0
    """

    frechet: float
    kid: float
    kid_sd: float
    precision: float
    recall: float
    density: float
    coverage: float


@dataclasses.dataclass(frozen=True)
class ImageScores:
    """Generated images beside real ones in their place.

    Parameters
    ----------
    generated : ImageLikeness
        Generated images against half of the real ones.
    real : ImageLikeness
        As many of the other half against them: the best that is possible.
    rows : int
        Images on either side of each comparison.
    features : int
        Numbers that the encoder gives of an image.

    Examples
    --------
    >>> like = ImageLikeness(0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0)
    >>> [line["measure"] for line in ImageScores(like, like, 9, 2).table()][:2]
    ['frechet', 'kid']
    """

    generated: ImageLikeness
    real: ImageLikeness
    rows: int
    features: int

    def table(self) -> list[dict[str, Any]]:
        """One plain dict per measure, with ``generated`` and ``real``."""
        rows = dataclasses.asdict(self.generated), dataclasses.asdict(self.real)
        return [
            {"measure": name, "generated": value, "real": rows[1][name]} for name, value in rows[0].items()
        ]


def image_generation(
    real: Any,
    generated: Any,
    *,
    encoder: Any,
    n_neighbors: int = N_NEIGHBORS,
    max_rows: int = MOST_ROWS,
    random_state: int | np.random.RandomState | None = 0,
) -> ImageScores:
    """Judge generated images (or any rows) in the features of an encoder, beside real images in their place.

    The real images are halved: one half is what generated ones are held against, the other stands beside them. Distances
    mean something for one encoder and one number of images only: never compare them with those of another.

    Parameters
    ----------
    real : images or rows
        Best ones that no model was fitted with, and twice as many as generated ones.
    generated : images or rows
    encoder : fitted model or callable
        A model's ``transform``, or a function from images to features (n, d).
    n_neighbors : int
        Of precision, recall, density and coverage.
    max_rows : int
        Images of each side that are looked at.
    random_state : int, RandomState or None
        Of halves and samples.

    Raises
    ------
    TooFewRowsError
        There are fewer than 10 generated or 20 real images.
    CapabilityError
        The encoder neither transforms nor can be called.
    DataError
        It does not give one line of finite numbers for each image.

    References
    ----------
    Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017.
    Bińkowski et al., "Demystifying MMD GANs", ICLR 2018.
    Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> X = load_digits().images
    >>> model = LinearAutoencoder(8).fit(X)
    >>> scores = image_generation(X[:1200], X[1200:], encoder=model)
    >>> scores.generated.coverage > 0.5
    True
    """
    encode = _encoding(encoder)
    truth, made = _features(encode, real), _features(encode, generated)
    seed = as_seed(random_state)
    order = torch.randperm(len(truth), generator=generator(seed, "halves"))
    n = min(len(order) // 2, len(made), max_rows)
    if n < FEWEST_ROWS:
        raise TooFewRowsError(
            f"there are {len(made)} generated and {len(truth)} real images: give at least {FEWEST_ROWS} and twice as many."
        )
    reference, beside = truth[order[:n]], truth[order[n : 2 * n]]
    chosen = made[torch.randperm(len(made), generator=generator(seed, "generated"))[:n]]
    found = [_likeness(reference, rows, min(n_neighbors, n - 1), seed) for rows in (chosen, beside)]
    return ImageScores(*found, rows=n, features=truth.shape[1])


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Fréchet distance of the Gaussians of two sets of rows, ‖μ − μ′‖² + tr(Σ + Σ′ − 2 (Σ Σ′)^½).

    Parameters
    ----------
    a, b : Tensor, shapes (n, d) and (m, d)

    References
    ----------
    Dowson & Landau, "The Fréchet distance between multivariate normal distributions", J. Multivariate Analysis 1982.

    Examples
    --------
    >>> rows = torch.tensor([[0.0], [2.0], [4.0]])
    >>> frechet_distance(rows, rows + 3)
    9.0
    """
    a, b = a.double(), b.double()
    first, second = (torch.atleast_2d(torch.cov(rows.T)) for rows in (a, b))
    values, vectors = torch.linalg.eigh(first)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    apart = (a.mean(0) - b.mean(0)).square().sum()
    return max(0.0, float(apart + first.trace() + second.trace() - 2 * cross))


def kernel_distance(a: Tensor, b: Tensor, *, seed: int = 0) -> tuple[float, float]:
    """Squared maximum mean discrepancy under the kernel (x·y/d + 1)³: mean and standard deviation over 20 subsets.

    Parameters
    ----------
    a, b : Tensor, shapes (n, d) and (m, d)
    seed : int
        Of the subsets of at most 1,000 rows.

    References
    ----------
    Bińkowski et al., "Demystifying MMD GANs", ICLR 2018.

    Examples
    --------
    >>> rows = torch.randn(400, 2, generator=torch.Generator().manual_seed(0))
    >>> abs(kernel_distance(rows[:200], rows[200:])[0]) < 0.1, kernel_distance(rows, rows + 2)[0] > 1
    (True, True)
    """
    n = min(len(a), len(b), SUBSET)
    draw = generator(seed, "subsets")
    found = []
    for _ in range(SUBSETS if n < max(len(a), len(b)) else 1):
        x, y = (rows[torch.randperm(len(rows), generator=draw)[:n]].double() for rows in (a, b))
        within = [(k.sum() - k.trace()) / (n * (n - 1)) for k in (_kernel(x, x), _kernel(y, y))]
        found.append(float(within[0] + within[1] - 2 * _kernel(x, y).mean()))
    return float(np.mean(found)), float(np.std(found))


def neighborhoods(real: Tensor, generated: Tensor, k: int = N_NEIGHBORS) -> tuple[float, float, float, float]:
    """Precision, recall, density and coverage: who lies in the ball around another that reaches to its k-th neighbor.

    Parameters
    ----------
    real, generated : Tensor, shapes (n, d) and (m, d)
    k : int

    References
    ----------
    Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models", NeurIPS 2019.
    Naeem et al., "Reliable fidelity and diversity metrics for generative models", ICML 2020.

    Examples
    --------
    >>> rows = torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    >>> neighborhoods(rows, rows)[:2], neighborhoods(rows, rows + 99)
    ((1.0, 1.0), (0.0, 0.0, 0.0, 0.0))
    """
    radius, other = (search(rows, k)[0][:, -1] for rows in (real, generated))
    inside = torch.zeros(len(generated))
    met, recalled = [], []
    for rows, own in zip(real.split(1024), radius.split(1024), strict=True):
        distance = torch.cdist(rows, generated, compute_mode="donot_use_mm_for_euclid_dist")
        inside += (distance <= own[:, None]).sum(0)
        met.append(distance.amin(1) <= own)
        recalled.append((distance <= other).any(1))
    coverage, recall = (float(torch.cat(parts).float().mean()) for parts in (met, recalled))
    return float((inside > 0).float().mean()), recall, float(inside.mean()) / k, coverage


def _likeness(real: Tensor, made: Tensor, k: int, seed: int) -> ImageLikeness:
    kid, deviation = kernel_distance(real, made, seed=seed)
    return ImageLikeness(frechet_distance(real, made), kid, deviation, *neighborhoods(real, made, k))


def _encoding(encoder: Any) -> Callable[[Any], Any]:
    """From images to features."""
    found = getattr(encoder, "transform", encoder)
    if not callable(found):
        raise CapabilityError(
            f"a {type(encoder).__name__} gives no features: pass a fitted model that transforms, or a function from "
            "images to an array (n, d)."
        )
    return found


def _features(encode: Callable[[Any], Any], rows: Any) -> Tensor:
    """Features of rows, float32 (n, d)."""
    n = Frame.of(rows).n_rows
    found = torch.as_tensor(np.asarray(encode(rows))).float()
    if found.ndim != 2 or len(found) != n or not bool(found.isfinite().all()):
        raise DataError(
            f"the encoder made {tuple(found.shape)} of {n} images: it is to give finite numbers, a line for each."
        )
    return found


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3
