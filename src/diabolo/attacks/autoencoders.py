r"""Attacks on autoencoders: the small change of a row that its code, or its reconstruction, makes a large one of.

With encoder f and decoder g, over changes δ in a ball,

- ``reconstruction``: max ‖x + δ − g(f(x + δ))‖², the row that is rebuilt worst;
- ``latent``: max ‖f(x + δ) − f(x)‖, which of a linear encoder W is ε times its largest singular value;
- ``target``: min ‖f(x + δ) − f(t)‖, the row that is decoded as another row t;
- ``evasion``: min ‖x + δ − g(f(x + δ))‖² until it is below a threshold: an odd row that passes for a normal one.

The search begins at a random point, goes from extreme point to extreme point (for a linear encoder in L2 that is the power
method) and on in steps that choose their own length.

References
----------
Tabacof, Tavares & Valle, "Adversarial images for variational autoencoders", NIPS workshop on adversarial training 2016.
Kos, Fischer & Song, "Adversarial examples for generative models", IEEE S&P workshops 2018.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from diabolo.attacks.adaptive import Halving
from diabolo.attacks.ascent import Ascent, Loss, ascend
from diabolo.attacks.balls import Ball
from diabolo.attacks.coders import Coder, coder_of
from diabolo.attacks.domain import Domain
from diabolo.attacks.rules import Farthest
from diabolo.attacks.victims import untouched
from diabolo.errors import ParameterError
from diabolo.randomness import generator

__all__ = ["AmplificationCurve", "AutoencoderAttack", "Distortion", "amplification_curve"]

Goal = Literal["reconstruction", "latent", "target", "evasion"]
GOALS = ("reconstruction", "latent", "target", "evasion")


@dataclasses.dataclass(frozen=True)
class Distortion:
    """What became of each row, of its code and of its reconstruction.

    Attributes
    ----------
    X : of the kind that came in
        The changed rows.
    norm : float ndarray of shape (n,)
        Size of the change in the ball's norm, in ``unit``.
    shift : float ndarray of shape (n,)
        Euclidean distance of the codes (``latent``, ``target``) or of the reconstructions before and after.
    amplification : float ndarray of shape (n,)
        ``shift`` over the Euclidean length of the change; 0 where nothing changed.
    before, after : float ndarray of shape (n,)
        What was pursued: the reconstruction error, the shift, or the distance to the target's code.
    success : bool ndarray of shape (n,)
        For ``evasion`` whether the error fell below the threshold, else whether ``after`` is beyond ``before``.
    passes : int ndarray of shape (n, 2)
        Forward and backward.
    unit : str

    Examples
    --------
    >>> from diabolo.attacks import L2
    >>> coder = torch.nn.Linear(2, 1), torch.nn.Linear(1, 2)
    >>> found = AutoencoderAttack(L2(0.1), restarts=1).run(coder, torch.zeros(3, 2))
    >>> bool((found.after >= found.before).all())
    True
    """

    X: Any
    norm: np.ndarray
    shift: np.ndarray
    amplification: np.ndarray
    before: np.ndarray
    after: np.ndarray
    success: np.ndarray
    passes: np.ndarray
    unit: str


@dataclasses.dataclass(frozen=True)
class AutoencoderAttack:
    """The change within a ball that moves a code or a reconstruction most.

    Parameters
    ----------
    ball : Ball
        In coordinates: standard deviations for the columns of a table, the unit of the data for arrays and images.
    goal : {"reconstruction", "latent", "target", "evasion"}
    steps : int
        Half of them between extreme points.
    restarts : int
        Searches, from random points and from what lies opposite to the best so far; the best is kept.
    random_state : int

    References
    ----------
    Tabacof, Tavares & Valle, "Adversarial images for variational autoencoders", 2016.

    Examples
    --------
    >>> from diabolo.attacks import L2
    >>> encoder, decoder = torch.nn.Linear(3, 2, bias=False), torch.nn.Linear(2, 3)
    >>> _ = encoder.load_state_dict({"weight": torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])})
    >>> found = AutoencoderAttack(L2(0.5), "latent").run((encoder, decoder), torch.zeros(1, 3))
    >>> found.shift.round(4).tolist(), found.amplification.round(3).tolist()
    ([1.0], [2.0])
    """

    ball: Ball
    goal: Goal = "reconstruction"
    steps: int = 100
    restarts: int = 3
    random_state: int = 0

    def __post_init__(self) -> None:
        if self.goal not in GOALS:
            raise ParameterError(f"goal={self.goal!r} is not one of {', '.join(GOALS)}.")
        if self.steps < 2:
            raise ParameterError(f"steps={self.steps}: give at least 2.")
        if self.restarts < 1:
            raise ParameterError(f"restarts={self.restarts}: give at least 1.")

    def run(
        self,
        model: Any,
        X: Any,
        *,
        target: Any = None,
        threshold: float | None = None,
        bounds: tuple[float, float] | None = None,
        batch_size: int = 256,
    ) -> Distortion:
        """Change every row.

        Parameters
        ----------
        model : fitted autoencoder of Diabolo, or (encoder, decoder)
            Two modules from rows (B, ...) to codes (B, k) and back.
        X : rows
            As the model takes them; only numbers and pixels are changed.
        target : rows, optional
            For ``target``: one, or as many as there are in ``X``.
        threshold : float, optional
            For ``evasion``: the reconstruction error below which a row passes for normal.
        bounds : (low, high), optional
            Of numbers and pixels, in the unit of the data; None: those of light for images, none for others.
        batch_size : int

        Returns
        -------
        Distortion

        Raises
        ------
        ParameterError, VictimError, NoGradientError
            What cannot be; the message says what to do.
        """
        if (self.goal == "target") != (target is not None):
            raise ParameterError("target= and goal='target' belong together.")
        if (self.goal == "evasion") != (threshold is not None):
            raise ParameterError("threshold= and goal='evasion' belong together.")
        coder = coder_of(model, X)
        domain = Domain(self.ball, *coder.edges(bounds))
        domain.check(coder.x, strict=False)
        wanted = None if target is None else coder_of(model, target)
        with untouched(coder.module):
            return self._pursue(coder, domain, wanted, threshold, batch_size)

    def _pursue(
        self, coder: Coder, domain: Domain, wanted: Coder | None, threshold: float | None, size: int
    ) -> Distortion:
        """All batches, and what they came to."""
        value, sign = self._value(coder, wanted)
        everyone = torch.arange(len(coder.x))
        parts = [
            self._search(_shifted(value, sign, part, threshold), coder.x[part], domain, batch)
            for batch, part in enumerate(everyone.split(size))
        ]
        found = Ascent.joined(parts)
        with torch.no_grad():
            before, after = (_asked(value, x, everyone, size) for x in (coder.x, found.x))
            view = coder.encode if self.goal in ("latent", "target") else coder.rebuilt
            shift = _asked(
                lambda x, rows: (view(x, rows) - view(coder.x[rows], rows)).flatten(1).norm(dim=1),
                found.x,
                everyone,
                size,
            )
        better = sign * (after - before) > 0 if threshold is None else after <= threshold
        length = (found.x - coder.x).flatten(1).norm(dim=1)
        return Distortion(
            coder.back(found.x),
            _numpy(domain.norm(found.x, coder.x)),
            _numpy(shift),
            _numpy(torch.where(length > 0, shift / length.clamp(min=1e-30), 0.0)),
            _numpy(before),
            _numpy(after),
            better.numpy(),
            torch.stack([found.forward + 3, found.backward], 1).numpy(),
            coder.unit,
        )

    def _value(self, coder: Coder, wanted: Coder | None) -> tuple[Callable[[Tensor, Tensor], Tensor], int]:
        """What is pursued, of rows and their positions, and whether upward or downward."""
        if self.goal in ("reconstruction", "evasion"):
            return coder.error, 1 if self.goal == "reconstruction" else -1
        with torch.no_grad():
            aim = coder if wanted is None else wanted
            codes = aim.encode(aim.x, torch.arange(len(aim.x)))
        if len(codes) not in (1, len(coder.x)):
            raise ParameterError(
                f"there are {len(codes)} targets for {len(coder.x)} rows: give one, or one for each."
            )
        codes = codes.expand(len(coder.x), *codes.shape[1:])
        return lambda x, rows: _distance(coder.encode(x, rows), codes[rows]), 1 if wanted is None else -1

    def _search(self, loss: Loss, x: Tensor, domain: Domain, batch: int) -> Ascent:
        """The best of several searches, each from a random point."""
        draws = generator(self.random_state, "autoencoder", batch)
        found = self._once(loss, x, domain, domain.sample(x, draws))
        for turn in range(1, self.restarts):
            opposite = domain.project(
                2 * x - found.x, x
            )  # where a code is moved far, the other way is often far too
            found = found.or_better(
                self._once(loss, x, domain, opposite if turn % 2 else domain.sample(x, draws))
            )
        return found

    def _once(self, loss: Loss, x: Tensor, domain: Domain, start: Tensor) -> Ascent:
        """From extreme point to extreme point, then in steps that choose their length."""
        half = self.steps // 2
        coarse = ascend(loss, x, domain, Farthest(), steps=half, start=start)
        rule = Halving(self.ball.step(half, *domain.edges(x)) * half / 5, half)
        return coarse.or_better(ascend(loss, x, domain, rule, steps=half, start=coarse.x))


@dataclasses.dataclass(frozen=True)
class AmplificationCurve:
    """How much autoencoders make of changes of several sizes.

    Attributes
    ----------
    sizes : ndarray of shape (s,)
        Radii of the ball.
    shift, amplification : ndarray of shape (s, n)
        Of every row.
    before, after : ndarray of shape (s, n)

    Examples
    --------
    >>> from diabolo.attacks import L2
    >>> coder = torch.nn.Linear(2, 1, bias=False), torch.nn.Linear(1, 2)
    >>> curve = amplification_curve(coder, torch.zeros(1, 2), [0.1, 1.0], L2, goal="latent", restarts=1)
    >>> bool(np.allclose(curve.amplification[0], curve.amplification[1], rtol=1e-3))
    True
    """

    sizes: np.ndarray
    shift: np.ndarray
    amplification: np.ndarray
    before: np.ndarray
    after: np.ndarray


def amplification_curve(
    model: Any,
    X: Any,
    sizes: Sequence[float],
    ball: type[Ball],
    *,
    goal: Goal = "reconstruction",
    **options: Any,
) -> AmplificationCurve:
    """Attack with balls of several sizes.

    Parameters
    ----------
    model, X
        As in :meth:`AutoencoderAttack.run`.
    sizes : sequence of float
        Radii.
    ball : type of Ball
    goal : {"reconstruction", "latent"}
    options
        ``steps``, ``restarts`` and ``random_state`` of :class:`AutoencoderAttack`.

    Examples
    --------
    >>> from diabolo.attacks import L2
    >>> coder = torch.nn.Linear(2, 1, bias=False), torch.nn.Linear(1, 2)
    >>> amplification_curve(coder, torch.zeros(3, 2), [0.1, 0.2], L2, goal="latent").shift.shape
    (2, 3)
    """
    found = [AutoencoderAttack(ball(size), goal, **options).run(model, X) for size in sizes]
    names = ("shift", "amplification", "before", "after")
    return AmplificationCurve(
        np.asarray(sizes, float), *(np.stack([getattr(f, name) for f in found]) for name in names)
    )


def _shifted(
    value: Callable[[Tensor, Tensor], Tensor], sign: int, rows: Tensor, threshold: float | None
) -> Loss:
    """The loss of a batch whose rows are some of all, with a goal where there is a threshold."""

    def loss(x: Tensor, at: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        found = value(x, rows[at])
        return sign * found if threshold is None else (sign * found, found.detach() <= threshold)

    return loss


def _asked(value: Callable[[Tensor, Tensor], Tensor], x: Tensor, rows: Tensor, size: int) -> Tensor:
    return torch.cat([value(x[part], part) for part in rows.split(size)])


def _distance(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean, with a gradient of zero at zero."""
    squared = (a - b).flatten(1).square().sum(1)
    return torch.where(squared > 0, squared.clamp(min=torch.finfo(a.dtype).tiny).sqrt(), 0.0)


def _numpy(tensor: Tensor) -> np.ndarray:
    return tensor.double().cpu().numpy()
