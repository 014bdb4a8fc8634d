from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diabolo.cli.terminal import Terminal
from diabolo.cli.truth import truth
from diabolo.errors import LabelError, MissingColumnError
from diabolo.frames import Frame

TABLE = {"x": [1.0, 2.0, 3.0], "kind": ["a", "b", "a"]}


def test_labels_of_a_column():
    y, column = truth(Frame.of(TABLE), "kind", None, Terminal())
    assert (y.tolist(), column) == (["a", "b", "a"], "kind")


@pytest.mark.parametrize("name", ["labels.npy", "labels.csv"])
def test_labels_of_a_file(folder: Path, name: str):
    np.save("labels.npy", np.array([3, 1, 2]))
    Path("labels.csv").write_text("label\n3\n1\n2\n")
    y, column = truth(Frame.of(np.zeros((3, 2))), None, Path(name), Terminal())
    assert (y.tolist(), column) == ([3, 1, 2], None)


def test_what_cannot_be(folder: Path, run: Callable):
    np.save("labels.npy", np.array([3, 1]))
    Path("two.csv").write_text("a,b\n1,2\n")
    frame = Frame.of(TABLE)
    for column, file, words in (
        (None, None, "--label COLUMN"),
        ("kind", Path("labels.npy"), "give one of them"),
        (None, Path("labels.npy"), "2 labels for 3 rows"),
        (None, Path("two.csv"), "name the one of labels"),
    ):
        with pytest.raises(LabelError, match=words):
            truth(frame, column, file, Terminal())
    with pytest.raises(MissingColumnError):
        truth(frame, "nothing", None, Terminal())
    with pytest.raises(LabelError, match="1 of 3 rows have no label"):
        truth(Frame.of(TABLE | {"kind": ["a", None, "b"]}), "kind", None, Terminal())
