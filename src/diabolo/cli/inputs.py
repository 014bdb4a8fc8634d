"""What a command works on: data and models, read and named for people."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from diabolo.cli.abilities import require
from diabolo.cli.terminal import Terminal
from diabolo.errors import DataError, ModelFileError

if TYPE_CHECKING:
    from diabolo.frames import Frame
    from diabolo.models import Autoencoder

__all__ = ["check", "coloring", "is_data", "load", "read"]

MODEL = ".diabolo"
DATABASES = (".db", ".duckdb", ".sqlite", ".sqlite3")


def check(data: Path | None, model: Path | None = None) -> None:
    """Make sure, before any other complaint, that what a command works on is there and not swapped.

    Parameters
    ----------
    data : Path or None
        None for a command that works on a model alone.
    model : Path, optional

    Raises
    ------
    DataError
        There are no such data, or it is a model.
    ModelFileError
        There is no such model, or it is data.

    Examples
    --------
    >>> check(Path("people.diabolo"), Path("people.csv"))
    Traceback (most recent call last):
    diabolo.errors.ModelFileError: 'people.csv' goes by its name for data, not a model: first comes MODEL, then the data.
    """
    if model is not None and is_data(model):
        raise ModelFileError(
            f"{str(model)!r} goes by its name for data, not a model: first comes MODEL, then the data."
        )
    if model is not None and not model.exists():
        raise ModelFileError(f"cannot read {str(model)!r}: {_beside(model)}there is no such file.")
    if data is None:
        return
    if data.suffix.lower() == MODEL:
        raise DataError(f"{str(data)!r} goes by its name for a model: give data here, such as a .csv file.")
    if not data.exists():
        raise DataError(
            f"There is no file or folder {str(data)!r}: {_beside(data)}check the spelling and the working folder."
        )


def _beside(path: Path) -> str:
    """A question after the file of the same folder that was probably meant."""
    from diabolo.frames.names import meant

    names = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    return meant(path.name, names)


def read(data: Path, query: str | None, terminal: Terminal) -> "Frame":
    r"""The rows of a file, a folder or a database.

    Parameters
    ----------
    data : Path
    query : str or None
        What to select from a database.
    terminal : Terminal

    Raises
    ------
    DataError
        There is nothing to read, or it cannot be read.

    Examples
    --------
    >>> _ = Path("people.csv").write_text("age\n31\n47\n")
    >>> read(Path("people.csv"), None, Terminal()).n_rows
    2
    """
    with terminal.working(f"reading {data.name}"):
        from diabolo.data.readers import read as read_file
        from diabolo.frames import Frame

        return Frame.of(read_file(data, query=query))


def load(model: Path, terminal: Terminal, *, decodes: bool = True) -> "Autoencoder":
    """The model of a file.

    Parameters
    ----------
    model : Path
    terminal : Terminal
    decodes : bool
        Whether it must be able to turn a code back into a row.

    Raises
    ------
    ModelFileError
        The file is absent, damaged or of another kind.
    CapabilityError
        The model cannot rebuild rows.

    Examples
    --------
    >>> load(Path("nowhere.diabolo"), Terminal())
    Traceback (most recent call last):
    diabolo.errors.ModelFileError: cannot read 'nowhere.diabolo': there is no such file
    """
    with terminal.working(f"loading {model.name}"):
        from diabolo.models.base import Decodes
        from diabolo.models.loading import load as load_file

        found = load_file(model)
    return cast("Autoencoder", require(found, Decodes, "rebuild rows") if decodes else found)


def is_data(path: Path) -> bool:
    """Whether a path goes by its name for data; other files are taken for Diabolo's own.

    Parameters
    ----------
    path : Path

    Examples
    --------
    >>> is_data(Path("people.csv")), is_data(Path("people.diabolo"))
    (True, False)
    """
    from diabolo.data.readers import READERS

    return path.is_dir() or path.suffix.lower() in (*READERS, *DATABASES)


def coloring(frame: "Frame", label: str | None) -> str | None:
    """The column that colors a report: as asked for, else the labels of a folder of images.

    Parameters
    ----------
    frame : Frame
    label : str or None

    Raises
    ------
    MissingColumnError
        The data have no such column.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> coloring(Frame.of({"age": [31, 47]}), None) is None
    True
    """
    if label is not None:
        frame.type(label)  # raises where there is none
    return label or ("label" if frame.images and "label" in frame.names else None)
