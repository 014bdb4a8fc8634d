"""Labels as people keep them, and what is shown of those that were found."""

import dataclasses
from typing import TYPE_CHECKING, Any

from diabolo.cli.tables import facts_table, plain_table, share
from diabolo.cli.terminal import Terminal
from diabolo.errors import LabelError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from diabolo.frames import Frame
    from diabolo.models import SemiSupervisedClassifier

__all__ = ["Given", "answer_table", "given_labels", "show_standings"]

ROW = "row"  # the column of a file of labels that numbers rows from 0


@dataclasses.dataclass(frozen=True)
class Given:
    """Labels of some rows, and the columns of the data that must not be learned from.

    Parameters
    ----------
    y : ndarray of object, shape (n,)
        None where there is none.
    key : str or None
        The column of the data that names rows.
    label : str or None
        The one that holds labels.

    Examples
    --------
    >>> Given(None, "id", "vote").left_out
    ('id', 'vote')
    """

    y: "np.ndarray"
    key: str | None = None
    label: str | None = None

    @property
    def left_out(self) -> tuple[str, ...]:
        """Both columns, where there are."""
        return tuple(name for name in (self.key, self.label) if name is not None)


def given_labels(frame: "Frame", table: "Frame | None", column: str | None) -> Given:
    """One label per row and where it stands; what is empty has none, and where nothing is empty, -1.

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
    >>> given = given_labels(people, Frame.of({"id": ["b"], "vote": ["yes"]}), None)
    >>> given.y.tolist(), given.key
    ([None, 'yes', None], 'id')
    """
    from diabolo.data.labels import labels_by_key

    if table is None:
        if column is None:
            raise LabelError(
                "there are no labels: give a table with --labels FILE, or a column of the data with --column NAME."
            )
        return Given(_values(frame, column), None, column)
    key, named = _key_and_label(frame, table, column)
    keys = [_plain(v) for v in table.arrow(key).to_pylist()]
    in_data = None if key not in frame.names else key
    y = labels_by_key(frame, keys, _values(table, named).tolist(), in_data)
    return Given(y, in_data, named if named in frame.names else None)


def answer_table(frame: "Frame", fitted: "SemiSupervisedClassifier", key: str | None) -> "pa.Table":
    """Row, its name where it has one, label, probability, and whether it was given or left open, in the data's order.

    Parameters
    ----------
    frame : Frame
    fitted : SemiSupervisedClassifier
    key : str or None
        The column that names rows; one that is called as a column of the answer is called data_... there.

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.frames import Frame
    >>> from diabolo import LinearAutoencoder, SemiSupervisedClassifier
    >>> rows = Frame.of({"id": ["a", "b", "c", "d"], "x": [0.0, 0.1, 5.0, 5.1], "y": [0.0, 0.2, 5.0, 5.2]})
    >>> model = SemiSupervisedClassifier(encoder=LinearAutoencoder(1), method="knn")
    >>> model = model.fit(rows.numbers(("x", "y")), [0, 0, 1, 1])
    >>> answer_table(rows, model, "id").column_names
    ['row', 'id', 'label', 'probability', 'given', 'abstained']
    """
    import numpy as np
    import pyarrow as pa

    probabilities = fitted.label_distributions_.max(1)
    abstained = probabilities < (fitted.threshold or 0.0)
    best = fitted.classes_[fitted.label_distributions_.argmax(1)]
    found = {
        ROW: np.arange(len(frame)),
        "label": pa.array(best.tolist(), mask=abstained),
        "probability": probabilities,
        "given": fitted.given_,
        "abstained": abstained,
    }
    if key is None:
        return pa.table(found)
    name = f"data_{key}" if key in found else key
    return pa.table({ROW: found.pop(ROW), name: frame.arrow(key), **found})


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


def _values(frame: "Frame", column: str) -> "np.ndarray":
    """The labels of a column, None where there is none."""
    from diabolo.data.labels import marked

    return marked([_plain(v) for v in frame.arrow(column).to_pylist()])


def _plain(value: Any) -> Any:
    """Whole numbers that were read as floats because of gaps, as whole numbers; NaN and empty text as missing."""
    if value is None or value != value or value == "":
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value
