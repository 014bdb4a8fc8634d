"""Where results go: checked before any work, so that an hour of training does not end at a locked door."""

import tempfile
from pathlib import Path
from typing import Any

from diabolo.errors import OutputError, OutputExistsError

__all__ = ["check", "check_table", "default", "write"]


def default(data: Path, suffix: str) -> Path:
    """A file in the current folder with the data's name.

    Parameters
    ----------
    data : Path
    suffix : str
        With the dot.

    Examples
    --------
    >>> str(default(Path("survey/people.csv"), ".report.html"))
    'people.report.html'
    """
    name = data.name or data.resolve().name  # the current folder is "."
    return Path(f"{name.removesuffix(data.suffix) or 'data'}{suffix}")


def check(*paths: Path, force: bool, run_dir: Path | None = None) -> None:
    """Make sure that files can be written.

    Parameters
    ----------
    paths : Path
    force : bool
        Whether existing files may be replaced.
    run_dir : Path, optional
        Where checkpoints are kept: that --force leaves them is said only then.

    Raises
    ------
    OutputExistsError
        A file is there already.
    OutputError
        A folder is absent or not writable, or a path is a folder.

    Examples
    --------
    >>> check(Path("nowhere/people.diabolo"), force=False)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diabolo.errors.OutputError: cannot write 'nowhere/people.diabolo': the folder 'nowhere' does not exist...
    """
    for path in paths:
        if path.is_dir():
            raise OutputError(f"cannot write {str(path)!r}: it is a folder; give the name of a file.")
        if path.exists() and not force:
            kept = "" if run_dir is None else f" (the run in {str(run_dir)!r} goes on all the same)"
            raise OutputExistsError(
                f"{str(path)!r} exists already: choose another name, or replace it with --force{kept}."
            )
        _check_folder(path)


def check_table(path: Path, *, force: bool) -> None:
    """Make sure that a table or an array can be written, and that its suffix says how.

    Parameters
    ----------
    path : Path
    force : bool

    Raises
    ------
    OutputError
        As for :func:`check`, or the suffix is unknown.

    Examples
    --------
    >>> check_table(Path("codes.xls"), force=False)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diabolo.errors.OutputError: cannot write 'codes.xls': its suffix must be one of .csv, ...
    """
    from diabolo.data.writers import WRITERS

    if path.suffix.lower() not in WRITERS:
        raise OutputError(f"cannot write {str(path)!r}: its suffix must be one of {', '.join(WRITERS)}.")
    check(path, force=force)


def write(rows: Any, path: Path, *, force: bool) -> None:
    """Write a table or an array, all or nothing.

    Parameters
    ----------
    rows : table or array
    path : Path
    force : bool

    Examples
    --------
    >>> write({"z1": [0.5]}, Path("codes.csv"), force=True)
    >>> Path("codes.csv").read_text().split()
    ['"z1"', '0.5']
    """
    from diabolo.data.writers import write as write_file

    write_file(rows, path, overwrite=force)


def _check_folder(path: Path) -> None:
    """Try to write: permissions alone do not tell about read-only disks."""
    folder = path.parent
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "does not exist: create it first"
        raise OutputError(f"cannot write {str(path)!r}: the folder {str(folder)!r} {reason}.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = f"cannot be written to ({error.strerror}); choose another one"
        raise OutputError(f"cannot write {str(path)!r}: the folder {str(folder)!r} {reason}.") from error
