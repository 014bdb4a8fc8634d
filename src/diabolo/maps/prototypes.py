r"""What is typical: the row at the origin of the latent space, and the average of a group in it.

The average of codes decodes to a plausible row, the average of rows is a blur of them:

    prototype(g) = decoder( mean_{rows in g} encoder(row) )    beside    mean_{rows in g} row

A row is then its group's template plus a difference.
"""

import dataclasses
from typing import Any

import numpy as np
import torch

from diabolo.data.labels import Labels
from diabolo.frames import Frame
from diabolo.maps.groups import groups_of, means
from diabolo.maps.movements import Movement
from diabolo.maps.paths import Path, walk
from diabolo.maps.rows import PIECE, codes_of, encoded, one_row, plain
from diabolo.maps.views import check
from diabolo.models.base import as_frame

__all__ = ["Prototypes", "difference", "origin", "prototype", "prototypes"]


@dataclasses.dataclass(frozen=True, eq=False)
class Prototypes:
    """The average row of each group, taken in two spaces.

    Parameters
    ----------
    groups : tuple
        Labels, in order.
    counts : array, shape (n_groups,)
    codes : array, shape (n_groups, k)
        Mean code of each group.
    rows : table, array or images of n_groups rows
        The mean codes, decoded.
    averages : table, array or images of n_groups rows
        The mean of the rows themselves: of standardized numbers, and of shares of levels, of which the largest is taken;
        missing cells count nothing.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 9.0], [4.0, 8.0]])
    >>> prototypes(LinearAutoencoder(1).fit(X), X, ["a", "a", "b", "b"]).groups
    ('a', 'b')
    """

    groups: tuple[Any, ...]
    counts: np.ndarray
    codes: np.ndarray
    rows: Any
    averages: Any

    def to_json(self) -> dict[str, Any]:
        """Plain values, without pictures.

        Examples
        --------
        >>> from diabolo import LinearAutoencoder
        >>> X = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 9.0], [4.0, 8.0]])
        >>> found = prototypes(LinearAutoencoder(1).fit(X), X, [0, 0, 1, 1])
        >>> found.to_json()["groups"]
        [0, 1]
        """
        return {
            "groups": list(self.groups),
            "counts": self.counts.tolist(),
            "rows": plain(self.rows),
            "averages": plain(self.averages),
        }


def origin(model: Any) -> Any:
    """The row that the code of zeros decodes to; for a linear model the mean of the training rows.

    Parameters
    ----------
    model : Decodes
        Fitted.

    Returns
    -------
    table, array or images of one row, in the kind of the training data

    Raises
    ------
    CapabilityError
        The model has no decoder.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> origin(LinearAutoencoder(1).fit(np.array([[0.0, 10.0], [4.0, 30.0]])))
    array([[ 2., 20.]])
    """
    check(model, "origin")
    return model.inverse_transform(np.zeros((1, model.n_components_), np.float32))


def prototype(model: Any, X: Any, groups: Any, *, codes: np.ndarray | None = None) -> dict[Any, Any]:
    """The typical row of each group: the average of its codes, decoded.

    Parameters
    ----------
    model : Decodes
        Fitted.
    X : table, array or images
    groups : str or sequence of labels, shape (n,)
        A column of ``X``, or a label for every row; None and NaN are in no group.
    codes : array, shape (n, k), optional
        The codes of ``X``, where they are known already.

    Returns
    -------
    dict of label to table, array or images of one row, in the kind of the training data

    Raises
    ------
    CapabilityError
        The model has no decoder.
    DataError
        No row is in any group, or there is not one label for every row.

    Warns
    -----
    SmallGroupWarning
        A group has one row: its prototype is that row's reconstruction.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0], [6.0, 6.0]])
    >>> prototype(LinearAutoencoder(1).fit(X), X, ["a", "a", "b", "b"])["b"].round(2)
    array([[5., 5.]])
    """
    found = prototypes(model, X, groups, codes=codes)
    return {g: model.inverse_transform(found.codes[i : i + 1]) for i, g in enumerate(found.groups)}


def prototypes(model: Any, X: Any, groups: Any, *, codes: np.ndarray | None = None) -> Prototypes:
    """The average of each group in latent space, decoded, beside its average in input space.

    Parameters
    ----------
    model : Decodes
        Fitted.
    X, groups, codes
        As for :func:`prototype`.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 9.0], [4.0, 8.0]])
    >>> prototypes(LinearAutoencoder(1).fit(X), X, [0, 0, 1, 1]).averages.round(2)
    array([[1. , 1. ],
           [4. , 8.5]])
    """
    check(model, "prototype")
    frame = as_frame(X)
    found = groups_of(groups, frame)
    codes = means(codes_of(model, frame, codes), found).astype(np.float32)
    averages = _averages(model, frame, found)
    return Prototypes(
        tuple(found.classes.tolist()), found.counts, codes, model.inverse_transform(codes), averages
    )


def difference(model: Any, X: Any, groups: Any, row: Any) -> dict[Any, tuple[Movement, ...]]:
    """A row as every group's template plus a difference: the columns in which its reconstruction differs.

    Parameters
    ----------
    model : Decodes
        Fitted.
    X, groups
        As for :func:`prototype`.
    row : int or row
        As for :func:`diabolo.maps.traverse`.

    Returns
    -------
    dict of label to tuple of Movement
        From the prototype to the row as the model sees it, the column that differs most first.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0], [6.0, 6.0]])
    >>> difference(LinearAutoencoder(1).fit(X), X, ["a", "a", "b", "b"], 3)["b"][0].text
    'x0 up from 5 to 6'
    """
    found = prototypes(model, X, groups)
    code = encoded(model, one_row(model, row, X))
    steps: dict[Any, Path] = {
        g: walk(model, np.concatenate([found.codes[i : i + 1], code])) for i, g in enumerate(found.groups)
    }
    return {g: path.movements for g, path in steps.items()}


def _averages(model: Any, frame: Frame, found: Labels) -> Any:
    """Mean coordinates of the seen cells of each group, as rows; of all rows where a group has none."""
    schema = model.schema_
    batch = schema.to_batch(frame, type(model).__name__)
    place = torch.from_numpy(found.codes + 1)  # rows in no group first
    sums = torch.zeros(len(found.classes) + 1, schema.n_coordinates, dtype=torch.float64)
    counts = torch.zeros_like(sums)
    for part in batch.split(PIECE):
        x, seen, to = schema.coordinates(part).double(), schema.coordinates_seen(part), place[part.index]
        sums.index_add_(0, to, x)
        counts.index_add_(0, to, torch.ones_like(x) if seen is None else seen.double())
    whole = sums.sum(0) / counts.sum(0).clamp(min=1)
    average = torch.where(counts > 0, sums / counts.clamp(min=1), whole)[1:]
    return schema.to_table(schema.from_coordinates(average.float()), model.template_)
