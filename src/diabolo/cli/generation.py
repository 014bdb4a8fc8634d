"""How generated rows are judged from the command line, and how that is shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from diabolo.cli import inputs
from diabolo.cli.tables import number, plain_table
from diabolo.cli.terminal import Terminal
from diabolo.errors import CapabilityError, ParameterError

if TYPE_CHECKING:
    from rich.table import Table

    from diabolo.data.schema import Schema
    from diabolo.evaluate import GenerationScores
    from diabolo.frames import Frame

__all__ = ["generation_table", "judge_generation", "judge_made", "show_generation", "worst_table"]

SHOWN = 8  # of the worst columns and pairs


def judge_generation(
    first: Path,
    data: Path | None,
    generated: Path,
    train: Path | None,
    target: str | None,
    terminal: Terminal,
) -> dict[str, Any]:
    """Judge a file of generated rows, show the table, and answer it as JSON values.

    Parameters
    ----------
    first : Path
        The training rows, or a model; with ``train`` and no ``data`` the held-out rows.
    data : Path or None
        Held-out rows.
    generated : Path
    train : Path or None
        The training rows, where they do not come first.
    target : str or None
        The column to foretell.
    terminal : Terminal

    Raises
    ------
    ParameterError
        It is not said where the training rows or the held-out rows are.

    Examples
    --------
    >>> judge_generation(Path("a.csv"), None, Path("b.csv"), None, None, Terminal())
    Traceback (most recent call last):
    diabolo.errors.ParameterError: --generated needs real rows twice, ...
    """
    paths = _real(first, data, train)
    for path in (*paths, generated):
        inputs.check(path)
    schema = None if data is None or inputs.is_data(first) else _schema(first, terminal)
    frames = [inputs.read(path, None, terminal) for path in (*paths, generated)]
    with terminal.working("judging"):
        from diabolo.evaluate import generation

        scores = generation(*frames, target=target, schema=schema)
    show_generation(scores, terminal)
    return scores.to_json()


def _real(first: Path, data: Path | None, train: Path | None) -> tuple[Path, Path]:
    """Where the training rows and the held-out rows are."""
    if data is not None and train is not None:
        return train, data
    if data is not None and inputs.is_data(first):
        return first, data
    if data is None and train is not None and inputs.is_data(first):
        return train, first
    raise ParameterError(
        "--generated needs real rows twice, those that the model was fitted with and others that it never saw: "
        "diabolo evaluate TRAIN.csv TEST.csv --generated NEW.csv, or, with a model, diabolo evaluate MODEL TEST.csv "
        "--train TRAIN.csv --generated NEW.csv."
    )


def _schema(model: Path, terminal: Terminal) -> Any:
    """What a model takes the columns for."""
    return inputs.load(model, terminal, decodes=False).schema_


def judge_made(model: Any, train: "Frame", test: "Frame", schema: "Schema") -> "GenerationScores":
    """Judge as many rows of a model as it was not fitted with.

    Parameters
    ----------
    model : estimator that samples
    train, test : Frame
        Rows it was fitted with, and others.
    schema : Schema
        Of the training rows.

    Examples
    --------
    >>> judge_made(3, None, None, None)
    Traceback (most recent call last):
    diabolo.errors.CapabilityError: an int neither rebuilds nor makes rows: there is nothing to judge.
    """
    from diabolo.evaluate import generation
    from diabolo.frames import Frame
    from diabolo.models.sampling import Samples

    if not isinstance(model, Samples):
        from diabolo.frames.names import one

        raise CapabilityError(
            f"{one(type(model))} neither rebuilds nor makes rows: there is nothing to judge."
        )
    made = Frame.decoded(model.sample(len(test), random_state=0))
    return generation(train, test, made, schema=schema)


def show_generation(scores: "GenerationScores", terminal: Terminal) -> None:
    """Print the headline, the table between its two references, and what is worst.

    Parameters
    ----------
    scores : GenerationScores
    terminal : Terminal

    Examples
    --------
    >>> from diabolo.evaluate import GenerationScores, Likeness
    >>> like = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)
    >>> show_generation(GenerationScores(like, like, like, (), (), "x", "AUC", 9, 9, 9), Terminal(machine=True))
    """
    made, best, floor = scores.generated, scores.real, scores.marginals
    terminal.say(
        f"{made.rows:,} generated rows, judged by {scores.test_rows:,} real ones that were held out: boosted trees tell "
        f"them apart with an AUC of {made.c2st_auc:.3f} (real rows {best.c2st_auc:.3f}, independent marginals "
        f"{floor.c2st_auc:.3f}; 0.5 is best)."
    )
    terminal.say()
    terminal.say(generation_table(scores))
    terminal.say()
    terminal.say(worst_table(scores))
    terminal.say()
    if scores.left_out:
        terminal.say(f"Not judged: {', '.join(scores.left_out)}.")
    terminal.say(
        f"Classifiers and distances looked at {scores.sample:,} rows of each table at most. A measure in which "
        "independent marginals do as well as real rows says nothing here."
    )


def generation_table(scores: "GenerationScores") -> "Table":
    """Every measure of generated rows between real rows and independent marginals.

    Parameters
    ----------
    scores : GenerationScores

    Examples
    --------
    >>> from diabolo.evaluate import GenerationScores, Likeness
    >>> like = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)
    >>> generation_table(GenerationScores(like, like, like, (), (), "income", "AUC", 90, 10, 10)).row_count
    13
    """
    table = plain_table(
        "Measure", ("Generated", "right"), ("Real rows", "right"), ("Independent marginals", "right")
    )
    for line in scores.table():
        values = [number(line[who]) for who in ("generated", "real", "marginals")]
        table.add_row(line["words"], *values, style="bold" if line["measure"] == "c2st" else None)
    return table


def worst_table(scores: "GenerationScores") -> "Table":
    """The columns and pairs that are furthest below real rows.

    Parameters
    ----------
    scores : GenerationScores

    Examples
    --------
    >>> from diabolo.evaluate import ColumnShape, GenerationScores, Likeness
    >>> like = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)
    >>> age = ColumnShape("age", "continuous", 0.91, 0.99)
    >>> worst_table(GenerationScores(like, like, like, (age,), (), "income", "AUC", 90, 10, 10)).row_count
    1
    """
    table = plain_table("Worst", ("Generated", "right"), ("Real rows", "right"))
    for column in scores.columns[:SHOWN]:
        table.add_row(column.name, number(column.shape), number(column.real))
    for pair in scores.pairs[:SHOWN]:
        table.add_row(" and ".join(pair.names), number(pair.trend), number(pair.real))
    return table
