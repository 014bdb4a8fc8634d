"""Writing a file so that, whatever happens, either the old one or the whole new one is there.

The protocol: write to a temporary file in the same folder, `fsync` it, rename it over the target, `fsync` the
folder. A rename within one folder is atomic, so a reader, a crash or a full disk never meets half a file.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from diabolo.errors import DiskFullError, OutputError, OutputExistsError

__all__ = ["is_temporary", "replace"]

_Path = str | os.PathLike[str]
_SUFFIX = ".tmp"
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ADVICE = {
    errno.ENOENT: "its folder does not exist: create the folder first",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another path",
    errno.EACCES: "the folder may not be written to: choose another folder or change its permissions",
    errno.EPERM: "the folder may not be written to: choose another folder or change its permissions",
    errno.EROFS: "the disk is read-only: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


@contextmanager
def replace(path: _Path, *, overwrite: bool = True) -> Generator[Path, None, None]:
    """Give a temporary path to write to; it takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    path
        The file to create or to replace. A symbolic link is followed, so that the link itself stays.
    overwrite
        Whether an existing file may be replaced.

    Yields
    ------
    Path
        An empty hidden file in the same folder. Its name ends in ``.tmp``, so a writer that goes by the
        suffix must be told the kind of file. After an error it is removed and `path` is as it was.

    Raises
    ------
    OutputExistsError
        `path` exists and `overwrite` is false; nothing was written.
    DiskFullError
        There was no space (or quota, or allowed file size) left; the old file is intact.
    OutputError
        The folder is absent or not writable, or `path` is a folder or a device.

    Example
    -------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> target = Path(folder.name) / "report.html"
    >>> with replace(target) as temporary:
    ...     _ = temporary.write_text("<p>done</p>")
    >>> target.read_text()
    '<p>done</p>'
    >>> folder.cleanup()
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}{_SUFFIX}")
    with _explained(os.fspath(path), {os.fspath(path), *map(str, (target, target.parent, temporary))}):
        _check_target(Path(path), overwrite)
        temporary.open("xb").close()
        try:
            yield temporary
            _publish(temporary, target, overwrite)
        finally:
            temporary.unlink(missing_ok=True)


def is_temporary(path: Path, target_prefix: str = "") -> bool:
    """Tell whether `path` is what a killed process left while writing a file named ``target_prefix...``.

    Example
    -------
    >>> is_temporary(Path(".model.diabolo.0f3a9c21.tmp"), "model"), is_temporary(Path("model.diabolo"))
    (True, False)
    """
    return path.name.startswith(f".{target_prefix}") and path.name.endswith(_SUFFIX)


def _check_target(target: Path, overwrite: bool) -> None:
    """Refuse what a rename would destroy: a device such as /dev/null, a folder, a file that must stay."""
    if target.is_dir():
        raise OutputError(f"cannot write {str(target)!r}: it is a folder; give the name of a file")
    if target.exists() and not target.is_file():
        raise OutputError(f"cannot write {str(target)!r}: it is not a regular file; give the name of a file")
    if target.exists() and not overwrite:
        raise _exists(target)


def _publish(temporary: Path, target: Path, overwrite: bool) -> None:
    """Make the bytes durable before the name points to them, and the name durable afterwards."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copymode(target, temporary)
    _sync(temporary, os.O_RDWR)
    if overwrite:
        temporary.replace(target)
    else:
        _claim(temporary, target)
    _sync(target.parent, os.O_RDONLY)


def _claim(temporary: Path, target: Path) -> None:
    """Take a name that is free: unlike a rename, a hard link fails when another process was faster."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError:  # a file system without hard links
        _check_target(target, overwrite=False)
        temporary.replace(target)


def _sync(path: Path, flags: int) -> None:
    """Wait until the disk has the file or folder."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: str, ours: set[str]) -> Generator[None, None, None]:
    """Turn the system's error about the output into a sentence; errors about other files pass unchanged."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        foreign = error.filename is not None and os.fspath(error.filename) not in ours
        if foreign and error.errno not in _NO_SPACE:
            raise
        raise _sentence(error, path) from error


def _sentence(error: OSError, path: str) -> OutputError:
    if error.errno in _NO_SPACE:
        return DiskFullError(
            f"cannot write {path!r}: no space left ({error.strerror}); a file that was there before is "
            "unchanged: free some space or choose another disk"
        )
    advice = _ADVICE.get(error.errno or 0, error.strerror or str(error))
    return OutputError(f"cannot write {path!r}: {advice}")


def _exists(target: Path) -> OutputExistsError:
    return OutputExistsError(
        f"{str(target)!r} exists already: choose another name, or allow it to be replaced "
        "(overwrite=True, --force on the command line)"
    )
