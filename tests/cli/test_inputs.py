from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diabolo.cli import inputs
from diabolo.cli.terminal import Terminal
from diabolo.data.readers import KINDS_READ
from diabolo.errors import DataError, MissingColumnError, ModelFileError
from diabolo.frames import Frame


def test_read(folder: Path):
    assert inputs.read(Path("people.csv"), None, Terminal()).names[:2] == ("person_id", "age")


def test_read_an_array_of_an_archive(folder: Path):
    np.savez("two.npz", a=np.zeros((3, 2)), b=np.ones((4, 2)))
    assert inputs.read(Path("two.npz"), "b", Terminal()).n_rows == 4


def test_nothing_to_read(folder: Path):
    with pytest.raises(DataError, match=r"nowhere\.csv"):
        inputs.read(Path("nowhere.csv"), None, Terminal())


def test_load(model: Path):
    assert inputs.load(model, Terminal()).n_components_ == 2


def test_data_is_no_model(folder: Path):
    with pytest.raises(ModelFileError, match="not a Diabolo file"):
        inputs.load(Path("people.csv"), Terminal())


@pytest.mark.parametrize(
    "suffix", [word.strip("(),") for word in KINDS_READ.split() if word.startswith(("(.", "."))]
)
def test_everything_that_is_read_is_data(suffix: str):
    assert inputs.is_data(Path(f"x{suffix}"))
    assert inputs.is_data(Path(f"x{suffix.upper()}"))


def test_a_folder_is_data_and_a_model_is_not(tmp_path: Path):
    assert inputs.is_data(tmp_path)
    assert not inputs.is_data(Path("x.diabolo"))
    assert not inputs.is_data(Path("x.pickle"))


def test_coloring():
    plain = Frame.of({"age": [31, 47], "label": ["a", "b"]})
    images = Frame.of(np.zeros((2, 4, 4)))
    assert inputs.coloring(plain, None) is None
    assert inputs.coloring(plain, "age") == "age"
    assert inputs.coloring(images, None) is None
    with pytest.raises(MissingColumnError, match="'size'"):
        inputs.coloring(plain, "size")


@pytest.mark.parametrize("command", ["encode", "decode", "reconstruct", "evaluate", "traverse", "report"])
def test_swapped_arguments_are_told_as_such(run: Callable, model: Path, command: str):
    out = () if command in ("evaluate", "traverse") else ("-o", "out.csv")
    result = run(command, "people.csv", model, *out)
    assert result.code == 2
    assert "first comes MODEL" in result.err


def test_a_misspelled_input_is_told_before_an_output_that_exists(run: Callable, model: Path):
    model.rename("peple.diabolo")
    assert "no file or folder 'peple.csv'" in run("fit", "peple.csv").err


def test_a_model_is_no_data(run: Callable, model: Path):
    result = run("fit", model)
    assert result.code == 2
    assert "goes by its name for a model" in result.err


def test_the_file_that_was_probably_meant_is_asked_after(run: Callable, model: Path):
    assert "'peple.csv': did you mean 'people.csv'? check" in run("fit", "peple.csv").err
    assert "did you mean 'people.diabolo'?" in run("inspect", "peple.diabolo").err
    assert "did you mean" not in run("fit", "far/away.csv").err


@pytest.mark.parametrize("command", ["sample", "impute"])
def test_a_misspelled_model_is_told_before_an_output_that_exists(run: Callable, masked: Path, command: str):
    data = ("people.csv",) if command == "impute" else ()
    assert "no such file" in run(command, "maskd.diabolo", *data, "-o", "people.csv").err


def test_a_misspelled_choice_is_told_before_an_output_that_exists(run: Callable, model: Path):
    assert "--kind needs a column and its kind" in run("fit", "people.csv", "--kind", "city").err
