"""The linear autoencoder trained as a network: its optimum is the space of the principal components."""

import dataclasses
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.data.split import split
from diabolo.models import defaults
from diabolo.models.fitting import identity
from diabolo.randomness import seeded
from diabolo.train import History, Objective, Trainer
from diabolo.train.checkpoint import opened
from diabolo.train.closed_form import Moments, Spectrum, principal_components
from diabolo.train.closed_form.spectrum import oriented

if TYPE_CHECKING:
    from diabolo.models.linear import LinearAutoencoder

__all__ = ["LinearReconstruction", "descend"]

ROWS = 20_000  # decomposed at a time
TURNS, AT_ONCE = 1_000, 20  # of L-BFGS, at the most, and between two looks at the clock
PRECISION = 1e-10  # of the gradient of the squared error's share


class LinearReconstruction(Objective):
    """Squared error of two linear maps, D -> k -> D, on centered coordinates in units of their spread.

    Parameters
    ----------
    schema : Schema
    mean : Tensor, shape (D,)
    spread : float
        Root mean variance of the coordinates.
    k : int
    """

    mean: Tensor

    def __init__(self, schema: Schema, mean: Tensor, spread: float, k: int) -> None:
        super().__init__()
        self.schema, self.spread = schema, spread
        self.register_buffer("mean", mean.clone())
        self.encoder = nn.Linear(len(mean), k, bias=False)
        self.decoder = nn.Linear(k, len(mean), bias=False)

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:  # noqa: ARG002 - one player
        """``reconstruction``: squared error over the seen cells, per row."""
        return {"reconstruction": self.monitor(batch)}

    def monitor(self, batch: Batch) -> Tensor:
        """The same."""
        x, seen = self.centered(batch)
        residual = self.decoder(self.encoder(x)) - x
        return (residual if seen is None else residual * seen).square().sum(1)

    def centered(self, batch: Batch) -> tuple[Tensor, Tensor | None]:
        """Coordinates less their mean in units of spread, zero where missing, and the flags of seen ones."""
        x, seen = self.schema.coordinates(batch), self.schema.coordinates_seen(batch)
        x = (x - self.mean) / self.spread
        return (x if seen is None else torch.where(seen, x, 0.0)), seen


def descend(
    model: "LinearAutoencoder", batch: Batch, seed: int, run_dir: str | Path | None
) -> tuple[Spectrum, History]:
    """Train the two maps; give the principal components within the space that the decoder spans.

    Mini-batches with Adam first; where the plan is automatic, L-BFGS on all rows finishes it.

    References
    ----------
    Liu & Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming 1989.

    Parameters
    ----------
    model : LinearAutoencoder
        With its schema and width.
    batch : Batch
        All rows; a tenth is held out to choose the best weights.
    seed : int
    run_dir : path, optional
    """
    # Decay would pull the maps off the optimum, and the rate must fall to zero for the angle to do so.
    trainer = dataclasses.replace(model.trainer or Trainer(), weight_decay=0.0)
    objective = _objective(model, batch, seed)
    parts = split(len(batch), trainer.validation, seed)
    rows, held_out = (batch.take(torch.from_numpy(part)) for part in parts)
    plan = defaults.plan("small", len(rows), "auto", model.max_epochs, model.learning_rate)
    with opened(run_dir, trainer.keep) as checkpoints:
        history = trainer.fit(
            objective,
            rows,
            held_out,
            seed=seed,
            **dataclasses.asdict(plan),
            checkpoints=checkpoints,
            identity=None if run_dir is None else identity(model, seed, trainer, rows, held_out),
        )
    cut = history.stop_reason in ("interrupted", "max_seconds")
    if (model.max_epochs, model.learning_rate) == ("auto", "auto") and not cut:
        history = _finished(objective, batch, held_out, history, trainer.max_seconds or math.inf)
    return _within(objective, batch, history)


def _finished(
    objective: LinearReconstruction, batch: Batch, held_out: Batch, history: History, max_seconds: float
) -> History:
    """Go on from the last weights by L-BFGS on all rows at once, which ends at the optimum whatever the scales.

    Noise of mini-batches falls only as fast as the learning rate, and directions of little variance have little gradient;
    the curvature that L-BFGS learns makes up for both.
    """
    started = time.perf_counter() - history.seconds
    rows, seen = _condensed(objective, batch)
    basis = torch.linalg.qr(objective.decoder.weight.detach().double())[0]
    maps = [m.clone(memory_format=torch.contiguous_format).requires_grad_() for m in (basis.T, basis)]
    scale = float(rows.square().sum())
    optimizer = torch.optim.LBFGS(
        maps,
        max_iter=AT_ONCE,
        max_eval=2 * AT_ONCE,
        tolerance_grad=PRECISION,
        tolerance_change=0.0,
        history_size=20,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        residual = rows @ maps[0].T @ maps[1].T - rows
        total = (residual if seen is None else residual * seen).square().sum() / scale
        total.backward()
        return total

    turns, reason = 0, history.stop_reason
    for _ in range(TURNS // AT_ONCE):
        if time.perf_counter() - started > max_seconds:
            reason = "max_seconds"
            break
        optimizer.step(loss)  # type: ignore[arg-type]
        before, turns = turns, optimizer.state[maps[0]]["n_iter"]
        if turns == before:  # nothing is left to gain
            break
    with torch.no_grad():
        objective.encoder.weight.copy_(maps[0])
        objective.decoder.weight.copy_(maps[1])
        best = float(objective.monitor(held_out).mean())
    plan = {**history.plan, "l_bfgs": turns, "seconds": time.perf_counter() - started}
    return dataclasses.replace(history, stop_reason=reason, best=best, plan=plan)


@torch.no_grad()
def _condensed(objective: LinearReconstruction, batch: Batch) -> tuple[Tensor, Tensor | None]:
    """Centered rows; without gaps as few as there are columns, R of X = Q R, which have the same squared errors."""
    parts = [objective.centered(part) for part in batch.split(ROWS)]
    if parts[0][1] is not None:
        seen = torch.cat([seen for _, seen in parts if seen is not None])
        return torch.cat([x for x, _ in parts]).double(), seen
    rows = parts[0][0].double()
    for x, _ in parts[1:]:
        rows = torch.cat([_triangle(rows), x.double()])
    return _triangle(rows), None


def _triangle(rows: Tensor) -> Tensor:
    """R of the QR decomposition, where that has fewer rows."""
    return torch.linalg.qr(rows, mode="r")[1] if len(rows) > rows.shape[1] else rows


def _objective(model: "LinearAutoencoder", batch: Batch, seed: int) -> LinearReconstruction:
    """Untrained maps, with the rows' mean and spread."""
    x, seen = model.schema_.coordinates(batch), model.schema_.coordinates_seen(batch)
    x = x.double()
    count = torch.tensor(float(len(x))) if seen is None else seen.sum(0).clamp(min=1)
    mean = x.sum(0) / count
    deviation = (x - mean).square() if seen is None else torch.where(seen, x - mean, 0.0).square()
    spread = float((deviation.sum(0) / count).mean().sqrt()) or 1.0
    with seeded(seed, "weights"):
        return LinearReconstruction(model.schema_, mean.float(), spread, model.n_components_)


@torch.inference_mode()
def _within(objective: LinearReconstruction, batch: Batch, history: History) -> tuple[Spectrum, History]:
    """Principal components of the rows inside the decoder's space."""
    basis = torch.linalg.qr(objective.decoder.weight.double())[0]
    x, seen = objective.centered(batch)
    x = x.double()
    inside = principal_components(Moments.of(x @ basis), basis.shape[1])
    scale = objective.spread
    mean = objective.mean.double() + scale * x.mean(0) * (seen is None)
    total = float(x.var(0).sum()) * scale**2
    components = oriented(inside.components @ basis.T.numpy())
    variance, gaps = inside.variance * scale**2, seen is not None
    return Spectrum(len(x), mean.numpy(), components, variance, total, gaps), history
