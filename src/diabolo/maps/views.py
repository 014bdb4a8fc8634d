"""What can be looked at: which views a model has, and why it lacks the others."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from diabolo.errors import CapabilityError
from diabolo.models.base import Decodes, Encodes

__all__ = ["check", "views"]

ABILITIES: dict[str, type] = {
    "latent_map": Encodes,
    "neighbors": Encodes,
    "clusters": Encodes,
    "grid": Decodes,
    "dimensions": Decodes,
    "traverse": Decodes,
    "interpolate": Decodes,
    "origin": Decodes,
    "prototype": Decodes,
}
"""The ability that every view needs."""

LACKS = {
    Encodes: "gives rows no code",
    Decodes: "has no decoder, so no point of its latent space can be shown as a row",
}


def views(model: Any) -> dict[str, str]:
    """Every view by its name, with the reason why this model lacks it, or "" where it can be had.

    Parameters
    ----------
    model : estimator

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> set(views(LinearAutoencoder(2)).values())
    {''}
    >>> views(object())["neighbors"]
    'a object gives rows no code'
    """
    name = type(model).__name__
    return {
        view: "" if isinstance(model, needed) else f"a {name} {LACKS[_first_lack(model)]}"
        for view, needed in ABILITIES.items()
    }


def check(model: Any, view: str) -> None:
    """Raise unless a fitted model has a view.

    Parameters
    ----------
    model : estimator
    view : str

    Raises
    ------
    CapabilityError
        The model lacks what the view needs; the message names the views there are.

    Examples
    --------
    >>> check(object(), "origin")
    Traceback (most recent call last):
    diabolo.errors.CapabilityError: there is no origin: a object gives rows no code. There is no other view of it.
    """
    found = views(model)
    if found[view]:
        others = [name for name, reason in found.items() if not reason]
        rest = f"It has the views {', '.join(others)}." if others else "There is no other view of it."
        raise CapabilityError(f"there is no {view}: {found[view]}. {rest}")
    check_is_fitted(model)


def _first_lack(model: Any) -> type:
    """The lesser of the abilities that a model lacks."""
    return Decodes if isinstance(model, Encodes) else Encodes
