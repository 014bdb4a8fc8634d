"""How good the map is: who is near whom, beside PCA, and what a simple classifier reads off the code."""

from contextlib import suppress
from typing import Any

from diabolo import evaluate
from diabolo.errors import DataError
from diabolo.report.blocks import Section, Table
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["quality"]

ROWS = 2000  # judged
FEWEST_ROWS = 30
N_NEIGHBORS = 5
CLOSE = 0.01  # difference that is none


def quality(view: View) -> Section | None:
    """Trustworthiness and its kin, and probes where there are labels; None for few rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> from diabolo.frames import Frame
    >>> quality(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).key
    'quality'
    """
    if len(view.codes) < FEWEST_ROWS:
        return None
    labels = view.labels
    found = evaluate.map_quality(view.model, view.frame, labels, n_neighbors=N_NEIGHBORS, max_rows=ROWS)
    probes = None
    if labels is not None and sum(label is not None for label in labels) >= FEWEST_ROWS:
        with suppress(DataError):  # a class so rare that the sample holds one of it
            probes = evaluate.probe(view.model, view.frame, labels, n_neighbors=N_NEIGHBORS, max_rows=ROWS)
    sample = f" on a sample of {number(found.sample)} rows" if found.sample < found.rows else ""
    return Section(
        "quality",
        "How good the map is",
        _headline(found, probes),
        f"Neighbors in the code against neighbors in the data{sample}, beside PCA of the same width. Trustworthiness falls "
        f"where strangers are drawn together, continuity where neighbors are torn apart.{_beware(view, probes)}",
        tables=(_geometry(found), *([_probes(probes)] if probes else [])),
    )


def _headline(found: Any, probes: Any) -> str:
    own, pca = found.model.trustworthiness, found.pca.trustworthiness
    than = "as for" if abs(own - pca) < CLOSE else "more than for" if own > pca else "less than for"
    text = f"{percent(own)} trustworthy: who is near in the code is near in the data, {than} PCA ({percent(pca)})."
    if probes is None:
        return text
    return (
        f"{text} A linear classifier reads the label off the code for {percent(probes.model.linear)} of rows, off the data "
        f"themselves for {percent(probes.raw.linear)}."
    )


def _beware(view: View, probes: Any) -> str:
    if probes is None or not view.label_is_learned:
        return ""
    return " The label is a column that the model was fitted with: reading it off the code proves little."


def _geometry(found: Any) -> Table:
    lines = tuple(
        (line["measure"], number(line["model"]), number(line["pca"]), f"{line['better']} is better")
        for line in found.table()
    )
    return Table(("Measure", "Model", "PCA", ""), lines, (False, True, True, False))


def _probes(probes: Any) -> Table:
    lines = tuple(
        (line["representation"], percent(line["linear"]), percent(line["knn"])) for line in probes.table()
    )
    always = ("the most frequent label", percent(probes.majority), percent(probes.majority))
    head = ("Label read off", "Logistic regression", f"{probes.n_neighbors} nearest neighbors")
    return Table(head, (*lines, always), (False, True, True))
