"""Images, grey or color: clipped normal pixels with one learned scale, decoded inside the range of light."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from diabolo.columns.base import Column, Embedder, Head
from diabolo.distributions import ClippedGaussian, Distribution
from diabolo.errors import DataError, ImageSizeError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout

__all__ = ["Image"]

SMALLEST_SCALE = 1e-3  # of the pixels' range
BYTE = 255.0
ROUNDING = 1e-3  # by which resizing may leave [0, 1]


@dataclasses.dataclass(frozen=True)
class Image(Column):
    """One column of images of equal size.

    Values and coordinates are pixels: bytes as [0, 1], floats as they are. log p(x | z) is a sum of clipped normal
    densities with one learned scale: the squared error summed over pixels, except that black may be decoded blacker than
    black.

    Parameters
    ----------
    names : tuple of str
        The one table column.
    size : (channels, height, width)
    bytes : bool
        Whether the images came as uint8.
    channels_last : bool
        Whether the images came as (height, width, channels).
    low, high : float
        Range of light; decoded pixels stay inside.
    spread : float
        Standard deviation of all pixels, the unit of what a network sees.

    Examples
    --------
    >>> frame = Frame.of(np.zeros((3, 8, 8), np.uint8))
    >>> column = Image.fit(frame, ("image",))
    >>> column.to_tensor(frame)[0].shape
    torch.Size([3, 1, 8, 8])
    """

    size: tuple[int, int, int]
    bytes: bool
    channels_last: bool
    low: float
    high: float
    spread: float

    kind: ClassVar[str] = "image"

    @classmethod
    def fit(cls, frame: Frame, names: tuple[str, ...], **_: Any) -> Self:
        """Size and range of the images; pixels that are not finite are missing."""
        pixels = frame.pixels(names[0])
        is_bytes = pixels.dtype == np.uint8
        low, high = (0.0, 1.0) if is_bytes else _range_of_light(pixels)
        sample = pixels[:: max(1, len(pixels) // 2000)].astype(np.float64)
        spread = float(sample.std(where=np.isfinite(sample))) / (BYTE if is_bytes else 1)
        size = _channels_first(pixels).shape[1:]
        return cls(names, size, bool(is_bytes), pixels.ndim == 4, low, high, spread or 1.0)

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Images -> pixels (n, channels, height, width) and flags of the same shape.

        Raises
        ------
        ImageSizeError
            Images have another size or number of channels than those of training.
        DataError
            Their pixels cannot be brought to the scale of training.
        """
        pixels = frame.pixels(self.names[0])
        x = _channels_first(pixels)
        if x.shape[1:] != self.size:
            raise ImageSizeError(
                f"the images are of {_words(x.shape[1:])}, but those of training were of {_words(self.size)}: "
                "resize or convert them."
            )
        values = torch.from_numpy(np.divide(x, self._white(pixels), dtype=np.float32))
        if pixels.dtype == np.uint8:
            return values, torch.ones((), dtype=torch.bool).expand(values.shape)
        seen = torch.isfinite(values)
        return torch.where(seen, values, 0.0), seen

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Pixels -> images of the size and dtype that came in."""
        x = values.detach().cpu().clamp(self.low, self.high)
        x = x.mul(BYTE).round().to(torch.uint8) if self.bytes else x
        x = x.movedim(1, 3) if self.channels_last else x[:, 0]
        # Arrow takes the order of axes from strides; one channel has any
        pixels = x.numpy().ravel().reshape(x.shape)
        return {self.names[0]: _tensors(pixels)}

    def coordinates(self, values: Tensor) -> Tensor:
        """Pixels in one row."""
        return values.flatten(1)

    def expected(self, distribution: Distribution) -> Tensor:
        """Expected pixels, inside the range of light."""
        return distribution.mean.flatten(1)

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """Pixels as images."""
        return coordinates.reshape(-1, *self.size)

    @property
    def widths(self) -> tuple[int, ...]:
        """All pixels belong to the one column."""
        return (int(np.prod(self.size)),)

    def embedder(self) -> Embedder:
        """Pixels less the mean image, in units of their spread."""
        return PixelEmbedder(self.size, self.spread)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """Clipped normal pixels with one scale."""
        return PixelHead(features, code, self)

    def describe(self) -> str:
        """One line for people."""
        return f"1 image of {_words(self.size)}"

    def _white(self, pixels: np.ndarray) -> float:
        """What to divide new pixels by for the scale of training: bytes and floats in [0, 1] mean the same light."""
        light = (self.low, self.high)
        if pixels.dtype == np.uint8:
            if light != (0.0, 1.0) and not (self.low >= 0 and 1 < self.high <= BYTE):
                raise DataError(
                    f"the images are bytes, but those of training had pixels in [{self.low:g}, {self.high:g}]: "
                    "bring them to that range."
                )
            return BYTE if light == (0.0, 1.0) else 1.0
        if not self.bytes:
            return 1.0
        low, high = _limits(pixels)
        if low < -ROUNDING or high > BYTE:
            raise DataError(
                f"the images have pixels in [{low:g}, {high:g}], but those of training were bytes: "
                "give bytes, or floats in [0, 1] or [0, 255]."
            )
        return 1.0 if pixels.dtype.kind == "f" and high <= 1 + ROUNDING else BYTE


def _tensors(pixels: np.ndarray) -> pa.Array:
    """Arrays of one shape as cells, also where there is none, of which Arrow does not know the shape."""
    if len(pixels):
        return pa.FixedShapeTensorArray.from_numpy_ndarray(pixels)
    kind = pa.fixed_shape_tensor(pa.from_numpy_dtype(pixels.dtype), pixels.shape[1:])
    return pa.ExtensionArray.from_storage(kind, pa.array([], kind.storage_type))


class PixelEmbedder(Embedder):
    """(pixels − mean image) / spread, flat; unseen pixels are at the mean."""

    mean: Tensor

    def __init__(self, size: tuple[int, int, int], spread: float) -> None:
        super().__init__()
        self.width = int(np.prod(size))
        self.spread = spread
        self.register_buffer("mean", torch.zeros(size))

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, c, y, x) -> (B, c y x)."""
        x = (values - self.mean) / self.spread
        return (x if seen is None else torch.where(seen, x, 0.0)).flatten(1)

    @torch.no_grad()
    def start(self, values: Tensor, seen: Tensor | None) -> None:
        """Take the mean image from training rows."""
        self.mean.copy_(values.mean(0) if seen is None else values.sum(0) / seen.sum(0).clamp(min=1))


class PixelHead(Head):
    """loc = mean image + spread · readout; the scale is one parameter."""

    mean: Tensor

    def __init__(self, features: int | tuple[int, int, int], code: int, image: Image) -> None:
        super().__init__()
        self.image = image
        pixels = image.widths[0]
        self.readout = Readout(features, code, pixels)
        self.register_buffer("mean", torch.zeros(pixels))
        self.log_scale = nn.Parameter(torch.tensor(float(np.log(image.spread))))

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, c, y, x) pixels."""
        image = self.image
        loc = self.mean + image.spread * self.readout(hidden, code)
        log_scale = self.log_scale.clamp(min=np.log(SMALLEST_SCALE * image.spread))
        return ClippedGaussian(loc.unflatten(1, image.size), log_scale, image.low, image.high)

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Mean image, least squares for the rest, the residual's scale."""
        pixels = values.flatten(1)
        self.mean.copy_(
            pixels.mean(0) if seen is None else pixels.sum(0) / seen.flatten(1).sum(0).clamp(min=1)
        )
        targets = (pixels - self.mean) / self.image.spread
        residual = self.readout.start(
            code, targets if seen is None else torch.where(seen.flatten(1), targets, 0.0)
        )
        self.log_scale.fill_(
            float(np.log(self.image.spread)) + 0.5 * float(torch.log(residual.square().mean() + 1e-12))
        )


def _channels_first(pixels: np.ndarray) -> np.ndarray:
    """(n, y, x) or (n, y, x, c) as (n, c, y, x), without a copy."""
    return np.moveaxis(pixels, 3, 1) if pixels.ndim == 4 else pixels[:, None]


def _words(size: tuple[int, ...]) -> str:
    channels, height, width = size
    return f"{height} x {width} pixels, {'grey' if channels == 1 else f'{channels} channels'}"


def _limits(pixels: np.ndarray) -> tuple[float, float]:
    """Darkest and brightest of the finite pixels; (inf, -inf) where there is none."""
    finite = np.isfinite(pixels)
    x = pixels.astype(np.float64) if pixels.dtype.kind != "f" else pixels
    return float(x.min(where=finite, initial=np.inf)), float(x.max(where=finite, initial=-np.inf))


def _range_of_light(pixels: np.ndarray) -> tuple[float, float]:
    """[0, 1] where all pixels lie in it, else their own range."""
    low, high = _limits(pixels)
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)
