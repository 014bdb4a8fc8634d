"""A table whose columns hang together, and another of its kind."""

from typing import Any

import numpy as np
import pytest

from diabolo.evaluate.generated.cells import Cells, read
from diabolo.frames import Frame


def dependent(seed: int, rows: int = 600) -> dict[str, Any]:
    """Numbers, levels, a date and gaps, all of which one hidden number moves."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=rows)
    size = 2 * hidden + 0.1 * rng.normal(size=rows)
    return {
        "size": size,
        "weight": [None if h > 1.2 else float(w) for h, w in zip(hidden, 3 * size + 9, strict=True)],
        "color": np.array(["red", "green", "blue"])[np.digitize(hidden, (-0.5, 0.5))],
        "born": np.datetime64("2000-01-01") + np.rint(900 * hidden).astype("timedelta64[D]"),
        "likes": np.where(hidden + 0.3 * rng.normal(size=rows) > 0, "yes", "no"),
    }


@pytest.fixture(scope="session")
def tables() -> tuple[Frame, Frame, Frame]:
    """Training rows, held-out rows and as good ones."""
    return Frame.of(dependent(0)), Frame.of(dependent(1)), Frame.of(dependent(2))


@pytest.fixture(scope="session")
def cells(tables: tuple[Frame, ...]) -> tuple[Cells, ...]:
    return read(*tables)


@pytest.fixture(scope="session")
def apart(cells: tuple[Cells, ...]) -> Cells:
    """Independent marginals."""
    return cells[0].shuffled(600, np.random.default_rng(3))
