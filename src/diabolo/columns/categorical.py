"""Levels without an order: one softmax per column, rare and unknown levels in a slot of their own."""

import dataclasses
from collections.abc import Container, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from diabolo.columns.base import Column, Embedder, Head
from diabolo.columns.embedders import with_gaps
from diabolo.columns.levels import UNKNOWN, Level, count_levels, decoded, encoded, plain
from diabolo.columns.links import LogShares
from diabolo.distributions import Categorical as CategoricalDistribution
from diabolo.distributions import Distribution
from diabolo.errors import SchemaError
from diabolo.frames import Frame
from diabolo.nn.readout import Readout

__all__ = ["Categorical"]

MOST_COORDINATES = 64  # per column: 63 levels of their own and the rest together
FEW_ROWS = 100  # below, no level is rare: a small table keeps what little it has
OTHER = 0  # the slot of rare and unknown levels
ROOT_HALF = 0.5**0.5


@dataclasses.dataclass(frozen=True)
class Categorical(Column):
    """A block of columns with levels that have no order: log p(x = j) = logit_j − log Σ_i exp(logit_i).

    The value of a cell is a slot: 1, 2, ... for the levels by frequency, 0 for *other*, which holds the rare
    levels of training and every level met later. In tables of 100 rows or more a level is rare when fewer
    than max(2, n/1000) rows carry it. *Other* is decoded as the most frequent rare level, and never where
    training had none. The coordinates are the one-hot slot over √2, so that two rows are at squared distance
    0 or 1; beyond 63 levels the rest share the coordinate of *other*, and the network sees a learned
    embedding besides.

    References
    ----------
    Guo and Berkhahn (2016), Entity embeddings of categorical variables.

    Parameters
    ----------
    names : tuple of str
    levels : tuple of tuple
        Levels of each column with a slot of their own, the most frequent first.
    rare : tuple of tuple
        The other levels of training, the most frequent first.
    shares : tuple of tuple of float
        Share of every slot of each column (*other* first) among training rows, half a row being added to
        each.
    gaps : bool
        Whether training rows had missing cells.
    rare_counts : tuple of tuple of int
        How many training rows carried each of the rare levels.

    Examples
    --------
    >>> frame = Frame.of({"city": ["Bonn", "Rome", "Rome", None]})
    >>> column = Categorical.fit(frame, ("city",))
    >>> column.levels
    (('Rome', 'Bonn'),)
    >>> column.to_tensor(frame)[0].ravel()
    tensor([2, 1, 1, 0])
    """

    levels: tuple[tuple[Level, ...], ...]
    rare: tuple[tuple[Level, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    gaps: bool = False
    rare_counts: tuple[tuple[int, ...], ...] = ()

    kind: ClassVar[str] = "categorical"

    @classmethod
    def fit(cls, frame: Frame, names: tuple[str, ...], **_: Any) -> Self:
        """Levels and their shares.

        Raises
        ------
        SchemaError
            A column has no value at all.
        """
        levels, rare, shares, rare_counts, gaps = [], [], [], [], False
        for name in names:
            cells = plain(frame.arrow(name))
            found, counts = count_levels(cells)
            if not found:
                raise SchemaError(
                    f"column {name!r} has no value at all, so it has no categories; leave it out (None)."
                )
            kept = _kept(counts, frame.n_rows)
            levels.append(tuple(found[:kept]))
            rare.append(tuple(found[kept:]))
            rare_counts.append(tuple(counts[kept:]))
            slots = np.array([sum(counts[kept:]), *counts[:kept]]) + 0.5
            shares.append(tuple((slots / slots.sum()).tolist()))
            gaps = gaps or cells.null_count > 0
        return cls(names, tuple(levels), tuple(rare), tuple(shares), gaps, tuple(rare_counts))

    def to_tensor(self, frame: Frame) -> tuple[Tensor, Tensor]:
        """Table -> slots, int64 (n, m), and seen (n, m); levels never met go to *other*, with a warning."""
        known = [kept + rare for kept, rare in zip(self.levels, self.rare, strict=True)]
        found = encoded(frame, self.names, known, "they are encoded as 'other'")
        own = (found >= 0) & (found < np.array([len(kept) for kept in self.levels]))
        return torch.from_numpy(np.where(own, found + 1, OTHER)), torch.from_numpy(
            (found >= 0) | (found == UNKNOWN)
        )

    def from_tensor(self, values: Tensor) -> dict[str, pa.Array]:
        """Slots -> levels; *other* is the most frequent rare level, else the most frequent of all.

        Slots after those of the levels, which no network gives, name the rare levels one by one.
        """
        spoken = [
            (*(rare or kept)[:1], *kept, *rare) for kept, rare in zip(self.levels, self.rare, strict=True)
        ]
        return decoded(values.detach().cpu().numpy(), self.names, spoken)

    def coordinates(self, values: Tensor) -> Tensor:
        """One-hot slots over √2; slots beyond the 63rd count as *other*."""
        ones = torch.full(values.shape, ROOT_HALF, device=values.device)
        flat = torch.zeros(len(values), sum(self.widths), device=values.device)
        return flat.scatter_(1, _positions(values, torch.tensor(self.widths, device=values.device)), ones)

    def expected(self, distribution: Distribution) -> Tensor:
        """Probabilities over √2."""
        p = distribution.mean
        if p.shape[-1] > MOST_COORDINATES:
            rest = p[..., MOST_COORDINATES:].sum(-1, keepdim=True)
            p = torch.cat([p[..., :1] + rest, p[..., 1:MOST_COORDINATES]], -1)
        return p.flatten(1).index_select(1, _flat(self.widths).to(p.device)) * ROOT_HALF

    def from_coordinates(self, coordinates: Tensor) -> Tensor:
        """The nearest slot that may be decoded."""
        columns, most = len(self.widths), max(self.widths)
        padded = coordinates.new_full((len(coordinates), columns * most), -torch.inf)
        padded[:, _flat(self.widths).to(coordinates.device)] = coordinates
        allowed, last = self._decodable()
        allowed, last = allowed[:, :most].to(coordinates.device), last.to(coordinates.device)
        best = padded.view(-1, columns, most).masked_fill(~allowed, -torch.inf).argmax(-1)
        return torch.where(best == OTHER, last, best)

    @property
    def widths(self) -> tuple[int, ...]:
        """One coordinate per slot, 64 at most."""
        return tuple(min(len(share), MOST_COORDINATES) for share in self.shares)

    def rare_shares(self, column: int) -> tuple[float, ...]:
        """Share of each rare level of a column among the rows of *other*; equal ones in models of older files."""
        counts = self.rare_counts[column] if self.rare_counts else (1,) * len(self.rare[column])
        return tuple(count / sum(counts) for count in counts)

    def draw_rare(self, values: Tensor, wanted: Mapping[str, Container[Level]]) -> Tensor:
        """Slots (n, m) in which *other* is one of the rare levels, drawn by their shares from the global generator.

        ``wanted`` says of some columns to which levels the draw is confined.
        """
        values = values.clone()
        for j, (name, kept, rare) in enumerate(zip(self.names, self.levels, self.rare, strict=True)):
            cells = (values[:, j] == OTHER).nonzero().flatten()
            shares = torch.tensor(self.rare_shares(j))
            if name in wanted:
                shares = shares * torch.tensor([level in wanted[name] for level in rare])
            if len(cells) and shares.sum() > 0:
                drawn = torch.multinomial(shares, len(cells), replacement=True).to(values.device)
                values[cells, j] = 1 + len(kept) + drawn
        return values

    def draw_beyond(self, values: Tensor) -> Tensor:
        """Slots (n, m) in which the coordinate of *other* is one of the slots that share it, drawn by their shares.

        Beyond 63 levels of a column only the first have a coordinate of their own.
        """
        values = values.clone()
        for j, shares in enumerate(self.shares):
            cells = (values[:, j] == OTHER).nonzero().flatten()
            if len(shares) > MOST_COORDINATES and len(cells):
                weights = torch.tensor([shares[OTHER] * bool(self.rare[j]), *shares[MOST_COORDINATES:]])
                drawn = torch.multinomial(weights, len(cells), replacement=True)
                slots = torch.where(drawn == 0, OTHER, drawn + MOST_COORDINATES - 1)
                values[cells, j] = slots.to(values.device)
        return values

    def embedder(self) -> Embedder:
        """Centered one-hot slots, learned embeddings where there are more than 64, flags of gaps."""
        return CategoryEmbedder(self.shares, self.widths, flags=self.gaps)

    def head(self, features: int | tuple[int, int, int], code: int = 0) -> Head:
        """A logit per slot."""
        allowed = torch.tensor([bool(rare) for rare in self.rare])
        return CategoricalHead(features, code, self.shares, allowed)

    def describe(self) -> str:
        """One line for people."""
        rare = sum(map(len, self.rare))
        together = f", {rare} rare ones together" if rare else ""
        return f"{len(self.names)} categorical (up to {max(map(len, self.levels))} levels{together})"

    def _decodable(self) -> tuple[Tensor, Tensor]:
        """Coordinates that may win, (m, 64), and the slot that *other* then stands for, (m,).

        That is itself where levels are rare, else the most frequent level without a coordinate of its own.
        """
        allowed = torch.ones(len(self.names), MOST_COORDINATES, dtype=torch.bool)
        beyond = torch.tensor([len(share) > MOST_COORDINATES for share in self.shares])
        allowed[:, OTHER] = torch.tensor([bool(rare) for rare in self.rare]) | beyond
        return allowed, torch.where(beyond, MOST_COORDINATES, OTHER)


class CategoryEmbedder(Embedder):
    """(one-hot − share)/√(Σ share (1 − share)), so that a column has unit variance in all its features.

    Then the embeddings of the columns that have more levels than coordinates; then flags of gaps.
    """

    share: Tensor
    spread: Tensor
    widths: Tensor
    owner: Tensor

    def __init__(
        self, shares: tuple[tuple[float, ...], ...], widths: tuple[int, ...], *, flags: bool
    ) -> None:
        super().__init__()
        self.flags = flags
        share = [np.array([1 - sum(s[1:w]), *s[1:w]]) for s, w in zip(shares, widths, strict=True)]
        spread = [np.full(len(s), max((s * (1 - s)).sum(), 0.01) ** 0.5) for s in share]
        self.register_buffer("share", torch.tensor(np.concatenate(share), dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(np.concatenate(spread), dtype=torch.float32))
        self.register_buffer("widths", torch.tensor(widths))
        self.register_buffer("owner", torch.repeat_interleave(torch.arange(len(widths)), self.widths))
        self.many = [j for j, s in enumerate(shares) if len(s) > MOST_COORDINATES]
        tables = [_embedding(len(shares[j])) for j in self.many]
        self.tables = nn.ModuleList(tables)
        embedded = sum(table.embedding_dim for table in tables)
        self.width = sum(widths) + embedded + (len(widths) if flags else 0)

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """(B, m) -> (B, width)."""
        flat = self.share.new_zeros(len(values), len(self.share))
        flat.scatter_(1, _positions(values, self.widths), 1.0)
        flat = (flat - self.share) / self.spread
        features = [flat if seen is None else torch.where(seen.index_select(1, self.owner), flat, 0.0)]
        for j, table in zip(self.many, self.tables, strict=True):
            features.append(
                with_gaps(table(values[:, j]), None if seen is None else seen[:, j : j + 1], flags=False)
            )
        if self.flags:
            features.append(
                torch.zeros_like(values, dtype=flat.dtype) if seen is None else (~seen).to(flat.dtype)
            )
        return torch.cat(features, 1)


class CategoricalHead(Head):
    """logits = log of the marginal shares + readout."""

    log_share: Tensor
    flat: Tensor
    allowed: Tensor

    def __init__(
        self,
        features: int | tuple[int, int, int],
        code: int,
        shares: tuple[tuple[float, ...], ...],
        decode_other: Tensor,
    ) -> None:
        super().__init__()
        sizes = tuple(map(len, shares))
        self.shape = (len(sizes), max(sizes))
        share = torch.tensor([one for column in shares for one in column])
        self.readout = Readout(features, code, sum(sizes), LogShares(share) if code else None)
        self.register_buffer("log_share", torch.log(share))
        self.register_buffer("flat", _flat(sizes))
        allowed = torch.ones(self.shape, dtype=torch.bool)
        allowed[:, OTHER] = decode_other
        self.register_buffer("allowed", allowed)

    def forward(self, hidden: Tensor, code: Tensor | None) -> Distribution:
        """The distribution of (B, m) cells."""
        logits = self.log_share + self.readout(hidden, code)
        if logits.shape[1] < self.shape[0] * self.shape[1]:
            padding = logits.new_full((len(logits), self.shape[0] * self.shape[1]), -torch.inf)
            logits = padding.index_copy(1, self.flat, logits)
        return CategoricalDistribution(logits.unflatten(1, self.shape), self.allowed)

    @torch.no_grad()
    def start(self, code: Tensor, values: Tensor, seen: Tensor | None) -> None:
        """Least squares for the probabilities, which are then the linear fit held above zero."""
        share = self.log_share.exp()
        slots = torch.nn.functional.one_hot(values, self.shape[1]).flatten(1).index_select(1, self.flat)
        targets, owner = slots - share, self.flat // self.shape[1]
        self.readout.start(code, targets if seen is None else torch.where(seen[:, owner], targets, 0.0))


def _kept(counts: list[int], rows: int) -> int:
    """How many of the levels, by descending count, are not rare; never more than 1,000."""
    least = max(2, rows / 1000) if rows >= FEW_ROWS else 1
    return max(1, sum(count >= least for count in counts))


def _embedding(levels: int) -> nn.Embedding:
    """A small learned vector per slot; *other* starts at zero, since training may never meet it."""
    table = nn.Embedding(levels, min(32, round(2 * levels**0.5)))
    nn.init.normal_(table.weight, std=0.5)
    with torch.no_grad():
        table.weight[OTHER] = 0.0
    return table


def _flat(sizes: tuple[int, ...]) -> Tensor:
    """Places of ragged rows in their padded matrix, flat: row j has ``sizes[j]`` of ``max(sizes)`` places."""
    return torch.cat([torch.arange(size) + j * max(sizes) for j, size in enumerate(sizes)])


def _positions(values: Tensor, width: Tensor) -> Tensor:
    """Place of every cell's slot among the block's coordinates; column j has ``width[j]``."""
    return torch.where(values < width, values, OTHER) + (width.cumsum(0) - width)
