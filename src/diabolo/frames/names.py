"""Names in messages: some of many, and the one that was probably meant."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["listed", "meant", "one"]


def listed(names: Sequence[Any], most: int = 5) -> str:
    """Some names for a message.

    Parameters
    ----------
    names : sequence
    most : int
        How many are shown; of more the number is told.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    "'a', 'b', ... (3 in all)"
    """
    return ", ".join(map(repr, names[:most])) + (f", ... ({len(names)} in all)" if len(names) > most else "")


def meant(name: Any, names: Iterable[Any]) -> str:
    """A question after the name that is nearest to a misspelled one, to begin an advice with; empty where none is near.

    Parameters
    ----------
    name : str
        What came; what is no text has no near name.
    names : iterable of str

    Examples
    --------
    >>> meant("citty", ["age", "city"]), meant("Age", ["age", "city"]), meant("town", ["age", "city"])
    ("did you mean 'city'? ", "did you mean 'age'? ", '')
    """
    spelled = {other.casefold(): other for other in names if isinstance(other, str)}
    near = difflib.get_close_matches(str(name).casefold(), spelled, 1)
    return f"did you mean {spelled[near[0]]!r}? " if near else ""


def one(kind: type) -> str:
    """A class with its article.

    Parameters
    ----------
    kind : type

    Examples
    --------
    >>> class Autoencoder: ...
    >>> one(Autoencoder), one(dict)
    ('an Autoencoder', 'a dict')
    """
    return f"a{'n' * (kind.__name__[0] in 'AEIOaeio')} {kind.__name__}"
