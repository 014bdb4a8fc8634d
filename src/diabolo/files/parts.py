"""What a file of ours must hold: a part that it lacks is the file's fault, and is told apart from a fault of the code."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from diabolo.errors import ModelFileError

__all__ = ["Parts", "build", "parts", "under"]

T = TypeVar("T")
OTHER_VERSION = (
    "it was written by another version of Diabolo. Fit the model again, or load it with that version."
)


class Parts(dict[str, Any]):
    """A dict that says that the file is to blame where it lacks a key."""

    def __missing__(self, key: str) -> Any:
        raise ModelFileError(
            f"the file lacks {key!r}, of which models of this version are made: {OTHER_VERSION}"
        )


def parts(stored: Any) -> Any:
    """The content of a file with all its dicts as :class:`Parts`.

    Examples
    --------
    >>> parts({"schema": {"version": 1}})["schema"]["table"]
    Traceback (most recent call last):
        ...
    diabolo.errors.ModelFileError: the file lacks 'table', of which models of this version are made: it was written ...
    """
    if isinstance(stored, dict):
        return Parts({key: parts(value) for key, value in cast(dict[str, Any], stored).items()})
    return [parts(value) for value in cast(list[Any], stored)] if isinstance(stored, list) else stored


def under(start: str, tensors: Mapping[str, Any]) -> Parts:
    """The tensors of a file whose names begin so, without the beginning.

    Examples
    --------
    >>> under("codec.", {"codec.weight": 1, "reference.mean": 2})
    {'weight': 1}
    """
    return Parts({name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)})


def build(kind: Callable[..., T], stored: Mapping[str, Any]) -> T:
    """An object out of its stored fields.

    Raises
    ------
    ModelFileError
        The file has other fields than the class.

    Examples
    --------
    >>> build(complex, {"real": 1.0, "imag": 2.0})
    (1+2j)
    """
    try:
        inspect.signature(kind).bind(**stored)
    except TypeError as error:
        name = getattr(kind, "__name__", kind)
        raise ModelFileError(f"the file holds other fields of {name} ({error}): {OTHER_VERSION}") from error
    return kind(**stored)
