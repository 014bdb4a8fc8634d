"""What every trained model does with its rows: split them, learn the schema, train an objective, in a folder or not."""

import dataclasses
from pathlib import Path
from typing import Any, Self

import torch

from diabolo.data.batch import Batch
from diabolo.data.split import split
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.models import defaults, specs
from diabolo.models.base import as_frame
from diabolo.train import History, Objective, Trainer
from diabolo.train.checkpoint import opened

__all__ = ["Material"]


@dataclasses.dataclass(frozen=True)
class Material:
    """What one call of ``fit`` learns from.

    Parameters
    ----------
    frame : Frame
        The rows as they came.
    everything, rows, held_out : Batch
        All rows, those that networks learn from, and those that they are chosen by.
    trainer : Trainer
    seed : int
    """

    frame: Frame
    everything: Batch
    rows: Batch
    held_out: Batch
    trainer: Trainer
    seed: int

    @classmethod
    def gather(cls, model: Any, X: Any, schema: Any, run_dir: str | Path | None) -> Self:
        """Give a model its schema, learned from the rows to train on, and the rows as tensors on its device.

        Raises
        ------
        ParameterError
            Trainer, seed or device are none, or there is a run folder and no seed.
        """
        specs.check_spec("trainer", model.trainer, Trainer, "a diabolo.Trainer")
        if run_dir is not None and model.random_state is None:
            raise ParameterError(
                "run_dir needs a random_state, an int: without one every call draws a seed of its own, and none can go on "
                "where another was."
            )
        trainer, seed = model.trainer or Trainer(), defaults.seed(model.random_state)
        frame = as_frame(X)
        train, held_out = split(frame.n_rows, trainer.validation, seed)
        model._learn_schema(frame, schema, train)
        batch = model.schema_.to_batch(frame, type(model).__name__).to(defaults.device(model.device))
        parts = (batch.take(torch.from_numpy(part).to(batch.index.device)) for part in (train, held_out))
        return cls(frame, batch, *parts, trainer, seed)

    def plan(self, model: Any) -> defaults.Plan:
        """Batch size, epochs and learning rate, as asked for or chosen."""
        size, given = model.size, (model.batch_size, model.max_epochs, model.learning_rate)
        return defaults.plan(size, len(self.rows), *given)

    def train(
        self,
        objective: Objective,
        plan: defaults.Plan,
        *,
        folder: Path | None = None,
        identity: dict[str, Any] | None = None,
        trainer: Trainer | None = None,
    ) -> History:
        """Minimize an objective and leave it at its best weights.

        Parameters
        ----------
        objective : Objective
            On the device of the rows.
        plan : Plan
        folder : path, optional
            For checkpoints.
        identity : dict, optional
            What must be equal for a resume from the folder.
        trainer : Trainer, optional
            Another one for this stage, with less time left say.
        """
        trainer = trainer or self.trainer
        with opened(folder, trainer.keep) as checkpoints:
            return trainer.fit(
                objective,
                self.rows,
                self.held_out,
                seed=self.seed,
                **dataclasses.asdict(plan),
                checkpoints=checkpoints,
                identity=identity,
            )
