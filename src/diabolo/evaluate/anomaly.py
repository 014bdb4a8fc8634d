r"""Finding the odd rows, and saying which columns make them odd.

A row is odd where the model gives it a low likelihood (:meth:`~diabolo.models.scoring.Scores.score_samples`). Which
cells are to blame is asked one by one: cell j is taken out, the model says what it expects there from the others, and
the blame is what the row's log-likelihood would win if the cell held that,

.. math:: \Delta_j = \log p(x_1, \dots, E[x_j \mid x_{-j}], \dots, x_d) - \log p(x).

For a normal distribution it is :math:`\tfrac12 (x_j - E[x_j \mid x_{-j}])^2 / \mathrm{Var}[x_j \mid x_{-j}]`: a cell that
is usual by itself but does not go with the others is found.
"""

from typing import Any

import numpy as np
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor

from diabolo.columns import Image
from diabolo.data.batch import Batch
from diabolo.data.matching import names_in
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.evaluate.anomalies import Anomalies, OddRow, Reason
from diabolo.frames import Frame
from diabolo.models.base import Decodes, as_frame
from diabolo.models.scoring import CONTAMINATION, Scores, as_share

__all__ = ["anomaly"]

EXPLAINED = 10  # rows
REASONS = 5  # columns of each
LEAST = 1e-3  # nats that a reason is worth: less is rounding
ODD = "1 or True for odd and 0 or False for normal rows, or as scikit-learn's detectors -1 for odd and 1 for normal ones"


def anomaly(
    model: Any,
    X: Any,
    *,
    contamination: float | None = None,
    quantile: float | None = None,
    truth: Any = None,
    explain: int = EXPLAINED,
) -> Anomalies:
    """Rank rows from the oddest on, flag the odd ones, and say which columns make the oddest odd.

    Parameters
    ----------
    model : Autoencoder, LinearAutoencoder or another that scores
        Fitted.
    X : table, array, tensor or images
    contamination : float, optional
        Share of *these* rows that is flagged, in (0, 0.5].
    quantile : float, optional
        Rows less likely than this quantile of the *training* rows are flagged, in (0, 0.5]; 0.05 where neither is given,
        as in ``model.predict``.
    truth : array of shape (n,), optional
        Which rows are odd: 1 (or -1 among 1, as scikit-learn's detectors say it), to judge the ranking by.
    explain : int
        Number of rows to give reasons for.

    Returns
    -------
    Anomalies

    Raises
    ------
    ParameterError
        The model cannot score; a share lies outside (0, 0.5], or both are given; ``truth`` has another length, other
        values, or one class only.

    References
    ----------
    Tipping & Bishop, "Probabilistic principal component analysis", JRSS B 1999.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> height = np.linspace(1.5, 2.0, 200)
    >>> X = np.stack([height, 25 * height**2 + np.sin(np.arange(200))], 1)
    >>> X[7] = [1.55, 95.0]
    >>> found = anomaly(LinearAutoencoder(1).fit(X), X)
    >>> found.ranking[0], found.oddest[0].row
    (np.int64(7), 7)
    """
    _check(model, contamination, quantile)
    frame = as_frame(X)
    scores = model.score_samples(frame)
    known = None if truth is None else _odd(truth, len(scores))
    threshold, rule = _threshold(model, scores, contamination, quantile)
    ranking = np.argsort(scores, kind="stable")
    return Anomalies(
        scores=scores,
        ranking=ranking,
        flagged=ranking[: int((scores < threshold).sum())],
        threshold=threshold,
        rule=rule,
        oddest=_explained(model, frame, scores, ranking[: max(0, explain)], threshold),
        auroc=None if known is None else float(roc_auc_score(known, -scores)),
        average_precision=None if known is None else float(average_precision_score(known, -scores)),
    )


def _check(model: Any, contamination: Any, quantile: Any) -> None:
    """Raise unless the model scores and at most one share is given."""
    if not (isinstance(model, Scores) and isinstance(model, Decodes)):
        raise ParameterError(
            f"{type(model).__name__} cannot say how likely a row is: take a model with score_samples, such as "
            f"LinearAutoencoder or Autoencoder."
        )
    if contamination is not None and quantile is not None:
        raise ParameterError(
            f"contamination={contamination!r} and quantile={quantile!r} both draw the line: give the share of these rows "
            f"that is odd (contamination) or the quantile of the training rows (quantile), not both."
        )


def _threshold(model: Scores, scores: np.ndarray, contamination: Any, quantile: Any) -> tuple[float, str]:
    """Where the line is drawn, and why there."""
    if contamination is not None:
        share = as_share("contamination", contamination)
        return float(np.quantile(scores, share)), f"the least likely {100 * share:g} % of these rows"
    if quantile is None and not len(model.score_quantiles_):
        rule = f"the least likely {100 * CONTAMINATION:g} % of these rows, as a truncated model has scored no training rows"
        return float(np.quantile(scores, CONTAMINATION)), rule
    share = as_share("quantile", CONTAMINATION if quantile is None else quantile)
    return model.threshold(share), f"less likely than the {100 * share:g} % quantile of the training rows"


def _odd(truth: Any, rows: int) -> np.ndarray:
    """Which rows are known to be odd."""
    given = np.asarray(truth).ravel()
    if len(given) != rows:
        raise ParameterError(
            f"truth has {len(given)} values for {rows} rows: give one per row, in the same order."
        )
    values = set(given.tolist())
    if not (values <= {0, 1} or values <= {-1, 1}):
        shown = ", ".join(sorted(map(repr, values))[:5])
        raise ParameterError(f"truth holds {shown}: give {ODD}.")
    odd = given == (-1 if -1 in values else 1)
    if odd.all() or not odd.any():
        raise ParameterError(
            "truth holds one class only, so that there is nothing to tell apart: it takes odd rows and normal ones "
            f"({ODD})."
        )
    return odd


def _explained(
    model: Any, frame: Frame, scores: np.ndarray, rows: np.ndarray, threshold: float
) -> tuple[OddRow, ...]:
    """Reasons for some rows."""
    if not len(rows):
        return ()
    chosen = model.schema_.as_written(frame.take(rows))
    batch = model.schema_.to_batch(chosen, type(model).__name__)
    names = names_in(chosen, model.schema_.table, model.schema_.names)
    found = []
    for place, row in enumerate(rows.tolist()):
        cells = {own: chosen.arrow(names[own])[place] for own in model.schema_.names if own in names}
        reasons = _reasons(model, batch.rows(place, place + 1), cells)
        found.append(OddRow(row, float(scores[row]), bool(scores[row] < threshold), reasons))
    return tuple(found)


def _reasons(model: Any, row: Batch, cells: dict[str, Any]) -> tuple[Reason, ...]:
    """The columns of one row by what its likelihood would win if their cell held what the model expects."""
    schema: Schema = model.schema_
    repaired = _repaired(model, row)
    excess = np.maximum(model.score_batch(repaired) - model.score_batch(row), 0.0)
    total = float(excess.sum())
    reasons = []
    for j in np.argsort(-excess, kind="stable")[:REASONS]:
        if excess[j] > LEAST:
            name = schema.names[j]
            value, expected = _cell(schema, name, repaired, int(j), cells[name])
            reasons.append(Reason(name, float(excess[j]) / total, float(excess[j]), value, expected))
    return tuple(reasons)


def _repaired(model: Any, row: Batch) -> Batch:
    """As many copies of a row as there are columns; in the j-th the j-th cell holds what the others let expect.

    A cell that is missing stays so.
    """
    schema: Schema = model.schema_
    count = len(schema.names)
    copies = row.take(torch.zeros(count, dtype=torch.int64))
    values = {key: cells.clone() for key, cells in copies.values.items()}
    seen = {key: copies.seen.get(key, torch.ones_like(v, dtype=torch.bool)) for key, v in values.items()}
    hidden = {key: flags.clone() for key, flags in seen.items()}
    places = [
        (key, j, schema.names.index(n)) for key, b in schema.blocks.items() for j, n in enumerate(b.names)
    ]
    for key, j, i in places:
        _one(hidden[key], i, j).fill_(False)
    blank = {key: torch.where(hidden[key], v, torch.zeros_like(v)) for key, v in values.items()}
    with torch.inference_mode():
        expected = model.decode_values(model.encode_batch(Batch(blank, hidden, copies.index)))
    for key, j, i in places:
        cell = _one(values[key], i, j)
        cell.copy_(torch.where(_one(seen[key], i, j), _one(expected[key], i, j).to(cell.dtype), cell))
    gaps = {key: flags for key, flags in seen.items() if key in copies.seen}
    return Batch(values, gaps, copies.index)


def _one(block: Tensor, row: int, column: int) -> Tensor:
    """A view of a cell of a block, or of the whole image."""
    return block[row, column] if block.dim() == 2 else block[row]


def _cell(schema: Schema, name: str, repaired: Batch, row: int, raw: Any) -> tuple[Any, Any]:
    """What the cell holds and what is expected there, as a person writes them; nothing for an image."""
    key, block = next((k, b) for k, b in schema.blocks.items() if name in b.names)
    if isinstance(block, Image):
        return None, None
    expected = block.from_tensor(repaired.values[key][row : row + 1])[name][0]
    return _plain(raw.as_py()), _plain(expected.as_py())


def _plain(value: Any) -> Any:
    """A cell as JSON knows it: times and the like as text."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
