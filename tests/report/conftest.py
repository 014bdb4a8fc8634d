"""Reports of a mixed table with gaps, of images and of an array, by closed-form models."""

from typing import Any

import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.report import Report, Study

EVIL = "<script>alert('x')</script>"
EVIL_LEVEL = '"><img src=x onerror=alert(1)> & </script>'


@pytest.fixture(scope="session")
def table() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    n = 120
    age = rng.normal(50, 12, n)
    weight = [None if i % 7 == 0 else float(w) for i, w in enumerate(0.5 * age + rng.normal(40, 4, n))]
    return {
        "age": age,
        EVIL: weight,
        "city": rng.choice(["Bonn", "Rome", EVIL_LEVEL], n),
        "born": np.datetime64("1960-01-01") + rng.integers(0, 9000, n).astype("timedelta64[D]"),
        "count": rng.integers(0, 9, n),
    }


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)


@pytest.fixture(scope="session")
def wide() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(50, 3)) @ rng.normal(size=(3, 784)) + 0.1 * rng.normal(size=(50, 784))).astype(
        np.float32
    )


@pytest.fixture(scope="session")
def of_table(table: dict[str, Any]) -> Report:
    return Study(LinearAutoencoder(2).fit(table), table, label="city", title=f"People {EVIL}").report()


@pytest.fixture(scope="session")
def of_images(images: np.ndarray) -> Report:
    return Study(LinearAutoencoder(3).fit(images), images, label=np.arange(60) % 4).report()


@pytest.fixture(scope="session")
def of_array(wide: np.ndarray) -> Report:
    return Study(LinearAutoencoder(1).fit(wide), wide).report()
