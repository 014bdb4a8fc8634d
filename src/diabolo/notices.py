"""Warnings that point at the line of the person who called, not at one of ours."""

import inspect
import warnings

__all__ = ["warn"]

OURS = {"diabolo", "sklearn", "contextlib", "functools", "joblib"}
"""Packages between a person's line and a warning: scikit-learn wraps every ``transform``."""


def warn(text: str, category: type[Warning]) -> None:
    """Warn at the first line, counted from inside, that is not of this package.

    Parameters
    ----------
    text : str
    category : type of Warning

    Examples
    --------
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     warn("look", UserWarning)
    >>> str(told[0].message)
    'look'
    """
    warnings.warn(text, category, stacklevel=_distance() + 1)


def _distance() -> int:
    """Frames from :func:`warn` to the caller's."""
    frame, steps = inspect.currentframe(), 0
    while frame is not None and frame.f_back is not None and _package(frame.f_globals) in OURS:
        frame, steps = frame.f_back, steps + 1
    return steps - 1


def _package(names: dict[str, object]) -> str:
    """The package of a module, by its global names."""
    return str(names.get("__name__", "")).partition(".")[0]
