"""Labels from a few: how far they reach, beside raw features and PCA, how sure the answers are, and what to label next."""

from collections import Counter

import numpy as np
import torch

from diabolo.models import SemiSupervisedClassifier
from diabolo.models.querying import worth_labeling
from diabolo.report.blocks import Lines, Section, Series, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["few_labels"]

ASKED = 10  # rows to label next
BARS = np.linspace(0.0, 1.0, 21)  # probabilities
BESIDE = (("raw", "raw features"), ("PCA", "principal components"))


def few_labels(view: View) -> Section | None:
    """The labels found for the rows; None for a model that gives none.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> from diabolo.frames import Frame
    >>> few_labels(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))) is None
    True
    """
    labeler = view.labeler
    if labeler is None:
        return None
    shares = labeler.predict_proba(view.frame)
    asked = _worth_asking(labeler, view, shares)
    return Section(
        "labels",
        "Labels from a few",
        _headline(labeler, shares),
        _about(labeler),
        (_coverage(shares), *_strip(view, labeler, shares, asked)),
        (_standings(labeler), _classes(labeler, shares), _next(view, labeler, shares, asked)),
    )


def _headline(labeler: SemiSupervisedClassifier, shares: np.ndarray) -> str:
    """How many rows get a label, and how often it is right."""
    answered = percent(float((shares.max(1) >= (labeler.threshold or 0.0)).mean()))
    given = int(labeler.given_.sum())
    reach = f"{number(given)} labels name {answered} of {number(len(shares))} rows"
    best = labeler.comparison_.standings[0]
    if best.accuracy is None:
        return (
            f"{reach}; how often rightly could not be measured: {best.note or 'no label could be left out'}."
        )
    others = {s.representation: s.accuracy for s in labeler.comparison_.standings[1:]}
    beside = ", ".join(f"{percent(others[name])} on {words}" for name, words in BESIDE if name in others)
    return f"{reach}; of labeled rows left out {percent(best.accuracy)} are named rightly, {beside}."


def _about(labeler: SemiSupervisedClassifier) -> str:
    """The method, and what its probabilities are worth."""
    calibration = labeler.calibration_
    measured = (
        f"Probabilities are off by {percent(calibration.ece)} on average ({number(calibration.rows)} labels, "
        f"{calibration.how})."
        if calibration.ece is not None
        else f"How far probabilities can be trusted is not known: {calibration.how}."
    )
    bar = "" if labeler.threshold is None else f" Below {percent(labeler.threshold)} a row is left open."
    return f"Method {labeler.method}. {measured}{bar} The curve says how many rows would be answered at each bar."


def _coverage(shares: np.ndarray) -> Lines:
    """Share of rows answered over the least probability asked for."""
    sure = [float((shares.max(1) >= bar).mean()) for bar in BARS]
    most = percent(sure[18])
    return Lines(
        "least probability of an answer",
        "share of rows answered",
        (Series("rows answered", "model", tuple(BARS.tolist()), tuple(sure)),),
        f"Share of rows answered falls with the probability that is asked for; at 90 % it is {most}.",
    )


def _standings(labeler: SemiSupervisedClassifier) -> Table:
    """The same labels on each representation."""
    lines = tuple(
        (s.representation, number(s.width), s.method, percent(s.accuracy), percent(s.ece), s.note)
        for s in labeler.comparison_.standings
    )
    head = (
        f"Labels left out ({labeler.comparison_.how})",
        "Width",
        "Method",
        "Right",
        "Calibration error",
        "",
    )
    return Table(head, lines, (False, True, False, True, True, False))


def _classes(labeler: SemiSupervisedClassifier, shares: np.ndarray) -> Table:
    """How often each class was given, and how often it was found."""
    given = Counter(_names(labeler, labeler.label_distributions_[labeler.given_]))
    found = shares.argmax(1)
    answered = shares.max(1) >= (labeler.threshold or 0.0)
    lines: list[tuple[str, ...]] = []
    for i, name in enumerate(map(str, labeler.classes_.tolist())):
        own = shares[(found == i) & answered, i]
        sure = float(own.mean()) if len(own) else None
        lines.append((name, number(given[name]), number(len(own)), percent(sure)))
    left = ("left open", "–", number(int((~answered).sum())), "–")
    return Table(
        ("Class", "Labels given", "Rows found", "Mean probability"), (*lines, left), (False, True, True, True)
    )


def _next(view: View, labeler: SemiSupervisedClassifier, shares: np.ndarray, asked: np.ndarray) -> Table:
    """The rows that are most worth a label, and between what the model wavers."""
    order = np.argsort(-shares[asked], axis=1)[:, :2]
    names = [str(name) for name in labeler.classes_.tolist()]
    lines = tuple(
        (
            number(int(view.frame.origin[row])),
            *(f"{names[j]} ({percent(float(shares[row, j]))})" for j in two),
        )
        for row, two in zip(asked, order, strict=True)
    )
    return Table(("Label this row next", "It may be", "or"), lines, (True, False, False))


def _worth_asking(labeler: SemiSupervisedClassifier, view: View, shares: np.ndarray) -> np.ndarray:
    """Rows worth a label: among those that have none, where the rows are those the model was fitted with."""
    codes = labeler.transform(view.frame)
    known = labeler.codes_.numpy()
    if codes.shape == known.shape and np.allclose(codes, known, atol=1e-4):
        return labeler.suggest(ASKED)
    return worth_labeling(torch.from_numpy(codes), shares, np.arange(len(shares)), ASKED)


def _names(labeler: SemiSupervisedClassifier, shares: np.ndarray) -> list[str]:
    return [str(name) for name in labeler.classes_[shares.argmax(1)].tolist()]


def _strip(
    view: View, labeler: SemiSupervisedClassifier, shares: np.ndarray, asked: np.ndarray
) -> tuple[Strip, ...]:
    """The images to label next."""
    if view.image is None or not len(asked):
        return ()
    images = view.image.to_tensor(view.frame.take(asked))[0].numpy()
    rows = view.frame.origin[asked].tolist()
    tiles = tuple(
        Tile(
            data_uri(image, view.image.low, view.image.high),
            f"row {row}: {name}?",
            f"row {row}, perhaps {name}",
        )
        for image, row, name in zip(images, rows, _names(labeler, shares[asked]), strict=True)
    )
    return (Strip("Label these next", tiles),)
