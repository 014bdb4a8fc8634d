"""The record of a run: JSON and back, a file that follows it."""

import dataclasses
import json

import pytest

from diabolo.train import Epoch, History
from diabolo.train.history import HistoryFile

EPOCHS = tuple(Epoch(i, {"fit": 1.0 / i, "penalty": 0.1}, 2.0 / i, 0.01, 0.5 * i) for i in (1, 2, 3))


def history_of(epochs=EPOCHS):
    return History(epochs, "max_epochs", 3, 0.66, 100, 12, 1e5, {"batch_size": 32, "seconds": 9.0})


@pytest.mark.parametrize("epochs", [EPOCHS, ()])
def test_json_gives_the_same_record(epochs):
    history = history_of(epochs)
    assert History.from_json(json.loads(json.dumps(history.to_json()))) == history


def test_seconds_are_those_of_the_plan_which_counts_all_stages_or_of_the_last_epoch():
    assert history_of().seconds == 9.0
    assert dataclasses.replace(history_of(), plan={}).seconds == 1.5
    assert history_of(()).seconds == 9.0


def test_the_file_has_one_epoch_a_line_and_can_go_back(tmp_path):
    path = tmp_path / "history.jsonl"
    file = HistoryFile(path)
    file.restart([])
    for epoch in EPOCHS:
        file.add(epoch)
    assert [Epoch(**json.loads(line)) for line in path.read_text().splitlines()] == list(EPOCHS)
    file.restart(list(EPOCHS[:1]))
    file.add(EPOCHS[1])
    assert [json.loads(line)["epoch"] for line in path.read_text().splitlines()] == [1, 2]


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    HistoryFile(None).restart(list(EPOCHS))
    HistoryFile(None).add(EPOCHS[0])
    assert list(tmp_path.iterdir()) == []
