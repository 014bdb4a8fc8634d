"""The true labels of the rows of a command: a column of the data, or a file of their own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabolo.cli import inputs
from diabolo.cli.terminal import Terminal
from diabolo.errors import LabelError

if TYPE_CHECKING:
    import numpy as np

    from diabolo.frames import Frame

__all__ = ["LabelColumn", "LabelFile", "truth"]

LabelColumn = Annotated[
    str | None,
    typer.Option(
        "--label", metavar="COLUMN", help="The column of DATA that holds the labels.", show_default=False
    ),
]
LabelFile = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="Labels in a file, one per row of DATA: .npy or one column.",
        show_default=False,
    ),
]


def truth(
    frame: "Frame", column: str | None, file: Path | None, terminal: Terminal
) -> tuple["np.ndarray", str | None]:
    """One label per row, and the column of the data it comes from, if it is one.

    Of a folder of images the subfolders are the labels where nothing else is said.

    Parameters
    ----------
    frame : Frame
    column : str or None
    file : Path or None
    terminal : Terminal

    Raises
    ------
    LabelError
        It is not said where the labels are, they are not as many as rows, or some are missing.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> y, column = truth(Frame.of({"x": [1.0, 2.0], "kind": ["a", "b"]}), "kind", None, Terminal())
    >>> y.tolist(), column
    (['a', 'b'], 'kind')
    """
    if column is not None and file is not None:
        raise LabelError("--label and --labels both say where the labels are: give one of them.")
    if file is not None:
        y, name = _of_file(file, terminal), None
    else:
        name = inputs.coloring(frame, column)
        if name is None:
            raise LabelError(
                "where are the labels? Give the column that holds them with --label COLUMN, or a file of labels with "
                "--labels FILE."
            )
        y = _values(frame, name)
    if len(y) != frame.n_rows:
        raise LabelError(f"there are {len(y)} labels for {frame.n_rows} rows: give one for each.")
    return _whole(y), name


def _of_file(file: Path, terminal: Terminal) -> list[object]:
    """The labels of a file of one column."""
    inputs.check(file)
    if file.suffix.lower() == ".npy":
        import numpy as np

        return np.load(file, allow_pickle=False).ravel().tolist()
    table = inputs.read(file, None, terminal)
    name = "label" if "label" in table.names else table.names[0]
    if len(table.names) > 1 and name != "label":
        raise LabelError(
            f"{str(file)!r} has the columns {', '.join(table.names)}: name the one of labels 'label'."
        )
    return _values(table, name)


def _values(frame: "Frame", name: str) -> list[object]:
    from diabolo.data.labels import label_cells

    return label_cells(name, frame).to_pylist()


def _whole(y: list[object]) -> "np.ndarray":
    """Labels without a gap."""
    import numpy as np

    gaps = sum(v is None or v != v for v in y)
    if gaps:
        raise LabelError(f"{gaps} of {len(y)} rows have no label: leave them out.")
    return np.array(y)
