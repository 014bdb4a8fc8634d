"""Parameters that are values (architectures, corruptions, penalties, trainers) as JSON and back, by the export lists."""

import dataclasses
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from diabolo import attacks, nn, terms, train
from diabolo.errors import ModelFileError, ParameterError

__all__ = ["from_json", "to_json"]

SPEC = "spec"  # the key that marks a value of one of the classes below


def _classes() -> dict[str, Any]:
    """Every class a parameter may be a value of: a file can name these and nothing else."""
    from diabolo import models  # here, for the models themselves import this module
    from diabolo.models.steadiness import Adversarial

    exported = {
        name: getattr(module, name) for module in (attacks, nn, terms, train) for name in module.__all__
    }
    values = {name: value for name, value in exported.items() if dataclasses.is_dataclass(value)}
    values["Adversarial"] = Adversarial
    return {**values, **{name: getattr(models, name) for name in models.__all__}}


def to_json(value: Any) -> Any:
    """A parameter as JSON values; a spec becomes ``{"spec": class name, field: value, ...}``.

    Raises
    ------
    ParameterError
        The value holds networks or other objects that a file cannot.

    Examples
    --------
    >>> to_json(nn.Dense((8,)))["hidden"]
    [8]
    """
    if isinstance(
        value, BaseEstimator
    ):  # a model inside a model: its parameters; what it learned is stored apart
        parameters = {name: to_json(given) for name, given in value.get_params(deep=False).items()}
        return {SPEC: type(value).__name__, **parameters}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {SPEC: type(value).__name__, **fields}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.random.RandomState):
        return None  # a stream of numbers that has moved on cannot be had again
    return {SPEC: type(value).__name__, "given": True}


def from_json(stored: Any) -> Any:
    """The parameter that :func:`to_json` gave; lists become tuples.

    Raises
    ------
    ModelFileError
        The file names a class that is not in the export lists, or one whose value it cannot hold.

    Examples
    --------
    >>> from_json(to_json(nn.Dense((8,)))) == nn.Dense((8,))
    True
    """
    if isinstance(stored, list):
        return tuple(from_json(item) for item in stored)
    if not isinstance(stored, dict):
        return stored
    if SPEC not in stored:
        return {key: from_json(item) for key, item in stored.items()}
    name = stored[SPEC]
    fields = {key: from_json(item) for key, item in stored.items() if key != SPEC}
    if "given" in fields or name not in _classes():
        raise ModelFileError(
            f"the file holds weights of {name}, which is code of yours and not in the file: "
            f"load it with that parameter given, as in diabolo.load(path, architecture=...)."
        )
    try:
        return _classes()[name](**fields)
    except TypeError as error:
        raise ModelFileError(
            f"the file describes {name} with other fields than this version has: {error}"
        ) from None


def check_spec(name: str, value: Any, kind: type, allowed: str) -> None:
    """Raise a ParameterError unless a parameter is None or a value of the kind."""
    if value is not None and not isinstance(value, kind):
        raise ParameterError(f"{name}={value!r} is not allowed: give None or {allowed}.")
