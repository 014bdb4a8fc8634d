"""What every test may lean on: a quiet plotting backend, a hypothesis profile, the benchmark data."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("MPLBACKEND", "Agg")
# Small tensors gain nothing from threads, and sums are the same on every machine; read when torch is first imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Derandomised, so that a failure found by the gate is found again at one's desk.
settings.register_profile(
    "diabolo", deadline=None, derandomize=True, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("diabolo")

ROOT = Path(__file__).parents[1]
# What a fit says of its own networks: rightly so, of the toys of tests that are about something else.
OF_TOYS = (
    "CollapseWarning",
    "DeadDimensionWarning",
    "LinearFallbackWarning",
    "NotHardenedWarning",
    "OverfittingWarning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests marked ``toy`` pass over what a fit warns of."""
    for item in items:
        if item.get_closest_marker("toy"):
            for name in OF_TOYS:
                item.add_marker(pytest.mark.filterwarnings(f"ignore::diabolo.errors.{name}"))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the benchmark data sets, which are not part of the package."""
    folder = Path(os.environ.get("DIABOLO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the benchmark data are absent: set DIABOLO_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def mnist(data_folder: Path) -> dict[str, np.ndarray]:
    """MNIST: `x_train` (60000, 28, 28) and `x_test` (10000, 28, 28) uint8, with `y_train` and `y_test`."""
    path = data_folder / "mnist.npz"
    if not path.is_file():
        pytest.skip(f"{path.name} is absent from the benchmark data")
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator of its own for each test, always with the same seed."""
    return np.random.default_rng(0)
