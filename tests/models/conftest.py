"""One masked autoencoder for the tests of what it is asked."""

import warnings

import numpy as np
import pandas as pd
import pytest

from diabolo import MaskedAutoencoder
from diabolo.nn import Residual


def people(n: int = 900) -> pd.DataFrame:
    """A town (80 % Rome), a size that goes with it, pay and its date missing together, a truth value."""
    random = np.random.default_rng(0)
    town = np.where(random.random(n) < 0.8, "Rome", "Oslo").astype(object)
    poor = random.random(n) < 0.3
    return pd.DataFrame(
        {
            "town": pd.Categorical(town),
            "size": np.where(town == "Oslo", 190.0, 160.0) + random.normal(0, 4, n),
            "kids": random.poisson(1.5, n),
            "pay": np.where(poor, np.nan, random.lognormal(7, 0.5, n).round(2)),
            "paid": pd.to_datetime("2020-01-01")
            + pd.to_timedelta(np.where(poor, np.nan, random.integers(0, 900, n)), "D"),
            "smoker": random.random(n) < 0.3,
        }
    )


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    """The rows that `masked` learned from."""
    return people()


@pytest.fixture(scope="session")
def masked(rows) -> MaskedAutoencoder:
    """A small masked autoencoder of people."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return MaskedAutoencoder(
            architecture=Residual(48, 1), max_epochs=40, batch_size=64, random_state=0
        ).fit(rows)
