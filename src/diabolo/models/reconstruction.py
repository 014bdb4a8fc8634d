"""The objective of autoencoders: −log p(row | code of the row)."""

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.models.codec import Codec
from diabolo.shapes import Code, PerRow
from diabolo.terms import Corruption
from diabolo.terms.corruptions import CellCorruption
from diabolo.terms.ordering import nested_dropout, prefix, prefix_widths
from diabolo.terms.penalties import Cost
from diabolo.train import Objective

__all__ = ["Reconstruction"]


class Reconstruction(Objective):
    """−log p(row | z), with the input corrupted, the code penalized or cut short where that is asked for.

    Parameters
    ----------
    codec : Codec
    schema : Schema
    corruption : Corruption, optional
    cost : Cost, optional
        A penalty, prepared on the training rows.
    fairness : Tensor, shape (k,), optional
        For an ordered code, the weight of a row that sees the first k' dimensions: short codes err more, and without it
        they would drown the long ones.
    counterparts : Batch, optional
        Of each row, at the position of its ``index``, the damaged one that the encoder is given instead.
    """

    fairness: Tensor

    def __init__(
        self,
        codec: Codec,
        schema: Schema,
        corruption: Corruption | None = None,
        cost: Cost | None = None,
        fairness: Tensor | None = None,
        counterparts: Batch | None = None,
    ) -> None:
        super().__init__()
        self.codec = codec
        self.schema = schema
        self.corruption = corruption
        self.cost = cost
        self.counterparts = counterparts
        self.register_buffer("fairness", torch.ones(codec.n_components) if fairness is None else fairness)

    def losses(self, batch: Batch, player: str = "model") -> dict[str, PerRow]:  # noqa: ARG002 - one player
        """``reconstruction`` in nats, and ``penalty`` where there is one."""
        source = self._source(batch)
        code = self._encode(source)
        if self.codec.ordered:
            terms = {"reconstruction": self._cut_short(batch, code)}
        else:
            terms = {"reconstruction": -self.codec.decode(code).log_prob(batch.values, batch.seen)}
        return terms if self.cost is None else terms | {"penalty": self.cost(code, source, self._encode)}

    def monitor(self, batch: Batch) -> PerRow:
        """Squared error in coordinates; for ordered codes its fair mean over k' = 1, 2, 4, ..., k."""
        code = self.mean_code(batch)
        if not self.codec.ordered:
            return self.error(batch, code, None)
        widths = prefix_widths(code.shape[1])
        errors = [self.fairness[k - 1] * self.error(batch, code, prefix(code, k)) for k in widths]
        return torch.stack(errors).mean(0)

    def mean_code(self, batch: Batch) -> Code:
        """Mean code of what the encoder is given of each row; chance damages nothing here."""
        return self.codec.encode(self._source(batch)).mean

    def error(self, batch: Batch, code: Code, visible: Code | None) -> PerRow:
        """Squared error of the decoded codes, per row."""
        expected = self.schema.expected(self.codec.decode(code, visible))
        return self.schema.errors_by_column(batch, expected).sum(1)

    def _source(self, batch: Batch) -> Batch:
        """The rows themselves, or their counterparts where pairs were given."""
        return batch if self.counterparts is None else self.counterparts.take(batch.index)

    def _encode(self, batch: Batch) -> Code:
        """A code of each row, its input corrupted."""
        if isinstance(self.corruption, CellCorruption):
            batch = self.corruption.damaged(batch)
        features = self.codec.embed(batch)
        if self.corruption is not None:
            features = self.corruption(features)
        return self.codec.encode_features(features).rsample()

    def _cut_short(self, batch: Batch, code: Code) -> PerRow:
        """−log p(row | a random number of leading dimensions), fairly weighted."""
        visible = nested_dropout(code)
        fairness = self.fairness[visible.sum(1).long() - 1]
        return -fairness * self.codec.decode(code, visible).log_prob(batch.values, batch.seen)

    def blame(self, batch: Batch) -> list[str]:
        """Table columns whose log-probability is not finite."""
        return self.codec.blame(batch)
