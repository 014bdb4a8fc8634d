"""Resuming: after kill -9 at any moment the weights are bit by bit those of a run that was never stopped."""

import json
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from diabolo.terms import Neighbors

pytestmark = pytest.mark.toy

EPOCHS = 16


def fit(folder: Path, name: str, options: dict) -> None:
    """One whole run in a process of its own; the weights are there when it has ended."""
    from diabolo.models.autoencoder import Autoencoder
    from diabolo.nn import Dense
    from diabolo.train import Trainer

    torch.set_num_threads(1)
    x = np.random.default_rng(0).normal(size=(120, 6)).astype(np.float32)
    model = Autoencoder(
        2,
        architecture=Dense((8,), dropout=0.2, linear_path=True),
        **options,
        max_epochs=EPOCHS,
        batch_size=16,
        random_state=0,
        trainer=Trainer(checkpoint_every=0.0, patience=1.0, progress=False),
    )
    model.fit(x, run_dir=folder / name)
    torch.save({"tensors": model.tensors(), "epochs": _outcome(model.history_)}, folder / f"{name}.pt")


def _outcome(history) -> list:
    return [(epoch.epoch, epoch.terms, epoch.held_out, epoch.learning_rate) for epoch in history.epochs]


@pytest.fixture
def start(processes, tmp_path):
    def go(name, options):
        process = processes.Process(target=fit, args=(tmp_path, name, options))
        process.start()
        return process

    return go


def epochs_written(folder: Path) -> int:
    path = folder / "run" / "nets" / "history.jsonl"
    return path.read_text().count("\n") if path.exists() else 0


def kill_after(process, folder: Path, epoch: int, delay: float) -> bool:
    """Kill a run a moment after it has written an epoch; False if it was faster."""
    while process.is_alive() and epochs_written(folder) < epoch:
        time.sleep(0.0005)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return process.exitcode == -signal.SIGKILL


def outcome(process, path: Path) -> dict:
    process.join(120)
    assert process.exitcode == 0
    return torch.load(path)


@pytest.mark.parametrize(
    ("kills", "options"),
    [
        (3, {}),
        (2, {"penalty": Neighbors(k=5)}),
        pytest.param(12, {"ordered": True}, marks=pytest.mark.slow),
    ],
    ids=["3", "2-neighbors", "12-ordered"],
)
def test_kill_9_at_any_moment_changes_no_bit(start, tmp_path, kills, options):
    moments = random.Random(0)
    counted = 0
    for i in range(kills):
        epoch = round((i + moments.random()) * (EPOCHS - 3) / kills)
        counted += kill_after(start("run", options), tmp_path, epoch, moments.uniform(0, 0.03))
    assert counted == kills
    resumed, whole = (outcome(start(name, options), tmp_path / f"{name}.pt") for name in ("run", "whole"))
    assert resumed["epochs"] == whole["epochs"]
    assert len(whole["epochs"]) == EPOCHS
    assert whole["tensors"].keys() == resumed["tensors"].keys()
    for key, tensor in whole["tensors"].items():
        assert torch.equal(tensor, resumed["tensors"][key]), key
    lines = [
        json.loads(line) for line in (tmp_path / "run" / "nets" / "history.jsonl").read_text().splitlines()
    ]
    assert [line["epoch"] for line in lines] == list(range(1, EPOCHS + 1))
