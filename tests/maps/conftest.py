"""Models of a mixed table with gaps, of images and of an array; and one that cannot decode."""

import warnings
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from diabolo import Autoencoder, LinearAutoencoder
from diabolo.data.samples import digit_labels, digits, people
from diabolo.errors import DiaboloWarning
from diabolo.models.base import Encodes, Estimator


class Blind(Encodes, Estimator):
    """Gives codes, and has no decoder."""

    def __init__(self, model: Any = None):
        self.model = model
        if model is not None:
            self.schema_, self.template_, self.n_components_ = (
                model.schema_,
                model.template_,
                model.n_components_,
            )

    def fit(self, X, y=None):
        return self

    def encode_batch(self, batch):
        return self.model.encode_batch(batch)

    def tensors(self):
        return {}

    def take_tensors(self, tensors):
        pass


@pytest.fixture(scope="session")
def table() -> pa.Table:
    """Made-up people with gaps and every kind of column but images, 300 rows."""
    return people(300).drop_columns(["person_id", "country"])


@pytest.fixture(scope="session")
def images() -> np.ndarray:
    return digits()[:400]


@pytest.fixture(scope="session")
def labels() -> np.ndarray:
    return digit_labels()[:400]


@pytest.fixture(scope="session")
def array() -> np.ndarray:
    """Five columns, the last of which is constant noise-free repetition of the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4)) * [4.0, 2.0, 1.0, 0.5] + [10.0, 0.0, -3.0, 1.0]
    return np.column_stack([x, x[:, 0]])


@pytest.fixture(scope="session")
def of_table(table: pa.Table) -> LinearAutoencoder:
    return LinearAutoencoder(3).fit(table)


@pytest.fixture(scope="session")
def of_images(images: np.ndarray) -> LinearAutoencoder:
    return LinearAutoencoder(4).fit(images)


@pytest.fixture(scope="session")
def of_array(array: np.ndarray) -> LinearAutoencoder:
    return LinearAutoencoder(3).fit(array)


def barely_trained(data: Any, **parameters: Any) -> Autoencoder:
    """A toy, and rightly warned of: these tests are about something else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DiaboloWarning)
        return Autoencoder(3, size="small", max_epochs=5, random_state=0, **parameters).fit(data)


@pytest.fixture(scope="session")
def net_of_table(table: pa.Table) -> Autoencoder:
    return barely_trained(table, ordered=True)


@pytest.fixture(scope="session")
def net_of_images(images: np.ndarray) -> Autoencoder:
    return barely_trained(images)


@pytest.fixture(scope="session")
def blind(of_table: LinearAutoencoder) -> Blind:
    return Blind(of_table)


@pytest.fixture(params=["of_table", "of_images", "of_array", "net_of_table", "net_of_images"])
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Every model with its rows."""
    rows = request.param.removeprefix("net_").removeprefix("of_")
    return request.getfixturevalue(request.param), request.getfixturevalue(rows)
