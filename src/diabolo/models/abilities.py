"""What a model can be asked to do, and which models can: said where one cannot."""

from diabolo.errors import AbsentAbilityError
from diabolo.frames.names import one
from diabolo.models.base import Decodes, Encodes, Predicts
from diabolo.models.sampling import Samples

__all__ = ["absent"]

ABILITIES: dict[str, tuple[type, str]] = {
    "transform": (Encodes, "gives rows no code"),
    "fit_transform": (Encodes, "gives rows no code"),
    "inverse_transform": (Decodes, "does not turn codes into rows"),
    "reconstruct": (Decodes, "does not rebuild rows"),
    "reconstruction_error": (Decodes, "does not rebuild rows"),
    "predict_proba": (Predicts, "knows no classes"),
    "sample": (Samples, "does not make new rows"),
}
"""Methods by name: the ability they belong to, and what a model without it lacks."""


def absent(kind: type, name: str) -> AttributeError:
    """The error of a method or attribute that a model has not.

    Parameters
    ----------
    kind : type
        Of the model.
    name : str

    Examples
    --------
    >>> from diabolo.models import GAN
    >>> print(absent(GAN, "transform"))  # doctest: +ELLIPSIS
    a GAN has no transform: it gives rows no code. Models that have it: VAE, Autoencoder, ...
    >>> print(absent(GAN, "codec_"))
    'GAN' object has no attribute 'codec_'
    """
    from diabolo import models

    if name not in ABILITIES:
        return AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
    ability, lack = ABILITIES[name]
    able = [other for other in models.__all__ if issubclass(getattr(models, other), ability)]
    return AbsentAbilityError(
        f"{one(kind)} has no {name}: it {lack}. Models that have it: {', '.join(able)}."
    )
