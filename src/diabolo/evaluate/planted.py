"""An attack on a model in which success is known to be possible: if it fails there, its failures elsewhere prove nothing.

For a row x a point p of the ball is drawn, and the model's logits f are read by a plane: w = f(p) − f(x), and "wrong" is
what lies beyond t, halfway between w·f(p) and the most that many other points of the ball reach. So p is adversarial,
chance hardly finds such a point, and the gradient has to pass through the whole model.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from diabolo.attacks import PGD
from diabolo.evaluate.contest import STEPS, Contest
from diabolo.randomness import generator

__all__ = ["Planted", "planted"]

OTHERS, CANDIDATES = 64, 8  # points of the ball by chance, and corners to choose p from
INSIDE = 0.95  # of the radius, for the others


class Planted(nn.Module):
    """The model with its logits read by a plane: two classes, the second beyond the threshold.

    Parameters
    ----------
    contest : Contest
    w : Tensor, shape (C,)
    t : float
    """

    def __init__(self, contest: Contest, w: Tensor, t: float) -> None:
        super().__init__()
        self.inner, self.logits = contest.victim.module, contest.victim.logits
        self.w, self.t = w, t

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, 2)."""
        beyond = self.logits(x) @ self.w - self.t
        return torch.stack([torch.zeros_like(beyond), beyond], 1)


def planted(contest: Contest, eps: float, rows: np.ndarray) -> tuple[int, int]:
    """How many planted examples are found, and how many there were.

    Parameters
    ----------
    contest : Contest
    eps : float
    rows : int array
        Places of rows.

    References
    ----------
    Zimmermann, Brendel, Tramèr & Carlini, "Increasing confidence in adversarial robustness evaluations", NeurIPS 2022.

    Examples
    --------
    >>> from diabolo.evaluate.target import Target
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).eval()
    >>> contest = Contest(Target.of(net, torch.zeros(2, 4)), np.arange(2), np.zeros(2, int))
    >>> found, tried = planted(contest, 0.5, np.arange(2))
    >>> found == tried
    True
    """
    found = tried = 0
    attack = PGD(contest.ball(eps), STEPS, loss="margin", random_state=contest.seed)
    for row in rows:
        plane = _plane(contest, eps, contest.rows.x[row : row + 1], int(row))
        if plane is None:
            continue
        model = Planted(contest, *plane)
        with torch.no_grad():
            if float(model(contest.rows.x[row : row + 1])[0, 1]) >= 0:
                continue
        x: Any = contest.rows.x[row : row + 1]
        result = contest.quietly(attack, model, x, np.zeros(1, int))
        found, tried = found + int(result.success[0]), tried + 1
    return found, tried


def _plane(contest: Contest, eps: float, x: Tensor, row: int) -> tuple[Tensor, float] | None:
    """The plane, w and t, of one row and the corner that stands out most; None where none does."""
    draws, domain = generator(contest.seed, "planted", row), contest.domain(eps)
    many = x.expand(OTHERS, *x.shape[1:])
    others = contest.ask(contest.domain(INSIDE * eps).sample(many, draws))
    few = x.expand(CANDIDATES, *x.shape[1:])
    toward = torch.randn(few.shape, generator=draws, dtype=x.dtype).to(x.device)
    corners = contest.ask(domain.furthest(toward, few))
    w = corners - contest.ask(x)
    own, most = (w * corners).sum(1), (w @ others.T).amax(1)
    best = int((own - most).argmax())
    if not float(own[best] - most[best]) > 0:
        return None
    return w[best], float(own[best] + most[best]) / 2
