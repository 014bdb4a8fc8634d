"""Checkpoints of a training run: the newest valid one is always there, after kill -9 at any moment.

A new checkpoint never touches an old one: it is written beside it, made durable, and only then are the oldest
removed. One process owns a folder at a time.
"""

import fcntl
import os
import re
import reprlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO, cast

from diabolo.errors import (
    CheckpointError,
    DamagedCheckpointWarning,
    ModelFileError,
    NewerVersionError,
    OutputError,
)
from diabolo.files import atomic, container
from diabolo.files.manifest import from_json, to_json
from diabolo.notices import warn
from diabolo.train.engines import Local

if TYPE_CHECKING:
    import torch

__all__ = ["Checkpoints", "check_same", "opened"]

_NAME = re.compile(r"checkpoint-(\d{8,})\.diabolo")
_SHOWN = 20  # differences named in one message


class Checkpoints:
    """The checkpoints in one folder, of which the last `keep` are kept.

    The folder is created where needed and locked until `close` or the end of the process, however it ends.

    Parameters
    ----------
    folder
        Where the checkpoints lie.
    keep
        How many to keep, at least 1; with 2, one damaged file costs no more than the steps between two saves.

    Raises
    ------
    CheckpointError
        Another process is using the folder, or `keep` is less than 1.
    OutputError
        The folder cannot be created or written to.

    Example
    -------
    >>> import tempfile, torch
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Checkpoints(folder.name) as checkpoints:
    ...     checkpoints.save(120, {"seed": 0}, {"weight": torch.ones(2)})
    ...     content, tensors = checkpoints.latest()
    >>> content["step"], content["seed"], tensors["weight"].tolist()
    (120, 0, [1.0, 1.0])
    >>> folder.cleanup()
    """

    def __init__(self, folder: str | os.PathLike[str], keep: int = 2) -> None:
        if keep < 1:
            raise CheckpointError(f"keep={keep} checkpoints is not possible: keep at least 1")
        self.folder = Path(folder)
        self.keep = keep
        self._damaged: set[Path] = set()
        self._lock = _lock(self.folder)
        self._remove_leftovers()

    def save(self, step: int, content: dict[str, Any], tensors: dict[str, "torch.Tensor"]) -> None:
        """Write the checkpoint of `step` and, once it is durable, remove the oldest.

        Parameters
        ----------
        step
            Number of optimizer steps done, not negative.
        content
            JSON values with finite numbers; `kind` and `step` are set here.
        tensors
            Everything that must survive, by name.

        Raises
        ------
        DiskFullError, OutputError
            It could not be written; all older checkpoints are still there.
        """
        path = self.folder / f"checkpoint-{step:08d}.diabolo"
        container.write(path, {**content, "kind": "checkpoint", "step": step}, tensors)
        self._damaged.discard(path)
        self._prune(path)

    def latest(self) -> tuple[dict[str, Any], dict[str, "torch.Tensor"]] | None:
        """Read the newest valid checkpoint, or return None where there is none.

        Returns
        -------
        tuple or None
            The content, with the entry `step`, and the tensors on the CPU.

        Warns
        -----
        DamagedCheckpointWarning
            A newer file is damaged and was skipped.

        Raises
        ------
        NewerVersionError
            A newer Diabolo wrote here; going on from an older state would lose its work.
        """
        for path in reversed(self._paths()):
            try:
                return _read(path)
            except NewerVersionError:
                raise
            except ModelFileError as error:
                self._damaged.add(path)
                message = (
                    f"the checkpoint {path.name} is skipped, an older one is used where there is one: {error}"
                )
                warn(message, DamagedCheckpointWarning)
        return None

    def close(self) -> None:
        """Let another process use the folder."""
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _paths(self) -> list[Path]:
        """All checkpoints, oldest first."""
        found = [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(found, key=_step)

    def _prune(self, saved: Path) -> None:
        """Remove damaged files, which must not count as kept, and the oldest; never the one just saved."""
        healthy = [path for path in self._paths() if path not in self._damaged]
        for path in {*healthy[: -self.keep], *self._damaged} - {saved}:
            path.unlink(missing_ok=True)
        self._damaged.clear()

    def _remove_leftovers(self) -> None:
        """Remove what killed processes left half-written; the lock says that nobody is writing now."""
        for path in self.folder.iterdir():
            if atomic.is_temporary(path, "checkpoint-"):
                path.unlink(missing_ok=True)


@contextmanager
def opened(folder: str | os.PathLike[str] | None, keep: int = 2) -> Generator[Checkpoints | None]:
    """The checkpoints of a folder, on rank 0 of a process group or the only process; None on the others or without one.

    Parameters
    ----------
    folder
        Where the checkpoints lie; None for none.
    keep
        As :class:`Checkpoints`.

    Raises
    ------
    CheckpointError, OutputError
        As :class:`Checkpoints`, on every rank.

    Example
    -------
    >>> with opened(None) as checkpoints:
    ...     checkpoints
    """
    found: list[Checkpoints] = []
    if folder is not None:
        Local().ask_main(lambda: found.append(Checkpoints(folder, keep)))
    try:
        yield found[0] if found else None
    finally:
        for checkpoints in found:
            checkpoints.close()


def check_same(stored: dict[str, Any], current: dict[str, Any]) -> None:
    """Refuse to resume a run whose parameters or data have changed.

    Parameters
    ----------
    stored
        JSON values out of a checkpoint; nested dictionaries are compared entry by entry.
    current
        The same entries as they are now; tuples equal lists.

    Raises
    ------
    CheckpointError
        They differ; the message names the entries with both values.

    Example
    -------
    >>> check_same({"seed": 0, "widths": [8, 2]}, {"seed": 0, "widths": (8, 2)})
    >>> check_same({"optimizer": {"learning_rate": 0.01}},
    ...            {"optimizer": {"learning_rate": 0.1}})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diabolo.errors.CheckpointError: the run was started differently: optimizer.learning_rate was 0.01 and...
    """
    before, now = _flat(stored), _flat(from_json(to_json(current)))
    names = [name for name in sorted({*before, *now}) if before.get(name, _ABSENT) != now.get(name, _ABSENT)]
    if names:
        said = ", ".join(
            f"{name} was {_show(before, name)} and is {_show(now, name)}" for name in names[:_SHOWN]
        )
        rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise CheckpointError(
            f"the run was started differently: {said}{rest}; start it as before or in another run directory"
        )


_ABSENT = object()
_brief = reprlib.Repr()
_brief.maxlist, _brief.maxstring, _brief.maxother = 12, 70, 70


def _flat(nested: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Entries by dotted name; a list of records counts as a dictionary of them by position."""
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        inner = _entries(value)
        flat |= {f"{prefix}{name}": value} if inner is None else _flat(inner, f"{prefix}{name}.")
    return flat


def _entries(value: object) -> dict[str, Any] | None:
    """Give what is inside a dictionary or a list of records, and None for any other value."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    records = cast("list[object]", value) if isinstance(value, list) else []
    if any(isinstance(record, dict) for record in records):
        return {str(position): record for position, record in enumerate(records)}
    return None


def _show(flat: dict[str, Any], name: str) -> str:
    return _brief.repr(flat[name]) if name in flat else "absent"


def _step(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match is not None, path
    return int(match[1])


def _read(path: Path) -> tuple[dict[str, Any], dict[str, "torch.Tensor"]]:
    """Read one checkpoint; a file under another's name would silently move the run in time."""
    content, tensors = container.read(path, kind="checkpoint")
    if content.get("step") != _step(path):
        raise ModelFileError(f"{path.name} holds step {content.get('step')}: it was renamed")
    return content, tensors


def _lock(folder: Path) -> TextIO:
    """Own the folder; the system releases the lock when the process ends, even by kill -9."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("a+")
    except OSError as error:
        raise OutputError(f"cannot use {str(folder)!r} as a run directory: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        with file:
            owner = _owner(file)
        raise CheckpointError(
            f"the run directory {str(folder)!r} is in use by {owner}: wait for it, stop it, or choose another"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _owner(file: TextIO) -> str:
    file.seek(0)
    return f"process {file.read() or '(unknown)'}"
