"""The linear autoencoder trained as a network: its optimum is the space of the principal components."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.data.split import split
from diabolo.models import defaults, specs
from diabolo.models.fitting import fingerprint
from diabolo.randomness import seeded
from diabolo.train import History, Objective, Trainer
from diabolo.train.checkpoint import Checkpoints
from diabolo.train.closed_form import Moments, Spectrum, principal_components
from diabolo.train.closed_form.spectrum import oriented

if TYPE_CHECKING:
    from diabolo.models.linear import LinearAutoencoder

__all__ = ["LinearReconstruction", "descend"]


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
    plan = defaults.plan("base", len(rows), "auto", model.max_epochs, "auto")
    fit: dict[str, Any] = {"seed": seed, **dataclasses.asdict(plan)}
    if run_dir is None:
        return _within(objective, batch, trainer.fit(objective, rows, held_out, **fit))
    with Checkpoints(Path(run_dir), keep=trainer.keep) as checkpoints:
        fit |= {"checkpoints": checkpoints, "identity": _identity(model, batch)}
        return _within(objective, batch, trainer.fit(objective, rows, held_out, **fit))


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


def _identity(model: "LinearAutoencoder", batch: Batch) -> dict[str, Any]:
    """What must not change between two parts of one run."""
    return {
        "model": type(model).__name__,
        "parameters": specs.to_json(model.get_params(deep=False)),
        "data": fingerprint(*(v.numpy().tobytes() for v in batch.values.values())),
    }
