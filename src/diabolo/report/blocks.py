"""What a section of a report is made of: a headline, pictures and a table, as plain values."""

import dataclasses
from typing import Literal

__all__ = ["Heat", "Lines", "Mosaic", "Overlay", "Overlays", "Section", "Series", "Strip", "Table", "Tile"]


@dataclasses.dataclass(frozen=True)
class Series:
    """One line of a figure.

    Parameters
    ----------
    name : str
    style : {"model", "pca", "mean"}
        Its color, the same on the whole page.
    x, y : tuple of float
        A single point is drawn as a dot.
    marks : {"both", "line", "dots"}
        A line, dots, or dots on a line.

    Examples
    --------
    >>> Series("PCA", "pca", (1, 2), (9.0, 4.0)).y[1]
    4.0
    """

    name: str
    style: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    marks: Literal["both", "line", "dots"] = "both"


@dataclasses.dataclass(frozen=True)
class Lines:
    """Numbers over a width, a line each.

    Parameters
    ----------
    x_label, y_label : str
    series : tuple of Series
    alt : str
        The figure in words.
    whole : bool
        What is counted across has no halves.

    Examples
    --------
    >>> Lines("k", "error", (), "nothing").x_label
    'k'
    """

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    alt: str
    whole: bool = True


@dataclasses.dataclass(frozen=True)
class Overlay:
    """Shares of two sets of cells, one drawn over the other.

    Parameters
    ----------
    title : str
    labels : tuple of str
        Of the bins or levels.
    real, generated : tuple of float
        Shares.
    levels : bool
        Whether they are levels, with a line each, or bins side by side.
    alt : str
        The figure in words.

    Examples
    --------
    >>> Overlay("city", ("Bonn", "Rome"), (0.5, 0.5), (0.9, 0.1), True, "Bonn is too frequent").labels
    ('Bonn', 'Rome')
    """

    title: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    generated: tuple[float, ...]
    levels: bool
    alt: str


@dataclasses.dataclass(frozen=True)
class Overlays:
    """Figures of columns side by side.

    Parameters
    ----------
    charts : tuple of Overlay

    Examples
    --------
    >>> Overlays(()).charts
    ()
    """

    charts: tuple[Overlay, ...]


@dataclasses.dataclass(frozen=True)
class Heat:
    """A table of shades.

    Parameters
    ----------
    rows, columns : tuple of str
    values : tuple of tuple of float
        Between 0 (nothing) and 1 (the most), a line per row.
    alt : str

    Examples
    --------
    >>> Heat(("z1",), ("age",), ((1.0,),), "z1 moves age").values
    ((1.0,),)
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    alt: str


@dataclasses.dataclass(frozen=True)
class Tile:
    """An image with a few words below.

    Parameters
    ----------
    image : str
        A data URI.
    caption : str
    alt : str

    Examples
    --------
    >>> Tile("data:,", "7", "a typical 7").caption
    '7'
    """

    image: str
    caption: str
    alt: str


@dataclasses.dataclass(frozen=True)
class Strip:
    """Images in a line.

    Parameters
    ----------
    title : str
    tiles : tuple of Tile

    Examples
    --------
    >>> Strip("z1", ()).title
    'z1'
    """

    title: str
    tiles: tuple[Tile, ...]


@dataclasses.dataclass(frozen=True)
class Mosaic:
    """One large image.

    Parameters
    ----------
    image : str
        A data URI.
    caption, alt : str

    Examples
    --------
    >>> Mosaic("data:,", "the plane, decoded", "digits").alt
    'digits'
    """

    image: str
    caption: str
    alt: str


@dataclasses.dataclass(frozen=True)
class Table:
    """Words and numbers in lines.

    Parameters
    ----------
    head : tuple of str
    lines : tuple of tuple of str
        The first cell names the line.
    numbers : tuple of bool
        Which columns are aligned to the right.

    Examples
    --------
    >>> Table(("group", "rows"), (("1", "90"),), (False, True)).head
    ('group', 'rows')
    """

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]


@dataclasses.dataclass(frozen=True)
class Section:
    """One question about the latent space, answered.

    Parameters
    ----------
    key : str
        The anchor of the section.
    title : str
    headline : str
        The answer, in one sentence.
    about : str
        How to read what follows.
    pictures : tuple of Lines, Heat, Overlays, Strip or Mosaic
    tables : tuple of Table

    Examples
    --------
    >>> Section("groups", "Groups", "Two groups.", "Nobody labeled them.").pictures
    ()
    """

    key: str
    title: str
    headline: str
    about: str
    pictures: tuple[Lines | Heat | Overlays | Strip | Mosaic, ...] = ()
    tables: tuple[Table, ...] = ()
