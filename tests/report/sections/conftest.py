"""Views of a mixed table, of digits and of numbers, by closed-form models."""

import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.data.samples import digits, people
from diabolo.frames import Frame
from diabolo.report.view import View


@pytest.fixture(scope="session")
def of_people() -> View:
    table = Frame.of(people(400))
    alone = {"person_id": None, "country": None}  # would be left out with a warning
    return View(LinearAutoencoder(3).fit(table, schema=alone), table, "city")


@pytest.fixture(scope="session")
def of_digits() -> View:
    from sklearn.datasets import load_digits

    images = digits()[:500]
    return View(LinearAutoencoder(8).fit(images), Frame.of(images), load_digits().target[:500])


@pytest.fixture(scope="session")
def of_plane() -> View:
    """A plane of five columns, by a code of one number too many."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5))
    return View(LinearAutoencoder(3).fit(X), Frame.of(X))
