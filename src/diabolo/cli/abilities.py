"""What a fitted model must be able to do for a command."""

from typing import Any, TypeVar

from diabolo.errors import CapabilityError

__all__ = ["require"]

T = TypeVar("T")


def require(fitted: Any, ability: type[T], what: str) -> T:
    """The model, if it has an ability.

    Parameters
    ----------
    fitted : estimator
    ability : type
        A capability class of :mod:`diabolo.models`.
    what : str
        What it is for, as the end of a sentence.

    Raises
    ------
    CapabilityError
        It does not have it; the message names the models that do.

    Examples
    --------
    >>> require(3, int, "be counted")
    3
    """
    if isinstance(fitted, ability):
        return fitted
    from diabolo import models
    from diabolo.cli.estimators import ModelName
    from diabolo.frames.names import one

    able = [name.value for name in ModelName if issubclass(getattr(models, name.estimator), ability)]
    choice = (", ".join(able[:-1]), able[-1])
    raise CapabilityError(
        f"{one(type(fitted))} cannot {what}: fit one that can with --model {' or '.join(filter(None, choice))}."
    )
