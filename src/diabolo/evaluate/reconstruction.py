"""Judging a reconstruction: per column in its own unit, beside PCA of the same width and the mean row."""

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.evaluate.measures import Truth, measure_of, rounding
from diabolo.evaluate.scores import ColumnScore, Scores
from diabolo.evaluate.tally import RIVALS, Tally, cell_bytes, kept
from diabolo.frames import Frame
from diabolo.models import diagnosis
from diabolo.models.base import Distributes

__all__ = ["reconstruction"]

ROWS = 4096  # rebuilt at a time
TIMED = 1000  # rows encoded to tell the speed

Errors = dict[str, np.ndarray]
"""Each rival's squared error by column."""


def reconstruction(model: Any, X: Any, *, train: Any = None) -> Scores:
    """How well rows come back through the waist, and how well they would by PCA and by the mean row.

    Numbers are judged by RMSE in their own unit, times by RMSE in days, hours or seconds, levels by accuracy
    and by cross-entropy in bits, images by PSNR and SSIM; every column by the share of its variance that is
    kept. Missing cells count nothing.

    Parameters
    ----------
    model : Autoencoder or LinearAutoencoder
        Fitted.
    X : table, array, tensor or images
        Rows to judge by, held out from training if the numbers are to mean anything.
    train : table, array, tensor or images, optional
        Some training rows, to see whether the model learned them by heart.

    Returns
    -------
    Scores

    Warns
    -----
    DeadDimensionWarning
        Latent dimensions do nothing.
    CollapseWarning
        The reconstruction is no better than the mean row.
    OverfittingWarning
        The error is more than 1.5 times that on ``train``.

    References
    ----------
    Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004
    (SSIM).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> X = load_digits().data
    >>> scores = reconstruction(LinearAutoencoder(8).fit(X[:1500]), X[1500:])
    >>> scores.kept == scores.pca_kept > 0.6
    True
    """
    frame = model.schema_.as_written(Frame.of(X))
    batch = model.schema_.to_batch(frame)
    codes = _encode(model, batch)
    tallies, errors = _judge(model, frame, batch, codes)
    error, pca_error, mean_error = (float(errors[rival].sum()) / len(batch) for rival in RIVALS)
    train_error = None if train is None else float(model.reconstruction_error(train).mean())
    notes = diagnosis.death(diagnosis.dead_dimensions(model, codes), codes.shape[1])
    notes += diagnosis.collapse(error, mean_error) + diagnosis.overfitting(error, train_error)
    return Scores(
        columns=_column_scores(model.schema_.names, tallies, errors, len(batch)),
        rows=len(batch),
        n_components=codes.shape[1],
        kept=kept(error, mean_error),
        pca_kept=kept(pca_error, mean_error),
        error=error,
        pca_error=pca_error,
        mean_error=mean_error,
        parameters=model.history_.parameters,
        bytes_before=sum(cell_bytes(frame.arrow(n)) for tally in tallies.values() for n in tally.raw),
        bytes_after=float(codes.shape[1] * codes.element_size()),
        seconds=model.history_.seconds,
        encode_rows_per_second=_speed(model, batch),
        noise_floor=_floor(frame, tallies),
        train_error=train_error,
        notes=diagnosis.warn(notes),
    )


def _judge(model: Any, frame: Frame, batch: Batch, codes: Tensor) -> tuple[dict[str, Tally], Errors]:
    """A tally per block, and the squared errors, of all rows."""
    schema: Schema = model.schema_
    tallies = _tallies(schema, frame)
    errors = {rival: np.zeros(len(schema.names)) for rival in RIVALS}
    for part in batch.split(ROWS):
        rows, code = frame.take(part.index.numpy()), codes[part.index]
        truths = {key: Truth(rows, t.raw, part.values[key], _seen(part, key)) for key, t in tallies.items()}
        for rival in RIVALS:
            coordinates, values = _rebuild(model, rival, part, code)
            errors[rival] += schema.errors_by_column(part, coordinates).double().sum(0).numpy()
            for key, tally in tallies.items():
                tally.add(rival, truths[key], values[key])
        likelihoods = _log_probs(model, part, code)
        for key, tally in tallies.items():
            tally.count(truths[key], likelihoods.get(key))
    return tallies, errors


def _tallies(schema: Schema, frame: Frame) -> dict[str, Tally]:
    """An empty tally per block; the columns of an array go by position, whatever they are called."""
    named = set(schema.names) <= set(frame.names)
    raw = schema.names if named else [frame.names[schema.table.index(name)] for name in schema.names]
    own = dict(zip(schema.names, raw, strict=True))
    return {key: Tally(measure_of(b), tuple(own[n] for n in b.names)) for key, b in schema.blocks.items()}


def _column_scores(
    names: tuple[str, ...], tallies: dict[str, Tally], errors: Errors, rows: int
) -> tuple[ColumnScore, ...]:
    """One score per column, in the order of the table, from sums over so many rows."""
    place = {name: i for i, name in enumerate(names)}
    found = {}
    for tally in tallies.values():
        for j, name in enumerate(tally.measure.block.names):
            found[name] = tally.score(
                j, {rival: float(errors[rival][place[name]]) / rows for rival in RIVALS}
            )
    return tuple(found[name] for name in names)


def _encode(model: Any, batch: Batch) -> Tensor:
    """Codes of all rows."""
    with torch.inference_mode():
        return torch.cat([model.encode_batch(part).float().cpu() for part in batch.split(ROWS)])


def _speed(model: Any, batch: Batch) -> float:
    """Rows encoded a second, on as many rows however few there are, and when the model is warm."""
    rows = batch.take(torch.arange(TIMED, device=batch.index.device) % len(batch))
    with torch.inference_mode():
        model.encode_batch(rows)
        started = time.perf_counter()
        model.encode_batch(rows)
    return TIMED / max(time.perf_counter() - started, 1e-9)


def _rebuild(model: Any, rival: str, part: Batch, codes: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Coordinates and values as a rival rebuilds them."""
    with torch.inference_mode():
        if rival == "model":
            values = model.decode_values(codes)
            return model.decode_coordinates(codes).cpu(), {key: cells.cpu() for key, cells in values.items()}
        coordinates = model.reference_.expected(model.schema_, part, width=None if rival == "pca" else 0)
        return coordinates, model.schema_.from_coordinates(coordinates)


def _log_probs(model: Any, part: Batch, codes: Tensor) -> dict[str, Tensor]:
    """Log-probability of every cell by block; nothing for a model without a likelihood."""
    if not isinstance(model, Distributes):
        return {}
    with torch.inference_mode():
        return model.decode_joint(codes).log_probs(part.values, part.seen)


def _seen(part: Batch, key: str) -> Tensor:
    """Flags in the shape of the values."""
    everything = torch.ones((), dtype=torch.bool).expand(part.values[key].shape)
    return part.seen.get(key, everything)


def _floor(frame: Frame, tallies: dict[str, Tally]) -> float | None:
    """What rounding of the raw cells costs per row, where some are rounded."""
    floors = [rounding(tally.measure.block, frame, tally.raw) for tally in tallies.values()]
    known = [floor for floor in floors if floor is not None]
    return sum(known) if known else None
