"""How a fitted model is judged, and how that is shown."""

from typing import TYPE_CHECKING

from diabolo.cli.tables import anomalies_table, number, scores_table
from diabolo.cli.terminal import Terminal

if TYPE_CHECKING:
    from diabolo.evaluate import Anomalies, Scores
    from diabolo.frames import Frame
    from diabolo.models import Autoencoder

__all__ = ["judge", "show_anomalies", "show_scores"]

SAMPLE = 2_000  # training rows that are enough to see over-fitting


def judge(model: "Autoencoder", test: "Frame", train: "Frame | None" = None) -> "Scores":
    """How much of rows survives the waist.

    Parameters
    ----------
    model : Autoencoder or another
        Fitted.
    test : Frame
        Rows to judge with.
    train : Frame, optional
        Rows it was fitted with: a sample of them shows over-fitting.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.frames import Frame
    >>> rows = Frame.of(load_iris().data)
    >>> judge(LinearAutoencoder(2).fit(rows), rows).rows
    150
    """
    import numpy as np

    from diabolo.evaluate import reconstruction

    if train is None or train is test:
        return reconstruction(model, test)
    step = max(1, len(train) // SAMPLE)
    return reconstruction(model, test, train=train.take(np.arange(0, len(train), step)))


def show_scores(scores: "Scores", terminal: Terminal) -> None:
    """Print the table of scores and what it cost.

    Parameters
    ----------
    scores : Scores
    terminal : Terminal

    Examples
    --------
    >>> from diabolo.evaluate import Scores
    >>> show_scores(Scores((), 9, 1, 0.5, 0.5, 1, 1, 2, 3, 8, 4, 1, 99), Terminal(machine=True))
    """
    k = scores.n_components
    terminal.say(f"How much of {scores.rows:,} rows survives {k} number{'s' if k > 1 else ''} per row")
    terminal.say()
    terminal.say(scores_table(scores))
    terminal.say()
    terminal.say(_cost(scores))
    terminal.say()


def _cost(scores: "Scores") -> str:
    """Size, speed, and what no model could do better, in a sentence or two."""
    cost = (
        f"{scores.parameters:,} parameters; {number(scores.bytes_before)} bytes a row become "
        f"{number(scores.bytes_after)}; {number(scores.seconds)} s of training; "
        f"{number(scores.encode_rows_per_second)} rows/s encoded."
    )
    if scores.noise_floor is None:
        return cost
    return f"{cost} Rounding of the data alone means a squared error of {number(scores.noise_floor)} per row."


def show_anomalies(found: "Anomalies", terminal: Terminal) -> None:
    """Print the oddest rows and where the line is drawn.

    Parameters
    ----------
    found : Anomalies
    terminal : Terminal

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.evaluate import Anomalies
    >>> rows = np.zeros(0, dtype=int)
    >>> show_anomalies(Anomalies(np.zeros(3), rows, rows, 0.0, "by hand", ()), Terminal(machine=True))
    """
    odd = len(found.flagged)
    terminal.say(f"{odd:,} of {len(found.scores):,} rows {'is' if odd == 1 else 'are'} odd ({found.rule})")
    terminal.say()
    terminal.say(anomalies_table(found))
