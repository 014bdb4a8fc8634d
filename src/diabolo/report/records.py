"""What a report holds, as plain values: the faces only lay it out."""

import dataclasses
from typing import Any

from diabolo.evaluate import Scores
from diabolo.report.blocks import Section

__all__ = ["Cell", "Coloring", "Curves", "Example", "Gallery", "Group", "Report", "Scatter", "SchemaLine"]


@dataclasses.dataclass(frozen=True)
class SchemaLine:
    """One column, or some alike, of the data.

    Parameters
    ----------
    names, kind, detail : str
        Which, the data type or ``left out``, and what was found or why it is left out.

    Examples
    --------
    >>> SchemaLine("age", "continuous", "1 continuous").kind
    'continuous'
    """

    names: str
    kind: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Curves:
    """Training, epoch by epoch.

    Parameters
    ----------
    epochs : tuple of int
    training, held_out : tuple of float
        What is minimized on training rows (all terms), and what is judged by on held-out rows; the latter is empty where
        nothing tells of single rows how good a model is, and the last weights are kept.
    best_epoch : int
        The epoch whose weights were kept.
    second : int
        The first epoch of a second training, from the principal components; 0 where there was one training.
    kept : float or None
        Held-out error of what was kept, where that is the start of the second training: the principal components.
    on_training, on_held_out : str
        What the values are, with their unit; the second is empty where there are none.

    Examples
    --------
    >>> Curves((1, 2), (3.0, 2.0), (1.5, 1.0), 2).best_epoch
    2
    """

    epochs: tuple[int, ...]
    training: tuple[float, ...]
    held_out: tuple[float, ...]
    best_epoch: int
    second: int = 0
    kept: float | None = None
    on_training: str = "loss in nats per row"
    on_held_out: str = "squared error per row"

    @property
    def sentence(self) -> str:
        """What was trained, and which weights were kept."""
        if not self.held_out:
            return "The weights of the last epoch were kept: no loss of single rows says how good such a model is."
        what = self.on_held_out.removesuffix(" per row")
        best = f"The weights of the marked epoch were kept: there the {what} on held-out rows was lowest."
        if not self.second:
            return best
        stages = (
            "Networks alone were trained first, left of the dashed line. They were not clearly better than PCA on "
            "held-out rows, so training began again from PCA, right of it."
        )
        if self.kept is None:
            return f"{stages} {best}"
        return f"{stages} That was not clearly better either: no epoch was kept, and the marked start, PCA, is the model."


@dataclasses.dataclass(frozen=True)
class Coloring:
    """One way to color the points of a map.

    Parameters
    ----------
    name : str
        The column.
    scale : {"levels", "steps"}
        Colors without or with an order.
    codes : tuple of int
        Per point its place in the legend, −1 where the cell is missing.
    legend : tuple of str

    Examples
    --------
    >>> Coloring("city", "levels", (0, 1, 0), ("Bonn", "Rome")).legend[0]
    'Bonn'
    """

    name: str
    scale: str
    codes: tuple[int, ...]
    legend: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Scatter:
    """Rows as points of a map of the latent space.

    Parameters
    ----------
    x, y : tuple of float
    x_label, y_label : str
    colorings : tuple of Coloring
        The first is shown first.
    rows : int
        Rows there were; at most some thousands of them are points.

    Examples
    --------
    >>> Scatter((0.0,), (1.0,), "z1", "z2", (), 1).x_label
    'z1'
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str
    y_label: str
    colorings: tuple[Coloring, ...]
    rows: int


@dataclasses.dataclass(frozen=True)
class Cell:
    """A cell before and after the waist.

    Parameters
    ----------
    before, after : str
    change : {"", "changed", "lost", "filled"}
        Nothing to speak of; off by more than half of the column's spread; off by more than the whole spread; or
        missing before.

    Examples
    --------
    >>> Cell("12.5", "12.4", "").change
    ''
    """

    before: str
    after: str
    change: str


@dataclasses.dataclass(frozen=True)
class Example:
    """A row and its reconstruction.

    Parameters
    ----------
    row : int
        Its number in the data that came, from 0; rows that were held out keep the one they had.
    error : float
        Squared error in coordinates.
    cells : tuple of Cell
        Of a table.
    images : tuple of str
        Of an image: original, rebuilt and difference, as data URIs.
    name : str
        The row's cell of the column that names rows, where there is one.

    Examples
    --------
    >>> Example(0, 0.25, cells=(Cell("a", "a", ""),)).error
    0.25
    """

    row: int
    error: float
    cells: tuple[Cell, ...] = ()
    images: tuple[str, ...] = ()
    name: str = ""


@dataclasses.dataclass(frozen=True)
class Group:
    """Examples of one sort.

    Parameters
    ----------
    title : str
    examples : tuple of Example

    Examples
    --------
    >>> Group("worst", ()).title
    'worst'
    """

    title: str
    examples: tuple[Example, ...]


@dataclasses.dataclass(frozen=True)
class Gallery:
    """Best, typical and worst reconstructions.

    Parameters
    ----------
    columns : tuple of str
        The columns of the cells; none for images.
    groups : tuple of Group
    left_out : int
        Columns that are not shown, because these rows changed least in them.
    key : str
        The column that names rows, such as an identifier.

    Examples
    --------
    >>> Gallery(("age",), (), 0).columns
    ('age',)
    """

    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    left_out: int
    key: str = ""


@dataclasses.dataclass(frozen=True)
class Report:
    """Everything a page about a model says.

    Parameters
    ----------
    title : str
    about : str
        Which rows were judged.
    findings : tuple of str
        What was learned, in sentences; the first is the headline.
    scores : Scores or None
        None for a model that makes rows and rebuilds none; it has no map and no gallery either.
    schema : tuple of SchemaLine
    curves : Curves or None
        None for a closed form.
    scatter : Scatter or None
    gallery : Gallery or None
    training, file : tuple of (str, str)
        How the model was trained, and facts about its file.
    caveats : tuple of str
        What to beware of.
    sections : tuple of Section
        What was asked of the latent space.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.report import Study
    >>> X = load_digits().data
    >>> Study(LinearAutoencoder(8).fit(X), X[:100]).report().findings[0]
    '8 numbers per row keep ...'
    """

    title: str
    about: str
    findings: tuple[str, ...]
    scores: Scores | None
    schema: tuple[SchemaLine, ...]
    curves: Curves | None
    scatter: Scatter | None
    gallery: Gallery | None
    training: tuple[tuple[str, str], ...]
    file: tuple[tuple[str, str], ...]
    caveats: tuple[str, ...]
    sections: tuple[Section, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        scores = None if self.scores is None else self.scores.to_json()
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "scores"}
        return {**{name: _plain(value) for name, value in plain.items()}, "scores": scores}


def _plain(value: Any) -> Any:
    """Records as dicts, tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value
