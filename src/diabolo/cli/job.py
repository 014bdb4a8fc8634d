"""The main job, step by step: hold rows out, read the schema, fit, keep the model, judge it, report."""

import dataclasses
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diabolo.cli.arguments import Choice
from diabolo.cli.generation import judge_made, show_generation
from diabolo.cli.holdout import hold_out
from diabolo.cli.inputs import coloring
from diabolo.cli.judging import judge, show_scores
from diabolo.cli.tables import curve_table, schema_table
from diabolo.cli.terminal import Terminal
from diabolo.errors import CollapseWarning, DeadDimensionWarning, OverfittingWarning

if TYPE_CHECKING:
    from diabolo.data.schema import Schema
    from diabolo.evaluate import GenerationScores, Scores
    from diabolo.frames import Frame
    from diabolo.models import Autoencoder

__all__ = ["Job", "learn_schema"]

RULE = "Chosen: the smallest k that takes off 95 % of what the best one takes off the error of the mean row."
SAME_ROWS = "Judged on the rows it was fitted with, for none were held out: new rows come back worse."
HELD_OUT = (
    "Everything on this page is about {} rows held out from fitting. The {} rows that the model was fitted with are "
    "not shown: the command diabolo report makes such a page of any rows."
)
FEWEST_JUDGES = 10  # real rows that made-up ones are judged by
BESIDE_IMAGES = ("label", "file")  # what reading a folder of images adds to the images


@dataclasses.dataclass(frozen=True)
class Job:
    """One model to be fitted to one data set.

    Parameters
    ----------
    name : str
        Of the data, for people.
    estimator : Autoencoder or another
        Not fitted yet.
    model : Path
        The file to write.
    report : Path or None
        The page to write.
    test : float
        Share of rows held out.
    seed : int
    schema : Path or None
        A file with the kinds of columns that a person chose.
    choices : dict of str to Choice
        Kinds of single columns; None leaves one out.
    label : str or None
        Column that colors the report.
    run_dir : Path or None
        Folder for checkpoints.
    force : bool
        Whether files may be replaced.

    Examples
    --------
    >>> Job("people", None, Path("people.diabolo")).test
    0.1
    """

    name: str
    estimator: "Autoencoder"
    model: Path
    report: Path | None = None
    test: float = 0.1
    seed: int = 0
    schema: Path | None = None
    choices: Mapping[str, Choice] = dataclasses.field(default_factory=dict)
    label: str | None = None
    run_dir: Path | None = None
    force: bool = False

    def run(self, frame: "Frame", terminal: Terminal) -> dict[str, Any]:
        """Do it; gives what happened as JSON values."""
        _check_columns(frame, self.choices)
        label = coloring(frame, self.label)
        fitting, test = hold_out(frame, self.test, self.seed)
        self._announce(frame, fitting, test, terminal)
        schema = learn_schema(fitting, self.schema, self._choices(frame))
        terminal.say(schema_table(schema))
        terminal.say()
        self._fit(fitting, schema)
        _show_resumed(self.estimator, terminal)
        _show_curve(self.estimator, terminal)
        scores = self._judge(fitting, test, schema, terminal)
        if self.report is not None:
            with terminal.working("writing the report"):
                self._write_report(self.report, label, fitting, test, scores)
        return self._summary(schema, scores)

    def _fit(self, rows: "Frame", schema: "Schema") -> None:
        """Fit and keep the model at once, before anything else can go wrong."""
        resumable = {} if self.run_dir is None else {"run_dir": self.run_dir}
        with warnings.catch_warnings():
            for judged_below in (CollapseWarning, DeadDimensionWarning, OverfittingWarning):
                warnings.simplefilter("ignore", judged_below)  # on rows that training never saw
            self.estimator.fit(rows, schema=schema, **resumable)
        self.estimator.save(self.model, overwrite=self.force)

    def _judge(
        self, fitting: "Frame", test: "Frame", schema: "Schema", terminal: Terminal
    ) -> "Scores | GenerationScores | None":
        """What survives; of a model that makes rows and rebuilds none, how good those are (None: images, few rows)."""
        from diabolo.models.base import Decodes

        estimator: Any = self.estimator
        if isinstance(estimator, Decodes):
            with terminal.working("judging"):
                scores = judge(self.estimator, test, fitting)
            show_scores(scores, terminal)
            return scores
        if test.images or len(test) < FEWEST_JUDGES:
            return None
        with terminal.working("judging"):
            made = judge_made(self.estimator, fitting, test, schema)
        show_generation(made, terminal)
        return made

    def _write_report(
        self,
        page: Path,
        label: str | None,
        fitting: "Frame",
        test: "Frame",
        scores: "Scores | GenerationScores | None",
    ) -> None:
        """The page about the held-out rows."""
        from diabolo.evaluate import Scores
        from diabolo.report import Study, write_html
        from diabolo.report.words import number

        counts = number(test.n_rows), number(fitting.n_rows)
        about = SAME_ROWS if test is fitting else HELD_OUT.format(*counts)
        train = None if test is fitting else fitting
        kept = scores if isinstance(scores, Scores) else None
        study = Study(self.estimator, test, label, kept, self.name, about, self.model, train)
        write_html(study.report(), page, overwrite=self.force)

    def _choices(self, frame: "Frame") -> dict[str, Choice]:
        """What was chosen; names and labels of images are left out unless a person speaks of them."""
        beside = [
            name for name in BESIDE_IMAGES if frame.images and name in frame.names and self.schema is None
        ]
        return dict.fromkeys(beside) | dict(self.choices)

    def _summary(self, schema: "Schema", scores: "Scores | GenerationScores | None") -> dict[str, Any]:
        """What happened, as JSON values."""
        model = self.estimator
        return {
            "model": str(self.model),
            "report": self.report and str(self.report),
            "n_components": getattr(model, "n_components_", None),
            "schema": schema.plan()["columns"],
            "curve": getattr(model, "curve_", {}),
            "training": {"stop_reason": model.history_.stop_reason, "seconds": model.history_.seconds},
            "scores": scores and scores.to_json(),
        }

    def _announce(self, frame: "Frame", fitting: "Frame", test: "Frame", terminal: Terminal) -> None:
        """Say which rows do what."""
        rows = f"{self.name}: {frame.n_rows:,} rows, {len(frame.names):,} columns; "
        if test is frame:
            terminal.say(rows + "judged on the rows it is fitted with, for none are held out")
        else:
            terminal.say(rows + f"{fitting.n_rows:,} to fit, {test.n_rows:,} held out to judge")
        terminal.say()


def _show_resumed(estimator: "Autoencoder", terminal: Terminal) -> None:
    """Say that a run folder was gone on with."""
    epochs = estimator.history_.plan.get("resumed_at")
    if epochs:
        terminal.say(f"Went on from epoch {epochs} of the run folder.")
        terminal.say()


def learn_schema(
    rows: "Frame", file: Path | None = None, choices: Mapping[str, Choice] | None = None
) -> "Schema":
    """The schema of rows, with what a person chose in a file and, above that, for single columns.

    Parameters
    ----------
    rows : Frame
    file : Path, optional
        As ``diabolo inspect DATA --save-schema`` writes it, edited.
    choices : dict, optional
        Kind by column; None leaves a column out.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> rows = Frame.of({"a": [1.5, 2.5, 4.0], "b": [0.1, 0.3, 0.2]})
    >>> learn_schema(rows, choices={"b": None}).names
    ('a',)
    """
    from diabolo.data.schema import Schema

    if file is None or not choices:
        return Schema.fit(rows, file or choices)
    return Schema.fit(rows, file).override(rows, choices)


def _show_curve(model: "Autoencoder", terminal: Terminal) -> None:
    """Print how the width was chosen, where it was."""
    curve = getattr(model, "curve_", {})
    if curve:
        terminal.say(curve_table(curve, model.n_components_))
        if model.get_params()["n_components"] == "auto":
            terminal.say()
            terminal.say(RULE)
        terminal.say()


def _check_columns(frame: "Frame", names: Iterable[str]) -> None:
    """Refuse names of columns that the data do not have, before anything is computed."""
    for name in names:
        frame.type(name)
