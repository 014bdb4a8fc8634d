"""What happened in training, epoch by epoch."""

import dataclasses
import json
from pathlib import Path
from typing import Any, Self

from diabolo.files.parts import build

__all__ = ["Epoch", "History"]


@dataclasses.dataclass(frozen=True)
class Epoch:
    """One pass over the training rows.

    Parameters
    ----------
    epoch : int
        Counted from 1.
    terms : dict of str to float
        Mean over rows of each term of the training loss.
    held_out : float
        Mean over held-out rows of what the best weights are chosen by.
    learning_rate : float
        At the end of the epoch.
    seconds : float
        Wall time spent in the run so far.
    measures : dict of str to list of float
        What else the objective tells of held-out rows.

    Examples
    --------
    >>> Epoch(1, {"reconstruction": 12.5}, 0.8, 1e-3, 2.0).held_out
    0.8
    """

    epoch: int
    terms: dict[str, float]
    held_out: float
    learning_rate: float
    seconds: float
    measures: dict[str, list[float]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class History:
    """The record of one training run.

    Parameters
    ----------
    epochs : tuple of Epoch
    stop_reason : str
        ``max_epochs``, ``patience``, ``max_seconds``, ``interrupted``, or ``exact`` for a closed form.
    best_epoch : int
        The epoch whose weights were kept; 0 is the start.
    best : float
        Held-out measure of these weights.
    rows : int
        Training rows.
    parameters : int
        Numbers that were learned.
    rows_per_second : float
    plan : dict
        What was decided automatically: batch size, epochs, learning rate, precision, threads.

    Examples
    --------
    >>> History((), "exact", 0, 1.5, 100, 12, 1e6, {}).to_json()["stop_reason"]
    'exact'
    """

    epochs: tuple[Epoch, ...]
    stop_reason: str
    best_epoch: int
    best: float
    rows: int
    parameters: int
    rows_per_second: float
    plan: dict[str, Any]

    @property
    def seconds(self) -> float:
        """Wall time of the whole run."""
        last = self.epochs[-1].seconds if self.epochs else 0.0
        return float(self.plan.get("seconds", last))  # of all stages, where there are several

    def later(self, seconds: float) -> Self:
        """The record of a run before which ``seconds`` had been spent on the same fit."""
        epochs = tuple(dataclasses.replace(e, seconds=e.seconds + seconds) for e in self.epochs)
        return dataclasses.replace(self, epochs=epochs, plan={**self.plan, "seconds": self.seconds + seconds})

    def after(self, earlier: Self) -> Self:
        """One record of two stages: epochs and time go on where the earlier one ended."""
        done = len(earlier.epochs)
        mine = self.later(earlier.seconds)
        epochs = (dataclasses.replace(e, epoch=e.epoch + done) for e in mine.epochs)
        return dataclasses.replace(mine, epochs=(*earlier.epochs, *epochs), best_epoch=self.best_epoch + done)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The record that :meth:`to_json` gave."""
        epochs = tuple(build(Epoch, epoch) for epoch in stored["epochs"])
        return build(cls, {**stored, "epochs": epochs})


class HistoryFile:
    """A JSON-lines file with one epoch a line, which follows a resumed run back to its checkpoint."""

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def restart(self, epochs: list[Epoch]) -> None:
        """Hold exactly these epochs."""
        if self.path is not None:
            self.path.write_text("".join(_line(epoch) for epoch in epochs))

    def add(self, epoch: Epoch) -> None:
        """Append one epoch."""
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(_line(epoch))


def _line(epoch: Epoch) -> str:
    return json.dumps(dataclasses.asdict(epoch)) + "\n"
