"""Runs contestants, each in a process of its own, and hands them the data."""

import dataclasses
import json
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["ContestantError", "DataAbsentError", "Race"]

CONTESTANTS = Path(__file__).parent / "contestants"
PEERS = ("peers", "pyod", "pythae")  # contestants that run in the peers' environment
SOURCES = {
    "mnist.npz": (
        "MNIST (yann.lecun.com/exdb/mnist) as one NumPy file with x_train (60000, 28, 28) uint8, y_train, "
        "x_test (10000, 28, 28) and y_test in canonical order; Keras publishes it under this name"
    ),
}


class DataAbsentError(FileNotFoundError):
    """A data set is not in the folder given by --data."""


class ContestantError(RuntimeError):
    """A contestant ended without figures."""


@dataclasses.dataclass(frozen=True)
class Race:
    """The setting of one run of the benchmarks.

    Parameters
    ----------
    data : Path
        Folder with the benchmark data.
    peers : Path
        Interpreter of the environment in which the peers are installed.
    scratch : Path
        Folder for arrays handed to the contestants.
    quick : bool
        Few rows and steps: shows that everything runs; the figures mean nothing.
    """

    data: Path
    peers: Path
    scratch: Path
    quick: bool

    @property
    def seeds(self) -> range:
        """Seeds over which a figure is taken."""
        return range(1 if self.quick else 3)

    def run(self, contestant: str, **parameters: Any) -> dict[str, Any]:
        """Figures of one contestant in a fresh process."""
        python = str(self.peers) if contestant.startswith(PEERS) else sys.executable
        command = [python, str(CONTESTANTS / f"{contestant}.py"), json.dumps(parameters)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            last = result.stderr.strip().splitlines()[-1:] or [f"exit code {result.returncode}"]
            raise ContestantError(f"{contestant}: {last[0]}")
        return json.loads(result.stdout.strip().splitlines()[-1])

    def array(self, name: str, values: np.ndarray) -> str:
        """Write an array for the contestants; its path."""
        path = self.scratch / f"{name}.npy"
        if not path.exists():
            np.save(path, values)
        return str(path)

    @cached_property
    def mnist(self) -> dict[str, str]:
        """Paths of the MNIST images, float32 in [0, 1], (n, 28, 28)."""
        path = self.data / "mnist.npz"
        if not path.is_file():
            raise DataAbsentError(
                f"{path.name} is not in the folder given by --data; get {SOURCES[path.name]}"
            )
        limit = 2560 if self.quick else None
        with np.load(path) as arrays:
            train, test = (arrays[name][:limit].astype("float32") / 255 for name in ("x_train", "x_test"))
        return {"train": self.array("mnist-train", train), "test": self.array("mnist-test", test)}

    @cached_property
    def mnist_labels(self) -> dict[str, str]:
        """Paths of the digits' labels, int64, for as many images as there are."""
        limit = 2560 if self.quick else None
        with np.load(self.data / "mnist.npz") as arrays:
            train, test = (arrays[name][:limit].astype("int64") for name in ("y_train", "y_test"))
        return {
            "labels": self.array("mnist-labels", train),
            "test_labels": self.array("mnist-test-labels", test),
        }

    def first_rows(self, path: str, rows: int) -> str:
        """A contestant's array cut to its first rows."""
        return self.array(f"{Path(path).stem}-{rows}", np.load(path, mmap_mode="r")[:rows])
