r"""Traversals: change one number of a code, hold the rest, decode, and read off what the dimension stands for.

    x̂(v) = decoder(z_1, ..., z_{j−1}, v, z_{j+1}, ..., z_k)

References
----------
Higgins et al., "β-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from diabolo.errors import ParameterError
from diabolo.maps.movements import Movement, sentence
from diabolo.maps.paths import Path, walk
from diabolo.maps.ranges import Ranges, ranges_of
from diabolo.maps.rows import encoded, one_row, plain
from diabolo.maps.views import check

__all__ = ["Traversal", "Traversals", "dimension_of", "traverse"]

STEPS = 9  # values of a traversal where none are given
INACTIVE = 1e-3  # of the movement of all dimensions together

Dimension = int | str


@dataclasses.dataclass(frozen=True, eq=False)
class Traversal:
    """One dimension of the code at several values, the others held.

    Parameters
    ----------
    dimension : int
        From 0.
    name : str
        "z1" for dimension 0.
    values : array, shape (m,)
        What the dimension is set to.
    far : bool array, shape (m,), or None
        Where the value lies beyond all the data's: what is decoded there was never learned from. None: no data are known.
    held : array, shape (k,)
        The code whose other numbers are held.
    path : Path
        What the codes decode to.
    sentence : str
        "z3: capital-gain up from 0 to 12,000, income to >50K"; images also in words.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
    >>> traverse(LinearAutoencoder(1).fit(X), X[0], 0, X=X).name
    'z1'
    """

    dimension: int
    name: str
    values: np.ndarray
    far: np.ndarray | None
    held: np.ndarray
    path: Path
    sentence: str

    @property
    def rows(self) -> Any:
        """Decoded rows (m), in the kind of the training data."""
        return self.path.rows

    @property
    def codes(self) -> np.ndarray:
        """The codes (m, k)."""
        return self.path.codes

    @property
    def movements(self) -> tuple[Movement, ...]:
        """Columns, the one that moves most first."""
        return self.path.movements

    @property
    def strip(self) -> np.ndarray | None:
        """Decoded images (m, channels, height, width)."""
        return self.path.strip

    @property
    def difference(self) -> np.ndarray | None:
        """Last image less the first, (channels, height, width)."""
        return self.path.difference

    def to_json(self) -> dict[str, Any]:
        """Plain values, without pictures."""
        return {
            "dimension": self.name,
            "sentence": self.sentence,
            "values": self.values.tolist(),
            "far": None if self.far is None else self.far.tolist(),
            "spread": self.path.spread,
            "movements": [m.to_json() for m in self.movements if m.text],
            "rows": plain(self.rows),
        }


@dataclasses.dataclass(frozen=True, eq=False)
class Traversals(Sequence[Traversal]):
    """Traversals of several dimensions from one row, the one that moves the output most first.

    Parameters
    ----------
    shown : tuple of Traversal
    folded : tuple of Traversal
        Dimensions that move next to nothing: less than 0.1 % of what all of these move together.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
    >>> found = traverse(LinearAutoencoder(1).fit(X), X[0], X=X)
    >>> found.shares, found.folded
    ((1.0,), ())
    """

    shown: tuple[Traversal, ...]
    folded: tuple[Traversal, ...]

    @overload
    def __getitem__(self, place: int) -> Traversal: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Traversal]: ...
    def __getitem__(self, place: int | slice) -> Traversal | Sequence[Traversal]:
        return self.shown[place]

    def __len__(self) -> int:
        return len(self.shown)

    def __iter__(self) -> Iterator[Traversal]:
        return iter(self.shown)

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of each shown dimension in the squared movement of all."""
        total = sum(t.path.spread for t in (*self.shown, *self.folded)) or 1.0
        return tuple(t.path.spread / total for t in self.shown)

    def to_json(self) -> dict[str, Any]:
        """Plain values, without pictures."""
        pairs = zip(self.shown, self.shares, strict=True)
        return {
            "dimensions": [{**t.to_json(), "share": share} for t, share in pairs],
            "folded": [t.name for t in self.folded],
        }


@overload
def traverse(
    model: Any,
    row: Any,
    dim: Dimension,
    values: Any = None,
    *,
    X: Any = None,
    steps: int = STEPS,
    codes: np.ndarray | None = None,
) -> Traversal: ...
@overload
def traverse(
    model: Any,
    row: Any,
    dim: Sequence[Dimension] | None = None,
    values: Any = None,
    *,
    X: Any = None,
    steps: int = STEPS,
    codes: np.ndarray | None = None,
) -> Traversals: ...
def traverse(
    model: Any,
    row: Any,
    dim: Dimension | Sequence[Dimension] | None = None,
    values: Any = None,
    *,
    X: Any = None,
    steps: int = STEPS,
    codes: np.ndarray | None = None,
) -> Traversal | Traversals:
    """Change one number of a row's code, hold the others, decode.

    Parameters
    ----------
    model : Decodes
        Fitted.
    row : int, row, or None
        Where to start: a position in ``X`` (from 0), a row itself, or None for the mean code of ``X`` (without ``X``, the
        code of zeros).
    dim : int, str, sequence of them, or None
        Dimension from 0, or its name ("z1" is dimension 0); several, or None for all, come back by their effect.
    values : sequence of float, optional
        What the dimension is set to. By default ``steps`` values from the 1 % to the 99 % quantile of the codes of ``X``;
        without ``X``, over two standard deviations either way where the model knows them (a linear one does).
    X : table, array or images, optional
        Rows whose codes say where data are. Values beyond them are decoded all the same, and flagged ``far``.
    steps : int
        Number of values where none are given.
    codes : array, shape (n, k), optional
        The codes of ``X``, where they are known already.

    Returns
    -------
    Traversal for one dimension, Traversals for several

    Raises
    ------
    CapabilityError
        The model has no decoder.
    ParameterError
        There is no such dimension or row, or nothing says what the values should be.
    DataError
        The row is of another kind, or more than one.

    References
    ----------
    Higgins et al., "β-VAE: learning basic visual concepts with a constrained variational framework", ICLR 2017.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 10.0], [1.0, 20.0], [2.0, 30.0]])
    >>> model = LinearAutoencoder(1).fit(X)
    >>> traverse(model, X[1], 0, [-10, 0, 10, 20]).rows[:, 1].round()
    array([10., 20., 30., 40.])
    >>> traverse(model, 1, "z1", [-10, 20], X=X).far
    array([False,  True])
    """
    check(model, "traverse")
    one = dim is not None and (isinstance(dim, str) or not isinstance(dim, Iterable))
    names: Any = [dim] if one else range(model.n_components_) if dim is None else dim
    chosen = [dimension_of(model, name) for name in names]
    if not chosen:
        raise ParameterError("dim=[] names no dimension: give one or several, or None for all of them.")
    ranges = ranges_of(model, X, codes)
    held = _held(model, row, X, ranges)
    made = [_traversal(model, held, j, _values(values, ranges, j, steps), ranges) for j in chosen]
    return made[0] if one else _ranked(made)


def dimension_of(model: Any, dim: Dimension) -> int:
    """Position of a dimension, from 0, by position or name.

    Raises
    ------
    ParameterError
        There is none.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> dimension_of(LinearAutoencoder(2).fit(np.eye(4)), "z2")
    1
    """
    k = model.n_components_
    number = dim
    if isinstance(dim, str):
        text = dim.removeprefix("z")
        number = int(text) - 1 if text.isdecimal() else -1
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < k:
        raise ParameterError(
            f"there is no dimension {dim!r}: this model has {k}, z1 to z{k}, which are dim=0 to dim={k - 1}."
        )
    return int(number)


def _held(model: Any, row: Any, X: Any, ranges: Ranges) -> np.ndarray:
    """The code to start from."""
    return ranges.mean if row is None else encoded(model, one_row(model, row, X))[0]


def _values(values: Any, ranges: Ranges, j: int, steps: int) -> np.ndarray:
    """What the dimension is set to."""
    if values is None:
        return ranges.steps(j, steps)
    try:
        given = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"values={values!r} are not numbers.") from error
    if not len(given) or not np.isfinite(given).all():
        raise ParameterError(f"values={values!r} must be finite numbers, at least one.")
    return given


def _traversal(model: Any, held: np.ndarray, j: int, values: np.ndarray, ranges: Ranges) -> Traversal:
    """The codes, decoded and told."""
    codes = np.repeat(held[None], len(values), 0).astype(np.float32)
    codes[:, j] = values
    path, name = walk(model, codes), f"z{j + 1}"
    told = (
        sentence(name, path.movements)
        if any(m.text for m in path.movements) or not path.picture()
        else f"{name}:"
    )
    picture = path.picture()
    text = told if not picture else f"{told.removesuffix(':')}{':' if told.endswith(':') else ';'} {picture}"
    return Traversal(j, name, values, ranges.far(j, values), held, path, text)


def _ranked(made: list[Traversal]) -> Traversals:
    """By their movement, those that do nothing apart."""
    ordered = sorted(made, key=lambda t: -t.path.spread)
    least = INACTIVE * sum(t.path.spread for t in made)
    moving = tuple(t for t in ordered if t.path.spread > least)
    return Traversals(moving, tuple(t for t in ordered if t.path.spread <= least))
