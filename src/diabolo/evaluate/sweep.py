"""How many dimensions: held-out error by the width of the code, beside PCA and the mean row, and what it suggests."""

import inspect
import itertools
from collections.abc import Iterable, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, cast

import numpy as np

from diabolo.data.schema import Schema
from diabolo.data.split import FEWEST_ROWS, split
from diabolo.errors import OvercompleteError, ParameterError, TooFewRowsError
from diabolo.evaluate.curve import Sweep
from diabolo.evaluate.points import Judged, Point, Task, train
from diabolo.evaluate.suggestions import estimates, knee, within
from diabolo.frames import Frame
from diabolo.models import Autoencoder, LinearAutoencoder, defaults
from diabolo.models.base import as_frame, n_features
from diabolo.randomness import derive

__all__ = ["sweep"]

MODELS = ("autoencoder", "ordered", "linear")
OWN = ("n_components", "ordered", "random_state")  # parameters that a sweep sets itself
FEW = 8  # dimensions that the default list reaches at least
SAMPLE = 10_000  # rows, at least, that the estimates draw from
ROWS = 1024  # rows of the linear curve at a time


def sweep(
    X: Any,
    n_components: Iterable[int] | None = None,
    *,
    model: str = "autoencoder",
    random_state: Any = 0,
    seeds: int | Sequence[int] = 1,
    held_out: float = 0.1,
    by_column: bool = False,
    check: bool | Sequence[int] = False,
    schema: Any = None,
    run_dir: str | Path | None = None,
    n_jobs: int | None = None,
    **parameters: Any,
) -> Sweep:
    """How well rows come back through codes of several widths, and which width that suggests.

    A part of the rows is held out from everything; on these very rows the models, PCA at every width (one
    eigendecomposition) and the mean row are judged, by squared error per row in coordinates.

    Parameters
    ----------
    X : table, array, tensor, images or path
    n_components : list of int, optional
        Widths of the code, rising. None: powers of two up to twice the estimated dimension of the rows (at least 8), and
        that dimension itself.
    model : {"autoencoder", "ordered", "linear"}
        ``autoencoder``: a model of its own for every width. ``ordered``: one model for all of them, whose dimensions come
        in order of importance, cut to each width. ``linear``: PCA.
    random_state : int, RandomState or None
    seeds : int or list of int
        How often each model is trained, or the very seeds; the error is the mean over them.
    held_out : float
        Share of the rows to judge by, at most 2,000 rows.
    by_column : bool
        Keep the errors of every column as well.
    check : bool or list of int
        With ``model="ordered"``: train models of their own for all of the widths, or for these, and keep their errors as
        ``separate_error``.
    schema : Schema, dict or path, optional
        What columns are, where the automatic choice is to be overruled.
    run_dir : path, optional
        Folder for finished points and checkpoints: the same call again goes on where a killed one was. Needs a
        ``random_state``.
    n_jobs : int, optional
        Train so many models at a time, each in a process of its own on one thread; any number gives the same bits. None:
        one after the other here.
    parameters
        Of :class:`~diabolo.models.Autoencoder`.

    Returns
    -------
    Sweep

    Raises
    ------
    OvercompleteError
        A width is not less than the number of features.
    TooFewRowsError
        Fewer than 10 rows.
    CheckpointError
        ``run_dir`` belongs to another sweep.
    ParameterError, DataError
        Anything else that cannot be; the message says what to do.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 12)) + 0.05 * rng.normal(size=(400, 12))
    >>> found = sweep(X, [1, 2, 3, 4, 6], model="linear")
    >>> found.suggested["dimension"], found.suggested["knee"]
    (3, 3)
    """
    _check(model, held_out, n_jobs, parameters, check)
    seed = defaults.seed(random_state)
    if run_dir is not None and random_state is None:
        raise ParameterError("run_dir needs a random_state, an int: a sweep is resumed with the same seed.")
    runs = _seeds(seeds, seed)
    rows, judged_by = _split(as_frame(X), held_out, seed)
    known = schema if isinstance(schema, Schema) else Schema.fit(rows, override=schema)
    estimated = _estimates(known, rows, seed)
    widths = _widths(n_components, known, rows, estimated, model, parameters)
    task = Task(known, rows, judged_by, parameters, None if run_dir is None else Path(run_dir))
    points = _points(widths, runs, model, check)
    found = dict(zip(points, train(task, points, n_jobs), strict=True))
    return _record(task, widths, runs, model, found, estimated, by_column=by_column)


def _check(model: Any, held_out: Any, n_jobs: Any, parameters: dict[str, Any], check: Any) -> None:
    """Refuse what cannot be before anything is read."""
    if model not in MODELS:
        raise ParameterError(f"model={model!r} is not one of {', '.join(MODELS)}.")
    if isinstance(held_out, bool) or not isinstance(held_out, int | float) or not 0 < held_out <= 0.5:
        raise ParameterError(f"held_out={held_out!r} is not a share of the rows between 0 and 0.5.")
    if n_jobs is not None:
        defaults.whole("n_jobs", n_jobs)
    if check and model != "ordered":
        raise ParameterError("check=... compares an ordered model with others: give model='ordered' with it.")
    allowed = [name for name in inspect.signature(Autoencoder).parameters if name not in OWN]
    for name in parameters:
        if model == "linear":
            raise ParameterError(f"model='linear' has a closed form and takes no parameter {name!r}.")
        if name not in allowed:
            raise ParameterError(f"a sweep takes no parameter {name!r}; it takes {', '.join(allowed)}.")


def _seeds(seeds: Any, first: int) -> tuple[int, ...]:
    """The seeds of the trainings."""
    if isinstance(seeds, Integral):
        return tuple(range(first, first + defaults.whole("seeds", seeds)))
    found = tuple(defaults.seed(seed) for seed in seeds)
    if not found or len(set(found)) < len(found):
        raise ParameterError(f"seeds={seeds!r} is not a number of seeds, or a list of different ones.")
    return found


def _split(frame: Frame, share: float, seed: int) -> tuple[Frame, Frame]:
    """Rows to fit with and rows to judge by."""
    if frame.n_rows < FEWEST_ROWS:
        raise TooFewRowsError(
            f"there {'is' if frame.n_rows == 1 else 'are'} {frame.n_rows} row{'s' * (frame.n_rows != 1)}: a sweep holds "
            f"some out to judge by; give at least {FEWEST_ROWS}, better hundreds."
        )
    train_rows, judged_by = split(frame.n_rows, max(share, 1 / frame.n_rows), derive(seed, "sweep"))
    return frame.take(train_rows), frame.take(judged_by)


def _estimates(schema: Schema, rows: Frame, seed: int) -> dict[str, float]:
    """What the rows alone say about their dimension."""
    step = max(1, rows.n_rows // SAMPLE)
    batch = schema.to_batch(rows.take(np.arange(0, rows.n_rows, step)))
    return estimates(schema.filled(batch).double().numpy(), images=bool(rows.images), random_state=seed)


def _widths(
    requested: Iterable[int] | None,
    schema: Schema,
    rows: Frame,
    estimated: dict[str, float],
    model: str,
    parameters: dict[str, Any],
) -> tuple[int, ...]:
    """The widths of the sweep, all of them possible."""
    features = n_features(schema)
    free = [name for name in ("allow_overcomplete", "corruption", "penalty") if parameters.get(name)]
    most = min(schema.n_coordinates, rows.n_rows) if model == "linear" else features - 1
    if requested is None:
        reach = max(FEW, 2 * round(estimated.get("dimension", 0)))
        powers = {2**i for i in range(reach.bit_length() + 1) if 2**i < 2 * reach}
        found = sorted(k for k in powers | {round(estimated.get("dimension", 1))} if 1 <= k <= max(1, most))
    else:
        found = [defaults.whole("n_components", k) for k in _listed(requested)]
    if not found or any(b <= a for a, b in itertools.pairwise(found)):
        raise ParameterError(f"n_components={found} is not a list of different widths, smallest first.")
    if found[-1] > most and not free:
        kind = ParameterError if model == "linear" else OvercompleteError
        what = (
            "more than there can be"
            if model == "linear"
            else f"not less than the number of features (n_features = {features})"
        )
        raise kind(f"n_components={found[-1]} is {what}: give at most {most}.")
    return tuple(found)


def _listed(requested: Any) -> list[Any]:
    if isinstance(requested, str) or not isinstance(requested, Iterable):
        raise ParameterError(f"n_components={requested!r} is not a list of widths, such as [1, 2, 4].")
    return list(cast("Iterable[Any]", requested))


def _points(widths: tuple[int, ...], seeds: tuple[int, ...], model: str, check: Any) -> list[Point]:
    """The trainings; the widest models, which take longest, first."""
    alone = {"autoencoder": widths, "linear": (), "ordered": widths if check is True else tuple(check or ())}
    if strangers := set(alone[model]) - set(widths):
        raise ParameterError(f"check={check!r} names {min(strangers)}, which is not in n_components.")
    ordered = [Point(widths, seed, ordered=True) for seed in seeds] if model == "ordered" else []
    return ordered + [Point((k,), seed) for k in reversed(alone[model]) for seed in seeds]


def _record(
    task: Task,
    widths: tuple[int, ...],
    seeds: tuple[int, ...],
    model: str,
    found: dict[Point, Judged],
    estimated: dict[str, float],
    *,
    by_column: bool,
) -> Sweep:
    """Everything that was measured, and what it suggests."""
    linear = _linear(task, widths)
    ordered = model == "ordered"
    errors = _errors(found, widths, seeds, ordered=ordered) if found else linear[1:, None]
    error = errors.sum(2).mean(1)
    curve = {"knee": knee(widths, error), "within_5_percent": within(widths, error)}
    rules = {rule: max(1, round(d)) for rule, d in estimated.items()} | curve
    separate = _errors(found, widths, seeds, ordered=False) if ordered and len(found) > len(seeds) else None
    return Sweep(
        model=model,
        n_components=np.array(widths),
        error=error,
        error_std=errors.sum(2).std(1, ddof=1) if len(seeds) > 1 and found else np.full(len(widths), np.nan),
        linear_error=linear[1:].sum(1),
        baseline_error=np.full(len(widths), linear[0].sum()),
        suggested={rule: k for rule, k in rules.items() if k is not None},
        estimates=estimated,
        rows=task.rows.n_rows,
        held_out=task.held_out.n_rows,
        seeds=seeds if found else (),
        seconds=sum(judged.seconds for judged in found.values()),
        separate_error=None if separate is None else separate.sum(2).mean(1),
        columns=task.schema.names if by_column else (),
        column_error=errors.mean(1) if by_column else None,
        column_linear_error=linear[1:] if by_column else None,
        column_baseline_error=linear[0] if by_column else None,
    )


def _errors(
    found: dict[Point, Judged], widths: tuple[int, ...], seeds: tuple[int, ...], *, ordered: bool
) -> np.ndarray:
    """Mean errors (widths, seeds, columns); NaN where no model of that kind was trained."""
    known = {
        (k, point.seed): errors
        for point, judged in found.items()
        if point.ordered == ordered
        for k, errors in judged.errors.items()
    }
    nothing = np.full(len(next(iter(known.values()))), np.nan)
    return np.array([[known.get((k, seed), nothing) for seed in seeds] for k in widths])


def _linear(task: Task, widths: tuple[int, ...]) -> np.ndarray:
    """Errors of the mean row (first) and of PCA at every width, by column: (1 + widths, columns)."""
    most = min(widths[-1], task.rows.n_rows, task.schema.n_coordinates)
    pca = LinearAutoencoder(most, random_state=0).fit(task.rows, schema=task.schema)
    reference, batch = pca.reference_, pca.schema_.to_batch(task.held_out)
    total = np.zeros((1 + len(widths), len(task.schema.names)))
    for part in batch.split(ROWS):
        for i, k in enumerate((0, *widths)):
            rebuilt = reference.expected(pca.schema_, part, width=k)
            total[i] += pca.schema_.errors_by_column(part, rebuilt).double().sum(0).numpy()
    return total / len(batch)
