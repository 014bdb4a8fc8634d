r"""From one row to another through the latent space, along the chord or along the arc.

    linear:    z(t) = (1 − t) a + t b
    spherical: z(t) = [ sin((1 − t) Ω) a + sin(t Ω) b ] / sin Ω,   Ω the angle between a and b

References
----------
Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
White, "Sampling generative networks", arXiv:1609.04468, 2016.
"""

import dataclasses
from typing import Any

import numpy as np

from diabolo.errors import ParameterError
from diabolo.maps.movements import sentence
from diabolo.maps.paths import Path, walk
from diabolo.maps.rows import encoded, one_row, plain
from diabolo.maps.views import check
from diabolo.models.defaults import whole

__all__ = ["Interpolation", "interpolate"]

METHODS = ("linear", "spherical")
SMALL = 1e-6  # radians: an arc so short is its chord


@dataclasses.dataclass(frozen=True, eq=False)
class Interpolation:
    """Rows between two rows.

    Parameters
    ----------
    t : array, shape (steps,)
        From 0, the first row, to 1, the second.
    path : Path
        Codes, decoded rows, movements and pictures.
    method : {"linear", "spherical"}
    sentence : str
        What changes on the way.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
    >>> interpolate(LinearAutoencoder(1).fit(X), 0, 2, 3, X=X).t
    array([0. , 0.5, 1. ])
    """

    t: np.ndarray
    path: Path
    method: str
    sentence: str

    @property
    def rows(self) -> Any:
        """Decoded rows (steps), in the kind of the training data; the ends are reconstructions."""
        return self.path.rows

    @property
    def codes(self) -> np.ndarray:
        """The codes (steps, k)."""
        return self.path.codes

    def to_json(self) -> dict[str, Any]:
        """Plain values, without pictures."""
        return {
            "method": self.method,
            "sentence": self.sentence,
            "t": self.t.tolist(),
            "movements": [m.to_json() for m in self.path.movements if m.text],
            "rows": plain(self.rows),
        }


def interpolate(
    model: Any, row_a: Any, row_b: Any, steps: int = 9, method: str = "linear", *, X: Any = None
) -> Interpolation:
    """Decode codes on the way from one row to another.

    Parameters
    ----------
    model : Decodes
        Fitted.
    row_a, row_b : int or row
        As for :func:`diabolo.maps.traverse`: rows, or positions in ``X``.
    steps : int
        Number of codes, both ends included; at least 2.
    method : {"linear", "spherical"}
        The chord, or the arc around the origin, for latent spaces whose codes lie on a shell (normal priors in many
        dimensions).
    X : table, array or images, optional

    Raises
    ------
    CapabilityError
        The model has no decoder.
    ParameterError
        An unknown method, too few steps, or opposite codes, between which no arc is shortest.

    References
    ----------
    Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> X = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0]])
    >>> interpolate(LinearAutoencoder(1).fit(X), 0, 2, 3, X=X).rows.round(2) + 0
    array([[0., 0.],
           [2., 2.],
           [4., 4.]])
    """
    check(model, "interpolate")
    if method not in METHODS:
        raise ParameterError(f"method={method!r} is not one of {', '.join(METHODS)}.")
    steps = whole("steps", steps, 2)
    a, b = (encoded(model, one_row(model, row, X))[0].astype(np.float64) for row in (row_a, row_b))
    t = np.linspace(0.0, 1.0, steps)
    path = walk(model, _chord(a, b, t) if method == "linear" else _arc(a, b, t))
    told = sentence("on the way", path.movements) if any(m.text for m in path.movements) else path.picture()
    return Interpolation(t, path, method, told or sentence("on the way", ()))


def _chord(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    return (1 - t)[:, None] * a + t[:, None] * b


def _arc(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Shoemake's formula; where a code is at the origin there is no angle, and the chord is the arc."""
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        return _chord(a, b, t)
    angle = float(np.arccos(np.clip(a @ b / lengths, -1.0, 1.0)))
    if angle < SMALL:
        return _chord(a, b, t)
    if np.pi - angle < SMALL:
        raise ParameterError(
            "the two codes point in opposite directions, so that no arc between them is the shortest: use "
            "method='linear'."
        )
    ways = np.sin(np.outer(1 - t, [angle])) * a + np.sin(np.outer(t, [angle])) * b
    return ways / np.sin(angle)
