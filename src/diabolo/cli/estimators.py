"""From the options of a command to an estimator."""

from enum import StrEnum
from inspect import signature
from typing import TYPE_CHECKING, Any

from diabolo.cli.arguments import number_or_auto
from diabolo.errors import ParameterError

if TYPE_CHECKING:
    from diabolo.models import Autoencoder

__all__ = ["ModelName", "Size", "estimator"]

NUMBERS = {  # parameter: option and kind of number
    "max_epochs": ("--epochs", int),
    "batch_size": ("--batch-size", int),
    "learning_rate": ("--learning-rate", float),
}


class ModelName(StrEnum):
    """The models that can be fitted: one for each estimator of :mod:`diabolo.models`.

    Examples
    --------
    >>> ModelName("linear").estimator
    'LinearAutoencoder'
    """

    autoencoder = "autoencoder"
    linear = "linear"

    @property
    def estimator(self) -> str:
        """Name of the class."""
        return "Autoencoder" if self is ModelName.autoencoder else f"{self.value.capitalize()}Autoencoder"


class Size(StrEnum):
    """The one dial behind everything automatic.

    Examples
    --------
    >>> Size("small").name
    'small'
    """

    small = "small"
    base = "base"
    large = "large"


def estimator(model: ModelName, k: str | None, seed: int, options: dict[str, Any]) -> "Autoencoder":
    """The estimator that the options speak of.

    Parameters
    ----------
    model : ModelName
    k : str or None
        A number, ``auto``, or nothing: the model's own default.
    seed : int
    options : dict
        Parameters of ``Autoencoder``, numbers as text.

    Raises
    ------
    ParameterError
        A value is not allowed, or the linear model has no such option.

    Examples
    --------
    >>> estimator(ModelName.linear, "3", 0, {}).n_components
    3
    """
    from diabolo import models

    given = {name: value for name, value in options.items() if value not in (None, False, "auto")}
    for name in NUMBERS.keys() & given:
        option, kind = NUMBERS[name]
        given[name] = number_or_auto(option, given[name], kind)
    made = getattr(models, model.estimator)
    _refuse_unknown(given, model, made)
    return made(None if k is None else number_or_auto("-k", k), random_state=seed, **given)


def _refuse_unknown(given: dict[str, Any], model: ModelName, made: type) -> None:
    """Options that mean nothing to a model are told rather than ignored."""
    parameters = set(signature(made).parameters)
    closed_form = "solver" in parameters  # such a model has epochs for a solver that is not offered here
    unknown = given.keys() - (parameters - set(NUMBERS) if closed_form else parameters)
    if unknown:
        names = ", ".join(NUMBERS[name][0] if name in NUMBERS else f"--{name}" for name in sorted(unknown))
        raise ParameterError(
            f"the model {model.value!r} has no option {names}: leave it out or choose another --model."
        )
