"""Gaps in rows of codes: hiding them, how unsure their filling is, and what stays open."""

import warnings

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.columns import Binary, Categorical, Continuous, Ordinal
from diabolo.columns.categorical import OTHER
from diabolo.data.batch import Batch
from diabolo.data.kinds import listed
from diabolo.data.schema import Schema
from diabolo.errors import UnfilledWarning
from diabolo.frames import Frame
from diabolo.models.base import ROWS
from diabolo.models.codebook import HIDDEN, Codebook, Variable
from diabolo.models.masking import MaskedNet

__all__ = ["answers", "doubts", "hide_gaps", "spoken", "warn_unfilled"]


def hide_gaps(codebook: Codebook, batch: Batch) -> Tensor:
    """Codes (n, d) in which gaps are hidden, for they are to be filled."""
    last = torch.tensor([len(variable.bins) for variable in codebook.variables])
    codes = codebook.to_codes(batch)
    return torch.where(codes == last, HIDDEN, codes)


def spoken(codebook: Codebook, variable: Variable, values: Tensor) -> pa.Array:
    """Values (n,) of a variable as a person knows them."""
    column = codebook.schema.blocks[variable.key]
    cells = torch.zeros((len(values), len(column.names)))
    cells[:, variable.place] = values
    kind = torch.long if isinstance(column, Categorical | Ordinal) else cells.dtype
    spoken = column.from_tensor(cells.to(kind))
    return (column.written(spoken) if isinstance(column, Continuous) else spoken)[variable.name]


def answers(codebook: Codebook, place: int) -> tuple[np.ndarray, Tensor]:
    """Levels (L,) of a variable, sorted, and the share of each in its codes, (C, L)."""
    variable = codebook.variables[place]
    column, bins = codebook.schema.blocks[variable.key], variable.bins
    count = len(bins)
    if not isinstance(column, Categorical):
        middle = bins.from_codes(torch.arange(count), torch.full((count,), 0.5))
        return np.array(spoken(codebook, variable, middle).to_pylist()), torch.eye(count)
    kept, rare = column.levels[variable.place], column.rare[variable.place]
    slots = bins.low.long()
    shares = torch.zeros(count, 1 + len(kept) + len(rare))
    shares[torch.arange(count), slots] = 1.0
    if rare and int(slots[0]) == OTHER:
        shares[0, OTHER] = 0.0
        shares[0, 1 + len(kept) :] = torch.tensor(column.rare_shares(variable.place))
    levels = np.array([*kept, *rare])
    order = np.argsort(levels, kind="stable")
    return levels[order], shares[:, 1 + torch.from_numpy(order)]


def doubts(net: MaskedNet, codebook: Codebook, codes: Tensor) -> np.ndarray:
    """How unsure each hidden cell is, float64 (n, n_columns) in the order of the schema's names; zero elsewhere.

    For numbers the standard deviation of p(cell | seen cells), between codes and inside them; for levels the probability
    that the likeliest is wrong.
    """
    found = torch.zeros(codes.shape, dtype=torch.float64)
    for rows in (codes == HIDDEN).any(1).nonzero().flatten().split(ROWS):
        features = net.features(codes[rows])
        for j, variable in enumerate(codebook.variables):
            gaps = codes[rows, j] == HIDDEN
            if gaps.any() and len(variable.bins):
                shares = net.logits(features[gaps], j)[:, : len(variable.bins)].softmax(1)
                found[rows[gaps], j] = _doubt(codebook, variable, shares.double())
    place = {variable.name: j for j, variable in enumerate(codebook.variables)}
    return found[:, [place[name] for name in codebook.schema.names]].numpy()


def _doubt(codebook: Codebook, variable: Variable, shares: Tensor) -> Tensor:
    """Of one variable, from the probabilities (m, C) of its codes."""
    if isinstance(codebook.schema.blocks[variable.key], Binary | Categorical | Ordinal):
        return 1.0 - shares.amax(1)
    knots = variable.bins.knots
    cells = Frame.of(pa.table({"x": spoken(codebook, variable, knots.flatten())})).numbers(("x",))[:, 0]
    numbers = torch.from_numpy(cells.astype(np.float64)).view(knots.shape)
    mean = shares @ numbers.mean(1)
    return (shares @ numbers.square().mean(1) - mean.square()).clamp_min(0).sqrt()


def warn_unfilled(schema: Schema, frame: Frame) -> None:
    """Say which columns keep their gaps, since the model left the columns out."""
    kept = [name for name in schema.excluded if name in frame.names and _lacks(frame, name)]
    if kept:
        reasons = "; ".join(f"{name!r} {schema.excluded[name].why}" for name in kept[:3])
        warnings.warn(
            f"gaps stay in {listed(kept)}, which the model left out ({reasons}): force a column in with "
            f"schema={{name: kind}} when fitting.",
            UnfilledWarning,
            stacklevel=3,
        )


def _lacks(frame: Frame, name: str) -> bool:
    """Whether a column has gaps."""
    return frame.arrow(name).null_count > 0
