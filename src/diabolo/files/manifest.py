"""What a file says about itself: strict, canonical JSON and the check of its format version."""

import json
import platform
from importlib import metadata
from typing import Any, NoReturn, cast

from diabolo.errors import ModelFileError, NewerVersionError, NotADiaboloFileError

__all__ = ["FORMAT_VERSION", "check", "from_json", "stamp", "to_json"]

FORMAT_VERSION = 1

_PACKAGES = ("diabolo", "torch", "numpy", "safetensors")


def stamp() -> dict[str, Any]:
    """Say who writes, and in which format; no time and no host, so that equal models give equal files.

    Example
    -------
    >>> stamp()["format"], sorted(stamp()["created_by"])
    ('diabolo', ['diabolo', 'numpy', 'python', 'safetensors', 'torch'])
    """
    versions = {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}
    return {"format": "diabolo", "format_version": FORMAT_VERSION, "created_by": versions}


def to_json(content: dict[str, Any]) -> bytes:
    r"""Encode as canonical JSON: sorted keys, no spaces, ASCII (so that any string survives), finite numbers.

    Raises
    ------
    ModelFileError
        Something in it is not a JSON value or NumPy scalar, or could not be read back.

    Example
    -------
    >>> to_json({"k": 2, "columns": ("age", "größe")})
    b'{"columns":["age","gr\\u00f6\\u00dfe"],"k":2}'
    """
    try:
        encoded = json.dumps(
            content, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
        ).encode()
        from_json(encoded)  # a file that can be written and not read would be a loss
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(f"the content cannot be stored as JSON: {error}") from error
    return encoded


def from_json(encoded: bytes) -> dict[str, Any]:
    """Parse strictly: what JSON leaves open (a key that occurs twice, NaN, 1e999) is refused.

    Raises
    ------
    ValueError, RecursionError
        It is not strict JSON, or nested too deeply.

    Example
    -------
    >>> from_json(b'{"k": 2, "k": 3}')
    Traceback (most recent call last):
    ValueError: the key 'k' occurs twice
    """
    parsed: object = json.loads(
        encoded.decode(), object_pairs_hook=_unique, parse_constant=_refuse_number, parse_float=_finite
    )
    if isinstance(parsed, dict):
        return cast("dict[str, Any]", parsed)
    raise ValueError("it is not an object")


def check(manifest: dict[str, Any], name: str) -> None:
    """Refuse a manifest that this Diabolo cannot understand; `name` is the file's, for the message.

    Raises
    ------
    NotADiaboloFileError
        It names another format.
    NewerVersionError
        Its format version is newer than `FORMAT_VERSION`.
    ModelFileError
        An entry that every manifest has is absent.

    Example
    -------
    >>> check({"format": "diabolo", "format_version": 2}, "m.diabolo")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diabolo.errors.NewerVersionError: 'm.diabolo' has format version 2, and this Diabolo reads up to 1...
    """
    if manifest.get("format") != "diabolo":
        raise NotADiaboloFileError(f"{name!r} is not a Diabolo file: its manifest names another format")
    version = manifest.get("format_version")
    if type(version) is not int or version < 1:
        raise ModelFileError(f"{name!r}: {version!r} is not a format version; use another copy of the file")
    if version > FORMAT_VERSION:
        raise NewerVersionError(
            f"{name!r} has format version {version}, and this Diabolo reads up to {FORMAT_VERSION}: "
            "install a newer one"
        )
    if not isinstance(manifest.get("kind"), str) or not isinstance(manifest.get("tensors"), dict):
        raise ModelFileError(
            f"{name!r}: its manifest lacks 'kind' or 'tensors'; use another copy of the file"
        )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # run from a source folder that is not installed
        return "unknown"


def _plain(value: object) -> object:
    """Turn a NumPy scalar, which parameters often are, into a Python number."""
    import numpy as np

    if isinstance(value, np.generic):
        return cast("np.generic[Any]", value).item()
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique: dict[str, Any] = {}
    for name, value in pairs:
        if name in unique:
            raise ValueError(f"the key {name!r} occurs twice")
        unique[name] = value
    return unique


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) != float("inf") else _refuse_number(text)


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a finite number")
