"""Models whose scores are known without training: one that copies, and one that only knows the mean."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.reference import Reference


class Known:
    """A code as wide as the row; `width` coordinates of it are copied, the others are at the mean."""

    def __init__(self, X: Any, width: int | None = None):
        frame = Frame.of(X)
        self.schema_ = Schema.fit(frame)
        batch = self.schema_.to_batch(frame)
        self.reference_ = Reference.fit(self.schema_, batch, 1)
        self.history_ = SimpleNamespace(parameters=0, seconds=0.0)
        self.width = width

    def encode_batch(self, batch):
        return self.schema_.coordinates(batch) - self.reference_.mean

    def decode_coordinates(self, code):
        code = code.clone()
        code[:, code.shape[1] if self.width is None else self.width :] = 0.0
        return code + self.reference_.mean

    def decode_values(self, code):
        return self.schema_.from_coordinates(self.decode_coordinates(code))


@pytest.fixture
def mixed(rng: np.random.Generator) -> dict[str, Any]:
    """A table with every kind of column but images; 300 rows."""
    n = 300
    age = rng.normal(50, 12, n)
    return {
        "age": age,
        "weight": 0.5 * age + rng.normal(40, 4, n),
        "city": rng.choice(["Bonn", "Rome", "Oslo"], n, p=[0.6, 0.3, 0.1]),
        "smoker": np.where(rng.random(n) < 0.3, "yes", "no"),
        "grade": rng.integers(1, 6, n),
        "born": np.datetime64("1960-01-01") + rng.integers(0, 9000, n).astype("timedelta64[D]"),
    }


@pytest.fixture
def known() -> type[Known]:
    return Known
