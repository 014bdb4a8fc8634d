"""Images: bytes and floats, grey and color, sizes that are not even."""

import numpy as np
import pytest
import torch

from diabolo.columns import Image
from diabolo.errors import DataError, ImageSizeError
from diabolo.frames import Frame, restore

SHAPES = [(8, 8), (7, 9), (1, 5), (7, 9, 3), (4, 4, 1)]


def images(shape: tuple[int, ...], kind: str, count: int = 6) -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 256, (count, *shape))
    return pixels.astype(np.uint8) if kind == "uint8" else (pixels / 255).astype(kind)


def back(column: Image, values: torch.Tensor) -> np.ndarray:
    return column.from_tensor(values)["image"].to_numpy_ndarray()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_pixels_come_back(shape, kind):
    x = images(shape, kind)
    column = Image.fit(Frame.of(x), ("image",))
    values, seen = column.to_tensor(Frame.of(x))
    channels = shape[2] if len(shape) == 3 else 1
    assert values.shape == seen.shape == (6, channels, *shape[:2])
    assert seen.all()
    assert values.min() >= 0
    assert values.max() <= 1
    assert np.allclose(back(column, values), x, atol=1e-6)
    assert column.widths == (np.prod(shape),)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_no_images_keep_size_and_dtype(shape, kind):
    frame = Frame.of(images(shape, kind))
    column = Image.fit(frame, ("image",))
    none = column.from_tensor(column.to_tensor(frame)[0][:0])
    found = restore(none, frame.template)
    assert found.shape == (0, *shape)
    assert found.dtype == kind


def test_coordinates_are_pixels_and_back():
    column = Image.fit(Frame.of(images((7, 9, 3), "uint8")), ("image",))
    values, _ = column.to_tensor(Frame.of(images((7, 9, 3), "uint8")))
    flat = column.coordinates(values)
    assert flat.shape == (6, 189)
    assert torch.equal(column.from_coordinates(flat), values)


@pytest.mark.parametrize(
    ("low", "high", "light"), [(0.2, 0.9, (0.0, 1.0)), (-2.0, 3.0, (-2.0, 3.0)), (0, 255, (0, 255))]
)
def test_the_range_of_light_is_learned_and_kept(low, high, light):
    x = np.linspace(low, high, 4 * 9, dtype=np.float32).reshape(4, 3, 3)
    column = Image.fit(Frame.of(x), ("image",))
    assert (column.low, column.high) == light
    decoded = back(column, torch.tensor([-1e3, 1e3])[:, None, None, None].expand(2, 1, 3, 3))
    assert decoded.min() == light[0]
    assert decoded.max() == light[1]


def test_bytes_are_rounded_not_cut():
    column = Image.fit(Frame.of(images((2, 2), "uint8")), ("image",))
    assert back(column, torch.full((1, 1, 2, 2), 9.6 / 255)).tolist() == [[[10, 10], [10, 10]]]


def test_missing_pixels_are_unseen_and_at_the_mean_for_the_network():
    x = images((3, 3), "float32")
    x[0, 1, 1] = np.nan
    column = Image.fit(Frame.of(x), ("image",))
    values, seen = column.to_tensor(Frame.of(x))
    assert not seen[0, 0, 1, 1]
    assert seen.sum() == seen.numel() - 1
    assert values[0, 0, 1, 1] == 0
    embedder = column.embedder()
    embedder.start(values, seen)
    features = embedder(values, seen)
    assert features[0, 4] == 0
    assert features.shape == (6, embedder.width)
    assert embedder.mean[0, 1, 1].item() == pytest.approx(float(np.nanmean(x[:, 1, 1])), abs=1e-6)


@pytest.mark.parametrize("hole", [np.inf, -np.inf])
def test_infinite_pixels_are_missing_ones(hole):
    x = images((3, 3), "float32") * 7
    clean = Image.fit(Frame.of(x), ("image",))
    x[2, 0, 0] = hole
    column = Image.fit(Frame.of(x), ("image",))
    assert (column.low, column.high) == (clean.low, clean.high)
    assert 0 < column.spread < np.inf
    values, seen = column.to_tensor(Frame.of(x))
    assert not seen[2, 0, 0, 0]
    assert torch.isfinite(values).all()


@pytest.mark.parametrize(("came", "named"), [((5, 8), "5 x 8 pixels, grey"), ((8, 8, 3), "3 channels")])
def test_another_size_is_refused_with_both_sizes(came, named):
    column = Image.fit(Frame.of(images((8, 8), "uint8")), ("image",))
    with pytest.raises(ImageSizeError, match=f"{named}, but those of training were of 8 x 8 pixels, grey"):
        column.to_tensor(Frame.of(images(came, "uint8")))


@pytest.mark.parametrize("fitted", ["uint8", "float32"])
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_bytes_and_floats_of_one_image_are_the_same_light(fitted, kind):
    column = Image.fit(Frame.of(images((4, 4), fitted)), ("image",))
    expected, _ = column.to_tensor(Frame.of(images((4, 4), fitted)))
    assert torch.allclose(column.to_tensor(Frame.of(images((4, 4), kind)))[0], expected, atol=1e-6)


@pytest.mark.parametrize("kind", ["int64", "float32"])
def test_numbers_up_to_255_are_bytes_to_a_model_of_bytes(kind):
    x = images((4, 4), "uint8")
    column = Image.fit(Frame.of(x), ("image",))
    assert torch.equal(column.to_tensor(Frame.of(x.astype(kind)))[0], column.to_tensor(Frame.of(x))[0])


@pytest.mark.parametrize(
    ("fitted", "came"),
    [
        (images((4, 4), "uint8"), np.full((2, 4, 4), -0.5)),
        (images((4, 4), "uint8"), np.full((2, 4, 4), 256.0)),
        (images((4, 4), "float32") * 2 - 1, images((4, 4), "uint8")),
    ],
)
def test_pixels_of_another_scale_are_refused(fitted, came):
    column = Image.fit(Frame.of(fitted), ("image",))
    with pytest.raises(DataError, match="but those of training"):
        column.to_tensor(Frame.of(came))


def test_what_a_network_sees_is_centered_and_of_unit_size():
    x = images((8, 8), "uint8", 300)
    column = Image.fit(Frame.of(x), ("image",))
    values, _ = column.to_tensor(Frame.of(x))
    embedder = column.embedder()
    embedder.start(values, None)
    features = embedder(values, None)
    assert features.mean(0).abs().max().item() < 1e-5
    assert features.std().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("features", [5, (4, 7, 9)])
def test_the_head_gives_one_cell_per_pixel_from_features_and_from_maps(features):
    x = images((7, 9, 3), "uint8")
    column = Image.fit(Frame.of(x), ("image",))
    values, seen = column.to_tensor(Frame.of(x))
    hidden = torch.randn(6, *((features,) if isinstance(features, int) else features))
    cells = column.head(features, 2)(hidden, torch.randn(6, 2)).log_prob(values)
    assert cells.shape == seen.shape
    assert torch.isfinite(cells).all()


def test_the_head_starts_at_least_squares():
    code = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    pattern = torch.randn(2, 9, generator=torch.Generator().manual_seed(1))
    x = (0.5 + 0.05 * code @ pattern).reshape(300, 3, 3).numpy()
    column = Image.fit(Frame.of(x), ("image",))
    values, _ = column.to_tensor(Frame.of(x))
    head = column.head(4, 2)
    head.start(code, values, None)
    assert (head(torch.randn(300, 4), code).mean - values).abs().max().item() < 1e-3


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_a_blank_image_is_no_division_by_zero(kind):
    x = np.zeros((4, 3, 3), kind)
    column = Image.fit(Frame.of(x), ("image",))
    values, _ = column.to_tensor(Frame.of(x))
    head, embedder = column.head(4, 1), column.embedder()
    embedder.start(values, None)
    head.start(torch.randn(4, 1), values, None)
    assert torch.isfinite(embedder(values, None)).all()
    assert torch.isfinite(head(torch.zeros(4, 4), torch.zeros(4, 1)).log_prob(values)).all()


def test_json_gives_the_same_column_and_people_read_its_size():
    column = Image.fit(Frame.of(images((7, 9, 3), "uint8")), ("image",))
    assert Image.from_json(column.to_json()) == column
    assert column.describe() == "1 image of 7 x 9 pixels, 3 channels"
