"""The pair of networks of an autoencoder: rows to a distribution over codes, codes to a distribution over rows."""

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.distributions import Gaussian, Joint, Point
from diabolo.errors import ModelFileError
from diabolo.models.embedding import Size, embed, embedders, size_of, width_of
from diabolo.models.reference import Reference
from diabolo.models.told import Told
from diabolo.nn import ridge
from diabolo.shapes import Code, Features

__all__ = ["Architecture", "Codec", "Latent", "take_weights", "with_linear_path"]

Latent = type[Point] | type[Gaussian]
"""What the encoder says of a code: which it is, or how likely each one is."""

START_LOG_SCALE = -1.0  # of a code's distribution: narrow enough for the decoder to learn from at once


def with_linear_path(architecture: "Architecture") -> "Architecture":
    """The same networks beside a linear map that starts at principal components."""
    return dataclasses.replace(cast(Any, architecture), linear_path=True)


@runtime_checkable
class Architecture(Protocol):
    """A frozen spec that builds the hidden networks (:mod:`diabolo.nn`)."""

    @property
    def linear_path(self) -> bool | None:
        """Whether code and output also have a linear map, started at principal components."""
        ...

    def encoder(self, features: Size, code: int) -> nn.Module:
        """A net from (B, features) to (B, code)."""
        ...

    def decoder(self, code: int, features: Size) -> nn.Module:
        """A net from (B, code) to hidden features, with their shape as attribute ``features``."""
        ...


class Codec(nn.Module):
    """q(z | row) and p(row | z): embedders and an encoder net, a decoder net and one head per block of columns.

    Parameters
    ----------
    schema : Schema
    n_components : int
        Width k of the code.
    architecture : Architecture
    ordered : bool
        The decoder is also told which dimensions it sees, so that any first k' of them can be decoded.
    latent : Latent
        The distribution q(z | row), whose numbers the encoder gives.
    told : Told, optional
        Columns that the decoder is given as well: it then takes codes with their numbers beside them (:meth:`widen`).
    """

    def __init__(
        self,
        schema: Schema,
        n_components: int,
        architecture: Architecture,
        *,
        ordered: bool = False,
        latent: Latent = Point,
        told: Told | None = None,
    ) -> None:
        super().__init__()
        self.schema = schema
        self.n_components = n_components
        self.ordered = ordered
        self.latent, self.told = latent, told
        self.embedders = embedders(schema)
        width, size = width_of(self.embedders), size_of(schema, self.embedders)
        self.encoder = architecture.encoder(size, n_components * latent.NUMBERS)
        self.shortcut = nn.Linear(width, n_components) if architecture.linear_path else None
        seen = n_components * (2 if ordered else 1) + (0 if told is None else width)
        self.decoder = architecture.decoder(seen, size)
        code = n_components if architecture.linear_path else 0
        self.heads = nn.ModuleDict(
            {
                key: column.head(cast(Size, self.decoder.features), code)
                for key, column in schema.blocks.items()
            }
        )

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def embed(self, batch: Batch) -> Features:
        """What the encoder sees, (B, features)."""
        return embed(self.embedders, batch)

    def encode(self, batch: Batch) -> Point | Gaussian:
        """q(z | row)."""
        return self.encode_features(self.embed(batch))

    def encode_features(self, features: Features) -> Point | Gaussian:
        """q(z | row) from embedded cells (B, features)."""
        q = self.latent.from_numbers(self.encoder(features))
        if self.shortcut is not None:
            q.loc = q.loc + self.shortcut(features)
        return q

    def widen(self, code: Code, batch: Batch) -> Features:
        """Codes (B, k) of rows, with what the decoder is told of these beside them."""
        return code if self.told is None else torch.cat([code, self.told.numbers(batch).to(code)], 1)

    def asked(self, batch: Batch) -> Batch:
        """Rows of which only what the decoder is not told counts."""
        return batch if self.told is None else self.told.others(batch)

    def decode(self, code: Features, visible: Features | None = None, *, heads_only: bool = False) -> Joint:
        """p(row | z) from codes (B, k).

        Parameters
        ----------
        code : Tensor, shape (B, k)
            Widened where the decoder is told something.
        visible : Tensor, shape (B, k), optional
            For an ordered codec: 1 for dimensions to use, 0 for the others; None uses all.
        heads_only : bool
            No gradient goes beyond the heads.
        """
        code, features = self._split(code)
        if self.ordered:
            visible = torch.ones_like(code) if visible is None else visible
            code = code * visible
        inputs = [part for part in (code, visible, features) if part is not None]
        hidden = self.decoder(torch.cat(inputs, 1) if len(inputs) > 1 else code)
        hidden, code = (hidden.detach(), code.detach()) if heads_only else (hidden, code)
        return Joint({key: head(hidden, code) for key, head in self.heads.items()})

    def blame(self, batch: Batch) -> list[str]:
        """Table columns whose log-probability is not finite."""
        joint = self.decode(self.widen(self.encode(batch).mean, batch))
        cells = joint.log_probs(batch.values, batch.seen)
        bad = {key: (~torch.isfinite(c)).flatten(1).any(0) for key, c in cells.items()}
        return [
            name
            for key, column in self.schema.blocks.items()
            for j, name in enumerate(column.names)
            if bad[key].any() and _blamed(bad[key], j)
        ]

    def precise(self) -> "Codec":
        """The networks that score rows: of tables in double precision, so that a row's score is its own.

        In single precision it hangs, in the sixth digit, on the rows beside it; of images nobody asks that much.
        """
        images = any(isinstance(column, Image) for column in self.schema.columns)
        return self if images else copy.deepcopy(self).double()

    def _split(self, code: Features) -> tuple[Code, Tensor | None]:
        """Codes, and the embedding of what the decoder is told."""
        if self.told is None:
            return code, None
        rows = self.told.batch(code[:, self.n_components :])
        return code[:, : self.n_components], self.embed(rows)

    @torch.no_grad()
    def start(self, batch: Batch) -> None:
        """Take statistics of training rows; with a linear path, put it at their principal components."""
        for key, embedder in self.embedders.items():
            embedder.start(batch.values[key], batch.seen.get(key))  # type: ignore[operator]
        code = self._start_encoder(batch)
        for key, head in self.heads.items():
            head.start(code, batch.values[key], batch.seen.get(key))  # type: ignore[operator]

    def _start_encoder(self, batch: Batch) -> Code:
        """Narrow distributions; with a linear path whitened principal components as shortcut, a silent net beside it."""
        features = self.embed(batch)
        last = [layer for layer in self.encoder.modules() if isinstance(layer, nn.Linear)][-1:]
        if self.shortcut is not None:
            scores = Reference.fit(self.schema, batch, self.n_components).scores(self.schema, batch)
            scores = scores / scores.std(0).clamp(min=1e-6)
            weight, offset = ridge(features, scores)
            self.shortcut.weight.zero_()[: scores.shape[1]] = weight.T
            self.shortcut.bias.zero_()[: scores.shape[1]] = offset
            nn.init.zeros_(last[0].weight)
            nn.init.zeros_(last[0].bias)
        if self.latent is Gaussian and last and last[0].bias is not None:  # type: ignore[redundant-expr]
            last[0].bias[self.n_components :] = START_LOG_SCALE
        return self.encode_features(features).mean


def take_weights(net: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Put stored weights into a network.

    Raises
    ------
    ModelFileError
        Their names and shapes are not the network's own.

    Examples
    --------
    >>> take_weights(nn.Linear(1, 1, bias=False), {"weight": torch.ones(1, 1)})
    """
    own = net.state_dict()
    if {n: t.shape for n, t in own.items()} != {n: t.shape for n, t in tensors.items()}:
        raise ModelFileError("the weights in the file do not fit the networks that its parameters describe.")
    for name, tensor in own.items():
        tensor.copy_(tensors[name])
    net.eval()


def _blamed(bad: Tensor, column: int) -> bool:
    """Whether a column is among the bad cells of its block (a block of one column answers for all its cells)."""
    return bool(bad[column]) if column < len(bad) else bool(bad.any())
