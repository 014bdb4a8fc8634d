"""The trainings a sweep is made of: each by itself, in any order or process, and read back where it is finished."""

import dataclasses
import json
import shutil
import time
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from sklearn.utils.parallel import Parallel, delayed

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import (
    CheckpointError,
    CollapseWarning,
    DeadDimensionWarning,
    DiaboloWarning,
    LinearFallbackWarning,
    OutputError,
    OverfittingWarning,
)
from diabolo.files.atomic import replace
from diabolo.frames import Frame
from diabolo.models import Autoencoder, specs
from diabolo.models.fitting import AROUND, fingerprint
from diabolo.train import Trainer
from diabolo.train.checkpoint import check_same

__all__ = ["Judged", "Point", "Task", "train"]

ROWS = 4096  # judged at a time

# What a fit warns of and the curve shows: held-out errors beside those of PCA and of the mean row.
DRAWN = (CollapseWarning, DeadDimensionWarning, LinearFallbackWarning, OverfittingWarning)


@dataclasses.dataclass(frozen=True)
class Point:
    """One training: a width of its own or, ``ordered``, one model for several.

    Parameters
    ----------
    widths : tuple of int
        At which the model is judged; it is as wide as the last.
    seed : int
    ordered : bool

    Examples
    --------
    >>> Point((8,), 0).name, Point((1, 2, 8), 0, ordered=True).name
    ('autoencoder-8-seed0', 'ordered-8-seed0')
    """

    widths: tuple[int, ...]
    seed: int
    ordered: bool = False

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{'ordered' if self.ordered else 'autoencoder'}-{self.widths[-1]}-seed{self.seed}"


@dataclasses.dataclass(frozen=True)
class Judged:
    """What a training came to.

    Parameters
    ----------
    errors : dict of int to list of float
        Mean squared error of held-out rows by column, for every width.
    seconds : float
    warned : tuple of DiaboloWarning

    Examples
    --------
    >>> Judged({2: [0.5, 0.25]}, 1.0).error(2)
    0.75
    """

    errors: dict[int, list[float]]
    seconds: float
    warned: tuple[DiaboloWarning, ...] = ()

    def error(self, k: int) -> float:
        """Mean squared error of a row at a width."""
        return float(sum(self.errors[k]))


@dataclasses.dataclass(frozen=True)
class Task:
    """What all trainings of a sweep share.

    Parameters
    ----------
    schema : Schema
        The coordinates in which all errors are counted.
    rows, held_out : Frame
    parameters : dict
        Of :class:`~diabolo.models.Autoencoder`.
    run_dir : Path or None
        Folder of finished points and of checkpoints.
    threads : int or None
        That each training may use; None leaves torch's own setting.
    """

    schema: Schema
    rows: Frame
    held_out: Frame
    parameters: dict[str, Any]
    run_dir: Path | None = None
    threads: int | None = None

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What must not change between two parts of one sweep."""
        trainer = dataclasses.replace(self.parameters.get("trainer") or Trainer(), **AROUND)
        batches = [self.schema.to_batch(frame) for frame in (self.rows, self.held_out)]
        return {
            "parameters": specs.to_json({**self.parameters, "trainer": trainer}),
            "schema": fingerprint(json.dumps(self.schema.to_json(), sort_keys=True).encode()),
            "data": fingerprint(*(cells for batch in batches for cells in _bytes(batch))),
        }

    def run(self, point: Point) -> Judged:
        """Read a finished point back, or train and judge it."""
        file = None if self.run_dir is None else self.run_dir / f"{point.name}.json"
        if file is not None and file.is_file():
            return self._read(file, point)
        with _on_threads(self.threads), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DiaboloWarning)
            errors, seconds = self._train(point)
        messages = (w.message for w in caught)
        told = tuple(m for m in messages if isinstance(m, DiaboloWarning) and not isinstance(m, DRAWN))
        judged = Judged(errors, seconds, told)
        if file is not None:
            self._write(file, point, judged)
        return judged

    def _train(self, point: Point) -> tuple[dict[int, list[float]], float]:
        """Errors by width and column, and seconds of training."""
        widest = point.widths[-1]
        model = Autoencoder(widest, ordered=point.ordered, random_state=point.seed, **self.parameters)
        folder = None if self.run_dir is None else self.run_dir / point.name
        started = time.perf_counter()
        model.fit(self.rows, schema=self.schema, run_dir=folder)
        seconds = time.perf_counter() - started
        if model.history_.stop_reason == "interrupted":
            raise KeyboardInterrupt  # a model that is half trained is no point of a curve
        shorter = {k: model.truncate(k) if point.ordered else model for k in point.widths}
        return {k: _judge(m, self.held_out) for k, m in shorter.items()}, seconds

    def _read(self, file: Path, point: Point) -> Judged:
        """A finished point, of this very sweep."""
        try:
            stored = json.loads(file.read_text())
            check_same(stored["identity"], self.identity)
            errors = {int(k): errors for k, errors in stored["errors"].items()}
            seconds = float(stored["seconds"])
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, CheckpointError):
                raise
            raise CheckpointError(
                f"{str(file)!r} is not a finished point of a sweep: remove it, or choose another run directory."
            ) from error
        if missing := set(point.widths) - set(errors):
            raise CheckpointError(
                f"{str(file)!r} was judged at other widths, not at {min(missing)}: choose another run directory."
            )
        return Judged(errors, seconds)

    def _write(self, file: Path, point: Point, judged: Judged) -> None:
        """Keep a finished point; its checkpoints are of no more use."""
        stored = {"identity": self.identity, "errors": judged.errors, "seconds": judged.seconds}
        with replace(file) as temporary:
            temporary.write_text(json.dumps(stored) + "\n")
        shutil.rmtree(file.parent / point.name, ignore_errors=True)


def train(task: Task, points: Sequence[Point], n_jobs: int | None = None) -> list[Judged]:
    """Train and judge points, in processes of their own where there are to be several.

    Parameters
    ----------
    task : Task
    points : sequence of Point
    n_jobs : int, optional
        Number of processes; each trains on one thread, so that any number gives the same bits. None: this process, on as
        many threads as torch has been given.

    Returns
    -------
    list of Judged
        In the order of the points.

    Raises
    ------
    CheckpointError
        The run directory belongs to other parameters or data.
    OutputError
        It cannot be created.

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.terms import Noise
    >>> rows = Frame.of(np.random.default_rng(0).normal(size=(40, 1)) * [[3.0, 2.0, 1.0]])
    >>> task = Task(Schema.fit(rows), rows, rows, {"max_epochs": 9, "corruption": Noise()})
    >>> sorted(train(task, [Point((1, 2), 0, ordered=True)])[0].errors)
    [1, 2]
    """
    if task.run_dir is not None:
        try:
            task.run_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot use {str(task.run_dir)!r} as a run directory: {error.strerror}"
            ) from error
    if n_jobs is not None:
        task = dataclasses.replace(task, threads=1)
    if n_jobs is None or n_jobs == 1 or len(points) < 2:
        judged = [task.run(point) for point in points]
    else:
        quiet = dataclasses.replace(task.parameters.get("trainer") or Trainer(), progress=False)
        task = dataclasses.replace(task, parameters={**task.parameters, "trainer": quiet})
        jobs = (delayed(task.run)(point) for point in points)
        judged = cast("list[Judged]", Parallel(n_jobs=min(n_jobs, len(points)))(jobs))
    for warning in {str(w): w for result in judged for w in result.warned}.values():
        warnings.warn(warning, stacklevel=3)
    return judged


def _judge(model: Autoencoder, held_out: Frame) -> list[float]:
    """Mean squared error by column."""
    return model.reconstruction_error(held_out, by_column=True).mean(0).tolist()


def _bytes(batch: Batch) -> list[bytes]:
    """All cells, and which of them were seen."""
    return [cells.numpy().tobytes() for cells in (*batch.values.values(), *batch.seen.values())]


@contextmanager
def _on_threads(count: int | None) -> Generator[None]:
    """Run a block on so many threads; the person's own setting comes back after it."""
    usual = torch.get_num_threads()
    torch.set_num_threads(count or usual)
    try:
        yield
    finally:
        torch.set_num_threads(usual)
