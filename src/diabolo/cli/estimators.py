"""From the options of a command to an estimator."""

from collections.abc import Callable
from enum import StrEnum
from inspect import signature
from typing import TYPE_CHECKING, Any, Self, TypeVar

from diabolo.cli.arguments import number_or_auto
from diabolo.errors import ParameterError

if TYPE_CHECKING:
    from diabolo.models import Autoencoder
    from diabolo.terms import Corruption, Penalty

__all__ = ["ModelName", "Size", "corruption", "estimator", "penalty"]

T = TypeVar("T")

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

    estimator: str

    autoencoder = "autoencoder", "Autoencoder"
    linear = "linear", "LinearAutoencoder"
    masked = "masked", "MaskedAutoencoder"
    vae = "vae", "VAE"
    gan = "gan", "GAN"
    flow = "flow", "Flow"

    def __new__(cls, name: str, estimator: str) -> Self:
        """The name of a model on the command line, and that of its class."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.estimator = estimator
        return member


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
    for name, value_of in (("penalty", penalty), ("corruption", corruption)):
        if name in given:
            given[name] = value_of(given[name])
    made = getattr(models, model.estimator)
    _refuse_unknown(given, model, made)
    return made(None if k is None else number_or_auto("-k", k), random_state=seed, **given)


def penalty(text: str) -> "Penalty":
    """The penalty that ``--penalty NAME`` or ``--penalty NAME=WEIGHT`` speaks of.

    Parameters
    ----------
    text : str
        Name of a penalty of :mod:`diabolo.terms` in small letters, and its weight where the default is not wanted.

    Raises
    ------
    ParameterError
        There is no such penalty, or the weight is not a number from 0.

    Examples
    --------
    >>> penalty("neighbors=0.2")
    Neighbors(weight=0.2, k=15)
    """
    from diabolo.terms import Penalty

    return _term("--penalty", text, Penalty, "WEIGHT", "a weight, a number from 0")


def corruption(text: str) -> "Corruption":
    """The corruption that ``--corruption NAME`` or ``--corruption NAME=AMOUNT`` speaks of.

    Parameters
    ----------
    text : str
        Name of a corruption of :mod:`diabolo.terms` in small letters, and its share or width where the default is not
        wanted.

    Raises
    ------
    ParameterError
        There is no such corruption, or the amount is not allowed.

    Examples
    --------
    >>> corruption("masking=0.3")
    Masking(share=0.3)
    """
    from diabolo.terms import Corruption

    return _term("--corruption", text, Corruption, "AMOUNT", "a share or a width")


def _term(option: str, text: str, base: type[T], number: str, allowed: str) -> T:
    """The value of a class of :mod:`diabolo.terms` that NAME or NAME=NUMBER speaks of; the number is its first field."""
    from diabolo import terms

    exported = (getattr(terms, name) for name in terms.__all__)
    made: dict[str, Callable[..., T]] = {
        n.__name__.lower(): n for n in exported if issubclass(n, base) and n is not base
    }
    name, equals, amount = text.partition("=")
    if name not in made:
        raise ParameterError(f"{option} {text} is not one of {', '.join(made)}, with ={number} if you like.")
    try:
        return made[name](float(amount)) if equals else made[name]()
    except ValueError as error:
        raise ParameterError(f"{option} {text}: {amount!r} is not {allowed}.") from error


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
