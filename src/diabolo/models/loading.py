"""A model out of its file."""

import inspect
from pathlib import Path
from typing import Any

from torch import Tensor

from diabolo import models
from diabolo.errors import ModelFileError, ParameterError
from diabolo.files import container
from diabolo.models.base import Estimator

__all__ = ["from_content", "load"]


def load(path: str | Path, **given: Any) -> Estimator:
    """The model that :meth:`~diabolo.models.base.Estimator.save` wrote.

    Parameters
    ----------
    path : path
    given
        Parameters to replace, such as an ``architecture`` of your own, whose code no file holds.

    Returns
    -------
    Estimator
        Of the class the file names, if it is one of Diabolo's.

    Raises
    ------
    ModelFileError
        The file is not a model, damaged, truncated, or of a newer version; nothing of it was used.
    ParameterError
        The model has no parameter of a name that was given.
    """
    content, tensors = container.read(Path(path))
    name = content.get("model")
    if content.get("kind") != "model" or name not in models.__all__:
        raise ModelFileError(
            f"{path} holds a {content.get('kind', 'thing')} named {name!r}, not one of the models "
            f"{', '.join(models.__all__)}."
        )
    kind: type[Estimator] = getattr(models, name)
    known = list(inspect.signature(kind).parameters)
    if unknown := sorted(set(given) - set(known)):
        raise ParameterError(f"{name} has no parameter {unknown[0]!r}; it has {', '.join(known)}.")
    try:
        return kind.from_file(content, tensors, **given)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error


def from_content(content: dict[str, Any], tensors: dict[str, Tensor]) -> Any:
    """The model inside a model, from what :meth:`Estimator.to_content` and :meth:`Estimator.tensors` gave.

    Raises
    ------
    ModelFileError
        The content names a class that is none of Diabolo's models.
    """
    if content["model"] not in models.__all__:
        raise ModelFileError(f"the file holds a model named {content['model']!r}, not one of ours.")
    return getattr(models, content["model"]).from_file(content, tensors)
