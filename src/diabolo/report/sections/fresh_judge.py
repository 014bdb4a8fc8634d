"""Whether a judge who starts afresh can tell made-up rows from real ones, and why half is the best a judge can do."""

from diabolo import evaluate
from diabolo.evaluate import FreshJudge
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report.blocks import Section, Table
from diabolo.report.view import View
from diabolo.report.words import number

__all__ = ["fresh_judge"]

ROWS, IMAGES = 4000, 1000  # judged, for pixels take their time
FEWEST_ROWS = 40
WHY = (
    "A model whose rows have the very distribution of the real ones leaves a judge nothing to go by: whoever it is, it is "
    "right as often as a coin, and by chance alone its share of right answers lies within the band ½ ± 1.96/√(4n) in 95 of "
    "100 trials. That is why 50 % is the goal. A judge that was trained along with the model may be at 50 % because it is "
    "weak; this one, gradient-boosted trees, was trained afresh on half of the rows and asked about the other half."
)


def fresh_judge(view: View) -> Section | None:
    """How often a new judge is right about rows that the model makes; None for other models and few rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo import LinearAutoencoder
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> fresh_judge(View(LinearAutoencoder(2).fit(X), Frame.of(X))) is None
    True
    """
    if not isinstance(view.model, Samples) or len(view.frame) < FEWEST_ROWS:
        return None
    most = IMAGES if view.frame.images else ROWS
    made = Frame.decoded(view.model.sample(min(most, len(view.frame)), random_state=1))
    found = evaluate.fresh_judge(view.frame, made, schema=view.model.schema_, max_rows=most)
    lines = (
        ("a fresh judge", _share(found.accuracy)),
        ("who cannot tell", f"{_share(found.low)} to {_share(found.high)}"),
        ("chance of as much by luck", number(found.p_value)),
        ("rows asked about", number(found.rows)),
    )
    return Section(
        "judge",
        "Why 50 %",
        _headline(found),
        WHY,
        tables=(Table(("Right about", "Share"), lines, (False, True)),),
    )


def _headline(found: FreshJudge) -> str:
    verdict = "it cannot tell them apart" if found.fooled else "it can tell them apart"
    return (
        f"A judge who starts afresh is right about {_share(found.accuracy)} of {number(found.rows)} rows, half of them "
        f"real: {verdict} (a coin is right about {_share(found.low)} to {_share(found.high)})."
    )


def _share(part: float) -> str:
    return f"{100 * part:.1f} %"
