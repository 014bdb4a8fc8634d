"""What every trained model does with its rows: split them, learn the schema, train an objective, in a folder or not."""

import dataclasses
from pathlib import Path
from typing import Any, Self

import torch

from diabolo.data.batch import Batch
from diabolo.data.split import split
from diabolo.errors import DataError, ParameterError
from diabolo.frames import Frame
from diabolo.models import defaults, specs
from diabolo.models.base import as_frame
from diabolo.train import History, Objective, Trainer
from diabolo.train.checkpoint import opened

__all__ = ["Material", "is_rows"]


def is_rows(y: Any) -> bool:
    """Whether the second argument of ``fit`` is a table, an array or images, and not labels.

    Examples
    --------
    >>> is_rows([0, 1, 1]), is_rows([[0.5, 1.0], [0.1, 2.0]]), is_rows("clean.csv"), is_rows(None)
    (False, True, True, False)
    """
    if isinstance(y, str | Path):
        return True
    if shape := getattr(y, "shape", None):
        return len(shape) > 2 or (len(shape) == 2 and shape[1] != 1)
    first = y[0] if isinstance(y, list | tuple) and len(y) else None
    return isinstance(first, dict | list | tuple) or getattr(first, "ndim", 0) > 0


@dataclasses.dataclass(frozen=True)
class Material:
    """What one call of ``fit`` learns from.

    Parameters
    ----------
    frame : Frame
        The rows as the encoder is given them.
    everything, rows, held_out : Batch
        All rows, those that networks learn from, and those that they are chosen by.
    trainer : Trainer
    seed : int
    counterparts : Batch, optional
        Of all rows the damaged ones, where pairs were given.
    """

    frame: Frame
    everything: Batch
    rows: Batch
    held_out: Batch
    trainer: Trainer
    seed: int
    counterparts: Batch | None = None

    @classmethod
    def gather(cls, model: Any, X: Any, schema: Any, run_dir: str | Path | None, damaged: Any = None) -> Self:
        """Give a model its schema, learned from the rows to train on, and the rows as tensors on its device.

        Parameters
        ----------
        model : Estimator
        X : table, array or images
        schema : Schema, dict or path, optional
        run_dir : path, optional
        damaged : table, array or images, optional
            Of each row its damaged counterpart.

        Raises
        ------
        ParameterError
            Trainer, seed or device are none, or there is a run folder and no seed.
        DataError
            Rows and counterparts do not fit together.
        """
        specs.check_spec("trainer", model.trainer, Trainer, "a diabolo.Trainer")
        if run_dir is not None and model.random_state is None:
            raise ParameterError(
                "run_dir needs a random_state, an int: without one every call draws a seed of its own, and none can go on "
                "where another was."
            )
        trainer, seed = model.trainer or Trainer(), defaults.seed(model.random_state)
        frame, other = as_frame(X), None if damaged is None else as_frame(damaged)
        if other is not None:
            _check_pairs(frame, other)
        train, held_out = split(frame.n_rows, trainer.validation, seed)
        model._learn_schema(frame, schema, train)
        batch = model.schema_.to_batch(frame, type(model).__name__).to(defaults.device(model.device))
        rows, held = (batch.take(torch.from_numpy(part).to(batch.index.device)) for part in (train, held_out))
        if other is None:
            return cls(frame, batch, rows, held, trainer, seed)
        counterparts = model.schema_.to_batch(other, type(model).__name__).to(batch.index.device)
        return cls(other, batch, rows, held, trainer, seed, counterparts)

    def source(self, batch: Batch) -> Batch:
        """What the encoder is given of some rows: themselves, or their counterparts."""
        return batch if self.counterparts is None else self.counterparts.take(batch.index)

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


def _check_pairs(clean: Frame, damaged: Frame) -> None:
    """Raise unless each row has one counterpart of the same columns."""
    if clean.n_rows != damaged.n_rows:
        raise DataError(
            f"fit was given {damaged.n_rows} damaged rows and {clean.n_rows} clean ones: pairs need one clean row for each."
        )
    if len(clean.names) != len(damaged.names):
        raise DataError(
            f"fit was given damaged rows of {len(damaged.names)} columns and clean ones of {len(clean.names)}: pairs need "
            "the same columns (labels, which are ignored, have one dimension)."
        )
