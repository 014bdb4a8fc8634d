"""The one face of all data types: a `Column` is a block of table columns that share a type and a likelihood."""

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import pyarrow as pa
from torch import Tensor, nn

from diabolo.distributions import Distribution
from diabolo.files.parts import build
from diabolo.frames import Frame

__all__ = ["Column", "Embedder", "Head"]


class Embedder(nn.Module, ABC):
    """Cells of one block -> what a network sees.

    Its first features are the block's coordinates, centered and brought to unit size, with zero where a cell was not
    seen; after them whatever else helps (flags of gaps, learned embeddings, the phase of the day).

    Attributes
    ----------
    width : int
        Number of features that come out.
    """

    width: int

    @abstractmethod
    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, ...) cells and (B, ...) flags (None: all seen) -> (B, width) features."""

    def start(self, values: Tensor, seen: Tensor | None) -> None:
        """Take statistics from training rows into buffers (called once before training)."""


class Head(nn.Module, ABC):
    """Hidden features of a decoder -> the distribution of one block.

    The readout is a linear map of the features plus, where the codec has a linear path, a linear map of the code itself.
    """

    @abstractmethod
    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """(B, h) features and (B, k) code -> the distribution of the block's cells."""

    @abstractmethod
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Put the head at the best linear decoder.

        Its linear map of the code becomes the least-squares fit of the cells, its other weights add nothing, and its
        scale is the residual's (called once before training, on a sample of rows).
        """


@dataclasses.dataclass(frozen=True)
class Column(ABC):
    """One data type, handling all its table columns as one block of tensors.

    A cell has three faces. Its *value* is what the likelihood scores. Its *coordinates* are its place in a Euclidean
    space in which a squared distance is the reconstruction error: the standardized number, the one-hot category over √2
    (so that the squared distance of two rows' categories is 0 or 1, and that of a probability vector is half the Brier
    score's sum). Linear models, references and errors of all types live in coordinates. Its *embedding* is what a network
    sees.

    Invariant: ``seen.shape == head(h).log_prob(values).shape``; an unseen cell has value zero.

    Attributes
    ----------
    kind : str
        Name of the type in schemas and on the command line.
    names : tuple of str
        The table columns of the block, in order.
    styles : tuple of str or None
        How the training rows wrote the numbers of each column where they were text, such as ``"1.234,5"``; empty
        where none was.
    """

    names: tuple[str, ...]
    styles: tuple[str | None, ...] = dataclasses.field(default=(), kw_only=True)

    kind: ClassVar[str]

    @classmethod
    @abstractmethod
    def fit(cls, frame: Frame, names: tuple[str, ...], **options: Any) -> Self:
        """Statistics of the block from training rows only."""

    @abstractmethod
    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> ``values`` (n, ...) and ``seen`` (n, ...); unseen cells hold zero."""

    @abstractmethod
    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """``values`` (n, ...) -> one array per table column, inside the range of plausible values."""

    @abstractmethod
    def coordinates(self, values: Tensor) -> Tensor:
        """``values`` (n, ...) -> coordinates (n, sum(widths))."""

    @abstractmethod
    def expected(self, distribution: Distribution) -> Tensor:
        """Expected coordinates (n, sum(widths)) under a distribution of the block."""

    @abstractmethod
    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """Coordinates (n, sum(widths)), of a linear model say -> the nearest ``values`` (n, ...)."""

    @property
    @abstractmethod
    def widths(self) -> tuple[int, ...]:
        """Number of coordinates of each table column of the block."""

    @abstractmethod
    def embedder(self) -> Embedder:
        """A fresh module from cells to features."""

    @abstractmethod
    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A fresh module from hidden features to the distribution of the block.

        Parameters
        ----------
        features : int or (channels, height, width)
            Width of the hidden features, or shape of a feature map.
        code : int
            Width of the code, of which the head also has a linear map; 0 for none.
        """

    def describe(self) -> str:
        """One line for people: what was found."""
        return f"{len(self.names)} {self.kind}"

    def to_json(self) -> dict[str, Any]:
        """The block as plain JSON values."""
        return {"kind": self.kind, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The block that :meth:`to_json` gave."""
        names = [f.name for f in dataclasses.fields(cls) if f.name in stored]  # older files lack newer fields
        return build(cls, {name: _tuples(stored[name]) for name in names})


def _tuples(value: Any) -> Any:
    """JSON lists become tuples again, at every depth."""
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
