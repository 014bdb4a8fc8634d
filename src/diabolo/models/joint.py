r"""Labels as one more column of the row, seen on few rows, learned together with the representation.

A student network reads a damaged row (shifted and turned for an image, noisy and with hidden cells for a table) and

    min  −log p(label | z) on labeled rows  +  w_i · CE(t_i, p(label | z)) on all rows  [ −  λ log p(x | z) for tables ],

where the target t_i moves from what the labels say when they flow over the graph of neighbors (Iscen et al. 2019) to
what a teacher says of the clean row. The teacher is the running mean of the student (Tarvainen & Valpola 2017); it is
what is kept. Between the two halves of training the graph is built anew on the teacher's codes, in which neighbors share
a class more often.

References
----------
Lee, "Pseudo-label: the simple and efficient semi-supervised learning method", ICML workshop 2013.
Tarvainen & Valpola, "Mean teachers are better role models", NeurIPS 2017.
Iscen, Tolias, Avrithis & Chum, "Label propagation for deep semi-supervised learning", CVPR 2019.
"""

import copy
import dataclasses
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.models.codec import Codec
from diabolo.models.defaults import SIZES
from diabolo.nn import Dense
from diabolo.nn.convnet import ConvNet
from diabolo.terms import Affine, Masking, Noise
from diabolo.train import Objective

__all__ = ["Joint", "Reader", "Targets"]

MAPS = (32, 64, 64)
WIDTHS = (256, 128)
FACTOR = 4.0  # on the scores of classes
ROW_WEIGHT = 0.1  # of −log p(x | z) per feature, beside the label
MEMORY = 100.0  # steps over which the teacher remembers the student, at most
LATELY = 5  # and at most one of so many of all steps
GRAPH_STEPS = 0.4  # share of the steps after which the teacher alone is the target
SHARPNESS = 2.0  # exponent of the target
KNOWN_SHARE = 8  # one labeled row for so many others in a step


class Reader(nn.Module):
    """A network from rows to codes and on to classes; tables also have a way back to the row.

    Parameters
    ----------
    schema : Schema
    n_components : int
    n_classes : int
    size : {"small", "base", "large"}
    """

    def __init__(self, schema: Schema, n_components: int, n_classes: int, size: str) -> None:
        super().__init__()
        factor = SIZES[size]
        columns = schema.columns
        self.image = schema.key(columns[0]) if len(columns) == 1 and isinstance(columns[0], Image) else None
        if self.image:
            picture = cast(Image, columns[0])
            self.spread = picture.spread
            self.net: nn.Module = ConvNet(picture.size, tuple(int(m * factor) for m in MAPS), n_components)
        else:
            self.net = Codec(schema, n_components, Dense(tuple(int(w * factor) for w in WIDTHS)))
        self.norm = nn.BatchNorm1d(n_components)
        self.head = Head(n_components, n_classes)

    def forward(self, batch: Batch) -> Tensor:
        """Codes (B, k) of rows as they are."""
        return self.norm(self._pixels(batch) if self.image else self.net.encode(batch).mean)  # type: ignore[operator,union-attr]

    def another_view(self, batch: Batch) -> Tensor:
        """Codes (B, k) of rows that are damaged at random."""
        if self.image:
            return self.norm(self._pixels(batch, Affine()))
        features = self.net.embed(batch)  # type: ignore[operator]
        return self.norm(self.net.encode_features(Masking(0.15)(Noise(0.15)(features))).mean)  # type: ignore[operator]

    def rebuild(self, batch: Batch, codes: Tensor) -> Tensor | None:
        """−log p(x | z) per row and feature; nothing for images, where it costs as much as all the rest."""
        if self.image:
            return None
        joint = self.net.decode(codes)  # type: ignore[operator]
        return -joint.log_prob(batch.values, batch.seen) / self.net.schema.n_coordinates  # type: ignore[union-attr]

    def _pixels(self, batch: Batch, view: Affine | None = None) -> Tensor:
        images = batch.values[cast(str, self.image)]
        return self.net((view(images) if view else images) / self.spread)


class Head(nn.Linear):
    """Scores of classes, linear in the code; the factor lets few steps go far."""

    def forward(self, input: Tensor) -> Tensor:
        """Codes (B, k) -> scores (B, C)."""
        return FACTOR * super().forward(input)


@dataclasses.dataclass
class Targets:
    """What is known of each row: shares of classes (n, C), and whether a person gave them (n,)."""

    shares: Tensor
    given: Tensor


class Joint(Objective):
    """Student, teacher and what the labels say of every row.

    Parameters
    ----------
    student : Reader
    targets : Targets
    known : Batch
        The labeled rows.
    steps : int
        Planned steps.
    """

    step: Tensor

    def __init__(self, student: Reader, targets: Targets, known: Batch, steps: int) -> None:
        super().__init__()
        self.student = student
        self.teacher = copy.deepcopy(student).requires_grad_(False)
        self.targets, self.known, self.steps = targets, known, steps
        self.register_buffer("step", torch.zeros(()))

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:  # noqa: ARG002 - one player
        """``label``, ``consistency`` and, for tables, ``reconstruction``, per row."""
        if self.training:
            self._follow()
        pick = torch.randint(len(self.known), (max(2, len(batch) // KNOWN_SHARE),), device=batch.index.device)
        known = self.known.take(pick)
        codes = self.student.another_view(_joined(batch, known))
        logs = functional.log_softmax(self.student.head(codes), 1)
        target, weight = self._target(batch)
        label = -(self.targets.shares[known.index] * logs[len(batch) :]).sum(1)
        terms = {
            "label": label.mean().expand(len(batch)),
            "consistency": -weight * (target * logs[: len(batch)]).sum(1),
        }
        rebuilt = self.student.rebuild(batch, codes[: len(batch)])
        return terms if rebuilt is None else {**terms, "reconstruction": ROW_WEIGHT * rebuilt}

    def monitor(self, batch: Batch) -> Tensor:
        """The share of the training that is left, so that the last weights are kept.

        No row without a label can judge: networks agree with themselves early, and wrongly. The teacher is a mean already.
        """
        return (1.0 - self.step / self.steps).expand(len(batch))

    @torch.no_grad()
    def _target(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Sharpened shares of classes (B, C) and their weight (B,)."""
        flowed, given = self.targets.shares[batch.index], self.targets.given[batch.index]
        done = (self.step / (GRAPH_STEPS * self.steps)).clamp(
            max=1.0
        )  # a tensor: the host need not wait for it
        self.teacher.eval()
        taught = self.teacher.head(self.teacher(batch)).softmax(1)
        mixed = torch.where(given[:, None], flowed, torch.lerp(flowed, taught, done))
        sharp = mixed**SHARPNESS
        return sharp / sharp.sum(1, keepdim=True), mixed.max(1).values

    @torch.no_grad()
    def _follow(self) -> None:
        """The teacher moves towards the student: a mean over the last fifth of the steps, at most a hundred."""
        self.step += 1
        share = 1.0 / (1.0 + self.step / LATELY).clamp(max=MEMORY)
        ours, theirs = self.teacher.state_dict(), self.student.state_dict()
        for name, tensor in ours.items():
            if tensor.is_floating_point():
                tensor.lerp_(theirs[name], share)
            else:
                tensor.copy_(theirs[name])


def _joined(first: Batch, second: Batch) -> Batch:
    """Rows of both."""

    def both(a: Any, b: Any) -> dict[str, Tensor]:
        return {key: torch.cat([a[key], b[key]]) for key in a}

    index = torch.cat([first.index, second.index])
    return Batch(both(first.values, second.values), both(first.seen, second.seen), index)
