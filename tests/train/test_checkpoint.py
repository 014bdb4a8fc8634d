"""Checkpoints: a valid one is always there, the newest is found, and a changed run is refused."""

import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import torch

from diabolo.errors import (
    CheckpointError,
    DamagedCheckpointWarning,
    DiskFullError,
    NewerVersionError,
    OutputError,
)
from diabolo.files import container, manifest
from diabolo.train.checkpoint import Checkpoints, check_same


@pytest.fixture
def checkpoints(tmp_path):
    with Checkpoints(tmp_path / "run") as opened:
        yield opened


def save(checkpoints: Checkpoints, *steps: int) -> None:
    for step in steps:
        checkpoints.save(step, {"seed": 7}, {"weight": torch.full((3,), float(step))})


def steps(checkpoints: Checkpoints) -> list[int]:
    return sorted(int(path.stem.split("-")[1]) for path in checkpoints.folder.glob("checkpoint-*"))


def latest_step(checkpoints: Checkpoints) -> int | None:
    """The step of the newest valid checkpoint, its tensors compared with what was saved there."""
    found = checkpoints.latest()
    if found is None:
        return None
    content, tensors = found
    assert torch.equal(tensors["weight"], torch.full_like(tensors["weight"], float(content["step"])))
    return content["step"]


def path_of(checkpoints: Checkpoints, step: int) -> Path:
    return checkpoints.folder / f"checkpoint-{step:08d}.diabolo"


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 1
    path.write_bytes(
        {"flip": data, "cut": data[:-1], "empty": b"", "grown": data + b"\0", "other": b"PK\3\4"}[how]
    )


# --- save, find, prune


def test_an_empty_folder_has_no_checkpoint(checkpoints):
    assert checkpoints.latest() is None


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_newest_is_found_and_the_last_few_are_kept(tmp_path, keep):
    with Checkpoints(tmp_path, keep=keep) as checkpoints:
        for count, step in enumerate([0, 5, 10, 120, 99_999_999, 100_000_000], start=1):
            save(checkpoints, step)
            assert latest_step(checkpoints) == step
            assert len(steps(checkpoints)) == min(count, keep)


def test_the_content_comes_back_with_kind_and_step(checkpoints):
    checkpoints.save(3, {"seed": 7, "kind": "mine", "step": 99}, {})
    content, tensors = checkpoints.latest()
    assert (content["kind"], content["step"], content["seed"], tensors) == ("checkpoint", 3, 7, {})
    assert container.read_manifest(path_of(checkpoints, 3)) == content


def test_the_same_step_can_be_saved_twice(checkpoints):
    save(checkpoints, 4, 4)
    assert steps(checkpoints) == [4]


def test_other_files_in_the_folder_are_left_alone(checkpoints):
    others = {
        "history.jsonl",
        "checkpoint-12.diabolo",
        "checkpoint-00000012.diabolo.bak",
        ".history.jsonl.12.tmp",
    }
    for name in others:
        (checkpoints.folder / name).touch()
    save(checkpoints, 1, 2, 3)
    assert latest_step(checkpoints) == 3
    assert others <= {path.name for path in checkpoints.folder.iterdir()}


def test_a_model_file_under_a_checkpoint_name_is_skipped(checkpoints):
    save(checkpoints, 1)
    container.write(path_of(checkpoints, 2), {"kind": "model"}, {})
    with pytest.warns(DamagedCheckpointWarning, match="holds a model"):
        assert latest_step(checkpoints) == 1


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_one_must_be_kept(tmp_path, keep):
    with pytest.raises(CheckpointError, match="at least 1"):
        Checkpoints(tmp_path, keep=keep)


# --- damage


@pytest.mark.parametrize("how", ["flip", "cut", "empty", "grown", "other"])
def test_a_damaged_checkpoint_is_skipped_with_a_sentence_that_names_it(checkpoints, how):
    save(checkpoints, 1, 2)
    damage(path_of(checkpoints, 2), how)
    with pytest.warns(DamagedCheckpointWarning, match=r"checkpoint-00000002\.diabolo is skipped") as caught:
        assert latest_step(checkpoints) == 1
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def test_when_all_are_damaged_there_is_none(checkpoints):
    save(checkpoints, 1, 2)
    for step in (1, 2):
        damage(path_of(checkpoints, step), "flip")
    with pytest.warns(DamagedCheckpointWarning) as caught:
        assert checkpoints.latest() is None
    assert len(caught) == 2


@pytest.mark.parametrize("keep", [1, 2])
@pytest.mark.parametrize("again", [7, 10, 11])
def test_a_damaged_checkpoint_never_counts_as_one_that_is_kept(tmp_path, keep, again):
    """Going on from step 5 after step 10 was damaged: whatever is saved next must survive and be found."""
    with Checkpoints(tmp_path, keep=2) as checkpoints:
        save(checkpoints, 5, 10)
        damage(path_of(checkpoints, 10), "flip")
    with Checkpoints(tmp_path, keep=keep) as checkpoints:
        with pytest.warns(DamagedCheckpointWarning):
            assert latest_step(checkpoints) == 5
        save(checkpoints, again)
        assert latest_step(checkpoints) == again
        assert steps(checkpoints) == [5, again][-keep:]


def test_exchanged_checkpoints_do_not_move_the_run_in_time(checkpoints):
    save(checkpoints, 1, 2)
    first, second = path_of(checkpoints, 1), path_of(checkpoints, 2)
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)
    with pytest.warns(DamagedCheckpointWarning, match="it was renamed"):
        assert checkpoints.latest() is None


def test_the_work_of_a_newer_version_is_not_thrown_away(checkpoints, monkeypatch):
    save(checkpoints, 1)
    monkeypatch.setattr(manifest, "FORMAT_VERSION", 2)
    save(checkpoints, 2)
    monkeypatch.undo()
    with pytest.raises(NewerVersionError):
        checkpoints.latest()


# --- what cannot be written


def test_a_full_disk_keeps_the_older_checkpoints(checkpoints, monkeypatch):
    save(checkpoints, 1, 2)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(DiskFullError):
        save(checkpoints, 3)
    monkeypatch.undo()
    assert steps(checkpoints) == [1, 2]
    assert latest_step(checkpoints) == 2


@pytest.mark.parametrize("place", ["file", "file/run", "/proc/run"])
def test_a_folder_that_cannot_be_used_is_named(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="as a run directory"):
        Checkpoints(tmp_path / place)


def test_leftovers_of_a_killed_save_are_removed_and_those_of_others_are_not(tmp_path):
    mine, other = (
        tmp_path / ".checkpoint-00000003.diabolo.0a1b2c3d.tmp",
        tmp_path / ".report.html.0a1b2c3d.tmp",
    )
    mine.write_bytes(b"half")
    other.touch()
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.latest() is None
    assert not mine.exists()
    assert other.exists()


# --- one owner


def test_a_second_starter_is_refused_until_the_first_is_done(tmp_path):
    with Checkpoints(tmp_path), pytest.raises(CheckpointError, match=f"in use by process {os.getpid()}"):
        Checkpoints(tmp_path)
    Checkpoints(tmp_path).close()


# --- kill -9, with real processes

WRITER = """
import os, signal, sys
import torch
from diabolo.train.checkpoint import Checkpoints

def train(folder, die_at):
    checkpoints = Checkpoints(folder)
    found = checkpoints.latest()
    step = found[0]["step"] if found else 0
    if die_at:
        name, count = die_at.split(":")
        module, function = (os, name)
        original, left = getattr(os, name), [int(count)]
        def deadly(*args, **options):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **options)
        setattr(os, name, deadly)
    while True:
        step += 1
        checkpoints.save(step, {}, {"weight": torch.full((100_000,), float(step))})
        os.write(1, f"{step}\\n".encode())

torch.ones(1)
for line in sys.stdin:
    folder, _, die_at = line.rstrip("\\n").partition("|")
    child = os.fork()
    if child == 0:
        train(folder, die_at)
    os.write(1, f"pid {child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


class Writer:
    """A process that forks trainers which save as fast as they can; torch is imported only once."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def start(self, folder: Path, die_at: str = "") -> None:
        """Start a trainer in `folder`; with ``fsync:3`` it kills itself at the third call of `os.fsync`."""
        self.process.stdin.write(f"{folder}|{die_at}\n")
        self.process.stdin.flush()

    def kill_after(self, seconds: float) -> int:
        """Kill the trainer soon after its first save, and return the last step that it knew to be saved."""
        pid, saved = self.first_words()
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return max(saved, self.last_words())

    def first_words(self) -> tuple[int, int]:
        """Wait for the trainer's first save, and return its process id and the step."""
        pid, saved = 0, 0
        while not (pid and saved):
            word, _, number = self.process.stdout.readline().strip().partition(" ")
            pid, saved = (int(number), saved) if word == "pid" else (pid, int(word))
        return pid, saved

    def last_words(self) -> int:
        """Wait for the trainer's death, and return the last step that it knew to be saved."""
        lines = iter(self.process.stdout.readline, "dead\n")
        return max([int(line) for line in lines if not line.startswith("pid")], default=0)


@pytest.fixture(scope="module")
def writer():
    started = Writer()
    yield started
    started.process.kill()
    started.process.communicate()


def assert_recovered(folder: Path, acknowledged: int) -> None:
    """Nothing acknowledged is lost, nothing is damaged, no leftover stays."""
    with warnings.catch_warnings(), Checkpoints(folder) as checkpoints:
        warnings.simplefilter("error")
        assert (latest_step(checkpoints) or 0) in (acknowledged, acknowledged + 1)
        assert (
            len(steps(checkpoints)) <= 3
        )  # the kill may have come between a save and the removal of the oldest
        assert not [path for path in folder.iterdir() if path.suffix == ".tmp"]


def test_after_kill_9_at_random_moments_the_last_saved_step_is_always_there(tmp_path, writer):
    delays = random.Random(0)
    for _ in range(20):
        writer.start(tmp_path)
        assert_recovered(tmp_path, writer.kill_after(delays.uniform(0, 0.03)))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("call", ["fsync", "replace", "unlink", "open", "close"])
def test_after_kill_9_between_any_two_steps_of_a_save_it_is_there(tmp_path, writer, call, count):
    writer.start(tmp_path, f"{call}:{count}")
    assert_recovered(tmp_path, writer.last_words())
    writer.start(tmp_path)
    assert_recovered(tmp_path, writer.kill_after(0))


def test_another_process_is_refused_while_the_first_lives_and_not_after_its_death(tmp_path, writer):
    writer.start(tmp_path)
    pid, _ = writer.first_words()
    with pytest.raises(CheckpointError, match=f"in use by process {pid}"):
        Checkpoints(tmp_path)
    os.kill(pid, signal.SIGKILL)
    writer.last_words()
    Checkpoints(tmp_path).close()


# --- a changed run


@pytest.mark.parametrize(
    ("stored", "current"),
    [
        ({}, {}),
        ({"k": 2, "widths": [8, 2]}, {"widths": (8, 2), "k": 2}),
        ({"a": {"b": None}}, {"a": {"b": None}}),
        ({"columns": [{"name": "age"}]}, {"columns": [{"name": "age"}]}),
    ],
)
def test_an_unchanged_run_may_go_on(stored, current):
    check_same(stored, current)


@pytest.mark.parametrize(
    ("stored", "current", "said"),
    [
        ({"k": 2}, {"k": 3}, "k was 2 and is 3"),
        ({"k": 2}, {}, "k was 2 and is absent"),
        ({}, {"k": None}, "k was absent and is None"),
        ({"data": "3fa9"}, {"data": "77b0"}, "data was '3fa9' and is '77b0'"),
        ({"w": [8, 2]}, {"w": (8, 4)}, r"w was \[8, 2\] and is \[8, 4\]"),
        (
            {"optimizer": {"lr": 0.1, "name": "adam"}},
            {"optimizer": {"lr": 0.2, "name": "adam"}},
            "optimizer.lr was",
        ),
        (
            {"columns": [{"name": "age"}]},
            {"columns": [{"name": "size"}]},
            "columns.0.name was 'age' and is 'size'",
        ),
        ({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 3}, "a was 1 and is 2, c was 1 and is 3;"),
    ],
)
def test_a_changed_run_is_refused_and_every_difference_is_named(stored, current, said):
    with pytest.raises(CheckpointError, match=said):
        check_same(stored, current)


def test_very_many_differences_are_counted():
    with pytest.raises(CheckpointError, match="and 80 more") as caught:
        check_same({f"column {i}": 0 for i in range(100)}, {f"column {i}": 1 for i in range(100)})
    assert len(str(caught.value)) < 1000
