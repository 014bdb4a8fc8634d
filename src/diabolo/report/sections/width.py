"""How many numbers a row takes: what PCA and the model leave over, and the dimension that the rows themselves tell."""

import numpy as np
import torch

from diabolo.evaluate.suggestions import estimates
from diabolo.report.blocks import Lines, Section, Series, Table
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["width"]

ROWS = 1000  # that distances are taken between
MOST_COORDINATES = 4096
WIDEST, FEW = 64, 12  # of the curve, and of its points
RULES = {
    "dimension": "neighbors at the scale where noise no longer matters, corrected for the number of rows",
    "two_nn": "the two nearest neighbors (TwoNN); noise makes it too large, few rows too small",
    "mle": "10 to 20 nearest neighbors (Levina and Bickel); the same holds",
    "minka": "Minka’s evidence for PCA; for directions that are straight",
}


def width(view: View) -> Section | None:
    """The error of PCA by width, the model's beside it, and estimates of the dimension of the rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.frames import Frame
    >>> X = np.random.default_rng(0).normal(size=(99, 2)) @ np.ones((2, 5))
    >>> width(View(LinearAutoencoder(2).fit(X), Frame.of(X))).key
    'width'
    """
    model, k = view.model, view.model.n_components_
    found = _estimates(view)
    widths = _widths(k)
    linear = tuple(model.reference_.error(model.schema_, view.batch, width=w) for w in widths)
    own = float(model.reconstruction_error(view.frame).mean())
    series = (
        Series("PCA of that width", "pca", tuple(map(float, widths)), linear),
        Series("this model", "model", (float(k),), (own,)),
        *_ordered(view),
    )
    lines = Lines("numbers per row", "squared error per row", series, f"error by width, up to {k}")
    table = Table(
        ("Rule", "Dimension", "It looks at"),
        tuple((name.replace("_", " "), number(value, 2), RULES[name]) for name, value in found.items()),
        (False, True, False),
    )
    return Section(
        "width",
        "How many numbers a row takes",
        _headline(found, k, own, linear[0]),
        "The curve starts at the mean row, which is no number at all. The dimension is told by the distances between at "
        f"most {number(ROWS)} rows alone; a code of fewer numbers cannot keep all rows apart.",
        (lines,),
        (table,) if found else (),
    )


def _widths(k: int) -> list[int]:
    """0, for the mean row, to k: all of few, some of many."""
    return sorted(
        {0, k, *np.unique(np.geomspace(1, min(k, WIDEST), FEW).round().astype(int)).tolist()}
        if k > FEW
        else range(k + 1)
    )


def _headline(found: dict[str, float], k: int, own: float, mean: float) -> str:
    kept = f"{k} number{'s' * (k != 1)} per row keep{'s' * (k == 1)} {percent(1 - own / mean if mean > 0 else 0.0)}"
    if "dimension" not in found:
        return f"{kept}; there are too few different rows to tell how many they vary in."
    d = max(1, round(found["dimension"]))
    return f"{kept}; the rows vary in about {d} direction{'s' * (d != 1)} that can be told from noise."


def _estimates(view: View) -> dict[str, float]:
    """Dimensions of a sample of the rows, missing cells at the mean."""
    schema = view.model.schema_
    if schema.n_coordinates > MOST_COORDINATES:
        return {}
    part = view.batch.take(torch.arange(0, len(view.batch), max(1, len(view.batch) // ROWS))[:ROWS])
    x = schema.filled(part, view.model.reference_.mean)
    return estimates(x.double().numpy(), images=view.image is not None)


def _ordered(view: View) -> tuple[Series, ...]:
    """The curve of an ordered model, on the rows held out in its training."""
    curve = getattr(view.model, "curve_", {})
    chosen = sorted(curve)
    return (
        (
            Series(
                "its ordered code, cut",
                "mean",
                tuple(map(float, chosen)),
                tuple(float(curve[w]) for w in chosen),
            ),
        )
        if chosen
        else ()
    )
