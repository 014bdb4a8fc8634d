import numpy as np
import pytest
import torch

from diabolo import LinearAutoencoder, evaluate
from diabolo.data.samples import digits
from diabolo.errors import CapabilityError, DataError, TooFewRowsError
from diabolo.evaluate.image_generation import frechet_distance, kernel_distance, neighborhoods


def draw(seed: int, n: int = 500, d: int = 3) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_the_same_set_is_at_no_distance():
    rows = draw(0) @ torch.tensor([[1.0, 2, 0], [0, 1, 1], [1, 2, 0]])  # of less than full rank
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-6)
    assert neighborhoods(rows, rows) == pytest.approx((1, 1, 1, 1), abs=0.25)


def test_two_gaussians_by_the_closed_form():
    a, b = draw(0, 50_000), draw(1, 50_000)
    scale, shift = torch.tensor([2.0, 1.0, 0.5]), torch.tensor([1.0, 0.0, -2.0])
    expected = float(shift.square().sum() + (scale - 1).square().sum())
    assert frechet_distance(a, b * scale + shift) == pytest.approx(expected, rel=0.03)


def test_it_is_symmetric_where_covariances_do_not_commute():
    a, b = (
        draw(0) @ torch.tensor([[1.0, 2, 0], [0, 1, 0], [0, 0, 1]]),
        draw(1) @ torch.diag(torch.tensor([3.0, 1, 1])),
    )
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_the_kernel_distance_by_its_definition():
    a, b = draw(0, 40), draw(1, 40) + 0.5

    def k(x: torch.Tensor, y: torch.Tensor) -> float:
        return float((x @ y / 3 + 1) ** 3)

    pairs = [(i, j) for i in range(40) for j in range(40)]
    within = [np.mean([k(s[i], s[j]) for i, j in pairs if i != j]) for s in (a, b)]
    across = np.mean([k(a[i], b[j]) for i, j in pairs])
    assert kernel_distance(a, b)[0] == pytest.approx(sum(within) - 2 * across, rel=1e-4)


def test_a_lost_mode_lowers_recall_and_an_outlier_precision():
    real = torch.cat([draw(0, 300), draw(1, 300) + 20])
    precision, recall, _, coverage = neighborhoods(real, draw(2, 600))
    assert precision > 0.9
    assert recall < 0.6
    assert coverage < 0.6
    assert neighborhoods(draw(0, 300), draw(1, 300) + 20) == (0.0, 0.0, 0.0, 0.0)


def test_real_digits_stand_beside_generated_ones():
    images = digits()
    model = LinearAutoencoder(8).fit(images)
    rng = np.random.default_rng(0)
    noise = rng.permuted(images[:400], axis=0)  # every pixel by itself
    scores = evaluate.image_generation(images[400:], noise, encoder=model)
    assert (scores.rows, scores.features) == (400, 8)
    assert scores.generated.frechet > 5 * scores.real.frechet
    assert scores.generated.kid > 0 > scores.real.kid - 0.1
    assert scores.real.coverage > scores.generated.coverage
    same = evaluate.image_generation(images[400:], images[:400], encoder=model.transform)
    assert same.generated.coverage == pytest.approx(same.real.coverage, abs=0.1)


def test_bad_input():
    rows = np.random.default_rng(0).random((40, 3))
    with pytest.raises(CapabilityError, match="gives no features"):
        evaluate.image_generation(rows, rows, encoder="an encoder")
    with pytest.raises(DataError, match="a line for each"):
        evaluate.image_generation(rows, rows, encoder=lambda images: images[:3])
    with pytest.raises(TooFewRowsError, match="9 generated"):
        evaluate.image_generation(rows, rows[:9], encoder=lambda images: images)
