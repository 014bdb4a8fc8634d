"""The network that says of every hidden cell what it may be, and how it is trained: whatever is hidden is to be found."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.errors import ArchitectureError
from diabolo.models.codebook import HIDDEN
from diabolo.models.codec import Architecture
from diabolo.train import Objective
from diabolo.train.average import Average

__all__ = ["CODES", "HiddenCells", "MaskedNet"]

CODES = "codes"  # the one block of a batch of codes
EMBEDDING = 16  # numbers per cell
MEMORY = 500.0  # steps that the average looks back over, at most
WAVES = 8  # along the codes of an ordered variable at the start
GOLDEN = (math.sqrt(5) - 1) / 2


class MaskedNet(nn.Module):
    """Codes of which some are hidden -> a distribution over the codes of each cell.

    A cell is looked up in a table of its variable, where *hidden* has a vector of its own; the vectors of a row, one after
    the other, go through the trunk, whose output is read linearly.

    Parameters
    ----------
    sizes : sequence of int
        Number of codes of each variable.
    architecture : Architecture
        Its decoder is the trunk.
    """

    start: Tensor
    hidden_code: Tensor

    def __init__(self, sizes: Sequence[int], architecture: Architecture) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        size = torch.tensor(self.sizes)
        self.register_buffer("hidden_code", size, persistent=False)
        self.register_buffer("start", (size + 1).cumsum(0) - size - 1, persistent=False)
        self.table = nn.Embedding(int((size + 1).sum()), EMBEDDING)
        width = EMBEDDING * len(self.sizes)
        self.trunk = architecture.decoder(width, width)
        if not isinstance(self.trunk.features, int):
            raise ArchitectureError(
                f"architecture={architecture!r} gives maps of pixels, but a masked model reads codes: choose Residual or "
                f"Dense."
            )
        self.head = nn.Linear(self.trunk.features, sum(self.sizes))

    def features(self, codes: Tensor) -> Tensor:
        """What the trunk makes of codes (B, d), (B, h)."""
        cells = self.table(self.start + torch.where(codes == HIDDEN, self.hidden_code, codes))
        return self.trunk(cells.flatten(1))

    def logits(self, features: Tensor, variable: int) -> Tensor:
        """Logits (B, size) of one variable."""
        first = sum(self.sizes[:variable])
        part = slice(first, first + self.sizes[variable])
        return nn.functional.linear(features, self.head.weight[part], self.head.bias[part])

    def log_probs(self, codes: Tensor, truth: Tensor) -> Tensor:
        """Log-probability (B, d) of the true codes, zero where they are not known."""
        parts = self.head(self.features(codes)).split(self.sizes, 1)
        known = truth.clamp_min(0)
        found = [p.log_softmax(1).gather(1, known[:, j : j + 1]) for j, p in enumerate(parts)]
        return torch.where(truth == HIDDEN, 0.0, torch.cat(found, 1))

    @torch.no_grad()
    def begin(self, codes: Tensor, ordered: Sequence[int]) -> None:
        """Begin at what is known before: shares of codes, and which of them are neighbors.

        With all cells hidden the answers are right already; codes in order start with vectors that change smoothly along
        it, so that what is learned of one code helps with the next.

        Parameters
        ----------
        codes : int64 Tensor, shape (n, d)
            Of training rows.
        ordered : sequence of int
            How many codes of each variable, from the first on, are in order.
        """
        for first, count in zip(self.start.tolist(), ordered, strict=True):
            if count > WAVES:
                self.table.weight[first : first + count] = _smooth(count)
        shares = [
            torch.bincount(c[c >= 0], minlength=s) + 0.5 for c, s in zip(codes.T, self.sizes, strict=True)
        ]
        self.head.bias.copy_(torch.cat([(share / share.sum()).log() for share in shares]))
        self.head.weight.mul_(0.1)


def _smooth(count: int) -> Tensor:
    """Random vectors of unit size (count, 16), sums of a few slow cosines."""
    place = (torch.arange(count) + 0.5) / count
    waves = torch.cos(math.pi * place[:, None] * torch.arange(1, WAVES + 1))
    vectors = waves @ torch.randn(WAVES, EMBEDDING)
    return vectors * (2 / WAVES) ** 0.5


class HiddenCells(Objective):
    r"""−log p(row) on the average over the orders in which its cells may come.

    By the chain rule that is the mean, over orders and over lengths t of their known beginning, of

        d / (d − t) · Σ_{cells after t} −log p(cell | the first t cells).

    Parameters
    ----------
    net : MaskedNet
        Its running average is what is judged and kept: single steps are noisy, for every step hides other cells.
    looks : int
        So many orders and lengths are judged for every held-out row.

    References
    ----------
    Uria, Murray & Larochelle, "A deep and tractable density estimator", ICML 2014.
    Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022.
    """

    def __init__(self, net: MaskedNet, looks: int = 1) -> None:
        super().__init__()
        self.net = net
        self.average = Average(net, MEMORY)
        self.looks = looks

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:  # noqa: ARG002 - one player
        """``hidden`` in nats per row; lengths are spread evenly over the rows of a batch."""
        if self.training:
            self.average.follow(self.net)
        codes = batch.values[CODES]
        noise = torch.rand(codes.shape, device=codes.device)
        rows = torch.arange(len(codes), device=codes.device)
        lengths = torch.rand((), device=codes.device) + rows / len(codes)
        return {"hidden": self._loss(self.net, codes, noise, lengths.frac())}

    def monitor(self, batch: Batch) -> Tensor:
        """The same of the averaged network, with orders and lengths that belong to the row for good."""
        return torch.stack([self._look(batch, look) for look in range(self.looks)]).mean(0)

    def _look(self, batch: Batch, look: int) -> Tensor:
        """The loss of rows under the look-th of their orders and lengths."""
        codes, row = batch.values[CODES], batch.index.double()
        cell = torch.arange(codes.shape[1], device=codes.device) + look * codes.shape[1]
        noise = (torch.sin(12.9898 * (row[:, None] + 1.0) + 78.233 * cell) * 43758.5453).frac().abs()
        return self._loss(self.average.net, codes, noise, (row * GOLDEN + look / self.looks).frac())

    def _loss(self, net: Any, codes: Tensor, noise: Tensor, lengths: Tensor) -> Tensor:
        """The weighted sum over hidden cells; ``noise`` (B, d) gives orders, ``lengths`` (B,) shares of known cells."""
        width = codes.shape[1]
        known = (lengths * width).long().clamp_max(width - 1)
        hidden = noise.argsort(1).argsort(1) >= known[:, None]
        found = net.log_probs(torch.where(hidden, HIDDEN, codes), codes)
        weight = width / (width - known).to(found.dtype)
        return -weight * torch.where(hidden, found, 0.0).sum(1)
