"""Labels as people keep them, and what is shown of those that were found."""

from typing import TYPE_CHECKING, Any

from diabolo.cli.tables import facts_table, plain_table, share
from diabolo.cli.terminal import Terminal
from diabolo.errors import LabelError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from diabolo.frames import Frame
    from diabolo.models import SemiSupervisedClassifier

__all__ = ["answer_table", "given_labels", "show_standings"]

ROW = "row"  # the column of a file of labels that numbers rows from 0


def given_labels(frame: "Frame", table: "Frame | None", column: str | None) -> tuple["np.ndarray", list[str]]:
    """One label per row, None where there is none, and the columns of the data that must not be learned from.

    Parameters
    ----------
    frame : Frame
        The data.
    table : Frame or None
        Rows and labels; None where the labels are a column of the data.
    column : str or None
        The column that holds labels.

    Raises
    ------
    LabelError
        It is not clear which column names rows and which one labels, or the labels do not fit the rows.

    Examples
    --------
    >>> from diabolo.frames import Frame
    >>> people = Frame.of({"id": ["a", "b", "c"], "age": [31, 47, 20]})
    >>> y, left_out = given_labels(people, Frame.of({"id": ["b"], "vote": ["yes"]}), None)
    >>> y.tolist(), left_out
    ([None, 'yes', None], ['id'])
    """
    import numpy as np

    from diabolo.data.labels import labels_by_key

    if table is None:
        if column is None:
            raise LabelError(
                "there are no labels: give a table with --labels FILE, or a column of the data with --column NAME."
            )
        return np.array([_plain(v) for v in frame.arrow(column).to_pylist()] + [None], dtype=object)[:-1], [
            column
        ]
    key, named = _key_and_label(frame, table, column)
    keys = [_plain(v) for v in table.arrow(key).to_pylist()]
    values = [_plain(v) for v in table.arrow(named).to_pylist()]
    in_data = None if key not in frame.names else key
    left_out = [name for name in (in_data, named) if name in frame.names]
    return labels_by_key(frame, keys, values, in_data), left_out


def answer_table(frame: "Frame", fitted: "SemiSupervisedClassifier", left_out: list[str]) -> "pa.Table":
    """Row, its name where it has one, label, probability, and whether it was given or left open, in the data's order.

    Parameters
    ----------
    frame : Frame
    fitted : SemiSupervisedClassifier
    left_out : list of str
        The first names rows, if there are two or it is not the label.

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.frames import Frame
    >>> from diabolo import LinearAutoencoder, SemiSupervisedClassifier
    >>> rows = Frame.of({"id": ["a", "b", "c", "d"], "x": [0.0, 0.1, 5.0, 5.1], "y": [0.0, 0.2, 5.0, 5.2]})
    >>> model = SemiSupervisedClassifier(encoder=LinearAutoencoder(1), method="knn")
    >>> model = model.fit(rows.numbers(("x", "y")), [0, 0, 1, 1])
    >>> answer_table(rows, model, ["id"]).column_names
    ['row', 'id', 'label', 'probability', 'given', 'abstained']
    """
    import numpy as np
    import pyarrow as pa

    probabilities = fitted.label_distributions_.max(1)
    abstained = probabilities < (fitted.threshold or 0.0)
    best = fitted.classes_[fitted.label_distributions_.argmax(1)]
    names = {
        name: frame.arrow(name)
        for name in left_out[:1]
        if name in frame.names and frame.arrow(name).null_count == 0
    }
    return pa.table(
        {
            ROW: np.arange(len(frame)),
            **names,
            "label": pa.array(best.tolist(), mask=abstained),
            "probability": probabilities,
            "given": fitted.given_,
            "abstained": abstained,
        }
    )


def show_standings(fitted: "SemiSupervisedClassifier", terminal: Terminal) -> None:
    """Print how far the labels reach on each representation, and how sure the answers are.

    Parameters
    ----------
    fitted : SemiSupervisedClassifier
    terminal : Terminal

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo import LinearAutoencoder, SemiSupervisedClassifier
    >>> rows = np.array([[0.0, 0.0], [0.1, 0.2], [5.0, 5.0], [5.1, 5.2]])
    >>> model = SemiSupervisedClassifier(encoder=LinearAutoencoder(1), method="knn").fit(rows, [0, 0, 1, 1])
    >>> show_standings(model, Terminal(machine=True))
    """
    comparison, calibration = fitted.comparison_, fitted.calibration_
    terminal.say(f"What {comparison.labels} labels say of rows they have not seen ({comparison.how})")
    terminal.say()
    rows = [
        (s.representation, str(s.width), s.method, share(s.accuracy), share(s.ece), s.note)
        for s in comparison.standings
    ]
    headings = (
        "Representation",
        ("Width", "right"),
        "Method",
        ("Right", "right"),
        ("Calibration error", "right"),
        "",
    )
    terminal.say(plain_table(*headings, rows=rows))
    terminal.say()
    terminal.say(facts_table(_facts(fitted, calibration)))
    terminal.say()


def _facts(fitted: "SemiSupervisedClassifier", calibration: Any) -> dict[str, str]:
    """Answered rows and how their probabilities were calibrated."""
    rows = f"{calibration.rows} labels, {calibration.how}" if calibration.rows else calibration.how
    bar = "" if fitted.threshold is None else f" with probability {fitted.threshold:g} or more"
    return {
        "answered": f"{share(fitted.coverage_)} of {int((~fitted.given_).sum()):,} rows without a label{bar}",
        "calibration error": f"{share(calibration.ece)} ({rows})",
    }


def _key_and_label(frame: "Frame", table: "Frame", column: str | None) -> tuple[str, str]:
    """Which column of the table names rows, and which one their labels."""
    if column is not None and column not in table.names:
        raise LabelError(f"the labels have no column {column!r}; they have {', '.join(table.names)}.")
    keys = [name for name in table.names if name in frame.names and name != column]
    if ROW in table.names and column != ROW:
        keys = [ROW]
    if len(keys) > 1:  # the data may have a column of labels of the same name
        keys = [name for name in keys if _names_rows(frame, name)]
    rest = [column] if column else [name for name in table.names if name not in keys]
    rest = ["label"] if "label" in rest else rest
    if len(keys) != 1 or len(rest) != 1:
        raise LabelError(
            f"the labels have the columns {', '.join(table.names)}: one must name rows, either {ROW!r} with numbers from 0 "
            f"or a column that the data have too, and one other their labels; say which with --column NAME."
        )
    return keys[0], rest[0]


def _names_rows(frame: "Frame", name: str) -> bool:
    """Whether a column has another value in every row."""
    values = frame.arrow(name)
    return values.null_count == 0 and len(values.unique()) == len(values)


def _plain(value: Any) -> Any:
    """Whole numbers that were read as floats because of gaps, as whole numbers; NaN and empty text as missing."""
    if value is None or value != value or value == "":
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
