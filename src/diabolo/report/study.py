"""A model looked at through rows: everything a report says is found out here."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import diabolo
from diabolo import evaluate
from diabolo.columns import Datetime
from diabolo.data.schema import Schema
from diabolo.errors import CapabilityError
from diabolo.evaluate import Scores
from diabolo.frames import Frame
from diabolo.frames.names import one
from diabolo.models import SemiSupervisedClassifier, diagnosis
from diabolo.models.base import Decodes
from diabolo.models.sampling import Samples
from diabolo.report.examples import gallery
from diabolo.report.findings import findings
from diabolo.report.latent import coloring, scatter
from diabolo.report.records import Coloring, Report, SchemaLine
from diabolo.report.sections import MADE, ORDER
from diabolo.report.training import curves
from diabolo.report.view import View
from diabolo.report.words import number
from diabolo.train import History

__all__ = ["Study", "file_facts", "rebuilds", "schema_lines", "training_facts"]

MOST_POINTS = 5000
TOO_FEW = "This model makes new rows; there are too few real ones here to judge them by."
NO_CODES = "This model makes rows and rebuilds none: there is no code to map, and nothing that survives it."
NO_PROOF = "That no training row was copied is no proof that nobody can be recognized."
MOST_COLORINGS = 24
MOST_NAMES = 12  # of a block, in the schema
ORDERED = ("continuous", "count", "datetime", "ordinal")
NO_COLOR = "holds"  # how the reason begins of columns that are constant or empty, and useless as a color
TOLD = ("seconds", "epochs_before")  # of a plan, among the other facts
STOPPED = {
    "max_epochs": "after the planned epochs",
    "patience": "held-out error no longer fell",
    "max_seconds": "time was up",
    "interrupted": "stopped by hand",
    "diverged": "the loss was not finite",
    "exact": "closed form, no iteration",
}


@dataclasses.dataclass(frozen=True)
class Study:
    """A fitted model and the rows to look at it with.

    Parameters
    ----------
    model : Autoencoder, LinearAutoencoder or SemiSupervisedClassifier
        Of the last the page shows the encoder, and how far the labels reach.
    X : table, array, tensor or images
        Rows, held out from training if the report is to be honest.
    label : str or sequence of length n, optional
        The column, or one value per row, by which the map is colored first.
    scores : Scores, optional
        What :func:`diabolo.evaluate.reconstruction` said about these rows; None asks it.
    title : str
    about : str
        A sentence about the rows, "2,000 rows that training never saw" say.
    file : path, optional
        The model's file.
    train : table, array, tensor or images, optional
        Rows that the model was fitted with: new rows of a model that makes some are held against them, too.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> X, y = load_digits(return_X_y=True)
    >>> report = Study(LinearAutoencoder(2).fit(X), X[:200], label=y[:200]).report()
    >>> report.scatter.colorings[0].legend[:3]
    ('0', '1', '2')
    """

    model: Any
    X: Any
    label: str | Sequence[Any] | np.ndarray | None = None
    scores: Scores | None = None
    title: str = "Report of an autoencoder"
    about: str = ""
    file: str | Path | None = None
    train: Any = None

    def report(self) -> Report:
        """Look at everything.

        Warns
        -----
        DiaboloWarning
            What :func:`diabolo.evaluate.reconstruction` warns of, where no scores were given.
        """
        frame = Frame.of(self.X)
        train = None if self.train is None else Frame.of(self.train)
        if makes_only(self.model):
            return self._of_sampler(View(self.model, frame, self.label, train=train))
        labeler = self.model if isinstance(self.model, SemiSupervisedClassifier) else None
        model = rebuilds(self.model)
        scores = self.scores or evaluate.reconstruction(model, frame)
        errors = model.reconstruction_error(frame, by_column=True)
        view = View(model, frame, self.label, labeler, train)
        points = np.linspace(0, frame.n_rows - 1, min(frame.n_rows, MOST_POINTS)).astype(np.int64)
        shown = frame.take(points)
        colorings = self._colorings(shown, points, errors)
        return Report(
            title=self.title,
            about=self.about or f"Judged on {number(frame.n_rows)} rows.",
            findings=findings(scores, self.model.history_.plan.get("linear_path")),
            scores=scores,
            schema=schema_lines(model.schema_),
            curves=curves(model),
            scatter=scatter(view.codes[points], errors[points].sum(1), colorings, frame.n_rows),
            gallery=gallery(model, frame, errors, scores),
            training=training_facts(model),
            file=file_facts(self.file),
            caveats=_caveats(model, scores),
            sections=tuple(section for section in (look(view) for look in ORDER) if section),
        )

    def _of_sampler(self, view: View) -> Report:
        """About a model that makes rows and rebuilds none: only what it makes can be looked at."""
        sections = tuple(section for section in (look(view) for look in MADE) if section)
        return Report(
            title=self.title,
            about=self.about or f"Judged by {number(len(view.frame))} rows.",
            findings=tuple(section.headline for section in sections) or (TOO_FEW,),
            scores=None,
            schema=schema_lines(self.model.schema_),
            curves=curves(self.model),
            scatter=None,
            gallery=None,
            training=training_facts(self.model),
            file=file_facts(self.file),
            caveats=(NO_CODES, NO_PROOF),
            sections=sections,
        )

    def _colorings(self, frame: Frame, points: np.ndarray, errors: np.ndarray) -> list[Coloring]:
        """The label first, then the columns with most to tell, and the error of the row."""
        own = self.label if isinstance(self.label, str) else None
        first = [] if own is None else [coloring(own, self._cells(frame, own))]
        if self.label is not None and own is None:
            first = [coloring("label", pa.chunked_array([pa.array(np.asarray(self.label)[points])]))]
        if self.label is None and isinstance(self.model, SemiSupervisedClassifier):
            first = [coloring("label found", _found(self.model, frame))]
        names = [name for name in self._columns(frame, errors) if name != own]
        kinds = {name: block.kind for block in self.model.schema_.columns for name in block.names}
        found = [
            coloring(name, self._cells(frame, name), ordered=kinds.get(name) in ORDERED) for name in names
        ]
        error = coloring("squared error of the row", pa.chunked_array([errors[points].sum(1)]), ordered=True)
        return [*first, *found[: MOST_COLORINGS - 1], error]

    def _cells(self, frame: Frame, name: str) -> pa.ChunkedArray:
        """A column of the rows; of text that the model reads as times the times."""
        blocks = [b for b in self.model.schema_.columns if isinstance(b, Datetime) and name in b.names]
        return blocks[0].times(frame, blocks[0].names.index(name), name) if blocks else frame.arrow(name)

    def _columns(self, frame: Frame, errors: np.ndarray) -> list[str]:
        """Columns to color by: the ones that lost most where there are many, and excluded ones of use."""
        schema = self.model.schema_
        worth = dict(zip(schema.names, errors.sum(0), strict=True))
        least = sorted(worth.values())[-MOST_COLORINGS:][0]
        useful = {
            name
            for name, found in schema.excluded.items()
            if not found.names_rows and not found.why.startswith(NO_COLOR)
        }
        names = [n for n in schema.table if n in useful or worth.get(n, -1.0) >= least]
        return [name for name in names if name in frame.names and name not in frame.images]


def _found(labeler: SemiSupervisedClassifier, frame: Frame) -> pa.ChunkedArray:
    """The label of each row as text, null where it is left open."""
    names = set(labeler.classes_.tolist())
    answers = labeler.predict(frame).tolist()
    return pa.chunked_array([pa.array([str(a) if a in names else None for a in answers], pa.string())])


def makes_only(model: Any) -> bool:
    """Whether a model makes rows and rebuilds none, as a GAN does.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> makes_only(LinearAutoencoder(2))
    False
    """
    return isinstance(model, Samples) and not isinstance(model, Decodes)


def rebuilds(model: Any) -> Any:
    """The part of a model that turns codes back into rows: itself, or the encoder of one that labels rows.

    Raises
    ------
    CapabilityError
        There is none.

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> model = LinearAutoencoder(2)
    >>> rebuilds(model) is model
    True
    """
    part = model.encoder_ if isinstance(model, SemiSupervisedClassifier) else model
    if not isinstance(part, Decodes):
        raise CapabilityError(
            f"{one(type(part))} gives codes but does not rebuild rows, so that a page cannot show what survives."
        )
    return part


def schema_lines(schema: Schema) -> tuple[SchemaLine, ...]:
    """Blocks of columns, then what is left out and why."""
    blocks = [(b, f"{len(b.names)} {b.kind}") for b in schema.columns]
    lines = [
        SchemaLine(_listed(b.names), b.kind, b.describe().removeprefix(of).strip(" ()")) for b, of in blocks
    ]
    return (*lines, *(SchemaLine(name, "left out", found.why) for name, found in schema.excluded.items()))


def _listed(names: tuple[str, ...]) -> str:
    """Some names, and how many there are."""
    few = names if len(names) <= MOST_NAMES else names[: MOST_NAMES - 2]
    return ", ".join(few) + (f", ... ({len(names)} in all)" if len(few) < len(names) else "")


def training_facts(model: Any) -> tuple[tuple[str, str], ...]:
    """How the model was trained."""
    history: History = model.history_
    facts: dict[str, str] = {
        "model": type(model).__name__,
        "latent dimensions": number(getattr(model, "n_components_", None)),
        "numbers learned": number(history.parameters),
        "training rows": number(history.rows),
        "ended": STOPPED.get(history.stop_reason, history.stop_reason),
        "seconds": number(history.seconds),
    }
    if history.epochs:
        facts["epochs"] = _epochs(history)
        facts["rows a second"] = number(history.rows_per_second)
    plan = {name.replace("_", " "): _fact(value) for name, value in history.plan.items() if name not in TOLD}
    return tuple((facts | plan).items())


def _epochs(history: History) -> str:
    """How many, of each training where there were two, and which was kept."""
    before = history.plan.get("epochs_before")
    if before is None:
        return f"{len(history.epochs)}, the best {history.best_epoch}"
    best = "PCA kept" if history.plan["linear_path"] == diagnosis.IS_PCA else f"the best {history.best_epoch}"
    return f"{before} by networks alone, then {len(history.epochs) - before} from PCA; {best}"


def _fact(value: Any) -> str:
    """A planned value; a dict's items one after the other."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_fact(v)}" for name, v in value.items())
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def file_facts(path: str | Path | None) -> tuple[tuple[str, str], ...]:
    """Name, size and checksum of the model's file, and what wrote this."""
    version = ("Diabolo", str(diabolo.__version__))
    if path is None:
        return (version,)
    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return (("file", Path(path).name), ("bytes", number(len(content))), ("SHA-256", digest), version)


def _caveats(model: Any, scores: Scores) -> tuple[str, ...]:
    """Warnings first, then what every reader should know."""
    own_unit = model.template_["kind"] in ("numpy", "torch") or model.schema_.columns[0].kind == "image"
    unit = (
        "Errors of a row add up in the data's own unit: columns or pixels that vary more count more."
        if own_unit
        else "Errors of a row add up in standard deviations of each column: every column counts alike."
    )
    fallbacks = [text[0].upper() + text[1:] for _, text in diagnosis.fallback(model.history_)]
    lines = [*scores.notes, *fallbacks, unit]
    if model.n_components_ > 2:
        lines.append(
            "The map shows two directions of the code; rows that lie together in it may differ in the others."
        )
    if scores.noise_floor:
        lines.append(
            f"Rounding of the raw cells alone means a squared error of {number(scores.noise_floor)} per row; "
            f"nothing below that can be told apart from a perfect copy."
        )
    lines.append("Only the rows of this report were judged; rows of another kind may come back worse.")
    return tuple(lines)
