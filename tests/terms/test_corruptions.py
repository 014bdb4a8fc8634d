"""Damage to the input: as strong as said, drawn from the global generator."""

import math

import pytest
import torch
from scipy.ndimage import gaussian_filter

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.terms import Blur, Masking, Noise, SaltAndPepper, Swap


def rows(**values: torch.Tensor) -> Batch:
    return Batch(values, {}, torch.arange(len(next(iter(values.values())))))


@pytest.mark.parametrize("sd", [0.0, 0.1, 2.0])
def test_noise_has_the_size_that_was_asked_for(sd):
    torch.manual_seed(0)
    noise = Noise(sd)(torch.ones(10_000, 2)) - 1
    assert noise.std().item() == pytest.approx(sd, rel=0.03)
    assert noise.mean().item() == pytest.approx(0, abs=0.05 * sd + 1e-9)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_masking_hides_the_share_that_was_asked_for(share):
    torch.manual_seed(0)
    hidden = Masking(share)(torch.full((10_000, 2), 3.0))
    assert set(hidden.unique().tolist()) <= {0.0, 3.0}
    assert (hidden == 0).float().mean().item() == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_swap_brings_cells_of_the_same_column_from_other_rows(share):
    torch.manual_seed(0)
    column = torch.arange(2000.0)
    clean = rows(continuous=torch.stack([column, 10_000 + column], 1), categorical=column.long()[:, None])
    damaged = Swap(share).damaged(clean).values
    swapped = torch.cat([damaged[key] != clean.values[key] for key in damaged], 1).float().mean(0)
    assert torch.allclose(swapped, torch.full((3,), share), atol=0.04)
    assert damaged["categorical"].dtype == torch.int64
    assert (damaged["continuous"][:, 1] >= 10_000).all()
    assert (damaged["continuous"][:, 0] < 2000).all()
    if share:
        assert (damaged["continuous"] - clean.values["continuous"]).diff(dim=1).abs().max() > 0


def test_a_gap_is_swapped_with_its_cell():
    torch.manual_seed(0)
    values = torch.tensor([[0.0], [1.0]]).repeat(500, 1)
    clean = Batch({"x": values}, {"x": values > 0}, torch.arange(1000))
    damaged = Swap(0.5).damaged(clean)
    assert torch.equal(damaged.seen["x"], damaged.values["x"] > 0)
    assert not torch.equal(damaged.seen["x"], clean.seen["x"])


def test_salt_is_as_frequent_as_pepper_and_both_are_extremes():
    torch.manual_seed(0)
    grey = torch.rand(200, 1, 8, 8) * 0.5 + 0.25
    grey[0, 0, 0, :2] = torch.tensor([0.0, 1.0])
    speckled = SaltAndPepper(0.2).damaged(rows(image=grey)).values["image"]
    assert (speckled == 1).float().mean().item() == pytest.approx(0.1, abs=0.01)
    assert (speckled == 0).float().mean().item() == pytest.approx(0.1, abs=0.01)
    assert ((speckled == grey) | (speckled == 0) | (speckled == 1)).all()


def test_in_a_table_the_extremes_are_the_columns_own_and_levels_stay():
    clean = rows(
        continuous=torch.tensor([[1.0, 50.0], [2.0, 60.0], [3.0, 70.0]]), categorical=torch.ones(3, 1).long()
    )
    damaged = SaltAndPepper(1.0).damaged(clean).values
    assert set(damaged["continuous"][:, 0].tolist()) <= {1.0, 3.0}
    assert set(damaged["continuous"][:, 1].tolist()) <= {50.0, 70.0}
    assert torch.equal(damaged["categorical"], clean.values["categorical"])


@pytest.mark.parametrize("sd", [0.5, 1.0, 2.0])
def test_blur_is_scipys(sd):
    images = torch.rand(3, 2, 12, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    blurred = Blur(sd).damaged(rows(image=images)).values["image"]
    expected = gaussian_filter(
        images.numpy(), (0, 0, sd, sd), mode="nearest", radius=(0, 0, *[-int(-3 * sd // 1)] * 2)
    )
    assert torch.allclose(blurred, torch.from_numpy(expected), atol=1e-12)


def test_blur_without_images_is_refused():
    with pytest.raises(ParameterError, match="needs images"):
        Blur().check(Schema.fit(Frame.of({"a": [0.5, 1.5, 2.5]})))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Noise(-1.0),
        lambda: Noise(math.nan),
        lambda: Masking(1.5),
        lambda: Masking(-0.1),
        lambda: Swap(2.0),
        lambda: SaltAndPepper(-1.0),
        lambda: Blur(-1.0),
    ],
)
def test_impossible_sizes_are_refused(make):
    with pytest.raises(ParameterError, match=r"sd=(-1\.0|nan)|share="):
        make()
