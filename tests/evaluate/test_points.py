import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.errors import CheckpointError, DiaboloWarning, OutputError
from diabolo.evaluate import points
from diabolo.evaluate.points import Judged, Point, Task, train
from diabolo.frames import Frame
from diabolo.models import Autoencoder
from diabolo.nn import Dense
from diabolo.train import Trainer

pytestmark = pytest.mark.toy

PARAMETERS = {"max_epochs": 2, "architecture": Dense((8,))}
ALONE, ORDERED = Point((2,), 0), Point((1, 2), 0, ordered=True)


@pytest.fixture
def task(rng: np.random.Generator, tmp_path: Path) -> Task:
    X = (rng.normal(size=(60, 2)) @ rng.normal(size=(2, 5)) + 0.1 * rng.normal(size=(60, 5))).astype(
        "float32"
    )
    rows = Frame.of(X[:48])
    return Task(Schema.fit(rows), rows, Frame.of(X[48:]), PARAMETERS, tmp_path / "run")


def untouched(*_, **__):
    raise AssertionError("a finished point was trained again")


@pytest.mark.parametrize("point", [ALONE, ORDERED])
def test_a_point_is_the_model_that_a_person_would_fit(task: Task, point: Point):
    found = task.run(point)
    model = Autoencoder(2, ordered=point.ordered, random_state=0, **PARAMETERS).fit(
        task.rows, schema=task.schema
    )
    for k in point.widths:
        shorter = model.truncate(k) if point.ordered else model
        assert found.error(k) == pytest.approx(shorter.reconstruction_error(task.held_out).mean(), rel=1e-9)
        assert len(found.errors[k]) == 5


@pytest.mark.parametrize("point", [ALONE, ORDERED])
def test_a_finished_point_is_read_back(task: Task, point: Point, monkeypatch: pytest.MonkeyPatch):
    first = task.run(point)
    monkeypatch.setattr(Autoencoder, "fit", untouched)
    assert task.run(point) == first
    assert [path.name for path in (task.run_dir or Path()).iterdir()] == [f"{point.name}.json"]


def test_an_interrupted_point_goes_on_with_its_checkpoint(task: Task, monkeypatch: pytest.MonkeyPatch):
    expected = dataclasses.replace(task, run_dir=None).run(ALONE)
    often = dataclasses.replace(task, parameters={**PARAMETERS, "trainer": Trainer(checkpoint_every=0)})
    judge = points._judge
    monkeypatch.setattr(points, "_judge", untouched)
    with pytest.raises(AssertionError):
        often.run(ALONE)
    monkeypatch.setattr(points, "_judge", judge)
    resumed = []
    fit = Autoencoder.fit

    def watched(self, *arguments, **options):
        resumed.append(fit(self, *arguments, **options).history_.plan["resumed_at"])
        return self

    monkeypatch.setattr(Autoencoder, "fit", watched)
    assert task.run(ALONE).errors == expected.errors
    assert resumed == [2]


def test_other_parameters_or_rows_are_refused(task: Task):
    task.run(ALONE)
    with pytest.raises(CheckpointError, match=r"max_epochs was 2 and is 3"):
        dataclasses.replace(task, parameters={**PARAMETERS, "max_epochs": 3}).run(ALONE)
    with pytest.raises(CheckpointError, match="data was"):
        dataclasses.replace(task, held_out=task.rows).run(ALONE)


def test_an_ordered_point_of_other_widths_is_refused(task: Task):
    task.run(Point((2,), 0, ordered=True))
    with pytest.raises(CheckpointError, match="not at 1"):
        task.run(ORDERED)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"identity": 1}'])
def test_a_damaged_point_is_refused(task: Task, text: str):
    assert task.run_dir is not None
    task.run_dir.mkdir()
    (task.run_dir / f"{ALONE.name}.json").write_text(text)
    with pytest.raises(CheckpointError, match="not a finished point"):
        task.run(ALONE)


def test_processes_give_the_same_bits(task: Task):
    several = [Point((k,), seed) for k in (1, 2) for seed in (0, 1)]
    alone = train(dataclasses.replace(task, run_dir=None), several, 1)
    together = train(task, several, 2)
    assert [j.errors for j in together] == [j.errors for j in alone]
    assert [j.errors for j in train(task, several)] == [
        j.errors for j in alone
    ]  # read back, without processes
    assert len(json.loads((task.run_dir / "autoencoder-2-seed1.json").read_text())["errors"]["2"]) == 5


def test_threads_come_back(task: Task):
    usual = torch.get_num_threads()
    train(dataclasses.replace(task, run_dir=None), [ALONE], 1)
    assert torch.get_num_threads() == usual


def test_warnings_of_trainings_are_told_once(task: Task, monkeypatch: pytest.MonkeyPatch):
    odd = Judged({2: [1.0]}, 1.0, (DiaboloWarning("odd"),))
    monkeypatch.setattr(Task, "run", lambda self, point: odd)
    with pytest.warns(DiaboloWarning, match="odd") as caught:
        train(task, [ALONE, ORDERED])
    assert len(caught) == 1


def test_a_half_trained_model_is_no_point(task: Task, monkeypatch: pytest.MonkeyPatch):
    fit = Autoencoder.fit

    def interrupted(self, *arguments, **options):
        fit(self, *arguments, **options)
        self.history_ = dataclasses.replace(self.history_, stop_reason="interrupted")
        return self

    monkeypatch.setattr(Autoencoder, "fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        task.run(ALONE)
    assert not list((task.run_dir or Path()).glob("*.json"))


def test_a_run_dir_that_cannot_be(task: Task, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="run directory"):
        train(dataclasses.replace(task, run_dir=tmp_path / "file" / "run"), [ALONE])
