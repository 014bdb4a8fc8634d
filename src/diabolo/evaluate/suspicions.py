"""Questions to an attack rather than to the model: the ways in which published evaluations have gone wrong, each measured.

References
----------
Carlini et al., "On evaluating adversarial robustness", 2019.
Croce & Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse parameter-free attacks", ICML 2020.
Pintor et al., "Indicators of attack failure: debugging and improving optimization of adversarial examples", NeurIPS 2022.
"""

import dataclasses

import numpy as np
import torch

from diabolo.attacks import APGD, FGSM, Noise, Square
from diabolo.evaluate.contest import STEPS, Contest
from diabolo.evaluate.planted import planted
from diabolo.evaluate.smoothing import movable
from diabolo.evaluate.verdict import Check

__all__ = ["Evidence", "of_attack", "of_model"]

LEAST = 0.002  # of rows: what two good attacks may differ by
UNSTEADY = 1e-4  # of the largest logit, between two answers to the same row
FLAT = 0.01  # of rows may have no gradient
MISSED = 0.05  # of rows, by which the smallest changes may have been overrated
FOUND = 0.9  # of planted examples
DRAWS, QUERIES, PLANTED = 20, 300, 16
CONTINUED = (1, 2, 3)  # other starts


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What is known when the checks begin.

    Parameters
    ----------
    contest : Contest
    eps : tuple of float
    fooled : tuple of bool array, shape (n,)
        By gradient attacks of each of these sizes.
    smallest : float array, shape (n,)
        The smallest changes, before these attacks.
    rows : int array
        Places of the rows that the dearer checks use, all of them right.
    known : float array, shape (n,)
        Distance to the nearest row that the model calls otherwise: a change that is known to fool it.
    """

    contest: Contest
    eps: tuple[float, ...]
    fooled: tuple[np.ndarray, ...]
    smallest: np.ndarray
    rows: np.ndarray
    known: np.ndarray

    @property
    def middle(self) -> int:
        """The size at which the dearer checks are run."""
        return len(self.eps) // 2

    @property
    def limit(self) -> float:
        """Share of rows that is no difference: 0.2 %, and one row in any case."""
        return max(LEAST, 1.0 / max(len(self.rows), 1))

    @property
    def survivors(self) -> np.ndarray:
        """Rows that withstood the gradient at the middle size."""
        found = self.fooled[self.middle] | (self.smallest <= self.eps[self.middle])
        return self.rows[~found[self.rows]]

    def more(self, name: str, fooled: np.ndarray, what: str, otherwise: str) -> Check:
        """A check that some attack fools hardly any row that the gradient did not."""
        share = float(fooled[self.survivors].sum()) / max(len(self.rows), 1)
        passed = share <= self.limit
        text = f"{what} {_share(share)} of {len(self.rows)} rows more at {self.eps[self.middle]:.3g}"
        return Check(name, passed, share, self.limit, text if passed else f"{text}: {otherwise}")


def of_model(contest: Contest) -> list[Check]:
    """What is to be known of the model before any attack.

    Parameters
    ----------
    contest : Contest

    Examples
    --------
    >>> from diabolo.evaluate.target import Target
    >>> contest = Contest(Target.of(torch.nn.Softmax(dim=1), torch.eye(2)), np.arange(2), np.arange(2))
    >>> [check.name for check in of_model(contest) if not check.passed]
    ['logits']
    """
    return [_clean(contest), _steady(contest), _logits(contest), _still(contest), _gradient(contest)]


def of_attack(found: Evidence) -> list[Check]:
    """What other attacks, more of the same, and cases of known outcome say of the attacks that were run.

    Parameters
    ----------
    found : Evidence
    """
    if not len(found.rows):
        return []
    checks = [_unbounded(found), _known(found)]
    if len(found.eps):
        checks += [_smallest(found), _rising(found), _single(found), _noise(found), _square(found)]
        checks += [_steps(found), _restarts(found), _planted(found)]
    return [*checks, _verified(found.contest)]


def without_gradient(contest: Contest) -> list[Check]:
    """The one check where nothing but queries was possible.

    Parameters
    ----------
    contest : Contest
    """
    return [_verified(contest)]


def _clean(contest: Contest) -> Check:
    right, (_, counts) = float(contest.right.mean()), np.unique(contest.y, return_counts=True)
    least = float(counts.max() / counts.sum()) if len(counts) > 1 else 0.5
    skipped = int((~contest.right).sum())
    text = f"{_share(right)} right before any change; the {skipped} wrong rows are not attacked and count as wrong"
    worse = f"{text}: no better than always the most frequent label ({_share(least)}). Are rows scaled as in training?"
    return Check("clean accuracy", right > least, right, least, text if right > least else worse)


def _steady(contest: Contest) -> Check:
    first, *others = contest.repeatedly(contest.rows.x[:64], 3)
    unit = float(first.abs().max()) or 1.0
    value = max(float((other - first).abs().max()) for other in others) / unit
    text = f"the same row gets answers that differ by {value:.1g} of the largest logit"
    bad = f"{text}: average over draws (expectation over transformations), or every number here is too good"
    return Check("same answer twice", value <= UNSTEADY, value, UNSTEADY, text if value <= UNSTEADY else bad)


def _logits(contest: Contest) -> Check:
    bad = contest.probabilities and isinstance(contest.model, torch.nn.Module)
    text = (
        "answers are logits"
        if not bad
        else (
            "the model gives probabilities, whose second softmax hides the gradient; their logarithm was attacked instead "
            "(attacks.LogProbabilities)"
        )
    )
    return Check("logits", not bad, float(bad), 0.0, text)


def _still(contest: Contest) -> Check:
    text = (
        "the model is in evaluation mode"
        if not contest.restless
        else ("the model came in training mode and was attacked in evaluation mode: call .eval()")
    )
    return Check("evaluation mode", not contest.restless, float(contest.restless), 0.0, text)


def _gradient(contest: Contest) -> Check:
    if not contest.differentiable():
        text = "there is no gradient: only attacks by queries were run, and a better one may find much more"
        return Check("gradient", False, 1.0, FLAT, text)
    slope = contest.gradients(contest.rows.x).flatten(1)
    flat = (slope == 0).all(1) | ~torch.isfinite(slope).all(1)
    share = float(flat.double().mean())
    saturated = float((contest.gradients(contest.rows.x, loss="ce").flatten(1) == 0).all(1).double().mean())
    text = f"{_share(share)} of rows have a margin without a finite gradient (cross-entropy: {_share(saturated)} are flat)"
    bad = f"{text}: it is hidden (rounding, saturation), and what follows it finds nothing"
    return Check("gradient", share <= FLAT, share, FLAT, text if share <= FLAT else bad)


def _unbounded(found: Evidence) -> Check:
    contest = found.contest
    share = float(np.isfinite(found.smallest[contest.right]).mean())
    text = f"{_share(share)} of the rows are fooled where the change may have any size"
    if share < 1.0 and not bool(movable(contest.domain(float("inf")), contest.rows.x[0]).all()):
        return Check(
            "any size", True, share, 0.0, f"{text} in what may change at all; the rest may hold the others"
        )
    bad = f"{text}, and all of them must be: the search fails, rather than the model holds"
    return Check("any size", share == 1.0, share, 1.0, text if share == 1.0 else bad)


def _known(found: Evidence) -> Check:
    right = found.contest.right
    missed = found.smallest[right] > found.known[right] * (1 + 1e-4)
    share, limit = float(missed.mean()), max(LEAST, 1.0 / int(right.sum()))
    text = f"for {_share(share)} of the rows another row, which the model calls otherwise, is nearer than the change found"
    bad = f"{text}: the search missed it"
    return Check("nearer than known rows", share <= limit, share, limit, text if share <= limit else bad)


def _smallest(found: Evidence) -> Check:
    n = max(int(found.contest.right.sum()), 1)
    missed = [(f & (found.smallest > eps)).sum() / n for f, eps in zip(found.fooled, found.eps, strict=True)]
    value = float(max(missed))
    text = f"attacks of a fixed size fool at most {_share(value)} of rows more than the smallest changes say"
    bad = f"{text}: between the confirmed sizes the curve is too high"
    return Check("curve confirmed", value <= MISSED, value, MISSED, text if value <= MISSED else bad)


def _rising(found: Evidence) -> Check:
    n = max(int(found.contest.right.sum()), 1)
    pairs = zip(found.fooled, found.fooled[1:], strict=False)
    value = float(max(((a & ~b).sum() / n for a, b in pairs), default=0.0))
    limit = max(LEAST, 1.0 / n)
    text = f"{_share(value)} of rows are fooled by a smaller change and not by a larger one"
    bad = f"{text}: the larger search is too weak"
    return Check("monotone in size", value <= limit, value, limit, text if value <= limit else bad)


def _single(found: Evidence) -> Check:
    contest, eps = found.contest, found.eps[found.middle]
    fooled = contest.run(FGSM(contest.ball(eps), loss="margin", random_state=contest.seed), found.survivors)
    return found.more(
        "many steps against one", fooled, "one step fools", "many steps must find what one does"
    )


def _noise(found: Evidence) -> Check:
    contest, eps = found.contest, found.eps[found.middle]
    fooled = contest.run(Noise(contest.ball(eps), DRAWS, random_state=contest.seed), found.survivors)
    return found.more("gradient against noise", fooled, "random noise fools", "the gradient leads nowhere")


def _square(found: Evidence) -> Check:
    contest, eps = found.contest, found.eps[found.middle]
    fooled = contest.run(Square(contest.ball(eps), QUERIES, random_state=contest.seed), found.survivors)
    masked = "the gradient is masked, and the accuracy above is no robustness"
    return found.more("gradient against queries", fooled, f"{QUERIES} queries without gradients fool", masked)


def _steps(found: Evidence) -> Check:
    contest, eps = found.contest, found.eps[found.middle]
    attack = APGD(contest.ball(eps), 2 * STEPS, loss="margin", random_state=contest.seed)
    fooled = contest.run(attack, found.survivors)
    return found.more(
        "twice the steps", fooled, f"{2 * STEPS} steps instead of {STEPS} fool", "take more steps"
    )


def _restarts(found: Evidence) -> Check:
    contest, eps = found.contest, found.eps[found.middle]
    fooled = np.zeros(len(contest.y), bool)
    for start in CONTINUED:
        attack = APGD(contest.ball(eps), STEPS, loss="margin", random_state=contest.seed + start)
        fooled |= contest.run(attack, found.survivors[~fooled[found.survivors]])
    return found.more("restarts", fooled, f"{len(CONTINUED)} other starts fool", "take more starts")


def _planted(found: Evidence) -> Check:
    hits, tried = planted(found.contest, found.eps[found.middle], found.rows[:PLANTED])
    share = hits / tried if tried else 1.0
    text = f"{hits} of {tried} planted examples, which are known to be there, were found"
    bad = f"{text}: where this search finds nothing, there may be something"
    return Check("planted examples", share >= FOUND, share, FOUND, text if share >= FOUND else bad)


def _verified(contest: Contest) -> Check:
    fooled = np.flatnonzero(np.isfinite(contest.distances) & contest.right)
    share = 1.0
    if len(fooled):
        again = contest.rows.again(contest.changed)[torch.from_numpy(fooled)]
        share = float((contest.names(contest.ask(again).argmax(1)) != contest.y[fooled]).mean())
    text = f"{_share(share)} of the {len(fooled)} changed rows fool the model when asked again as they are given out"
    return Check("asked again", share == 1.0, share, 1.0, text)


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
